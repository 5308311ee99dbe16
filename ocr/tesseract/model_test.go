package tesseract_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"sesshu/ocr/internal/tess"
)

// The table names the models that it was fitted on: those of Debian 12 and of Ubuntu
// 24.04, which ship the same. On a system with others the reader reads all the same
// and says so, but its part in the suite's answers is lost, so this test fails there.
func TestOtherModelsAreUnfitted(t *testing.T) {
	if languages := open(t).Unfitted(); len(languages) > 0 {
		t.Errorf("this system's models %v are not those of calibration.json: go run ./ocr/tesseract/fit -lines 4000 -out ocr/tesseract/calibration.json fits it to them", languages)
	}
	folder := t.TempDir()
	for _, language := range []string{"eng", "jpn"} {
		model, _, err := tess.LoadModel(language)
		if err != nil {
			t.Fatal(err)
		}
		model = append(model, '\n') // reads as before, and is another file
		if err := os.WriteFile(filepath.Join(folder, language+".traineddata"), model, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("TESSDATA_PREFIX", folder)
	other := open(t)
	if languages := other.Unfitted(); !slices.Equal(languages, []string{"eng", "jpn"}) {
		t.Errorf("unfitted are %v", languages)
	}
	for language, hash := range other.Models() {
		if _, now, err := tess.LoadModel(language); err != nil || now != hash {
			t.Errorf("%s is %s, installed is %s (%v)", language, hash, now, err)
		}
	}
	found, err := other.Line(line(t, "0000123457", 1, 0), 300, digits)
	if err != nil || len(found) == 0 || found[0].Text != "0000123457" {
		t.Errorf("another model reads %v (%v)", found, err)
	}
	if err := os.Remove(filepath.Join(folder, "jpn.traineddata")); err != nil {
		t.Fatal(err)
	}
	if languages := open(t).Unfitted(); !slices.Contains(languages, "eng") {
		t.Errorf("with one other model unfitted are %v", languages)
	}
}
