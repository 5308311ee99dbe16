package scan

import (
	"bytes"
	"image"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// sheet is a small page with a black square in its middle.
func sheet(width, height int) *image.Gray {
	page := image.NewGray(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			page.Pix[y*page.Stride+x] = 255
			if abs(x-width/2) < 10 && abs(y-height/2) < 10 {
				page.Pix[y*page.Stride+x] = 0
			}
		}
	}
	return page
}

func abs(n int) int { return max(n, -n) }

func TestFourQuarterTurnsChangeNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		page := image.NewGray(image.Rect(0, 0, rapid.IntRange(1, 9).Draw(t, "width"), rapid.IntRange(1, 9).Draw(t, "height")))
		for i := range page.Pix {
			page.Pix[i] = rapid.Uint8().Draw(t, "pixel")
		}
		once := turned(page, 90)
		if once.Rect.Dx() != page.Rect.Dy() || once.GrayAt(once.Rect.Dx()-1, 0) != page.GrayAt(0, 0) {
			t.Fatal("a quarter turn is not clockwise")
		}
		if !bytes.Equal(turned(once, 270).Pix, page.Pix) || !bytes.Equal(turned(turned(page, 180), 180).Pix, page.Pix) {
			t.Fatal("turned back, the page is another")
		}
	})
}

func TestHomographyTakesCornersToCorners(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		off := rapid.Float64Range(-8, 8)
		var from [4][2]float64
		to := [4][2]float64{{0, 0}, {100, 0}, {100, 140}, {0, 140}}
		for i := range from {
			from[i] = [2]float64{to[i][0] + off.Draw(t, "dx"), to[i][1] + off.Draw(t, "dy")}
		}
		h := homography(from, to)
		for i, p := range from {
			w := h[6]*p[0] + h[7]*p[1] + h[8]
			x, y := (h[0]*p[0]+h[1]*p[1]+h[2])/w, (h[3]*p[0]+h[4]*p[1]+h[5])/w
			if math.Hypot(x-to[i][0], y-to[i][1]) > 1e-6 {
				t.Fatalf("corner %d came to (%g, %g)", i, x, y)
			}
		}
	})
}

func TestSheetComesOutWhereItLies(t *testing.T) {
	const scale = 300 / 25.4
	scanner := NewScanner(sheet(600, 800))
	picture := scanner.Scan(rand.New(rand.NewPCG(1, 1)), sheet(600, 800), scale, Settings{
		ShiftX: 5, ShiftY: -3, Scale: 1, Backing: 250, White: 255, DPI: 300, Quality: 90,
	})
	sumX, sumY, count := 0.0, 0.0, 0.0
	for y := range picture.Rect.Dy() {
		for x := range picture.Rect.Dx() {
			if picture.GrayAt(x, y).Y < 128 {
				sumX, sumY, count = sumX+float64(x), sumY+float64(y), count+1
			}
		}
	}
	if dx, dy := sumX/count-300-5*scale, sumY/count-400+3*scale; math.Abs(dx) > 1 || math.Abs(dy) > 1 {
		t.Errorf("the square lies (%.1f, %.1f) pixels off", dx, dy)
	}
}

func TestEveryTierScans(t *testing.T) {
	scanner := NewScanner(sheet(400, 560))
	for _, tier := range Tiers() {
		for seed := range uint64(4) {
			random := rand.New(rand.NewPCG(seed, 8))
			settings := Draw(random, tier)
			picture := scanner.Scan(random, sheet(400, 560), 300/25.4, settings)
			file, err := JPEG(picture, settings.DPI, settings.Quality)
			if err != nil {
				t.Fatal(err)
			}
			config, err := jpeg.DecodeConfig(bytes.NewReader(file))
			if err != nil || config.Width != picture.Rect.Dx() {
				t.Errorf("%s: %v, %v", tier, config, err)
			}
			if settings.Bilevel {
				for _, value := range picture.Pix {
					if value != 0 && value != 255 {
						t.Fatalf("%s has a grey pixel", tier)
					}
				}
			}
		}
	}
	if _, err := ParseTier("best"); err == nil {
		t.Error("an unknown tier parses")
	}
}
