package postgres

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// port is part of the socket's file name; no network port is opened.
const port = "5432"

// longestSocketPath is what fits into sockaddr_un.sun_path with its final zero.
const longestSocketPath = 107

// layout names what lies in the state directory.
type layout struct{ dir string }

func (l layout) lock() string     { return filepath.Join(l.dir, "lock") }
func (l layout) data() string     { return filepath.Join(l.dir, "data") }
func (l layout) unborn() string   { return filepath.Join(l.dir, "data.new") }
func (l layout) log() string      { return filepath.Join(l.dir, "postgres.log") }
func (l layout) oldLog() string   { return filepath.Join(l.dir, "postgres.log.1") }
func (l layout) pidFile() string  { return filepath.Join(l.data(), "postmaster.pid") }
func (l layout) socket() string   { return filepath.Join(l.dir, "socket") }
func (l layout) socketAt() string { return filepath.Join(l.dir, "socket.path") }

// named gives the refusal to write in the directory its name: trying again does
// not help there, another user or another directory does. The system's refusals
// elsewhere, as to a program that may not be started, keep their own words.
func (l layout) named(err error) error {
	var refused *fs.PathError
	if !errors.As(err, &refused) || !errors.Is(err, fs.ErrPermission) && !errors.Is(err, syscall.EROFS) {
		return err
	}
	// The refused path is the directory's own or of something in it, or of a
	// folder above it that would have to be made first.
	if !within(refused.Path, l.dir) && !within(l.dir, refused.Path) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrNotWritable, err)
}

// within reports whether path is folder or lies in it.
func within(path, folder string) bool {
	return path == folder || strings.HasPrefix(path, strings.TrimSuffix(folder, "/")+"/")
}

// makeSocket makes the folder of the socket and writes down where it is. It
// lies in the state directory unless clients could not name it there.
func (l layout) makeSocket(as identity) (string, error) {
	folder := l.socket()
	if len(filepath.Join(folder, ".s.PGSQL."+port)) > longestSocketPath {
		var err error
		if folder, err = os.MkdirTemp("/tmp", "sesshu-"); err != nil {
			return "", err
		}
	}
	if err := as.makeFolder(folder); err != nil {
		return "", err
	}
	return folder, os.WriteFile(l.socketAt(), []byte(folder+"\n"), 0o600)
}

// readSocket says where makeSocket put the folder.
func (l layout) readSocket() (string, error) {
	text, err := os.ReadFile(l.socketAt())
	return strings.TrimSpace(string(text)), err
}

// removeSocket forgets the socket after a clean stop. Failing to remove an
// empty folder harms nobody.
func (l layout) removeSocket(folder string) {
	_ = os.Remove(l.socketAt())
	if folder != l.socket() {
		_ = os.RemoveAll(folder)
	}
}
