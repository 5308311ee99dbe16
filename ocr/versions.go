package ocr

import (
	"sesshu/ocr/barcode"
	"sesshu/ocr/mark"
)

// fieldsVersion names what is between a page and its readings besides the readers'
// engines, models and calibrations: how pages are decoded, registered and cut, how
// crops are prepared for a reader and its answers decoded, and how readers of one
// crop are combined. Raise it when any of that can change a reading: a policy that
// was calibrated before is then refused. TestFieldsVersion notices the change.
const fieldsVersion = "fields-3"

// Versions names every reader and its version: engine, models and calibration; and
// under "fields" the version of what surrounds them. Where one differs, probabilities
// may mean something else, and a policy that was calibrated on them says nothing.
func (r *Reader) Versions() map[string]string {
	return map[string]string{
		"tesseract": r.tesseract.Version(),
		"line":      r.line.Version(),
		"digits":    r.digits.Version(),
		"mark":      mark.Version,
		"codes":     barcode.Version,
		"fields":    fieldsVersion,
	}
}
