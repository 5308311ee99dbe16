package folder

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"sesshu/scanner"
	"sesshu/scanner/internal/testcard"
)

func watch(t *testing.T, directory string) scanner.Batch {
	t.Helper()
	device := New(Config{Dir: directory, Stable: 20 * time.Millisecond, Broken: 2 * time.Second, Idle: time.Second, Poll: 2 * time.Millisecond})
	batch, err := device.Scan(t.Context(), scanner.Settings{DPI: 300})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(batch.Close(), batch.Close()); err != nil {
			t.Error(err)
		}
	})
	return batch
}

func put(t *testing.T, directory, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(directory, name), data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// take asks for the next file, confirms it and returns its bytes.
func take(t *testing.T, batch scanner.Batch) []byte {
	t.Helper()
	image, err := batch.Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := batch.(scanner.Confirmer).Confirm(t.Context(), image); err != nil {
		t.Fatal(err)
	}
	return image.Bytes
}

func TestTakesFilesInOrderAndMovesThem(t *testing.T) {
	directory := t.TempDir()
	start := time.Now().Add(-time.Hour)
	for i, name := range []string{"scan 9.jpg", "scan 10.JPG", "b.png", ".hidden.jpg", "notes.txt"} {
		data := testcard.JPEG(i)
		if name == "b.png" {
			data = testcard.PNG(i, 30, 40)
		}
		put(t, directory, name, data)
		moment := start.Add(time.Duration(i) * time.Second)
		if err := os.Chtimes(filepath.Join(directory, name), moment, moment); err != nil {
			t.Fatal(err)
		}
	}
	put(t, directory, "late.jpg", testcard.JPEG(4))
	batch := watch(t, directory)
	for i, want := range [][]byte{testcard.JPEG(0), testcard.JPEG(1), testcard.PNG(2, 30, 40), testcard.JPEG(4)} {
		if !bytes.Equal(take(t, batch), want) {
			t.Errorf("file %d is another one", i+1)
		}
	}
	if _, err := batch.Next(t.Context()); !errors.Is(err, io.EOF) {
		t.Errorf("at the end: %v", err)
	}
	for _, name := range []string{"scan 9.jpg", "scan 10.JPG", "b.png", "late.jpg"} {
		if _, err := os.Stat(filepath.Join(directory, takenFolder, name)); err != nil {
			t.Error(err)
		}
	}
}

// A file that grows in pieces, with pauses, is taken once and whole.
func TestWaitsForAGrowingFile(t *testing.T) {
	directory := t.TempDir()
	whole := testcard.JPEG(7)
	file, err := os.Create(filepath.Join(directory, "a.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	written := make(chan error, 1)
	go func() {
		var err error
		for at := 0; at < len(whole) && err == nil; at += len(whole)/4 + 1 {
			_, err = file.Write(whole[at:min(at+len(whole)/4+1, len(whole))])
			time.Sleep(40 * time.Millisecond) // longer than the file need be stable
		}
		written <- errors.Join(err, file.Close())
	}()
	batch := watch(t, directory)
	if !bytes.Equal(take(t, batch), whole) {
		t.Error("file was taken before it was whole")
	}
	if err := <-written; err != nil {
		t.Error(err)
	}
}

// A file that never becomes whole stops the feed and is kept for a person; the
// files after it are not taken out of turn.
func TestBrokenFileStopsTheFeed(t *testing.T) {
	directory := t.TempDir()
	half := testcard.JPEG(1)
	half = half[:len(half)/2]
	put(t, directory, "1.jpg", half)
	moment := time.Now().Add(-time.Hour)
	if err := os.Chtimes(filepath.Join(directory, "1.jpg"), moment, moment); err != nil {
		t.Fatal(err)
	}
	put(t, directory, "2.jpg", testcard.JPEG(2))
	batch := watch(t, directory)
	if _, err := batch.Next(t.Context()); !errors.Is(err, scanner.BrokenTransfer) {
		t.Fatalf("got %v", err)
	}
	kept, err := os.ReadFile(filepath.Join(directory, brokenFolder, "1.jpg"))
	if err != nil || !bytes.Equal(kept, half) {
		t.Errorf("broken file: %v", err)
	}
}

// Not confirmed means not taken: it comes again after a restart. Confirmed means
// never again, even when the file could not be moved away.
func TestRestart(t *testing.T) {
	directory := t.TempDir()
	put(t, directory, "a.jpg", testcard.JPEG(1))
	first := watch(t, directory)
	image, err := first.Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second := watch(t, directory)
	again, err := second.Next(t.Context())
	if err != nil || again.Source != image.Source {
		t.Fatalf("%v, source %q, want %q", err, again.Source, image.Source)
	}
	// The crash comes after the journal and before the move; the entry that was
	// being written then is torn.
	batch, ok := second.(interface{ Close() error })
	if !ok {
		t.Fatal("no batch")
	}
	if err := batch.Close(); err != nil {
		t.Fatal(err)
	}
	put(t, directory, journalFile, []byte(image.Source+"\ntorn entr"))
	third := watch(t, directory)
	if _, err := third.Next(t.Context()); !errors.Is(err, scanner.FeederEmpty) {
		t.Errorf("taken twice: %v", err)
	}
	if _, err := os.Stat(filepath.Join(directory, takenFolder, "a.jpg")); err != nil {
		t.Error(err)
	}
}

func TestContextEndsAWatch(t *testing.T) {
	device := New(Config{Dir: t.TempDir()})
	batch, err := device.Scan(t.Context(), scanner.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	defer batch.Close()
	if _, err := device.Scan(t.Context(), scanner.Settings{}); !errors.Is(err, scanner.Busy) {
		t.Errorf("second watch: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := batch.Next(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestMissingFolder(t *testing.T) {
	device := New(Config{Dir: filepath.Join(t.TempDir(), "file")})
	if _, err := device.Capabilities(t.Context()); !errors.Is(err, scanner.Unplugged) {
		t.Errorf("got %v", err)
	}
}
