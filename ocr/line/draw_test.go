package line

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

// printed draws a line of print with capitals high pixels tall on paper with a
// little grain.
func printed(t testing.TB, typeface, text string, high float64, ink uint8) *image.Gray {
	t.Helper()
	parsed, err := opentype.Parse(typefaces[typeface])
	if err != nil {
		t.Fatal(err)
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: high / 0.72, DPI: 72})
	if err != nil {
		t.Fatal(err)
	}
	defer face.Close()
	wide := font.MeasureString(face, text).Ceil()
	img := image.NewGray(image.Rect(0, 0, wide+40, int(high*2)))
	rng := rand.New(rand.NewPCG(uint64(len(text)), uint64(high)))
	for i := range img.Pix {
		img.Pix[i] = uint8(242 + rng.IntN(10))
	}
	pen := font.Drawer{Dst: img, Src: image.NewUniform(color.Gray{Y: ink}), Face: face, Dot: fixed.P(20, int(high*1.5))}
	pen.DrawString(text)
	return img
}

// rule draws a level line.
func rule(img *image.Gray, row, thick int, ink uint8) {
	draw.Draw(img, image.Rect(0, row, img.Rect.Dx(), row+thick), image.NewUniform(color.Gray{Y: ink}), image.Point{}, draw.Src)
}
