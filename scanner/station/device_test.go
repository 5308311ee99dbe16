package station_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"sesshu/scanner"
	"sesshu/scanner/folder"
	"sesshu/scanner/internal/testcard"
	"sesshu/scanner/sane"
	"sesshu/scanner/station"
)

func watchedFolder(directory string) *folder.Device {
	return folder.New(folder.Config{Dir: directory, Stable: 10 * time.Millisecond, Idle: 150 * time.Millisecond, Poll: 2 * time.Millisecond})
}

func putCards(t *testing.T, directory string, numbers ...int) {
	t.Helper()
	for i, number := range numbers {
		name := filepath.Join(directory, fmt.Sprintf("%03d.jpg", number))
		moment := time.Now().Add(time.Duration(i-1000) * time.Second)
		if err := errors.Join(os.WriteFile(name, testcard.JPEG(number), 0o600), os.Chtimes(name, moment, moment)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFolderToLedger(t *testing.T) {
	watched := t.TempDir()
	putCards(t, watched, 1, 2, 3, 4)
	ledger := newLedger()
	s := open(t, t.TempDir(), ledger, nil)
	run(t, s)
	report, err := s.Scan(t.Context(), watchedFolder(watched), scanner.Settings{}, "b1", count(4))
	if err != nil || !report.Complete() {
		t.Fatalf("%v %+v", err, report)
	}
	settle(t, s)
	ledger.wantSheets(t, stationName, "b1", 1, 2, 3, 4)
}

// What the service would refuse for its size stops the feed before the spool, and
// stays in the folder: one file, or two sides that are too much together. When a
// person has taken it out, the batch goes on.
func TestTooLargeStaysInTheFolder(t *testing.T) {
	for name, c := range map[string]struct {
		duplex bool
		files  []string // too large
		sizes  int64
	}{
		"a file":    {false, []string{"2.jpg"}, scanner.LargestImage + 1},
		"two sides": {true, []string{"2.jpg", "3.jpg"}, scanner.LargestImage / 2},
	} {
		t.Run(name, func(t *testing.T) {
			watched := t.TempDir()
			sides := 1
			if c.duplex {
				sides = 2
			}
			putCards(t, watched, upTo(sides)...)
			for _, file := range c.files {
				if err := os.WriteFile(filepath.Join(watched, file), padded(testcard.JPEG(9), c.sizes), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			ledger := newLedger()
			s := open(t, t.TempDir(), ledger, nil)
			run(t, s)
			report, err := s.Scan(t.Context(), watchedFolder(watched), scanner.Settings{Duplex: c.duplex, DPI: 300}, "b1", nil)
			if !errors.Is(err, scanner.TooLarge) || report.Safe != 1 || report.Title != scanner.TooLarge.Title() {
				t.Fatalf("%v %+v", err, report)
			}
			for _, file := range c.files {
				if err := os.Remove(filepath.Join(watched, file)); err != nil {
					t.Errorf("the person finds no file: %v", err)
				}
			}
			putCards(t, watched, upTo(sides)...)
			if report, err := s.Scan(t.Context(), watchedFolder(watched), scanner.Settings{Duplex: c.duplex, DPI: 300}, "b1", nil); err != nil || report.Safe != 2 {
				t.Errorf("going on: %v %+v", err, report)
			}
			settle(t, s)
		})
	}
}

// padded returns a JPEG with as many comments that it has at least size bytes.
func padded(image []byte, size int64) []byte {
	const segment = 1 << 15
	comment := append([]byte{0xff, 0xfe, segment >> 8, 0}, make([]byte, segment-2)...)
	start, rest := image[:2], image[2:]
	count := (int(size)-len(image))/len(comment) + 1
	return slices.Concat(start, bytes.Repeat(comment, count), rest)
}

// forgetting is a folder whose process dies between the spool and the folder's
// own journal.
type forgetting struct{ scanner.Device }

func (f forgetting) Scan(ctx context.Context, settings scanner.Settings) (scanner.Batch, error) {
	batch, err := f.Device.Scan(ctx, settings)
	return forgettingBatch{batch}, err
}

type forgettingBatch struct{ scanner.Batch }

var errDied = errors.New("the process died here")

func (forgettingBatch) Confirm(context.Context, ...scanner.Image) error { return errDied }

// A file that is in the spool, and was not yet taken out of its folder when the
// process died, is offered again, and is not a second sheet; neither before nor
// after it was handed in.
func TestFolderCrashBeforeConfirm(t *testing.T) {
	for _, handedIn := range []bool{false, true} {
		watched, spool := t.TempDir(), t.TempDir()
		putCards(t, watched, 1, 2, 3)
		ledger := newLedger()
		s := open(t, spool, ledger, nil)
		if _, err := s.Scan(t.Context(), forgetting{watchedFolder(watched)}, scanner.Settings{}, "b1", nil); !errors.Is(err, errDied) {
			t.Fatal(err)
		}
		if handedIn {
			ctx, stop := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() { ended <- s.Run(ctx) }()
			settle(t, s)
			stop()
			if err := <-ended; err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = open(t, spool, ledger, nil)
		run(t, s)
		report, err := s.Scan(t.Context(), watchedFolder(watched), scanner.Settings{}, "b1", nil)
		if err != nil || report.Safe != 3 || report.Fed != 2 {
			t.Fatalf("handed in %t: %v %+v", handedIn, err, report)
		}
		settle(t, s)
		ledger.wantSheets(t, stationName, "b1", 1, 2, 3)
	}
}

// Ten sheets from SANE's own test device, then its feeder is empty.
func TestSANEToLedger(t *testing.T) {
	configuration := t.TempDir()
	if err := os.WriteFile(filepath.Join(configuration, "dll.conf"), []byte("test\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	device, err := sane.New(sane.Config{Device: "test:0", ConfigDir: configuration, WorkDir: t.TempDir(),
		Options: []sane.Option{{Name: "test-picture", Value: "Color pattern"}}})
	if err != nil {
		t.Fatal(err)
	}
	ledger := newLedger()
	s := open(t, t.TempDir(), ledger, nil)
	run(t, s)
	settings := scanner.Settings{DPI: 50, Size: scanner.Size{Width: 40, Height: 40}}
	report, err := s.Scan(t.Context(), device, settings, "b1", count(10))
	if err != nil || !report.Complete() || report.Fed != 10 {
		t.Fatalf("%v %+v", err, report)
	}
	if len(report.Repeats) != 9 {
		t.Errorf("ten equal pictures, %d repeats", len(report.Repeats))
	}
	if err := s.CloseBatch("b1", station.Closing{}); !errors.Is(err, station.ErrRepeats) {
		t.Fatalf("nine repeats nobody answers for: %v", err)
	}
	if err := s.CloseBatch("b1", station.Closing{Person: "operator-7", Reason: "the test device has one picture"}); err != nil {
		t.Fatal(err)
	}
	settle(t, s)
	if len(ledger.sheets) != 10 {
		t.Errorf("%d sheets", len(ledger.sheets))
	}
}
