package station

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// temporaryPrefix marks files that are being written. A crash leaves them
// behind; the next start removes them.
const temporaryPrefix = ".writing-"

// writeDurably makes a file appear whole or not at all, also across a power
// cut: written under another name, forced to disk, renamed, and the directory
// forced to disk.
func writeDurably(path string, data []byte) error {
	directory := filepath.Dir(path)
	file, err := os.CreateTemp(directory, temporaryPrefix+"*")
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	if err == nil {
		err = file.Sync()
	}
	err = errors.Join(err, file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return syncDirectory(directory)
}

// writeJSON writes a value durably.
func writeJSON(path string, value any, write func(string, []byte) error) error {
	text, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return fmt.Errorf("encode %s: %w", filepath.Base(path), err)
	}
	return write(path, append(text, '\n'))
}

func readJSON(path string, value any) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, value); err != nil {
		return fmt.Errorf("decode %s: %w", filepath.Base(path), err)
	}
	return nil
}
