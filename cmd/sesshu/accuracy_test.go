package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAccuracy measures two slips as `make accuracy` measures thousands: the
// document and its plots are written, people's words stay, and a second run
// takes what was kept and comes to the same result.
func TestAccuracy(t *testing.T) {
	dir := t.TempDir()
	out, work := filepath.Join(dir, "ACCURACY.md"), filepath.Join(dir, "work")
	if err := os.WriteFile(out, []byte("# By hand\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	measure := func() string {
		t.Helper()
		command(t, dir, "accuracy", "--count", "2", "--plain", "1", "--tiers", "clean", "--dates", "print", "--out", out, "--work", work)
		text, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	first := measure()
	for _, want := range []string{
		"# By hand\n", "sesshu accuracy --count 2 --tiers clean --dates print", "| clean | print | 2 |", "| clean | plain Tesseract | 1 |",
		"| ticket_number | 2 | 2 (100.0 %)", "vaccination_date, print", "plots/reliability-clean.svg",
	} {
		if !strings.Contains(first, want) {
			t.Errorf("the document does not say %q:\n%s", want, first)
		}
	}
	for _, plot := range []string{"reliability-clean.svg", "risk-clean.svg"} {
		if text, err := os.ReadFile(filepath.Join(dir, "plots", plot)); err != nil || !strings.HasPrefix(string(text), "<svg") {
			t.Errorf("%s: %v", plot, err)
		}
	}
	kept, err := filepath.Glob(filepath.Join(work, "*", "*.jsonl.gz"))
	if err != nil || len(kept) != 1 {
		t.Fatalf("kept %v, error %v", kept, err)
	}
	before, err := os.Stat(kept[0])
	if err != nil {
		t.Fatal(err)
	}
	if second := measure(); second != first {
		t.Errorf("the second run writes\n%s\nthe first wrote\n%s", second, first)
	}
	after, err := os.Stat(kept[0])
	if err != nil || !after.ModTime().Equal(before.ModTime()) {
		t.Errorf("what was kept was read anew: %v", err)
	}
	images, err := filepath.Glob(filepath.Join(work, "*", "*", "*.jpg"))
	if err != nil || len(images) != 0 {
		t.Errorf("images lie about: %v", images)
	}
}
