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
	"sync/atomic"
	"syscall"
	"time"

	"sesshu/ledger/slip"
)

// The named errors.
var (
	// ErrAway says that the store as a whole is not there: its folder is missing,
	// empty where it must not be (a mount that was lost), or cannot be read. It
	// says nothing of any one image; the caller tries again later.
	ErrAway = errors.New("the image store is not there: its folder is missing, empty or cannot be read, as when a mount is lost")

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
	root     string
	sweep    sync.Once
	expected atomic.Bool // images were stored below root, by this process or before it
}

// New returns a store below root, which Put creates when it is not there.
func New(root string) *Store { return &Store{root: root} }

// Expect says that images were stored here before. From then on Put answers
// ErrAway instead of beginning a new store where the old one should be: what
// it wrote below a lost mount would be out of sight as soon as that is back. One
// who has lost the store for good makes a folder "incoming" in it by hand.
func (s *Store) Expect() { s.expected.Store(true) }

// Put stores the bytes of r under hash. Errors: ErrHashMismatch, ErrTruncated,
// ErrFull, ErrAway, or what the file system says; whatever the error, no image
// and no temporary file is left. An image that is there already is written anew,
// which heals a damaged one.
func (s *Store) Put(ctx context.Context, hash slip.Hash, r io.Reader) error {
	if err := s.put(ctx, hash, r); err != nil {
		return fmt.Errorf("store image %s: %w", hash, named(err))
	}
	return nil
}

func (s *Store) put(ctx context.Context, hash slip.Hash, r io.Reader) (err error) {
	if s.expected.Load() && !s.there() {
		return ErrAway
	}
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
	s.Expect()
	return syncFolder(filepath.Dir(path))
}

// Open returns the image, which the caller closes. The error is fs.ErrNotExist
// when there is no such image, ErrAway when the store is not there; reading may
// say ErrAway, too.
func (s *Store) Open(_ context.Context, hash slip.Hash) (io.ReadSeekCloser, error) {
	file, err := os.Open(s.path(hash))
	if err != nil {
		return nil, fmt.Errorf("open image %s: %w", hash, s.blamed(err))
	}
	return &image{file: file, store: s}, nil
}

// image is an open image. A share can go away while it is read.
type image struct {
	file  *os.File
	store *Store
}

func (i *image) Read(buffer []byte) (int, error) {
	n, err := i.file.Read(buffer)
	if err != nil && err != io.EOF { //nolint:errorlint // a Reader's end is io.EOF itself
		err = i.store.blamed(err)
	}
	return n, err
}

func (i *image) Seek(offset int64, whence int) (int64, error) { return i.file.Seek(offset, whence) }

func (i *image) Close() error { return i.file.Close() }

// blamed tells the store's trouble from one image's: with the store there, the
// image is at fault.
func (s *Store) blamed(err error) error {
	if s.there() {
		return err
	}
	return fmt.Errorf("%w (%v)", ErrAway, err) //nolint:errorlint // no image is missing; the store is
}

// there reports whether the store's folder can be read and holds anything. A
// mount's folder is empty while nothing is mounted on it; a store in which
// anything was stored never is.
func (s *Store) there() bool {
	folder, err := os.Open(s.root)
	if err != nil {
		return false
	}
	defer func() { _ = folder.Close() }()
	_, err = folder.Readdirnames(1)
	return err == nil
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
