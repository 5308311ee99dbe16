package station

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// loadBatch reads one directory and repairs what a crash left half done. It
// returns nil for a directory whose batch never came to be.
func (s *spool) loadBatch(name string) (*spoolBatch, error) {
	b := &spoolBatch{spool: s, name: name, directory: filepath.Join(s.directory, name), sources: map[string]int{}}
	err := readJSON(filepath.Join(b.directory, batchFile), &b.state)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil //nolint:nilnil // said above
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSpoolDamaged, err)
	}
	entries, err := os.ReadDir(b.directory)
	if err != nil {
		return nil, err
	}
	if b.state.Discarded != nil {
		return b, b.clear()
	}
	images, records := map[int]bool{}, map[int]bool{}
	for _, entry := range entries {
		path := filepath.Join(b.directory, entry.Name())
		if strings.HasPrefix(entry.Name(), temporaryPrefix) {
			_ = os.Remove(path) // harmless if it stays
			continue
		}
		suffix := filepath.Ext(entry.Name())
		sequence, err := strconv.Atoi(strings.TrimSuffix(entry.Name(), suffix))
		switch {
		case err != nil: // batch.json
		case sequence < b.state.HandedIn || sequence == b.state.HandedIn && b.state.ClosedAt != nil:
			_ = os.Remove(path) // confirmed; the crash came before its deletion
		case sequence == b.state.HandedIn: // kept for its picture
		case suffix == imageSuffix:
			images[sequence] = true
		case suffix == recordSuffix:
			records[sequence] = true
		}
	}
	return b, b.adopt(images, records)
}

// adopt takes over the sheets that have both files, and removes an image whose
// record was never written: that sheet is not in, and the operator is told to
// feed it again.
func (b *spoolBatch) adopt(images, records map[int]bool) error {
	b.highest = b.state.HandedIn
	if note, err := b.record(b.highest); err == nil {
		b.last = note.SHA256
	}
	sequences := make([]int, 0, len(records))
	for sequence := range records {
		sequences = append(sequences, sequence)
	}
	slices.Sort(sequences)
	for _, sequence := range sequences {
		if sequence != b.highest+1 || !images[sequence] {
			b.stuck = fmt.Errorf("sheet %d is missing: %w", b.highest+1, ErrSpoolDamaged)
			b.highest = sequences[len(sequences)-1] // its number must not come again
			return nil
		}
		b.highest = sequence
		if note, err := b.record(sequence); err == nil {
			b.last = note.SHA256
			if note.Source != "" {
				b.sources[note.Source] = sequence
			}
		}
	}
	for sequence := range images {
		if sequence > b.highest {
			if err := os.Remove(b.path(sequence, imageSuffix)); err != nil {
				return err
			}
		}
	}
	return nil
}
