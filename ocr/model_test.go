package ocr_test

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sesshu/ledger/slip"
	"sesshu/ocr"
	"sesshu/ocr/internal/tess"
)

// otherModels installs models that Tesseract reads as well with, and that its
// probabilities were not fitted on.
func otherModels(t *testing.T) {
	t.Helper()
	folder := t.TempDir()
	for _, language := range []string{"eng", "jpn"} {
		model, _, err := tess.LoadModel(language)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, language+".traineddata"), append(model, '\n'), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("TESSDATA_PREFIX", folder)
}

// With models that its probabilities were not fitted on, Tesseract makes nothing
// surer: what it alone reads is next to impossible, what it confirms is as sure as
// it was without it, and that is said once.
func TestAnotherModelSettlesNothing(t *testing.T) {
	all := forms(t)
	f := preprinted(t, all)
	files := [][]byte{
		drawSlip(t, f, 0),
		drawSticker(t, f, 0, print{9, 8, 9, "コミナティ筋注"}, print{12, 20, 15.5, "EY5422"}, print{8, 8, 21, "使用期限 2021.09.30"}),
	}
	var fitted, other []slip.PageReading
	reader := open(t, all)
	for _, file := range files {
		fitted = append(fitted, read(t, reader, file))
	}
	otherModels(t)
	var log bytes.Buffer
	second, err := ocr.Open(ocr.Config{Forms: all, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	for _, file := range files {
		other = append(other, read(t, second, file))
	}
	if warned := strings.Count(log.String(), "level=WARN"); warned != 1 || !strings.Contains(log.String(), "言語モデル") || !strings.Contains(log.String(), "eng") {
		t.Errorf("%d warnings:\n%s", warned, log.String())
	}
	asked := 0
	for i, page := range fitted {
		for _, reading := range page.Readings {
			at := slices.IndexFunc(other[i].Readings, func(r slip.Reading) bool { return r.Field == reading.Field })
			if at < 0 {
				t.Errorf("%s is not read with other models", reading.Field)
				continue
			}
			doubted := other[i].Readings[at]
			if !strings.Contains(reading.Reader, "tesseract") {
				continue
			}
			asked++
			if reading.Best().Text != doubted.Best().Text || doubted.Best().P > reading.Best().P {
				t.Errorf("%s: %q with %g, with other models %q with %g", reading.Field, reading.Best().Text, reading.Best().P, doubted.Best().Text, doubted.Best().P)
			}
			if reading.Reader == "tesseract" && doubted.Best().P > 1e-6 {
				t.Errorf("%s: Tesseract alone says %g", reading.Field, doubted.Best().P)
			}
		}
	}
	name := reading(t, other[1], "sticker/manufacturer")
	if best := name.Best(); name.Reader != "tesseract" || best.Text != slip.Pfizer || best.P > 1e-6 {
		t.Errorf("the manufacturer is %q with %g, read by %s", best.Text, best.P, name.Reader)
	}
	if asked < 3 {
		t.Errorf("Tesseract was asked for %d readings only", asked)
	}
}
