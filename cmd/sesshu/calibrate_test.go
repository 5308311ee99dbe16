package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sesshu/ledger/slip"
	"sesshu/ocr/decide"
)

// TestCalibrate learns a policy from a few slips, reads with it, and is refused
// once the policy names other readers. So few slips show nothing: nothing may be
// promised, and the policy must not become looser than the built-in one.
func TestCalibrate(t *testing.T) {
	dir := drawSamples(t, "--count", "6", "--seed", "9", "--tier", "clean", "--dates", "print")
	out := filepath.Join(t.TempDir(), "policy.json")
	table := command(t, t.TempDir(), "calibrate", dir, "--out", out)
	for _, want := range []string{"6 sheets in 1 folders", "ticket_number", "not shown", "The bound is shown for 0 of 11 values", "--policy " + out} {
		if !strings.Contains(table, want) {
			t.Errorf("the table does not say %q:\n%s", want, table)
		}
	}
	text, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	policy, err := decide.ParsePolicy(text)
	if err != nil {
		t.Fatal(err)
	}
	calibrated, builtIn := policy.Calibrated, decide.DefaultPolicy()
	truth, err := os.ReadFile(filepath.Join(dir, "truth.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	if len(calibrated.Readers) != 6 || len(calibrated.Data) != 1 || calibrated.Data[0].Truth != slip.HashOf(truth) || calibrated.Data[0].Sheets != 6 || len(calibrated.Bands) < 11 {
		t.Errorf("calibrated %+v", calibrated)
	}
	for value := range calibrated.Promises {
		if policy.Threshold(value) < builtIn.Threshold(value) {
			t.Errorf("%s is accepted from %g, was %g", value, policy.Threshold(value), builtIn.Threshold(value))
		}
	}
	var answer struct {
		PolicyHash slip.Hash                     `json:"policy_hash"`
		Promises   map[slip.Value]decide.Promise `json:"promises"`
	}
	again := command(t, t.TempDir(), "calibrate", dir, "--json", "--bound", "0.01")
	if err := json.Unmarshal([]byte(again), &answer); err != nil || answer.PolicyHash.IsZero() || len(answer.Promises) != 11 || answer.Promises[slip.Dose].Bound != 0.01 {
		t.Errorf("%v: %s", err, again)
	}

	repeated := startProgram(t, t.TempDir(), "calibrate", dir, dir)
	if status := repeated.wait(); status != 1 || !strings.Contains(repeated.stderr.String(), "given twice") || !strings.Contains(repeated.stderr.String(), "二度") {
		t.Errorf("a folder named twice ended with status %d:\n%s", status, repeated.stderr.String())
	}

	file := filepath.Join(dir, "0001.jpg")
	command(t, t.TempDir(), "read", "--policy", out, file)
	running := calibrated.Readers["digits"]
	other := filepath.Join(t.TempDir(), "other.json")
	if err := os.WriteFile(other, []byte(strings.Replace(string(text), running, "digits-other", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"read", "--policy", other, file}, {"bench", "--policy", other, dir}, {"serve", "--listen", "127.0.0.1:0", "--policy", other}} {
		refused := startProgram(t, t.TempDir(), args...)
		if status := refused.wait(); status != 1 {
			t.Errorf("%s ended with status %d", args[0], status)
		}
		for _, want := range []string{other, "digits-other", running, "sesshu calibrate", "較正"} {
			if !strings.Contains(refused.stderr.String(), want) {
				t.Errorf("%s does not say %q:\n%s", args[0], want, refused.stderr.String())
			}
		}
	}
}
