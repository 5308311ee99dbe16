package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestExplain explains a slip and a file that is no picture: both give a page
// that only its owner may read.
func TestExplain(t *testing.T) {
	dir := drawSamples(t, "--count", "1", "--seed", "12", "--tier", "clean", "--dates", "print")
	sheets, err := readTruth(dir)
	if err != nil {
		t.Fatal(err)
	}
	broken := filepath.Join(t.TempDir(), "broken.jpg")
	if err := os.WriteFile(broken, []byte("no picture"), 0o600); err != nil {
		t.Fatal(err)
	}
	for file, wanted := range map[string][]string{
		filepath.Join(dir, sheets[0].File): {sheets[0].Fields["ticket_number"], "data:image/jpeg;base64,", "Register: issued", "polygon"},
		broken:                             {"The image could not be read", "画像を読み取れませんでした"},
	} {
		out := filepath.Join(t.TempDir(), "page.html")
		if said := command(t, t.TempDir(), "explain", file, "--out", out, "--masters", filepath.Join(dir, "masters")); said != out {
			t.Errorf("explain says %q, want the file's name", said)
		}
		info, err := os.Stat(out)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Fatalf("the page's mode is %v, error %v", info.Mode(), err)
		}
		page, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range wanted {
			if !strings.Contains(string(page), want) {
				t.Errorf("the page of %s does not say %q", filepath.Base(file), want)
			}
		}
	}
}
