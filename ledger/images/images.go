// Package images keeps the scanners' own bytes on a file system, each image
// under its SHA-256: ROOT/ab/cd/abcd….  An image is written to a temporary
// file, checked against its hash, synchronised, renamed into place, and the
// folders are synchronised: after Put the image survives a power cut, and at no
// moment does a name stand for half an image.
package images

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"sesshu/ledger/slip"
)

// The named errors of Put.
var (
	ErrHashMismatch = errors.New("the image's bytes do not match their hash")
	ErrTruncated    = errors.New("the image ended before its announced length")
	ErrFull         = errors.New("no room left for images")
)

// incoming holds the temporary files, on the same file system as the images.
const incoming = "incoming"

// staleAfter is the age at which a temporary file can only be the remains of a
// process that died.
const staleAfter = time.Hour

// Store keeps images below one folder. It is safe for concurrent use, also by
// several processes.
type Store struct {
	root  string
	sweep sync.Once
}

// New returns a store below root, which Put creates when it is not there.
func New(root string) *Store { return &Store{root: root} }

// Put stores the bytes of r under hash. Errors: ErrHashMismatch, ErrTruncated,
// ErrFull, or what the file system says; whatever the error, no image and no
// temporary file is left. An image that is there already is written anew, which
// heals a damaged one.
func (s *Store) Put(ctx context.Context, hash slip.Hash, r io.Reader) error {
	if err := s.put(ctx, hash, r); err != nil {
		return fmt.Errorf("store image %s: %w", hash, named(err))
	}
	return nil
}

func (s *Store) put(ctx context.Context, hash slip.Hash, r io.Reader) (err error) {
	if err := makeFolder(filepath.Join(s.root, incoming)); err != nil {
		return err
	}
	s.sweep.Do(s.removeStale)
	file, err := os.CreateTemp(filepath.Join(s.root, incoming), "*.part")
	if err != nil {
		return err
	}
	temporary := file.Name()
	defer func() {
		if err != nil {
			err = errors.Join(err, ignore(file.Close(), os.ErrClosed), ignore(os.Remove(temporary), fs.ErrNotExist))
		}
	}()
	digest := sha256.New()
	if _, err := io.Copy(io.MultiWriter(file, digest), &contextReader{ctx, r}); err != nil {
		return err
	}
	if slip.Hash(digest.Sum(nil)) != hash {
		return ErrHashMismatch
	}
	if err := file.Chmod(0o400); err != nil {
		return err
	}
	if err := file.Sync(); err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	path := s.path(hash)
	if err := makeFolder(filepath.Dir(path)); err != nil {
		return err
	}
	if err := os.Rename(temporary, path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// Open returns the image, which the caller closes. The error is fs.ErrNotExist
// when there is no such image.
func (s *Store) Open(_ context.Context, hash slip.Hash) (io.ReadSeekCloser, error) {
	file, err := os.Open(s.path(hash))
	if err != nil {
		return nil, fmt.Errorf("open image %s: %w", hash, named(err))
	}
	return file, nil
}

func (s *Store) path(hash slip.Hash) string {
	name := hash.String()
	return filepath.Join(s.root, name[:2], name[2:4], name)
}

// removeStale removes what processes that were killed in the middle of a Put
// have left. What cannot be removed does no harm and is left.
func (s *Store) removeStale() {
	folder := filepath.Join(s.root, incoming)
	files, err := os.ReadDir(folder)
	if err != nil {
		return
	}
	for _, file := range files {
		info, err := file.Info()
		if err == nil && time.Since(info.ModTime()) > staleAfter {
			_ = os.Remove(filepath.Join(folder, file.Name()))
		}
	}
}

// named translates the file system's errors.
func named(err error) error {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fmt.Errorf("%w: %w", ErrFull, err)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%w: %w", ErrTruncated, err)
	}
	return err
}

func ignore(err, harmless error) error {
	if errors.Is(err, harmless) {
		return nil
	}
	return err
}
