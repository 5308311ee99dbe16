package postgres

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"
)

// process is a running server: our child, or one that we adopted.
type process struct {
	pid    int
	exited <-chan struct{}
}

// done is closed when the server has ended.
func (p process) done() <-chan struct{} { return p.exited }

// The patience of stop: PostgreSQL writes a checkpoint when it stops.
const (
	cleanPatience = time.Minute
	roughPatience = 10 * time.Second
)

// stop asks for a fast shutdown, which loses nothing that was committed; only
// when that hangs does it stop the server the hard way, to recover at the next
// start.
func (p process) stop() error {
	for _, attempt := range []struct {
		signal   syscall.Signal
		patience time.Duration
	}{
		{syscall.SIGINT, cleanPatience},
		{syscall.SIGQUIT, roughPatience},
		{syscall.SIGKILL, roughPatience},
	} {
		if err := syscall.Kill(p.pid, attempt.signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			return err
		}
		select {
		case <-p.exited:
			return nil
		case <-time.After(attempt.patience):
		}
	}
	return fmt.Errorf("process %d does not end", p.pid)
}

// start brings a server up: makes the database, adopts or starts, and waits.
func (s *Server) start(ctx context.Context) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	as, err := findIdentity()
	if err != nil {
		return err
	}
	programs, err := findBinaries(ctx, s.layout.data())
	if err != nil {
		return err
	}
	if _, err := os.Stat(s.layout.data()); errors.Is(err, os.ErrNotExist) {
		if err := initialise(ctx, s.layout, programs, as); err != nil {
			return err
		}
	}
	if err := admit(s.layout, as); err != nil {
		return err
	}
	if adopted, ok := s.adopt(ctx); ok {
		s.process = adopted
		return nil
	}
	for {
		started, err := s.launch(ctx, programs, as)
		if err == nil {
			s.process = started
			return nil
		}
		if ctx.Err() != nil || !errors.Is(err, errRemains) {
			return err
		}
		select {
		case <-ctx.Done():
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// errRemains says that children of a killed server still hold its memory. They
// notice their parent's death and go; the server may start then.
var errRemains = errors.New("parts of a server that was killed still run")

// launch starts a server and waits until it answers.
func (s *Server) launch(ctx context.Context, programs binaries, as identity) (started process, err error) {
	if s.socket != "" {
		s.layout.removeSocket(s.socket)
	}
	if s.socket, err = s.layout.makeSocket(as); err != nil {
		return process{}, err
	}
	log, err := s.openLog()
	if err != nil {
		return process{}, err
	}
	before, err := log.Seek(0, 2)
	if err != nil {
		return process{}, errors.Join(err, log.Close())
	}
	command := as.command(context.WithoutCancel(ctx), programs.postgres(), nil, s.arguments()...)
	command.Stdout, command.Stderr = log, log
	for _, path := range []string{s.layout.data(), s.socket} {
		folder, err := os.Open(path)
		if err != nil {
			return process{}, errors.Join(err, log.Close())
		}
		defer func() { _ = folder.Close() }() // opened to be named only
		command.ExtraFiles = append(command.ExtraFiles, folder)
	}
	if err := errors.Join(command.Start(), log.Close()); err != nil {
		return process{}, err
	}
	exited := make(chan struct{})
	go reap(command, exited)
	started = process{command.Process.Pid, exited}
	for {
		err := ping(ctx, s.ServiceURL())
		if err == nil {
			return started, nil
		}
		select {
		case <-exited:
			return process{}, s.explain(before)
		case <-ctx.Done():
			return process{}, errors.Join(ctx.Err(), started.stop())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// reap waits for a child and tells of its end; the log says how it ended.
func reap(command *exec.Cmd, exited chan<- struct{}) {
	_ = command.Wait()
	close(exited)
}

// arguments are the server's settings. Its log must not quote what people
// wrote on slips: errors go to the client only, which knows the statement.
func (s *Server) arguments() []string {
	settings := map[string]string{
		"listen_addresses":                "",
		"unix_socket_directories":         socketDescriptor,
		"unix_socket_permissions":         "0700",
		"port":                            port,
		"max_connections":                 "100",
		"log_min_messages":                "log",
		"log_min_error_statement":         "panic",
		"log_error_verbosity":             "terse",
		"log_checkpoints":                 "off",
		"max_parallel_workers_per_gather": "0", // one process per core is the worker's share
		"timezone":                        "UTC",
	}
	maps.Copy(settings, s.config.Settings)
	arguments := []string{"-D", dataDescriptor}
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		arguments = append(arguments, "-c", name+"="+settings[name])
	}
	return arguments
}

// largestLog is the size at which the server's log is put aside at a start.
const largestLog = 10 << 20

func (s *Server) openLog() (*os.File, error) {
	if info, err := os.Stat(s.layout.log()); err == nil && info.Size() > largestLog {
		if err := os.Rename(s.layout.log(), s.layout.oldLog()); err != nil {
			return nil, err
		}
	}
	return os.OpenFile(s.layout.log(), os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o600)
}

// explain turns what the server wrote since before into an error.
func (s *Server) explain(before int64) error {
	text, err := os.ReadFile(s.layout.log())
	if err != nil {
		return err
	}
	said := string(text[min(before, int64(len(text))):])
	if strings.Contains(said, "pre-existing shared memory block") || strings.Contains(said, `lock file "postmaster.pid" already exists`) {
		return fmt.Errorf("%w: %s", errRemains, lastLines([]byte(said)))
	}
	return fmt.Errorf("the server did not start: %s", lastLines([]byte(said)))
}
