package station_test

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"sesshu/scanner"
	"sesshu/scanner/escl"
	"sesshu/scanner/handin"
	"sesshu/scanner/station"
	"sesshu/scanner/virtual"
)

// Environment of the station process.
const (
	stationProcess = "STATION_PROCESS_SPOOL"
	stationScanner = "STATION_PROCESS_SCANNER"
	stationService = "STATION_PROCESS_SERVICE"
)

// stationMain is a whole station: it feeds what is in the scanner, hands it in
// over HTTP, closes the batch and exits.
func stationMain() error {
	directory := os.Getenv(stationProcess)
	device, err := escl.New(escl.Config{URL: os.Getenv(stationScanner), JobFile: filepath.Join(directory, "job"), Poll: 2 * time.Millisecond})
	if err != nil {
		return err
	}
	intake, err := handin.New(handin.Config{URL: os.Getenv(stationService), Token: "secret"})
	if err != nil {
		return err
	}
	s, err := station.Open(station.Config{Name: stationName, Dir: directory, Intake: intake, RetryFirst: time.Millisecond,
		Logger: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))})
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	_, err = s.Scan(ctx, device, scanner.Settings{}, "b1", count(crashSheets))
	if errors.Is(err, scanner.FeederEmpty) || errors.Is(err, station.ErrBatchClosed) {
		err = nil // all paper went through before the last crash
	}
	if err == nil {
		err = s.CloseBatch("b1", station.Closing{})
	}
	if err == nil {
		err = s.Settled(ctx)
	}
	stop()
	return errors.Join(err, <-ended, s.Close())
}

const (
	crashSheets = 150
	crashes     = 20
)

// The station process is killed at random moments, 20 times. After each death
// the operator does what a restarted station says: everything behind the last
// safe sheet goes back into the feeder. In the end each sheet is in the ledger
// exactly once and in order.
func TestKilledStationLosesAndDoublesNothing(t *testing.T) {
	directory := t.TempDir()
	stack := cards(upTo(crashSheets)...)
	device := virtual.New(virtual.Config{Pace: 3 * time.Millisecond})
	device.Load(stack...)
	scannerServer := httptest.NewServer(device)
	defer scannerServer.Close()
	ledger := newLedger()
	service := httptest.NewServer(ledger)
	defer service.Close()

	start := func() *exec.Cmd {
		command := exec.Command(os.Args[0])
		command.Env = append(os.Environ(), stationProcess+"="+directory,
			stationScanner+"="+scannerServer.URL+"/eSCL", stationService+"="+service.URL)
		command.Stderr = os.Stderr
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		return command
	}
	random := rand.New(rand.NewPCG(4, 20210412)) //nolint:gosec // moments, not secrets
	inTime := 0
	for range crashes {
		command := start()
		time.Sleep(time.Duration(10+random.IntN(150)) * time.Millisecond)
		if command.Process.Kill() == nil {
			inTime++
		}
		_ = command.Wait() // killed
		device.Clear()
		device.Load(stack[safeSheets(t, directory):]...)
	}
	if err := start().Wait(); err != nil {
		t.Fatalf("last run: %v", err)
	}
	ledger.wantSheets(t, stationName, "b1", upTo(crashSheets)...)
	if !ledger.closed["b1"] {
		t.Error("batch is not closed")
	}
	t.Logf("killed %d times; %d hand-ins for %d sheets", inTime, ledger.handed, crashSheets)
}

// safeSheets is what a restarted station says of the batch.
func safeSheets(t *testing.T, directory string) int {
	t.Helper()
	s, err := station.Open(station.Config{Name: stationName, Dir: directory})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	batches := s.Batches()
	if len(batches) == 0 {
		return 0
	}
	return batches[0].Safe
}
