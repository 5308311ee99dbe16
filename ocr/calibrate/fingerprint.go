package calibrate

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/truth"
	"sesshu/ocr/decide"
)

// ErrRepeated means that one image was given twice. Counted twice, it would show a
// bound that half as many slips do not show.
var ErrRepeated = errors.New("the same image is given twice, and an image counts once: leave one of them out / " +
	"同じ画像が二度指定されています。一つの画像は一度しか数えられません。どちらかを外してください")

// Folders takes the fingerprints of the folders that one policy is calibrated on.
// The zero value has seen none.
//
// It knows images, not papers: a paper that was scanned twice gives two images,
// and whoever labels must see to it that each paper is there once.
type Folders struct {
	images map[slip.Hash]string // the file in which an image was first seen
}

// Fingerprint names a folder of labelled slips by its truth and its images, so
// that anybody can tell later what a policy was calibrated on. The folder is
// called name in errors: ErrRepeated when it holds an image that was in a folder
// before, under whatever name, or twice in this one.
func (f *Folders) Fingerprint(name string, dir fs.FS) (decide.Data, error) {
	if f.images == nil {
		f.images = map[slip.Hash]string{}
	}
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
		hash := slip.HashOf(file)
		here := name + "/" + sheet.File
		if before, seen := f.images[hash]; seen {
			return decide.Data{}, fmt.Errorf("fingerprint: %s and %s: %w", before, here, ErrRepeated)
		}
		f.images[hash] = here
		fmt.Fprintf(images, "%s %s\n", hash, sheet.File)
	}
	data := decide.Data{Truth: slip.HashOf(text), Sheets: len(sheets)}
	images.Sum(data.Images[:0])
	return data, nil
}
