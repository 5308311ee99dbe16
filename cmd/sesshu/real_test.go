package main

import (
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestReal reads two foreign papers as `make real` reads whole collections: one
// that is nothing of ours, and a slip, which must be told as taken for ours. The
// document's other parts stay, what an earlier run wrote does not.
func TestReal(t *testing.T) {
	dir := t.TempDir()
	data, out := filepath.Join(dir, "data"), filepath.Join(dir, "ACCURACY.md")
	folder := filepath.Join(data, "deskew-testimages")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	foreign := image.NewGray(image.Rect(0, 0, 600, 800))
	for i := range foreign.Pix {
		foreign.Pix[i] = 250
	}
	for y := 100; y < 700; y += 40 {
		for x := 60; x < 540; x++ {
			foreign.SetGray(x, y+x%7, color.Gray{Y: 30})
		}
	}
	file, err := os.Create(filepath.Join(folder, "1.png"))
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(file, foreign); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	command(t, dir, "samples", "--out", filepath.Join(dir, "slips"), "--count", "1", "--seed", "3")
	slips, err := filepath.Glob(filepath.Join(dir, "slips", "*.jpg"))
	if err != nil || len(slips) != 1 {
		t.Fatalf("%d slips, error %v", len(slips), err)
	}
	if err := os.Rename(slips[0], filepath.Join(folder, "2.jpg")); err != nil {
		t.Fatal(err)
	}
	const others = "# By hand\n\n<!-- accuracy: written by sesshu accuracy, do not edit -->\n\nmeasured\n\n<!-- /accuracy -->\n"
	const begin, end = "<!-- real: written by sesshu real, do not edit -->", "<!-- /real -->"
	if err := os.WriteFile(out, []byte(others+"\n"+begin+"\n\nof an earlier run\n\n"+end+"\n\nafter\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	command(t, dir, "real", "--data", data, "--out", out)
	text, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	document := string(text)
	for _, want := range []string{
		others, begin + "\n\n## Real things", end + "\n\nafter\n",
		"Not there, so not measured: barcodes-zxing, jp-medical-institutions, jp-municipalities, mnist, nsysu-digits/dev, omrchecker, semeion, tesseract-testing, vaccine-lots.",
		"| deskew-testimages | 2 | 1 (50.00 %, at least 2.53 %) | 0 | 0 | 0 | 1 of 2 (at most 97.47 %) |", "Taken for a form of ours: deskew-testimages/2.jpg as covid19-",
	} {
		if !strings.Contains(document, want) {
			t.Errorf("the document does not say %q:\n%s", want, document)
		}
	}
	if strings.Contains(document, "of an earlier run") {
		t.Error("what an earlier run wrote is still there")
	}
}
