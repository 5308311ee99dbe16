package correlate_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"sesshu/ocr/internal/correlate"
)

func noise(width, height int) correlate.Image {
	random := rand.New(rand.NewPCG(1, 1))
	pixels := make([]byte, width*height)
	for i := range pixels {
		pixels[i] = byte(random.IntN(256))
	}
	return correlate.Image{Pixels: pixels, Width: width, Height: height}
}

func pattern(t testing.TB, image correlate.Image, x, y, side int) *correlate.Pattern {
	t.Helper()
	var pixels []byte
	for row := range side {
		start := (y+row)*image.Width + x
		pixels = append(pixels, image.Pixels[start:start+side]...)
	}
	p, err := correlate.NewPattern(pixels, side)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestMatchesTheFormula compares with the correlation as textbooks write it.
func TestMatchesTheFormula(t *testing.T) {
	const side, margin, x, y = 19, 5, 30, 40
	image := noise(120, 130)
	p := pattern(t, image, x, y, side)
	var seeker correlate.Seeker
	scores := seeker.Seek(image, p, [6]float64{1, 0, x - margin + 2, 0, 1, y - margin - 3}, margin)
	for dy := range 2*margin + 1 {
		for dx := range 2*margin + 1 {
			var sumA, sumB, sumAA, sumBB, sumAB float64
			for row := range side {
				for column := range side {
					a := float64(image.Pixels[(y+row)*image.Width+x+column])
					b := float64(image.Pixels[(y-margin-3+dy+row)*image.Width+x-margin+2+dx+column])
					sumA, sumB, sumAA, sumBB, sumAB = sumA+a, sumB+b, sumAA+a*a, sumBB+b*b, sumAB+a*b
				}
			}
			const n = side * side
			want := (sumAB - sumA*sumB/n) / math.Sqrt((sumAA-sumA*sumA/n)*(sumBB-sumB*sumB/n))
			if got := float64(scores[dy*(2*margin+1)+dx]); math.Abs(got-want) > 1e-3 {
				t.Fatalf("place %d,%d: %.4f, want %.4f", dx, dy, got, want)
			}
		}
	}
	if best := scores[(margin+3)*(2*margin+1)+margin-2]; best < 0.999 {
		t.Errorf("the pattern's own place scores %.4f", best)
	}
}

func TestOutsideAndNonsense(t *testing.T) {
	image := noise(60, 60)
	p := pattern(t, image, 10, 10, 12)
	var seeker correlate.Seeker
	for _, m := range [][6]float64{
		{1, 0, -500, 0, 1, -500}, {1, 0, 1e300, 0, 1, 0}, {math.NaN(), 0, 0, 0, math.Inf(1), 0}, {1, 0, 55, 0, 1, 55}, {-1, 0, 3, 0, -1, 3},
	} {
		for _, score := range seeker.Seek(image, p, m, 4) {
			if math.IsNaN(float64(score)) || score > 1.001 || score < -1.001 {
				t.Errorf("map %v gives score %v", m, score)
			}
		}
	}
	if _, err := correlate.NewPattern(make([]byte, 100), 10); err == nil {
		t.Error("a flat pattern was taken")
	}
}

func BenchmarkSeek(b *testing.B) {
	image := noise(1240, 1754)
	p := pattern(b, image, 100, 100, 36)
	var seeker correlate.Seeker
	for b.Loop() {
		seeker.Seek(image, p, [6]float64{0.998, -0.03, 100, 0.03, 0.998, 90}, 6)
	}
}
