package escl

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// jobFile remembers the job in hand, so that a scanner left busy by a crash is
// freed by the next start.
type jobFile struct{ path string }

// jobNote is the file's content. It is written before the job is asked for,
// with the jobs that the device had then, and again when the address is known:
// a crash in between leaves a job that is recognised as the one that was not
// there before.
type jobNote struct {
	Device string   `json:"device"` // eSCL root that the note is about
	Before []string `json:"before"` // last parts of the job addresses seen before asking
	Path   string   `json:"path"`   // empty until the device has answered
}

func (f jobFile) read() (note jobNote, found bool, err error) {
	if f.path == "" {
		return jobNote{}, false, nil
	}
	text, err := os.ReadFile(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return jobNote{}, false, nil
	}
	if err != nil {
		return jobNote{}, false, fmt.Errorf("read job file: %w", err)
	}
	// A damaged file (a failing disk; the name appears only when the content is
	// there) teaches nothing, and must not keep the station from scanning.
	readable := json.Unmarshal(text, &note) == nil
	return note, readable, nil
}

func (f jobFile) write(note jobNote) error {
	if f.path == "" {
		return nil
	}
	text, err := json.Marshal(note)
	if err != nil {
		return fmt.Errorf("write job file: %w", err)
	}
	temporary, err := os.CreateTemp(filepath.Dir(f.path), ".job-*")
	if err != nil {
		return fmt.Errorf("write job file: %w", err)
	}
	defer os.Remove(temporary.Name()) // fails after the rename, and may
	_, err = temporary.Write(text)
	err = errors.Join(err, temporary.Sync(), temporary.Close())
	if err == nil {
		err = os.Rename(temporary.Name(), f.path)
	}
	if err != nil {
		return fmt.Errorf("write job file: %w", err)
	}
	return nil
}

func (f jobFile) remove() error {
	if f.path == "" {
		return nil
	}
	if err := os.Remove(f.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove job file: %w", err)
	}
	return nil
}
