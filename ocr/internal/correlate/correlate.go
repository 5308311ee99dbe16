// Package correlate finds where a small pattern of print lies in an image: it
// samples a window of the image along an affine map and correlates it with the
// pattern at every place. It does in one call what OpenCV does in two that each
// cost more than this one.
package correlate

/*
#cgo CFLAGS: -O3
#cgo LDFLAGS: -lm
#include "correlate.h"
*/
import "C"

import (
	"fmt"
	"math"
)

// Image is a grey picture: Width × Height bytes, row by row. The pixels may lie
// in native memory; they are not kept.
type Image struct {
	Pixels        []byte
	Width, Height int
}

// Pattern is a square piece of print. It never changes and may be shared.
type Pattern struct {
	side, stride int
	values       []int16
	norm         float64
}

// NewPattern makes a pattern of side × side grey pixels.
func NewPattern(pixels []byte, side int) (*Pattern, error) {
	if side < 4 || side > 256 || len(pixels) != side*side {
		return nil, fmt.Errorf("a pattern of side %d from %d pixels", side, len(pixels))
	}
	sum := 0
	for _, pixel := range pixels {
		sum += int(pixel)
	}
	mean := float64(sum) / float64(len(pixels))
	p := &Pattern{side: side, stride: (side + 15) / 16 * 16}
	p.values = make([]int16, side*p.stride)
	squares, left := 0.0, 0.0
	for i, pixel := range pixels {
		// Spread what rounding leaves over, so that the values' mean is zero.
		exact := float64(pixel) - mean + left
		value := math.Round(exact)
		left = exact - value
		p.values[i/side*p.stride+i%side] = int16(value)
		squares += value * value
	}
	p.norm = math.Sqrt(squares)
	if p.norm == 0 {
		return nil, fmt.Errorf("a pattern without print")
	}
	return p, nil
}

// Side returns the pattern's width and height in pixels.
func (p *Pattern) Side() int { return p.side }

// farthest bounds what a map may hold: far beyond any image, and far from where
// whole numbers overflow.
const farthest = 1e6

// Seeker correlates; it keeps its buffers from call to call, so it is not safe
// for concurrent use.
type Seeker struct {
	window []C.int16_t
	sums   []C.int32_t
	scores []float32
}

// Seek samples a window of the pattern's side plus margin on each side and
// returns the correlations, -1 to 1, of the pattern with its (2·margin+1)²
// places, row by row. toImage maps pixel centres of the window to pixel centres
// of the image (a b c, d e f: x' = ax+by+c, y' = dx+ey+f). The slice is good
// until the next call; it is nil when there is nothing to correlate with.
func (s *Seeker) Seek(image Image, p *Pattern, toImage [6]float64, margin int) []float32 {
	places := 2*margin + 1
	size := p.side + 2*margin
	window, sums := size*(size+p.stride-p.side), 3*size
	if margin < 0 || size > 2048 || image.Width < 1 || image.Height < 1 || len(image.Pixels) < image.Width*image.Height {
		return nil
	}
	if len(s.window) < window {
		s.window = make([]C.int16_t, window)
	}
	if len(s.sums) < sums {
		s.sums = make([]C.int32_t, sums)
	}
	if len(s.scores) < places*places {
		s.scores = make([]float32, places*places)
	}
	affine := [6]C.double{}
	for i, value := range toImage {
		if !(math.Abs(value) < farthest) { // also for NaN
			return nil
		}
		affine[i] = C.double(value)
	}
	C.sesshu_correlate((*C.uint8_t)(&image.Pixels[0]), C.int(image.Width), C.int(image.Height), &affine[0],
		(*C.int16_t)(&p.values[0]), C.int(p.side), C.int(p.stride), C.double(p.norm), C.int(margin),
		&s.window[0], &s.sums[0], (*C.float)(&s.scores[0]))
	return s.scores[:places*places]
}
