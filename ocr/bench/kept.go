package bench

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/truth"
	"sesshu/ocr/bench/plain"
)

// Kept is all that a sheet of a labelled set is needed for once it was read: it
// can be decided again, under another policy, without its image.
type Kept struct {
	Truth truth.Sheet               `json:"truth"`
	Pages []slip.PageReading        `json:"pages"`
	CPU   time.Duration             `json:"cpu"`             // nanoseconds that the reading took
	Plain map[slip.Value]plain.Text `json:"plain,omitempty"` // what plain Tesseract reads; nil where it was not asked
}

// WriteKept writes sheets to a file of its own, which is there whole or not at
// all.
func WriteKept(name string, sheets []Kept) (err error) {
	file, err := os.CreateTemp(filepath.Dir(name), ".kept-*")
	if err != nil {
		return fmt.Errorf("keep readings: %w", err)
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("keep readings: %w", errors.Join(err, os.Remove(file.Name())))
		}
	}()
	packed := gzip.NewWriter(file)
	encoder := json.NewEncoder(packed)
	for _, sheet := range sheets {
		if err := encoder.Encode(sheet); err != nil {
			return errors.Join(err, file.Close())
		}
	}
	if err := errors.Join(packed.Close(), file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), name)
}

// ReadKept reads what WriteKept wrote. A damaged file is an error.
func ReadKept(name string) ([]Kept, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read kept readings: %w", err)
	}
	defer file.Close()
	packed, err := gzip.NewReader(bufio.NewReader(file))
	if err != nil {
		return nil, fmt.Errorf("read kept readings of %s: %w", name, err)
	}
	decoder := json.NewDecoder(packed)
	var sheets []Kept
	for {
		var sheet Kept
		if err := decoder.Decode(&sheet); errors.Is(err, io.EOF) {
			return sheets, nil
		} else if err != nil {
			return nil, fmt.Errorf("read kept readings of %s: %w", name, err)
		}
		sheets = append(sheets, sheet)
	}
}
