package station

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sesshu/ledger/slip"
	"sesshu/scanner"
	"sesshu/scanner/internal/testcard"
)

func openFor(t *testing.T, directory string) *Station {
	t.Helper()
	s, err := Open(Config{Name: "desk-1", Dir: directory})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func batchFor(t *testing.T, s *Station) *spoolBatch {
	t.Helper()
	b, err := s.spool.open("b1", nil, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestTwoStationsOneSpool(t *testing.T) {
	directory := t.TempDir()
	s := openFor(t, directory)
	if _, err := Open(Config{Name: "desk-1", Dir: directory}); !errors.Is(err, ErrSpoolInUse) {
		t.Errorf("second process: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(Config{Name: "desk-2", Dir: directory}); !errors.Is(err, ErrSpoolForeign) {
		t.Errorf("another station: %v", err)
	}
	openFor(t, directory)
}

func TestSpoolOfAnotherVersion(t *testing.T) {
	directory := t.TempDir()
	if err := os.WriteFile(filepath.Join(directory, "station.json"), []byte(`{"version":0,"station":"desk-1"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(Config{Name: "desk-1", Dir: directory}); !errors.Is(err, ErrSpoolVersion) {
		t.Errorf("got %v", err)
	}
}

func TestNames(t *testing.T) {
	for name, valid := range map[string]bool{"desk-1": true, "2026-04-01.A_7": true, "": false, "../up": false, ".hidden": false, "-v": false,
		"a/b": false, "束": false, strings.Repeat("x", 65): false} {
		if (ValidName(name) == nil) != valid {
			t.Errorf("%q: %v", name, ValidName(name))
		}
	}
}

// A disk that fails at any step: the error has its name, the sheet is not in,
// nothing of it comes back after a restart, and its number serves the next one.
func TestFailingDisk(t *testing.T) {
	for errno, want := range map[error]scanner.Condition{
		syscall.ENOSPC: scanner.SpoolFull, syscall.EROFS: scanner.SpoolReadOnly, syscall.EIO: scanner.SpoolFailed,
	} {
		for failing := 1; failing <= 2; failing++ { // the image, the record
			for _, after := range []bool{false, true} { // before the file is there, or when its directory is forced to disk
				directory := t.TempDir()
				s := openFor(t, directory)
				b := batchFor(t, s)
				if _, err := b.append(testcard.JPEG(1), slip.Sheet{}, ""); err != nil {
					t.Fatal(err)
				}
				writes := 0
				s.spool.write = func(path string, data []byte) error {
					if writes++; writes != failing {
						return writeDurably(path, data)
					}
					if after {
						if err := writeDurably(path, data); err != nil {
							return err
						}
					}
					return &fs.PathError{Op: "write", Path: path, Err: errno}
				}
				if _, err := b.append(testcard.JPEG(2), slip.Sheet{}, ""); !errors.Is(err, want) || !errors.Is(err, errno) {
					t.Errorf("%v: %v", errno, err)
				}
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
				s = openFor(t, directory)
				b, _ = s.spool.find("b1")
				if account := b.account(); account.Safe != 1 || account.Stuck != nil {
					t.Errorf("%v at write %d: %+v", errno, failing, account)
				}
				sheet, err := b.append(testcard.JPEG(3), slip.Sheet{}, "")
				if err != nil || sheet.Sequence != 2 {
					t.Errorf("next sheet %d, %v", sheet.Sequence, err)
				}
			}
		}
	}
}

// A sheet whose file vanished or changed under the station is never papered
// over: the batch stops for a person, and no number comes twice.
func TestDamagedSpool(t *testing.T) {
	directory := t.TempDir()
	s := openFor(t, directory)
	b := batchFor(t, s)
	for number := 1; number <= 3; number++ {
		if _, err := b.append(testcard.JPEG(number), slip.Sheet{}, ""); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(s.Close(), os.Remove(b.path(2, recordSuffix))); err != nil {
		t.Fatal(err)
	}
	account := openFor(t, directory).Batches()[0]
	if !errors.Is(account.Stuck, ErrSpoolDamaged) || account.Safe != 3 {
		t.Errorf("%+v", account)
	}
	if _, err := os.Stat(b.path(3, imageSuffix)); err != nil {
		t.Errorf("bytes of sheet 3: %v", err)
	}
}

// The spool against a simple model of it: sheets go in, are confirmed in order,
// and the process is restarted, also with the leftovers of a crash. Sequence
// numbers run 1, 2, 3 … without a gap and none comes twice.
func TestSpoolModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		directory, err := os.MkdirTemp("", "spool-model-*")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(directory)
		open := func() *Station {
			s, err := Open(Config{Name: "desk-1", Dir: directory})
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		s := open()
		defer func() { _ = s.Close() }()
		b, err := s.spool.open("b1", nil, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		safe, confirmed := 0, 0
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			switch rapid.SampledFrom([]string{"append", "append", "confirm", "restart", "crash"}).Draw(t, "step") {
			case "append":
				sheet, err := b.append([]byte{byte(safe)}, slip.Sheet{}, "")
				if safe++; err != nil || sheet.Sequence != safe {
					t.Fatalf("sheet %d, want %d: %v", sheet.Sequence, safe, err)
				}
			case "confirm":
				if confirmed == safe {
					continue
				}
				note, err := b.record(confirmed + 1)
				if err != nil {
					t.Fatal(err)
				}
				if confirmed++; b.confirmed(note) != nil {
					t.Fatal("not confirmed")
				}
			case "crash": // before the record was there, and while a file was written
				for _, name := range []string{sheetFile(safe+1, imageSuffix), temporaryPrefix + "1"} {
					if err := os.WriteFile(filepath.Join(b.directory, name), []byte("half"), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				fallthrough
			case "restart":
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
				s = open()
				b, _ = s.spool.find("b1")
			}
			if account := b.account(); account.Safe != safe || account.HandedIn != confirmed || account.Stuck != nil {
				t.Fatalf("%+v, want %d safe and %d handed in", account, safe, confirmed)
			}
		}
		left, err := filepath.Glob(filepath.Join(b.directory, "0*"))
		kept := safe - max(0, confirmed-1) // the last confirmed one stays for its picture
		if err != nil || len(left) != 2*kept {
			t.Fatalf("%d files for %d sheets, %v", len(left), kept, err)
		}
	})
}
