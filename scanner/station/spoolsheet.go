package station

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"sesshu/ledger/slip"
)

func sheetFile(sequence int, suffix string) string { return fmt.Sprintf("%06d%s", sequence, suffix) }

func (b *spoolBatch) path(sequence int, suffix string) string {
	return filepath.Join(b.directory, sheetFile(sequence, suffix))
}

func (b *spoolBatch) record(sequence int) (record, error) {
	var note record
	if err := readJSON(b.path(sequence, recordSuffix), &note); err != nil {
		return record{}, err
	}
	if note.Sequence != sequence || note.Batch != b.name || note.Station != b.spool.station {
		return record{}, fmt.Errorf("record %d speaks of %s", sequence, note.SheetID)
	}
	return note, nil
}

// append makes one sheet durable and returns it with its identity.
func (b *spoolBatch) append(image []byte, sheet slip.Sheet, source string) (slip.Sheet, error) {
	if err := b.spool.reserve.keep(); err != nil {
		return slip.Sheet{}, spoolFault(err)
	}
	b.mu.Lock()
	sequence := b.highest + 1
	b.mu.Unlock()
	sheet.SheetID = slip.SheetID{Station: b.spool.station, Batch: b.name, Sequence: sequence}
	sheet.SHA256 = slip.HashOf(image)
	sheet.Bytes = int64(len(image))
	err := b.spool.write(b.path(sequence, imageSuffix), image)
	if err == nil {
		err = writeJSON(b.path(sequence, recordSuffix), record{Sheet: sheet, Source: source}, b.spool.write)
	}
	if err != nil {
		return slip.Sheet{}, b.takeBack(sequence, err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.highest, b.last = sequence, sheet.SHA256
	if source != "" {
		b.sources[source] = sequence
	}
	return sheet, nil
}

// takeBack undoes a failed append: its record may be on disk all the same, and
// the operator is about to be told that the sheet is not in. The record goes
// first, because it is what makes a sheet.
func (b *spoolBatch) takeBack(sequence int, cause error) error {
	for _, suffix := range []string{recordSuffix, imageSuffix} {
		path := b.path(sequence, suffix)
		err := os.Remove(path)
		if err != nil {
			// A read-only disk refuses to remove what was never there, too.
			if _, gone := os.Lstat(path); errors.Is(gone, fs.ErrNotExist) {
				err = nil
			}
		}
		if err != nil {
			b.mu.Lock()
			b.stuck = fmt.Errorf("sheet %d may be in or not: %w: %w", sequence, ErrSpoolDamaged, err)
			b.mu.Unlock()
			return spoolFault(errors.Join(cause, err))
		}
	}
	return spoolFault(cause)
}

// confirmed notes that the intake has stored a sheet, and forgets the one before
// it. The last sheet stays until the batch is closed: the operator finds the
// paper by its picture after a jam, and after a crash.
func (b *spoolBatch) confirmed(note record) error {
	err := b.update(func(state *batchState) { state.HandedIn, state.LastSource = note.Sequence, note.Source })
	if err != nil {
		return err
	}
	b.mu.Lock()
	delete(b.sources, note.Source)
	b.refused = 0
	b.mu.Unlock()
	err = b.forget(note.Sequence - 1)
	_ = b.spool.reserve.keep() // append asks again
	return err
}

// forget deletes the files of a sheet that the intake holds. A file that stays
// is removed by the next start.
func (b *spoolBatch) forget(sequence int) error {
	var failures []error
	for _, suffix := range []string{recordSuffix, imageSuffix} {
		if err := os.Remove(b.path(sequence, suffix)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			failures = append(failures, err)
		}
	}
	return errors.Join(failures...)
}

// lastImage returns the image of the last sheet that is safely in, nil when
// there is none or it is no longer kept.
func (b *spoolBatch) lastImage() []byte {
	image, err := os.ReadFile(b.path(b.account().Safe, imageSuffix))
	if err != nil {
		return nil
	}
	return image
}
