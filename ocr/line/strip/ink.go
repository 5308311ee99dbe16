package strip

import (
	"image"

	"sesshu/ocr/internal/plane"
)

// faintest is the contrast, in grey levels, below which a difference from paper
// is taken for grain.
const faintest = 24

// inkOf turns grey values into ink: how many grey levels a pixel is darker than
// the paper round it. The paper level is the upper quartile of blocks half as
// high as the picture and as wide as it is high, interpolated between the
// blocks' middles.
func inkOf(grey plane.Plane) plane.Plane {
	blocks := max(1, (grey.W+grey.H/2)/max(grey.H, 1))
	wide := float64(grey.W) / float64(blocks)
	upper, lower := make([]float32, blocks), make([]float32, blocks)
	for i := range blocks {
		left, right := int(float64(i)*wide), int(float64(i+1)*wide+0.5)
		upper[i] = float32(grey.Percentile(image.Rect(left, 0, right, grey.H/2), 0.75))
		lower[i] = float32(grey.Percentile(image.Rect(left, grey.H/2, right, grey.H), 0.75))
	}
	above, rise := make([]float32, grey.W), make([]float32, grey.W) // of every column
	for x := range grey.W {
		at := min(max((float64(x)+0.5)/wide-0.5, 0), float64(blocks-1))
		low := int(at)
		high := min(low+1, blocks-1)
		part := float32(at - float64(low))
		above[x] = upper[low] + (upper[high]-upper[low])*part
		rise[x] = lower[low] + (lower[high]-lower[low])*part - above[x]
	}
	ink := plane.New(grey.W, grey.H)
	for y := range grey.H {
		down := min(max(2*(float32(y)+0.5)/float32(grey.H)-0.5, 0), 1)
		to := ink.Pix[y*grey.W : (y+1)*grey.W]
		for x, value := range grey.Pix[y*grey.W : (y+1)*grey.W] {
			if level := above[x] + rise[x]*down; level > value {
				to[x] = level - value
			}
		}
	}
	return ink
}

// shear moves every column up or down so that a line of the given slope (rows
// per column) becomes level; the middle column stays.
func shear(ink plane.Plane, slope float64) plane.Plane {
	if slope == 0 {
		return ink
	}
	shifts := make([]float64, ink.W)
	for x := range shifts {
		shifts[x] = slope * (float64(x) - float64(ink.W-1)/2)
	}
	out := plane.New(ink.W, ink.H)
	for y := range ink.H {
		for x := range ink.W {
			at := float64(y) + shifts[x]
			low := int(at)
			if at < 0 || low >= ink.H {
				continue
			}
			part := float32(at - float64(low))
			value := ink.At(x, low) * (1 - part)
			if low+1 < ink.H {
				value += ink.At(x, low+1) * part
			}
			out.Pix[y*ink.W+x] = value
		}
	}
	return out
}
