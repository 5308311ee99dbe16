package images_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"pgregory.net/rapid"

	"sesshu/ledger/images"
	"sesshu/ledger/slip"
)

// files lists everything that lies below a folder.
func files(t testing.TB, root string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			found = append(found, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func read(t testing.TB, store *images.Store, hash slip.Hash) string {
	t.Helper()
	image, err := store.Open(t.Context(), hash)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = image.Close() }()
	content, err := io.ReadAll(image)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func TestWhatIsPutComesBack(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	store := images.New(filepath.Join(root, "not", "there", "yet"))
	rapid.Check(t, func(r *rapid.T) {
		content := rapid.SliceOf(rapid.Byte()).Draw(r, "content")
		hash := slip.HashOf(content)
		if err := store.Put(context.Background(), hash, iotest.OneByteReader(bytes.NewReader(content))); err != nil {
			r.Fatal(err)
		}
		if read(t, store, hash) != string(content) {
			r.Fatal("other bytes came back")
		}
	})
}

func TestAFailedPutLeavesNothing(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	store := images.New(root)
	hash := slip.HashOf([]byte("announced"))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for name, attempt := range map[string]struct {
		ctx  context.Context
		from io.Reader
		want error
	}{
		"other bytes":   {t.Context(), strings.NewReader("delivered"), images.ErrHashMismatch},
		"half":          {t.Context(), strings.NewReader("annou"), images.ErrHashMismatch},
		"cut off":       {t.Context(), io.MultiReader(strings.NewReader("ann"), iotest.ErrReader(io.ErrUnexpectedEOF)), images.ErrTruncated},
		"disk full":     {t.Context(), iotest.ErrReader(syscall.ENOSPC), images.ErrFull},
		"given up":      {ended, strings.NewReader("announced"), context.Canceled},
		"broken reader": {t.Context(), iotest.ErrReader(fs.ErrClosed), fs.ErrClosed},
	} {
		if err := store.Put(attempt.ctx, hash, attempt.from); !errors.Is(err, attempt.want) {
			t.Errorf("%s: %v, want %v", name, err, attempt.want)
		}
		if left := files(t, root); len(left) != 0 {
			t.Errorf("%s left %v", name, left)
		}
	}
	if _, err := store.Open(t.Context(), hash); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("open: %v, want fs.ErrNotExist", err)
	}
}

// The error of a full device as the kernel gives it, not as we imagine it.
func TestAFullDiskIsNamed(t *testing.T) {
	t.Parallel()
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = full.Close() }()
	_, err = full.WriteString("x")
	if err := images.New(t.TempDir()).Put(t.Context(), slip.HashOf(nil), iotest.ErrReader(err)); !errors.Is(err, images.ErrFull) {
		t.Errorf("put: %v, want ErrFull", err)
	}
}

func TestPuttingAtOnceAndAgainHealsADamagedImage(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	content := strings.Repeat("image", 50_000)
	hash := slip.HashOf([]byte(content))
	put := func() {
		if err := images.New(root).Put(t.Context(), hash, strings.NewReader(content)); err != nil {
			t.Error(err)
		}
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(put)
	}
	group.Wait()
	stored := files(t, root)
	if len(stored) != 1 {
		t.Fatalf("stored %v", stored)
	}
	if err := os.Remove(stored[0]); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(stored[0], []byte("damaged"), 0o400); err != nil {
		t.Fatal(err)
	}
	put()
	if read(t, images.New(root), hash) != content {
		t.Error("the damaged image was not healed")
	}
}

func TestRemainsOfAKilledProcessAreRemovedWhenOld(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	incoming := filepath.Join(root, "incoming")
	if err := os.Mkdir(incoming, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, age := range map[string]time.Duration{"old.part": 2 * time.Hour, "young.part": time.Minute} {
		path := filepath.Join(incoming, name)
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		at := time.Now().Add(-age)
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	if err := images.New(root).Put(t.Context(), slip.HashOf(nil), strings.NewReader("")); err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, path := range files(t, incoming) {
		left = append(left, filepath.Base(path))
	}
	if len(left) != 1 || left[0] != "young.part" {
		t.Errorf("left %v, want the young one", left)
	}
}

// A store that is not there is told from an image that is not there, and is not
// begun anew in its place.
func TestALostStoreIsNoMissingImage(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "images")
	store := images.New(root)
	hash, other := slip.HashOf([]byte("image")), slip.HashOf([]byte("other"))
	if err := store.Put(t.Context(), hash, strings.NewReader("image")); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(t.Context(), other); !errors.Is(err, fs.ErrNotExist) || errors.Is(err, images.ErrAway) {
		t.Errorf("an image that is missing: %v", err)
	}
	if err := os.Rename(root, root+".elsewhere"); err != nil {
		t.Fatal(err)
	}
	restarted := images.New(root)
	restarted.Expect()
	for _, mountPoint := range []bool{false, true} {
		if mountPoint {
			if err := os.Mkdir(root, 0o700); err != nil {
				t.Fatal(err)
			}
		}
		for _, store := range []*images.Store{store, restarted} {
			if _, err := store.Open(t.Context(), hash); !errors.Is(err, images.ErrAway) || errors.Is(err, fs.ErrNotExist) {
				t.Errorf("mount point there %t: open: %v, want ErrAway", mountPoint, err)
			}
			if err := store.Put(t.Context(), other, strings.NewReader("other")); !errors.Is(err, images.ErrAway) {
				t.Errorf("mount point there %t: put: %v, want ErrAway", mountPoint, err)
			}
		}
	}
	if err := errors.Join(os.Remove(root), os.Rename(root+".elsewhere", root)); err != nil {
		t.Fatal(err)
	}
	if err := restarted.Put(t.Context(), other, strings.NewReader("other")); err != nil {
		t.Error(err)
	}
	if read(t, restarted, hash) != "image" || read(t, store, other) != "other" {
		t.Error("other bytes came back")
	}
}
