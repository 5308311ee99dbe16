package cutout_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"testing"

	"pgregory.net/rapid"

	"sesshu/ledger/slip"
	"sesshu/ocr/cutout"
)

// page is white with a wedge that grows darker to the right, 100 by 60.
func page() *image.Gray {
	grey := image.NewGray(image.Rect(0, 0, 100, 60))
	for y := range 60 {
		for x := range 100 {
			grey.SetGray(x, y, color.Gray{Y: uint8(250 - 2*x)})
		}
	}
	return grey
}

func rectangle(x, y, width, height float64) slip.Quad {
	return slip.Quad{{X: x, Y: y}, {X: x + width, Y: y}, {X: x + width, Y: y + height}, {X: x, Y: y + height}}
}

// An upright outline gives the very pixels.
func TestUprightIsPixelForPixel(t *testing.T) {
	source := page()
	cut := cutout.Of(source, rectangle(10, 20, 30, 15), 0)
	if cut.Rect != image.Rect(0, 0, 30, 15) {
		t.Fatalf("the cutout is %v", cut.Rect)
	}
	for y := range 15 {
		for x := range 30 {
			if cut.GrayAt(x, y) != source.GrayAt(x+10, y+20) {
				t.Fatalf("pixel %d,%d is %v, want %v", x, y, cut.GrayAt(x, y), source.GrayAt(x+10, y+20))
			}
		}
	}
	if margin := cutout.Of(source, rectangle(0, 0, 30, 15), 4); margin.Rect != image.Rect(0, 0, 38, 23) || margin.GrayAt(0, 0).Y != 255 || margin.GrayAt(4, 4) != source.GrayAt(0, 0) {
		t.Errorf("with a margin: %v, corner %v, first %v", margin.Rect, margin.GrayAt(0, 0), margin.GrayAt(4, 4))
	}
}

// A place on a page that lies on its side comes out upright.
func TestTurned(t *testing.T) {
	source := page()
	outline := slip.Quad{{X: 60, Y: 10}, {X: 60, Y: 50}, {X: 20, Y: 50}, {X: 20, Y: 10}} // a quarter turn clockwise
	cut := cutout.Of(source, outline, 0)
	if cut.Rect != image.Rect(0, 0, 40, 40) {
		t.Fatalf("the cutout is %v", cut.Rect)
	}
	for x := range 40 {
		for y := range 40 {
			if got, want := cut.GrayAt(x, y), source.GrayAt(59-y, 10+x); got != want {
				t.Fatalf("pixel %d,%d is %v, want %v", x, y, got, want)
			}
		}
	}
}

// Whatever the outline, there is a picture of bounded size or none.
func TestAnyOutline(t *testing.T) {
	source := page()
	rapid.Check(t, func(t *rapid.T) {
		var outline slip.Quad
		for i := range outline {
			outline[i] = slip.Point{X: rapid.Float64Range(-200, 300).Draw(t, "x"), Y: rapid.Float64Range(-200, 300).Draw(t, "y")}
		}
		cut := cutout.Of(source, outline, rapid.Float64Range(0, 20).Draw(t, "margin"))
		if cut != nil && (cut.Rect.Dx() < 1 || cut.Rect.Dy() < 1) {
			t.Fatalf("the cutout is %v", cut.Rect)
		}
	})
	for _, outline := range []slip.Quad{{}, rectangle(0, 0, 1e9, 10), rectangle(0, 0, math.NaN(), 10), rectangle(0, 0, math.Inf(1), 10)} {
		if cutout.Of(source, outline, 0) != nil {
			t.Errorf("%v gives a picture", outline)
		}
	}
}

func TestPage(t *testing.T) {
	colour := image.NewRGBA(image.Rect(0, 0, 16, 16))
	for i := range colour.Pix {
		colour.Pix[i] = 200
	}
	for name, picture := range map[string]image.Image{"grey": page(), "colour": colour} {
		var file bytes.Buffer
		if err := jpeg.Encode(&file, picture, &jpeg.Options{Quality: 100}); err != nil {
			t.Fatal(err)
		}
		grey, err := cutout.Page(file.Bytes())
		if err != nil || grey.Rect != picture.Bounds() {
			t.Fatalf("%s: %v", name, err)
		}
		want := color.GrayModel.Convert(picture.At(5, 5)).(color.Gray)
		if got := grey.GrayAt(5, 5); math.Abs(float64(got.Y)-float64(want.Y)) > 2 {
			t.Errorf("%s: grey %v, want %v", name, got, want)
		}
	}
	if _, err := cutout.Page([]byte("no picture")); err == nil {
		t.Error("no picture was decoded")
	}
}
