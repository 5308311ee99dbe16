package digits

import (
	"image"
	"image/color"
	"image/draw"
	"math/rand/v2"
	"testing"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// The Go typefaces are in no training set.
var typefaces = map[string][]byte{"regular": goregular.TTF, "mono": gomono.TTF}

const pixelsPerMM = 300 / 25.4

// paper draws an empty cell of 6 by 7 mm with its frame and margin at 300 dots
// per inch, with a little grain.
func paper(seed uint64) *image.Gray {
	img := image.NewGray(image.Rect(0, 0, 94, 106))
	rng := rand.New(rand.NewPCG(seed, 1))
	for i := range img.Pix {
		img.Pix[i] = uint8(244 + rng.IntN(8))
	}
	for _, edge := range []image.Rectangle{
		image.Rect(11, 11, 83, 14), image.Rect(11, 92, 83, 95), image.Rect(11, 11, 14, 95), image.Rect(80, 11, 83, 95),
	} {
		draw.Draw(img, edge, image.NewUniform(color.Gray{Y: 110}), image.Point{}, draw.Src)
	}
	return img
}

// write puts text into the middle of a cell, high millimetres high.
func write(t testing.TB, img *image.Gray, typeface, text string, high float64, ink uint8) *image.Gray {
	t.Helper()
	parsed, err := opentype.Parse(typefaces[typeface])
	if err != nil {
		t.Fatal(err)
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: high * pixelsPerMM / 0.72, DPI: 72})
	if err != nil {
		t.Fatal(err)
	}
	defer face.Close()
	bounds, _ := font.BoundString(face, text)
	middle := fixed.P(img.Rect.Dx()/2, img.Rect.Dy()/2)
	pen := font.Drawer{Dst: img, Src: image.NewUniform(color.Gray{Y: ink}), Face: face, Dot: fixed.Point26_6{
		X: middle.X - (bounds.Min.X+bounds.Max.X)/2, Y: middle.Y - (bounds.Min.Y+bounds.Max.Y)/2,
	}}
	pen.DrawString(text)
	return img
}

// stroke draws a straight line of ink.
func stroke(img *image.Gray, x0, y0, x1, y1 float64, wide int, ink uint8) {
	for i := range 400 {
		x, y := x0+(x1-x0)*float64(i)/399, y0+(y1-y0)*float64(i)/399
		draw.Draw(img, image.Rect(int(x), int(y), int(x)+wide, int(y)+wide), image.NewUniform(color.Gray{Y: ink}), image.Point{}, draw.Src)
	}
}
