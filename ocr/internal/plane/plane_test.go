package plane_test

import (
	"image"
	"math"
	"testing"

	"pgregory.net/rapid"

	"sesshu/ocr/internal/plane"
)

func TestSampleInPlaceIsTheSame(t *testing.T) {
	p := plane.New(5, 4)
	for i := range p.Pix {
		p.Pix[i] = float32(i * i % 17)
	}
	same := p.Sample(0, 0, 1, 1, 5, 4)
	for i := range p.Pix {
		if p.Pix[i] != same.Pix[i] {
			t.Fatalf("pixel %d is %v, was %v", i, same.Pix[i], p.Pix[i])
		}
	}
}

// A thin stroke keeps its weight when it is shrunk, wherever it lies.
func TestShrinkingKeepsInk(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		step := rapid.Float64Range(1, 4).Draw(t, "step")
		at := rapid.IntRange(40, 60).Draw(t, "at")
		p := plane.New(100, 1)
		p.Pix[at] = 100
		small := p.Sample(0, 0, step, 1, int(100/step), 1)
		sum := 0.0
		for _, value := range small.Pix {
			sum += float64(value) * step
		}
		if math.Abs(sum-100) > 25 {
			t.Fatalf("100 of ink at %d became %.1f at step %.2f", at, sum, step)
		}
	})
}

func TestUniformGreyStaysUniform(t *testing.T) {
	img := image.NewGray(image.Rect(0, 0, 31, 17))
	for i := range img.Pix {
		img.Pix[i] = 77
	}
	for _, size := range []image.Point{{X: 8, Y: 8}, {X: 31, Y: 17}, {X: 90, Y: 40}} {
		for i, value := range plane.FromGray(img, size.X, size.Y).Pix {
			if math.Abs(float64(value)-77) > 0.01 {
				t.Fatalf("at size %v pixel %d is %v, want 77", size, i, value)
			}
		}
	}
}

func TestPercentile(t *testing.T) {
	p := plane.New(10, 10)
	for i := range p.Pix {
		p.Pix[i] = float32(i)
	}
	if got := p.Percentile(image.Rect(0, 0, 10, 10), 0.75); got != 74 {
		t.Errorf("upper quartile of 0 to 99 is %v, want 74", got)
	}
	if got := p.Percentile(image.Rect(20, 20, 30, 30), 0.75); got != 0 {
		t.Errorf("outside the plane it is %v, want 0", got)
	}
}
