package postgres

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// adopt takes over the server that a killed holder left running.
func (s *Server) adopt(ctx context.Context) (process, bool) {
	text, err := os.ReadFile(s.layout.pidFile())
	if err != nil {
		return process{}, false
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(first))
	if err != nil || pid <= 1 {
		return process{}, false
	}
	alive := syscall.Kill(pid, 0) == nil
	if !s.runs(pid) {
		if alive {
			// The number belongs to somebody else by now, and PostgreSQL
			// would take that for a running server.
			_ = os.Remove(s.layout.pidFile())
		}
		return process{}, false
	}
	if err := syscall.Kill(pid, syscall.SIGHUP); err != nil { // read again whom to admit
		return process{}, false
	}
	if s.socket, err = s.layout.readSocket(); err != nil || !s.answers(ctx, pid) {
		return process{}, false
	}
	s.config.Logger.InfoContext(ctx, "adopted the private database that was left running", slog.String("dir", s.layout.dir))
	return process{pid, s.watch(pid)}, true
}

// answers waits for a server that may still be starting or recovering.
func (s *Server) answers(ctx context.Context, pid int) bool {
	for s.runs(pid) && ctx.Err() == nil {
		if ping(ctx, s.ServiceURL()) == nil {
			return true
		}
		time.Sleep(50 * time.Millisecond)
	}
	return false
}

// runs reports whether pid is a server on our data: servers work in their data
// folder. A zombie has no working folder.
func (s *Server) runs(pid int) bool {
	theirs, err := os.Stat(filepath.Join("/proc", strconv.Itoa(pid), "cwd"))
	if err != nil {
		return false
	}
	ours, err := os.Stat(s.layout.data())
	return err == nil && os.SameFile(theirs, ours)
}

// watch tells when a server that is not our child has ended; the kernel tells
// only parents, so it looks.
func (s *Server) watch(pid int) <-chan struct{} {
	exited := make(chan struct{})
	go func() {
		for s.runs(pid) {
			time.Sleep(100 * time.Millisecond)
		}
		close(exited)
	}()
	return exited
}
