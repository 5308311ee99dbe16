package mark_test

import (
	"image"
	"math/rand/v2"
	"testing"

	"sesshu/ocr/mark"
	"sesshu/ocr/mark/internal/draw"
)

var kinds = map[string]struct {
	draw func(*rand.Rand, float64) draw.Sample
	read func(img, blank *image.Gray) float64
}{
	"box":       {draw.Box, mark.Box},
	"circle":    {draw.Circle, mark.Circled},
	"signature": {draw.Signature, mark.Signed},
}

// On office scans marks and empty places are told apart, hardly ever surely
// wrong, and what was struck out is mostly left to a person.
func TestMarksAreToldFromEmptyPlaces(t *testing.T) {
	const samples = 150
	for name, kind := range kinds {
		t.Run(name, func(t *testing.T) {
			counts := make(map[string]int)
			for i := range uint64(samples) {
				random := rand.New(rand.NewPCG(41, i))
				sample := kind.draw(random, 1)
				p := kind.read(sample.Image, sample.Blank)
				counts[sample.Kind]++
				switch {
				case sample.Marked == 1 && p > 0.9, sample.Marked == 0 && p < 0.1:
					counts["right"]++
				case sample.Marked == 1 && p < 0.02, sample.Marked == 0 && p > 0.98:
					counts["wrong"]++
				case sample.Marked == 0.5 && p >= 0.02 && p <= 0.98:
					counts["doubted"]++
				}
			}
			clear := samples - counts["doubtful"]
			if counts["right"]*100 < clear*80 || counts["wrong"] > 1 {
				t.Errorf("of %d clear places %d right, %d surely wrong", clear, counts["right"], counts["wrong"])
			}
			if counts["doubted"]*10 < counts["doubtful"]*6 {
				t.Errorf("of %d doubtful places %d left to a person", counts["doubtful"], counts["doubted"])
			}
		})
	}
}

// The answer depends on the crops alone.
func TestSameCropsSameAnswer(t *testing.T) {
	for name, kind := range kinds {
		sample := kind.draw(rand.New(rand.NewPCG(5, 5)), 1)
		first := kind.read(sample.Image, sample.Blank)
		kind.read(sample.Blank, sample.Blank)
		if again := kind.read(sample.Image, sample.Blank); again != first {
			t.Errorf("%s: %f, then %f", name, first, again)
		}
	}
}

// Crops and blanks of any size and content give a probability.
func FuzzMark(f *testing.F) {
	f.Add(1, 1, []byte{0}, []byte{255})
	f.Add(20, 20, make([]byte, 400), []byte{})
	f.Add(3, 200, make([]byte, 600), make([]byte, 600))
	f.Fuzz(func(t *testing.T, width, blankWidth int, pixels, blankPixels []byte) {
		if width < 0 || width > 300 || blankWidth < 0 || blankWidth > 300 || len(pixels) > 1<<15 || len(blankPixels) > 1<<15 {
			return
		}
		img, blank := crop(width, pixels), crop(blankWidth, blankPixels)
		for name, kind := range kinds {
			if p := kind.read(img, blank); !(p >= 0 && p <= 1) {
				t.Fatalf("%s answers %f", name, p)
			}
			kind.read(img, nil)
		}
	})
}

func crop(width int, pixels []byte) *image.Gray {
	height := 0
	if width > 0 {
		height = len(pixels) / width
	}
	img := image.NewGray(image.Rect(0, 0, width, height))
	copy(img.Pix, pixels)
	return img
}

func BenchmarkBox(b *testing.B) {
	sample := draw.Box(rand.New(rand.NewPCG(1, 1)), 1)
	for b.Loop() {
		mark.Box(sample.Image, sample.Blank)
	}
}
