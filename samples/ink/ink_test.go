package ink_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"sesshu/samples/ink"
)

func TestFilledRectangleHasItsSize(t *testing.T) {
	canvas := ink.NewCanvas(20, 10, 254) // 10 pixels a millimetre
	canvas.Rectangle(2, 3, 5, 2, ink.Ink{Shade: 255})
	dark := 0
	for _, value := range canvas.Image.Pix {
		dark += 255 - int(value)
	}
	if pixels := float64(dark) / 255; math.Abs(pixels-1000) > 2 {
		t.Errorf("5 × 2 mm of ink covers %.1f pixels, want 1000", pixels)
	}
	if canvas.Image.GrayAt(25, 35).Y != 0 || canvas.Image.GrayAt(19, 35).Y != 255 || canvas.Image.GrayAt(70, 35).Y != 255 {
		t.Error("the ink does not lie where it was drawn")
	}
}

func TestInkOnlyDarkens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		canvas := ink.NewCanvas(12, 12, 100)
		number := rapid.Float64Range(-5, 20)
		for range rapid.IntRange(1, 5).Draw(t, "strokes") {
			before := append([]uint8(nil), canvas.Image.Pix...)
			with := ink.Ink{Shade: rapid.Uint8().Draw(t, "shade")}
			var points []ink.PenPoint
			for range rapid.IntRange(1, 4).Draw(t, "points") {
				points = append(points, ink.PenPoint{X: number.Draw(t, "x"), Y: number.Draw(t, "y"), Width: rapid.Float64Range(0.1, 2).Draw(t, "width")})
			}
			canvas.Stroke(ink.Curve(points), with)
			canvas.Rectangle(number.Draw(t, "left"), number.Draw(t, "top"), 3, 2, with)
			for i, value := range canvas.Image.Pix {
				if value > before[i] {
					t.Fatalf("pixel %d became lighter: %d after %d", i, value, before[i])
				}
			}
		}
	})
}

func TestTransformsCompose(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		angle := rapid.Float64Range(-180, 180).Draw(t, "angle")
		x, y := rapid.Float64Range(-50, 50).Draw(t, "x"), rapid.Float64Range(-50, 50).Draw(t, "y")
		there := ink.Moved(3, 4).After(ink.Turned(angle))
		back := ink.Turned(-angle).After(ink.Moved(-3, -4))
		gotX, gotY := back.After(there).Apply(x, y)
		if math.Hypot(gotX-x, gotY-y) > 1e-9 {
			t.Fatalf("(%g, %g) came back as (%g, %g)", x, y, gotX, gotY)
		}
	})
}
