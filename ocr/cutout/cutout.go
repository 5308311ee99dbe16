// Package cutout cuts upright pictures of places out of a page's image, for
// people and for readers of others to look at. What the readers of this program
// see is cut by package register; this needs no OpenCV and so can run in the
// service itself.
package cutout

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
	"math"

	"sesshu/ledger/slip"
)

// limit bounds a cutout's sides, in pixels: a damaged outline must not ask for
// gigabytes.
const limit = 6000

// Page decodes a page's JPEG in grey.
func Page(file []byte) (*image.Gray, error) {
	decoded, err := jpeg.Decode(bytes.NewReader(file))
	if err != nil {
		return nil, fmt.Errorf("decode page: %w", err)
	}
	switch picture := decoded.(type) {
	case *image.Gray:
		return picture, nil
	case *image.YCbCr: // its luminance is the grey picture
		return &image.Gray{Pix: picture.Y, Stride: picture.YStride, Rect: picture.Rect}, nil
	}
	grey := image.NewGray(decoded.Bounds())
	draw.Draw(grey, grey.Rect, decoded, decoded.Bounds().Min, draw.Src)
	return grey, nil
}

// Of cuts what the outline encloses, and a margin of so many pixels round it,
// and turns it upright. It returns nil when the outline encloses nothing.
func Of(page *image.Gray, outline slip.Quad, margin float64) *image.Gray {
	across := math.Max(distance(outline[0], outline[1]), distance(outline[3], outline[2]))
	down := math.Max(distance(outline[0], outline[3]), distance(outline[1], outline[2]))
	if !(across >= 1 && down >= 1 && across <= limit && down <= limit && margin >= 0 && margin <= limit) {
		return nil
	}
	width, height := int(across+2*margin), int(down+2*margin)
	cut := image.NewGray(image.Rect(0, 0, width, height))
	for y := range height {
		v := (float64(y) + 0.5 - margin) / down
		for x := range width {
			u := (float64(x) + 0.5 - margin) / across
			at := func(a, b, c, d float64) float64 { return (a*(1-u)+b*u)*(1-v) + (d*(1-u)+c*u)*v }
			cut.Pix[y*cut.Stride+x] = sample(page,
				at(outline[0].X, outline[1].X, outline[2].X, outline[3].X),
				at(outline[0].Y, outline[1].Y, outline[2].Y, outline[3].Y))
		}
	}
	return cut
}

func distance(a, b slip.Point) float64 { return math.Hypot(a.X-b.X, a.Y-b.Y) }

// sample is the page's grey at a place between pixels; white beside the page.
func sample(page *image.Gray, x, y float64) uint8 {
	x, y = x-0.5, y-0.5
	left, top := math.Floor(x), math.Floor(y)
	u, v := x-left, y-top
	at := func(dx, dy int) float64 {
		p := image.Pt(int(left)+dx, int(top)+dy)
		if !p.In(page.Rect) {
			return 255
		}
		return float64(page.GrayAt(p.X, p.Y).Y)
	}
	return uint8(math.Round((at(0, 0)*(1-u)+at(1, 0)*u)*(1-v) + (at(0, 1)*(1-u)+at(1, 1)*u)*v))
}
