package station_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"sesshu/scanner"
	"sesshu/scanner/station"
	"sesshu/scanner/virtual"
)

// A disk that cannot be written to: the words say so, nothing is lost, and the
// batch goes on once it can be written to again. Root may write anywhere, so
// that it needs a mounted disk; for others a folder's rights do.
func TestReadOnlyDisk(t *testing.T) {
	spool := t.TempDir()
	writable := func(yes bool) error {
		mode := os.FileMode(0o500)
		if yes {
			mode = 0o700
		}
		return os.Chmod(filepath.Join(spool, "b1"), mode)
	}
	unmount := func() {}
	if os.Geteuid() == 0 && exec.Command("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", spool).Run() == nil {
		unmount = sync.OnceFunc(func() {
			if said, err := exec.Command("umount", spool).CombinedOutput(); err != nil {
				t.Errorf("unmount: %v: %s", err, said)
			}
		})
		t.Cleanup(unmount)
		// The disk itself cannot be made read-only while the lock file is open for
		// writing; a second view of the batch's folder can.
		writable = func(yes bool) error {
			if yes {
				return exec.Command("umount", filepath.Join(spool, "b1")).Run()
			}
			batch := filepath.Join(spool, "b1")
			return errors.Join(exec.Command("mount", "--bind", batch, batch).Run(), exec.Command("mount", "-o", "remount,bind,ro", batch).Run())
		}
	}
	ledger := newLedger()
	s, err := station.Open(station.Config{Name: stationName, Dir: spool, Intake: ledger})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		unmount()
	})
	stack := cards(1, 2, 3)
	device := virtual.New(virtual.Config{})
	client := scannerFor(t, device)
	device.Load(stack[0])
	if _, err := s.Scan(t.Context(), client, scanner.Settings{}, "b1", nil); err != nil {
		t.Fatal(err)
	}
	if err := writable(false); err != nil {
		t.Fatal(err)
	}
	device.Load(stack[1:]...)
	report, err := s.Scan(t.Context(), client, scanner.Settings{}, "b1", nil)
	if err := writable(true); err != nil {
		t.Fatal(err)
	}
	if !errors.Is(err, scanner.SpoolReadOnly) || report.Safe != 1 || report.Title != scanner.SpoolReadOnly.Title() || !strings.Contains(report.Steps.English, "administrator") {
		t.Errorf("%v %+v", err, report)
	}
	device.Clear()
	device.Load(stack[report.Safe:]...)
	if report, err := s.Scan(t.Context(), client, scanner.Settings{}, "b1", nil); err != nil || report.Safe != 3 {
		t.Fatalf("%v %+v", err, report)
	}
	run(t, s)
	settle(t, s)
	ledger.wantSheets(t, stationName, "b1", 1, 2, 3)
}
