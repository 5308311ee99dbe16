package calibrate

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io/fs"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/truth"
	"sesshu/ocr/decide"
)

// Fingerprint names a folder of labelled slips by its truth and its images, so
// that anybody can tell later what a policy was calibrated on.
func Fingerprint(dir fs.FS) (decide.Data, error) {
	text, err := fs.ReadFile(dir, truth.FileName)
	if err != nil {
		return decide.Data{}, fmt.Errorf("fingerprint: %w", err)
	}
	sheets, err := truth.Read(bytes.NewReader(text))
	if err != nil {
		return decide.Data{}, fmt.Errorf("fingerprint: %w", err)
	}
	images := sha256.New()
	for _, sheet := range sheets {
		file, err := fs.ReadFile(dir, sheet.File)
		if err != nil {
			return decide.Data{}, fmt.Errorf("fingerprint: %w", err)
		}
		fmt.Fprintf(images, "%s %s\n", slip.HashOf(file), sheet.File)
	}
	data := decide.Data{Truth: slip.HashOf(text), Sheets: len(sheets)}
	images.Sum(data.Images[:0])
	return data, nil
}
