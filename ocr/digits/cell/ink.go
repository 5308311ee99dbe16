package cell

import (
	"image"

	"sesshu/ocr/internal/plane"
)

// inkOf turns grey values into ink: how many grey levels a pixel is darker than
// the paper round it. The paper level is the upper quartile of each quadrant,
// interpolated between the quadrants' middles, so a slope of the light across
// the cell is taken out.
func inkOf(grey plane.Plane) plane.Plane {
	midX, midY := grey.W/2, grey.H/2
	quarter := func(x0, y0, x1, y1 int) float32 {
		return float32(grey.Percentile(image.Rect(x0, y0, x1, y1), 0.75))
	}
	topLeft, topRight := quarter(0, 0, midX, midY), quarter(midX, 0, grey.W, midY)
	lowLeft, lowRight := quarter(0, midY, midX, grey.H), quarter(midX, midY, grey.W, grey.H)
	ink := plane.New(grey.W, grey.H)
	for y := range grey.H {
		down := unit(2*float32(y)/float32(grey.H) - 0.5)
		left, right := topLeft+(lowLeft-topLeft)*down, topRight+(lowRight-topRight)*down
		for x := range grey.W {
			across := unit(2*float32(x)/float32(grey.W) - 0.5)
			paper := left + (right-left)*across
			ink.Pix[y*grey.W+x] = max(0, paper-grey.At(x, y))
		}
	}
	return ink
}

// unit limits a value to 0 to 1.
func unit(value float32) float32 { return min(max(value, 0), 1) }
