package typeface_test

import (
	"errors"
	"strings"
	"testing"

	"sesshu/samples/typeface"
)

func TestMissingFontsAreNamedWithTheirPackages(t *testing.T) {
	_, err := typeface.Open([]string{t.TempDir()})
	var missing *typeface.MissingError
	if !errors.As(err, &missing) {
		t.Fatalf("error %v, want a MissingError", err)
	}
	for _, word := range []string{"IPAexGothic", "OCR B", "apt-get install", "fonts-ocr-b", "fonts-noto-cjk"} {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("message %q does not name %s", err, word)
		}
	}
	if strings.Count(err.Error(), "fonts-liberation") > 1 {
		t.Errorf("message %q names a package twice", err)
	}
}

func TestFacesSetText(t *testing.T) {
	fonts, err := typeface.Open(typeface.Directories())
	if err != nil {
		t.Fatal(err)
	}
	line := fonts.Face(typeface.OCRB).Points(9)
	if width := line.Width("213720130000820021"); width < 33 || width > 46 {
		t.Errorf("an OCR line is %.1f mm wide, want what tickets have", width)
	}
	if width := line.Fit("213720130000820021", 30).Width("213720130000820021"); width > 30.01 {
		t.Errorf("fitted into 30 mm the line is %.1f mm wide", width)
	}
	for _, purpose := range []typeface.Purpose{typeface.OCRB, typeface.Latin, typeface.Japanese, typeface.Form} {
		for _, face := range fonts.Faces(purpose) {
			if !face.Has("0123456789") {
				t.Errorf("%s cannot set all digits", face.Family)
			}
		}
	}
	for _, face := range fonts.Faces(typeface.Japanese) {
		if !face.Has("予診票接種年月日コミナティ筋注") {
			t.Errorf("%s cannot set a form's words", face.Family)
		}
	}
}
