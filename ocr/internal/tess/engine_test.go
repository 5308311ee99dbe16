package tess_test

import (
	"errors"
	"image"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"sesshu/ocr/internal/tess"
)

func model(t testing.TB, language string) []byte {
	t.Helper()
	paths, err := filepath.Glob("/usr/share/tesseract-ocr/*/tessdata/" + language + ".traineddata")
	if err != nil || len(paths) == 0 {
		t.Fatalf("language %s is not installed", language)
	}
	data, err := os.ReadFile(paths[0])
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestBrokenModelsAreRefused(t *testing.T) {
	whole := model(t, "eng")
	before := tess.Live()
	for name, data := range map[string][]byte{"empty": nil, "text": []byte("no model"), "zeros": make([]byte, 4096), "cut": whole[:len(whole)/3]} {
		if engine, err := tess.Open(data, "eng"); !errors.Is(err, tess.ErrModel) {
			engine.Close()
			t.Errorf("%s: %v, want ErrModel", name, err)
		}
	}
	if tess.Live() != before {
		t.Errorf("%d engines stay open", tess.Live()-before)
	}
}

func TestClosedEngineAnswersSo(t *testing.T) {
	engine, err := tess.Open(model(t, "eng"), "eng")
	if err != nil {
		t.Fatal(err)
	}
	engine.Close()
	engine.Close()
	if _, err := engine.Line(image.NewGray(image.Rect(0, 0, 50, 36)), 300); !errors.Is(err, tess.ErrClosed) {
		t.Errorf("%v, want ErrClosed", err)
	}
}

// Images of no or absurd size are refused, and the engine lives on.
func TestOddImages(t *testing.T) {
	engine, err := tess.Open(model(t, "eng"), "eng")
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	for _, size := range []image.Point{{0, 0}, {1, 1}, {1, 500}, {3000, 1}, {2, 2}, {36, 36}} {
		img := image.NewGray(image.Rectangle{Max: size})
		if _, err := engine.Line(img, 300); err != nil && !errors.Is(err, tess.ErrRefused) {
			t.Errorf("%v: %v", size, err)
		}
	}
}

// A Latin model spells each character by itself, the Japanese one kanji by
// several codes.
func TestCodebooks(t *testing.T) {
	latin, err := tess.OpenCodebook(model(t, "eng"))
	if err != nil {
		t.Fatal(err)
	}
	japanese, err := tess.OpenCodebook(model(t, "jpn"))
	if err != nil {
		t.Fatal(err)
	}
	for _, character := range []string{"0", "7", "A", "Z"} {
		for name, book := range map[string]tess.Codebook{"eng": latin, "jpn": japanese} {
			if spelled, ok := book.Spell(character); !ok || !slices.Equal(spelled, []string{character}) {
				t.Errorf("%s spells %s as %q", name, character, spelled)
			}
		}
	}
	if _, known := latin.Spell("年"); known {
		t.Error("the English model knows kanji")
	}
	if spelled, _ := japanese.Spell("年"); len(spelled) < 2 {
		t.Errorf("the Japanese model spells 年 as %q", spelled)
	}
}

func FuzzOpenCodebook(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{24, 0, 0, 0, 1, 2, 3})
	f.Add(append([]byte{24, 0, 0, 0}, make([]byte, 400)...))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := tess.OpenCodebook(data); err != nil && !errors.Is(err, tess.ErrCodebook) {
			t.Fatal(err)
		}
	})
}
