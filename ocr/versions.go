package ocr

import (
	"sesshu/ocr/barcode"
	"sesshu/ocr/mark"
)

// Versions names every reader and its version: engine, models and calibration.
// Where one differs, probabilities may mean something else, and a policy that
// was calibrated on them says nothing.
func (r *Reader) Versions() map[string]string {
	return map[string]string{
		"tesseract": r.tesseract.Version(),
		"line":      r.line.Version(),
		"digits":    r.digits.Version(),
		"mark":      mark.Version,
		"codes":     barcode.Version,
	}
}
