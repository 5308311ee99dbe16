package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"sesshu/scanner/panel"
)

// Practice beside a configured station: the service hears nothing, the real spool
// stays as it was, and the practice's own goes with it.
func TestPracticeTouchesNothingReal(t *testing.T) {
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { asked.Add(1) }))
	t.Cleanup(server.Close)
	spool, temporary := t.TempDir(), t.TempDir()
	configuration := filepath.Join(t.TempDir(), "station.conf")
	text := fmt.Sprintf("name = desk-1\nserver = %[1]s\ntoken = secret\nspool = %[2]s\ndevice = escl:%[1]s/eSCL\npage = 127.0.0.1:0\n", server.URL, spool)
	if err := os.WriteFile(configuration, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p, line := startWith(t, []string{"TMPDIR=" + temporary}, "practice", "--config", configuration, "--at", "127.0.0.1:0", "--pace", "1ms")
	if !strings.Contains(line, "練習") {
		t.Fatalf("the program says %q", line)
	}
	for _, path := range []string{"/", "/batches"} {
		response, err := http.Get(p.page + path)
		if err != nil {
			t.Fatal(err)
		}
		page, err := io.ReadAll(response.Body)
		if err := response.Body.Close(); err != nil {
			t.Fatal(err)
		}
		if err != nil || !strings.Contains(string(page), "practice-banner") || !strings.Contains(string(page), "PRACTICE") {
			t.Errorf("%s is not marked as practice: %v", path, err)
		}
	}
	p.deed("practice-choose", map[string]any{"exercise": "smooth"})
	p.deed("practice-load", map[string]any{"paper": 1})
	p.deed("start", map[string]any{"batch": "b1", "declared": 16})
	now := p.until("that all is in", func(now panel.Snapshot) bool { return now.Phase == panel.PhaseComplete })
	if now.Server != nil || now.Practice == nil || len(now.Practice.Tray) != 16 {
		t.Errorf("the page shows %+v, practice %+v", now, now.Practice)
	}
	p.deed("close", map[string]any{"batch": "b1"})
	now = p.until("that the practice is over", func(now panel.Snapshot) bool { return now.Practice.Over })
	if now.Practice.Tone != "home" || now.Phase != panel.PhaseClosing || now.Batch.HandedIn != 0 {
		t.Errorf("the page shows %+v, practice %+v", now, now.Practice)
	}
	if made, err := filepath.Glob(filepath.Join(temporary, "sesshu-practice-*")); err != nil || len(made) != 1 {
		t.Errorf("the practice's spool: %v, %v", made, err)
	}
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := p.command.Wait(); err != nil {
		t.Errorf("the program ends with %v\n%s", err, p.stderr.String())
	}
	for what, folder := range map[string]string{"the practice's spool": temporary, "the real spool": spool} {
		if entries, err := os.ReadDir(folder); err != nil || len(entries) != 0 {
			t.Errorf("%s holds %v, %v", what, entries, err)
		}
	}
	if asked.Load() != 0 {
		t.Errorf("the service was asked %d times", asked.Load())
	}
}

// The practice's page is for this computer alone, as the real one.
func TestPracticeAddress(t *testing.T) {
	status, _, stderr := program(t, "practice", "--at", "0.0.0.0:8419")
	if status == 0 || !strings.Contains(stderr, "this computer alone") {
		t.Errorf("status %d: %s", status, stderr)
	}
}
