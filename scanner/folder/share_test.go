package folder

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"sesshu/scanner"
	"sesshu/scanner/internal/testcard"
)

// dated puts a file that was written at a moment by the share's clock.
func dated(t *testing.T, directory, name string, number int, moment time.Time) {
	t.Helper()
	put(t, directory, name, testcard.JPEG(number))
	if err := os.Chtimes(filepath.Join(directory, name), moment, moment); err != nil {
		t.Fatal(err)
	}
}

func wantTaken(t *testing.T, batch scanner.Batch, numbers ...int) {
	t.Helper()
	for i, number := range numbers {
		if !bytes.Equal(take(t, batch), testcard.JPEG(number)) {
			t.Errorf("file %d is not card %d", i+1, number)
		}
	}
	if _, err := batch.Next(t.Context()); !errors.Is(err, io.EOF) {
		t.Errorf("at the end: %v", err)
	}
}

// The clock of a share steps back by an hour in the middle of a stack: running
// numbers keep the order, and so does having been there before.
func TestClockGoesBackwards(t *testing.T) {
	directory := t.TempDir()
	noon := time.Now().Add(-24 * time.Hour)
	for number := 8; number <= 11; number++ {
		moment := noon.Add(time.Duration(number) * time.Second)
		if number >= 10 {
			moment = moment.Add(-time.Hour)
		}
		dated(t, directory, fmt.Sprintf("Scan %d.jpg", number), number, moment)
	}
	batch := watch(t, directory)
	if !bytes.Equal(take(t, batch), testcard.JPEG(8)) {
		t.Error("the first file is not the first sheet")
	}
	dated(t, directory, "a late one.jpg", 12, noon.Add(-2*time.Hour))
	wantTaken(t, batch, 9, 10, 11, 12)
}

// Files of unlike names come in the order in which they were written.
func TestOrderOfUnlikeNames(t *testing.T) {
	moment := time.Now()
	files := []entry{{name: "b2.jpg", modified: moment}, {name: "a10.jpg", modified: moment.Add(-time.Second)}, {name: "plain.jpg", modified: moment.Add(-time.Minute)}}
	got := sortGroup(files)
	if got[0].name != "plain.jpg" || got[1].name != "a10.jpg" || got[2].name != "b2.jpg" {
		t.Errorf("%v", got)
	}
	alike := []entry{{name: "20260401-x 0010.JPG"}, {name: "20260401-X 9.jpg", modified: moment}}
	if got := sortGroup(alike); got[0].name != "20260401-X 9.jpg" {
		t.Errorf("%v", got)
	}
}

// Programs write under another name and rename; the name between is left alone.
func TestTemporaryNames(t *testing.T) {
	directory := t.TempDir()
	for _, name := range []string{"1.jpg.part", "2.part.jpg", "3.tmp.jpg", "~4.jpg", ".5.jpg"} {
		put(t, directory, name, testcard.JPEG(1))
	}
	batch := watch(t, directory)
	renamed := make(chan error, 1)
	time.AfterFunc(50*time.Millisecond, func() {
		renamed <- os.Rename(filepath.Join(directory, "2.part.jpg"), filepath.Join(directory, "2.jpg"))
	})
	wantTaken(t, batch, 1)
	if err := <-renamed; err != nil {
		t.Error(err)
	}
}

// A file that is renamed after it was handed out is the same sheet: before it is
// confirmed, and after.
func TestRenamedAfterItWasHandedOut(t *testing.T) {
	for _, confirmed := range []bool{false, true} {
		directory := t.TempDir()
		put(t, directory, "a.jpg", testcard.JPEG(1))
		batch := watch(t, directory)
		image, err := batch.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		rename := func() {
			if err := os.Rename(filepath.Join(directory, "a.jpg"), filepath.Join(directory, "final a.jpg")); err != nil {
				t.Fatal(err)
			}
		}
		confirm := func() {
			if err := batch.(scanner.Confirmer).Confirm(t.Context(), image); err != nil {
				t.Fatal(err)
			}
		}
		if rename(); confirmed {
			confirm()
		}
		put(t, directory, "b.jpg", testcard.JPEG(2))
		next, err := batch.Next(t.Context())
		if err != nil || !bytes.Equal(next.Bytes, testcard.JPEG(2)) {
			t.Fatalf("confirmed %t: another sheet, %v", confirmed, err)
		}
		if !confirmed {
			confirm()
		}
		if err := batch.(scanner.Confirmer).Confirm(t.Context(), next); err != nil {
			t.Fatal(err)
		}
		if _, err := batch.Next(t.Context()); !errors.Is(err, io.EOF) {
			t.Errorf("at the end: %v", err)
		}
		left, err := os.ReadDir(filepath.Join(directory, takenFolder))
		if err != nil || len(left) != 2 {
			t.Errorf("confirmed %t: taken holds %v, %v", confirmed, left, err)
		}
		// Nor does it come again after a restart.
		if err := batch.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := watch(t, directory).Next(t.Context()); !errors.Is(err, scanner.FeederEmpty) {
			t.Errorf("confirmed %t: comes again: %v", confirmed, err)
		}
	}
}

// Two files of equal bytes, of the same moment by a share's coarse clock, are
// two sheets (two blank backs).
func TestEqualFilesAreTwoSheets(t *testing.T) {
	directory := t.TempDir()
	moment := time.Now().Add(-time.Hour).Truncate(time.Second)
	dated(t, directory, "back 1.jpg", 1, moment)
	dated(t, directory, "back 2.jpg", 1, moment)
	wantTaken(t, watch(t, directory), 1, 1)
}

// A program that appends after the file was taken: nothing is lost, the whole
// file comes again.
func TestAppendedAfterItWasTaken(t *testing.T) {
	directory := t.TempDir()
	put(t, directory, "a.jpg", testcard.JPEG(1))
	batch := watch(t, directory)
	image, err := batch.Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	put(t, directory, "a.jpg", testcard.JPEG(2))
	if err := batch.(scanner.Confirmer).Confirm(t.Context(), image); err != nil {
		t.Fatal(err)
	}
	wantTaken(t, batch, 2)
}

// A file that is whole as far as it goes, and still open: more may come.
func TestWaitsUntilTheFileIsClosed(t *testing.T) {
	if runtime.GOOS != "linux" && runtime.GOOS != "windows" {
		t.Log("this system does not tell")
		return
	}
	directory := t.TempDir()
	path := filepath.Join(directory, "a.jpg")
	put(t, directory, "a.jpg", testcard.JPEG(1))
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	if !writtenTo(path) {
		t.Error("an open file is not noticed")
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	if writtenTo(path) {
		t.Error("a closed file counts as open")
	}
	reader, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if writtenTo(path) {
		t.Error("a reader counts as a writer")
	}
	if err := reader.Close(); err != nil {
		t.Fatal(err)
	}
	if file, err = os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0); err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := watch(t, directory).Next(t.Context()); !errors.Is(err, scanner.BrokenTransfer) || !errors.Is(err, errStillOpen) {
		t.Errorf("a file that stays open: %v", err)
	}
}

// A share that goes away comes back, or it does not.
func TestShareGoesAway(t *testing.T) {
	directory := t.TempDir()
	put(t, directory, "a.jpg", testcard.JPEG(1))
	watching := watch(t, directory).(*batch)
	looks := 0
	failing := func(most int) func(string) ([]fs.DirEntry, error) {
		return func(name string) ([]fs.DirEntry, error) {
			if looks++; looks <= most {
				return nil, &fs.PathError{Op: "readdirent", Path: name, Err: [...]error{syscall.EAGAIN, syscall.EIO}[looks%2]}
			}
			return os.ReadDir(name)
		}
	}
	watching.device.readDir = failing(5)
	if !bytes.Equal(take(t, watching), testcard.JPEG(1)) {
		t.Error("another file")
	}
	watching.device.readDir = failing(1 << 30)
	if _, err := watching.Next(t.Context()); !errors.Is(err, scanner.Unplugged) {
		t.Errorf("a share that stays away: %v", err)
	}
}
