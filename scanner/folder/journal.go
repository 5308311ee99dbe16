package folder

import (
	"errors"
	"io"
	"os"
	"strings"
)

// journal is the list of sources that were taken, one line each. It only grows:
// a line is some 120 bytes, so a million sheets fill 120 MB.
type journal struct {
	file  *os.File
	taken map[string]bool
}

// openJournal opens or makes the file. A last line without its end is what a
// crash left of an entry that was never confirmed; it is cut off.
func openJournal(path string) (*journal, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(file)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	whole := strings.LastIndexByte(string(text), '\n') + 1
	err = file.Truncate(int64(whole))
	if err == nil {
		_, err = file.Seek(int64(whole), io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	taken := map[string]bool{}
	for line := range strings.Lines(string(text[:whole])) {
		taken[strings.TrimSuffix(line, "\n")] = true
	}
	return &journal{file: file, taken: taken}, nil
}

func (j *journal) has(source string) bool { return j.taken[source] }

// add writes sources down together; when it returns they are on disk.
func (j *journal) add(sources ...string) error {
	var text strings.Builder
	for _, source := range sources {
		text.WriteString(source + "\n")
	}
	if _, err := j.file.WriteString(text.String()); err != nil {
		return err
	}
	if err := j.file.Sync(); err != nil {
		return err
	}
	for _, source := range sources {
		j.taken[source] = true
	}
	return nil
}

func (j *journal) close() error { return j.file.Close() }
