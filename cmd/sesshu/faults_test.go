package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestDemoSurvivesKills runs the demo while it kills, with SIGKILL and at
// random moments, the service, a reading process or PostgreSQL; after each
// death of the service it is started again on the same state. In the end every
// sheet must be accounted for once, and the ledger must prove whole.
//
// SESSHU_KILLS sets the number of kills (`make faults` asks for 50) and
// SESSHU_SEED the moments.
func TestDemoSurvivesKills(t *testing.T) {
	kills := number(t, "SESSHU_KILLS", 4)
	seed := number(t, "SESSHU_SEED", 1)
	random := rand.New(rand.NewPCG(uint64(seed), 0))
	state := t.TempDir()
	counts := map[string]int{}
	runs := 0
	for done := 0; done < kills; {
		runs++
		demo := startProgram(t, state, "demo", "--once")
		// The slips are drawn before anything that could be lost begins.
		for !drawn(state) && !demo.endedWithin(100*time.Millisecond) {
		}
		for done < kills {
			delay := time.Duration(300+random.IntN(6000)) * time.Millisecond
			if demo.endedWithin(delay) {
				break
			}
			victim := []string{"service", "worker", "postgres"}[random.IntN(3)]
			if !kill(t, demo, state, victim) {
				t.Logf("no %s to kill at this moment", victim)
				continue
			}
			done++
			counts[victim]++
			if victim == "service" {
				demo.wait()
				demo = startProgram(t, state, "demo", "--once")
			}
		}
		checkDemo(t, demo)
		verify := startProgram(t, filepath.Join(state, "demo"), "verify")
		if status := verify.wait(); status != 0 {
			t.Fatalf("verify ended with status %d:\n%s\n%s", status, verify.stdout.String(), verify.stderr.String())
		}
	}
	t.Logf("%d kills %v in %d demos: every sheet accounted for", kills, counts, runs)
}

// drawn reports whether the stack of a demo that is not finished lies ready.
func drawn(state string) bool {
	_, err := os.Stat(filepath.Join(state, "demo", "stack"))
	_, finished := os.Stat(filepath.Join(state, "demo", finishedMark))
	return err == nil && finished != nil
}

func checkDemo(t *testing.T, demo *program) {
	t.Helper()
	status := demo.wait()
	var report demoReport
	if err := json.Unmarshal(demo.stdout.Bytes(), &report); err != nil {
		t.Fatalf("demo ended with status %d and no report: %v\n%s", status, err, demo.stderr.String())
	}
	if status != 0 || report.Unaccounted != 0 || report.WrongAccepted != 0 ||
		report.Fed != report.Accepted+report.Review+report.Rejected {
		t.Fatalf("demo ended with status %d: %+v\n%s", status, report, demo.stderr.String())
	}
}

// kill ends one process of the demo at once and reports whether it was there.
func kill(t *testing.T, demo *program, state, victim string) bool {
	t.Helper()
	pid := 0
	switch victim {
	case "service":
		pid = demo.command.Process.Pid
	case "worker":
		for _, child := range children(demo.command.Process.Pid) {
			if line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", child)); err == nil && bytes.Contains(line, []byte("--pipe")) {
				pid = child
			}
		}
	case "postgres":
		pid = postmaster(state)
	}
	if pid == 0 {
		return false
	}
	err := syscall.Kill(pid, syscall.SIGKILL)
	if err != nil && !errors.Is(err, syscall.ESRCH) {
		t.Fatalf("kill %s: %v", victim, err)
	}
	return err == nil
}

func children(parent int) []int {
	var found []int
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, stat := range stats {
		text, err := os.ReadFile(stat)
		if err != nil {
			continue
		}
		// pid (name) state ppid …; the name may hold anything but the last ")".
		_, rest, ok := strings.Cut(string(text[bytes.LastIndexByte(text, ')')+1:]), " ")
		fields := strings.Fields(rest)
		if !ok || len(fields) < 2 || fields[1] != strconv.Itoa(parent) {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(stat))); err == nil {
			found = append(found, pid)
		}
	}
	return found
}

// postmaster finds the private server of a state directory by its pid file.
func postmaster(state string) int {
	var pid int
	_ = filepath.WalkDir(state, func(path string, entry os.DirEntry, err error) error {
		if err == nil && entry.Name() == "postmaster.pid" {
			if text, err := os.ReadFile(path); err == nil {
				line, _, _ := strings.Cut(string(text), "\n")
				// A negative number is initdb's own single-user server.
				if number, err := strconv.Atoi(strings.TrimSpace(line)); err == nil && number > 0 {
					pid = number
				}
			}
		}
		return nil
	})
	return pid
}

func number(t *testing.T, variable string, otherwise int) int {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", variable, err)
	}
	return n
}

// program is this program, running as a process of its own.
type program struct {
	command        *exec.Cmd
	stdout, stderr bytes.Buffer
	ended          chan struct{}
}

func startProgram(t *testing.T, state string, args ...string) *program {
	t.Helper()
	p := &program{command: exec.Command(os.Args[0], args...), ended: make(chan struct{})}
	p.command.Env = append(os.Environ(), programVariable+"=1", "SESSHU_STATE_DIR="+state)
	p.command.Stdout, p.command.Stderr = &p.stdout, &p.stderr
	// Grandchildren may hold the pipes open after a kill; do not wait for them.
	p.command.WaitDelay = time.Second
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.ended)
		_ = p.command.Wait()
	}()
	t.Cleanup(func() {
		_ = p.command.Process.Signal(syscall.SIGTERM)
		if !p.endedWithin(20 * time.Second) {
			_ = p.command.Process.Kill()
			<-p.ended
		}
	})
	return p
}

func (p *program) endedWithin(limit time.Duration) bool {
	select {
	case <-p.ended:
		return true
	case <-time.After(limit):
		return false
	}
}

// wait returns the exit status, -1 after a signal.
func (p *program) wait() int {
	<-p.ended
	return p.command.ProcessState.ExitCode()
}
