package station_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"sesshu/scanner"
	"sesshu/scanner/escl"
	"sesshu/scanner/handin"
	"sesshu/scanner/station"
)

// Environment of a station process that feeds once; see crash_test.go for the
// others.
const (
	stationToken    = "STATION_PROCESS_TOKEN"
	stationBatch    = "STATION_PROCESS_BATCH"
	stationDeclared = "STATION_PROCESS_DECLARED"
	stationDuplex   = "STATION_PROCESS_DUPLEX"
	stationLimit    = "STATION_PROCESS_LIMIT" // bytes that a file may have
)

// feedMain is a whole station that feeds one stack and says what stopped it.
func feedMain() error {
	if text := os.Getenv(stationLimit); text != "" {
		limit, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			return err
		}
		signal.Ignore(syscall.SIGXFSZ) // or it would kill instead of failing the write
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: limit, Max: limit}); err != nil {
			return err
		}
	}
	directory := os.Getenv(stationProcess)
	device, err := newScanner(os.Getenv(stationScanner), directory)
	if err != nil {
		return err
	}
	intake, err := handin.New(handin.Config{URL: os.Getenv(stationService), Token: os.Getenv(stationToken)})
	if err != nil {
		return err
	}
	s, err := station.Open(station.Config{Name: stationName, Dir: filepath.Join(directory, "spool"), Intake: intake,
		RetryFirst: time.Millisecond, RetryMost: 2 * time.Millisecond})
	if err != nil {
		return err
	}
	declared, err := strconv.Atoi(os.Getenv(stationDeclared))
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	settings := scanner.Settings{DoubleFeedDetection: true, Duplex: os.Getenv(stationDuplex) == "true"}
	_, fault := s.Scan(ctx, device, settings, os.Getenv(stationBatch), &declared)
	if fault != nil {
		fmt.Println(scanner.ConditionOf(fault))
	}
	stop()
	return errors.Join(<-ended, s.Close())
}

// newScanner is the client of the campaign's scanner. Its job file lies beside
// the spool, so that whoever comes next frees what a dead client left.
func newScanner(address, directory string) (*escl.Device, error) {
	return escl.New(escl.Config{URL: address, JobFile: filepath.Join(directory, "job"), Poll: time.Millisecond,
		BusyPatience: 50 * time.Millisecond, StallPatience: 10 * time.Second, SettlePatience: time.Second})
}

// feedProcess feeds from a station that is a process of its own, which may be
// killed at any moment, and then starts the station again. What to do is then
// what the restarted station says.
func (c *campaign) feedProcess(batch string, limit int) (station.Report, error) {
	c.stop()
	command := exec.Command(os.Args[0])
	command.Env = append(os.Environ(), stationProcess+"="+c.directory, stationScanner+"="+c.server.URL+"/eSCL",
		stationBatch+"="+batch, stationDeclared+"="+strconv.Itoa(c.sheets), stationDuplex+"="+strconv.FormatBool(c.settings.Duplex))
	if limit > 0 {
		command.Env = append(command.Env, stationLimit+"="+strconv.Itoa(limit))
	}
	var said bytes.Buffer
	command.Stdout, command.Stderr = &said, os.Stderr
	if err := command.Start(); err != nil {
		c.t.Fatal(err)
	}
	stopped := func() {}
	if limit == 0 && c.random.IntN(8) > 0 {
		stopped = c.killLater(command.Process)
	}
	err := command.Wait()
	stopped()
	c.revive()
	full := said.String() == scanner.SpoolFull.Error()+"\n"
	var ended *exec.ExitError
	switch {
	case errors.As(err, &ended) && ended.ExitCode() < 0:
		c.tally["killed station"]++
	case err != nil:
		c.t.Fatalf("station process: %v", err)
	case full:
		c.tally["full disk"]++
	}
	c.service.away.Store(false)
	c.open()
	if full {
		c.emptied()
	}
	report, err := c.station.Report(batch)
	if errors.Is(err, station.ErrUnknownBatch) { // it died before the batch was there
		return station.Report{Batch: batch, Fault: station.ErrInterrupted}, station.ErrInterrupted
	}
	if err != nil {
		c.t.Fatal(err)
	}
	return report, report.Fault
}

// killLater kills a station process once it has pulled a random number of sheets
// in and a few moments more: some die before they have done anything, some after
// the last sheet. It returns how to give that up and wait for it.
func (c *campaign) killLater(process *os.Process) (stopped func()) {
	left, moments := c.random.IntN(len(c.device.Feeder())+1), time.Duration(c.random.IntN(15))*time.Millisecond
	ended, given := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for len(c.device.Feeder()) > left {
			select {
			case <-given:
				return
			case <-time.After(time.Millisecond):
			}
		}
		time.Sleep(moments)
		_ = process.Kill()
	}()
	return func() {
		close(given)
		<-ended
	}
}
