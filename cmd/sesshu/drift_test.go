package main

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"sesshu/ledger/slip/truth"
	"sesshu/ocr/decide"
)

// TestServiceTightensOnDrift runs a service whose policy promises that nearly
// every ticket number is accepted, and hands in slips of a city whose register it
// does not hold, so that none is. The service must notice, ask for the value, say
// so in its log, metrics and readiness, and still do so after a restart.
func TestServiceTightensOnDrift(t *testing.T) {
	dir := drawSamples(t, "--count", "10", "--seed", "15", "--tier", "clean", "--dates", "print", "--form", "covid19-preprinted")
	t.Setenv("SESSHU_POLICY", promisingPolicy(t, dir))
	t.Setenv("SESSHU_DRIFT_EVERY", "300ms")
	state := t.TempDir()
	service := startService(t, state)
	if answer := get(t, service.address+"/readyz"); answer != "ok\n" {
		t.Errorf("before anything was read the service says %q", answer)
	}
	sheets, err := readTruth(dir)
	if err != nil {
		t.Fatal(err)
	}
	handInAll(t, service, dir, sheets)
	const notice = `drift: Ticket number on "COVID-19 vaccination slip, ticket preprinted" is no longer read`
	deadline := time.Now().Add(4 * time.Minute)
	for !strings.Contains(get(t, service.address+"/readyz"), notice) {
		if time.Now().After(deadline) {
			t.Fatalf("the service says %q\n%s", get(t, service.address+"/readyz"), service.stderr.String())
		}
		time.Sleep(200 * time.Millisecond)
	}
	if metrics := get(t, service.address+"/metrics"); !strings.Contains(metrics, `sesshu_drift_tightened{form="covid19-preprinted",value="ticket_number"} 1`) {
		t.Error("the metrics do not show it")
	}
	if log := service.stderr.String(); !strings.Contains(log, "the stream left its band") || !strings.Contains(log, "measure=acceptance_low") {
		t.Errorf("the log does not say so:\n%s", log)
	}
	if err := service.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if status := service.wait(); status != 0 {
		t.Errorf("the service ended with status %d:\n%s", status, service.stderr.String())
	}
	again := startService(t, state)
	for !strings.Contains(get(t, again.address+"/readyz"), notice) {
		if time.Now().After(deadline) {
			t.Fatalf("after a restart the service says %q", get(t, again.address+"/readyz"))
		}
		time.Sleep(200 * time.Millisecond)
	}
}

// promisingPolicy is a policy calibrated on a few slips, with the band of a
// stream of which 1,990 in 2,000 numbers were accepted.
func promisingPolicy(t *testing.T, dir string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "policy.json")
	command(t, t.TempDir(), "calibrate", dir, "--out", name)
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	policy, err := decide.ParsePolicy(text)
	if err != nil {
		t.Fatal(err)
	}
	policy.Calibrated.Bands = []decide.Band{{Form: "covid19-preprinted", Value: "ticket_number", Pages: 2000, Accepted: 1990}}
	if text, err = policy.Text(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func handInAll(t *testing.T, service *runningService, dir string, sheets []truth.Sheet) {
	t.Helper()
	service.batch(t, http.MethodPut, "drift", `{"declared":10}`)
	for i, sheet := range sheets {
		file, err := os.ReadFile(filepath.Join(dir, sheet.File))
		if err != nil {
			t.Fatal(err)
		}
		if status := service.handIn(t, "drift", i+1, file); status != http.StatusCreated {
			t.Fatalf("%s: status %d", sheet.File, status)
		}
	}
}

func get(t *testing.T, address string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: status %d, error %v: %s", address, response.StatusCode, err, text)
	}
	return string(text)
}
