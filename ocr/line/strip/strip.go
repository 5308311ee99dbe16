// Package strip prepares the picture of one printed line for the line network.
// Training and reading call this same code, see ocr/train/prepare.
//
// The way of a line: ink = local paper level minus grey value, nothing
// thresholded; frame rules above, below and beside are taken out; the line is
// stood upright by shearing; the band of text is found, and the picture is
// resampled so that the text is TextRows high, whatever the resolution and the
// size of print. The picture is cut to the text with some paper on either side.
package strip

import (
	"errors"
	"fmt"
	"image"
	"math"

	"sesshu/ocr/internal/plane"
)

// The strip's geometry in its own pixels.
const (
	Height   = 32
	TextRows = 20  // height of capital letters and digits
	MaxWidth = 768 // more than the longest line a slip holds: 18 digits are about 380
	side     = 10  // paper left and right of the text
	step     = 32  // widths are multiples of this
)

// The sizes of pictures that can be lines, in pixels.
const (
	minSide   = 6
	maxWidth  = 6000
	maxHeight = 1200
	workRows  = 96 // taller pictures are shrunk to this before anything else
)

// ErrSize says that a picture is too small or too large to be a line.
var ErrSize = errors.New("not the size of a line")

// ErrBlank says that there is no print in the picture.
var ErrBlank = errors.New("no print")

// Strip is a prepared line, ink bright, rows one after the other.
type Strip struct {
	Width int
	Pix   []byte // Height rows of Width
	// Quality is the contrast of the print to its ground, 0 to 1.
	Quality float64
}

// Open prepares a picture. It fails only with ErrSize or ErrBlank.
func Open(img *image.Gray) (*Strip, error) {
	if img == nil || img.Rect.Dx() < minSide || img.Rect.Dy() < minSide || img.Rect.Dx() > maxWidth || img.Rect.Dy() > maxHeight {
		return nil, ErrSize
	}
	w, h := img.Rect.Dx(), img.Rect.Dy()
	if h > workRows {
		w, h = max(w*workRows/h, 1), workRows
	}
	if w < h/4 {
		return nil, fmt.Errorf("%d by %d pixels: %w", w, h, ErrSize)
	}
	ink := inkOf(plane.FromGray(img, w, h))
	removeRules(ink)
	bins := bin(ink)
	slope := bins.upright()
	top, bottom, ok := bins.band(slope)
	if !ok {
		return nil, ErrBlank
	}
	dark := math.Max(ink.Percentile(image.Rect(0, int(top), w, int(math.Ceil(bottom))), 0.97), faintest)
	left, right, ok := extent(ink, slope, top, bottom, float32(dark))
	if !ok {
		return nil, ErrBlank
	}
	return draw(ink, slope, top, bottom, left, right, dark), nil
}

// draw resamples the found text into the strip.
func draw(ink plane.Plane, slope, top, bottom, left, right, dark float64) *Strip {
	scale := (bottom - top) / TextRows
	// Far too long a line is not print of one size; it is squeezed, and will not
	// be believed.
	across := math.Max(scale, (right-left)/(MaxWidth-2*side))
	width := int(math.Ceil((right-left)/across)) + 2*side
	width = min((width+step-1)/step*step, MaxWidth)
	sheared := shear(ink, slope)
	middleX, middleY := (left+right)/2, (top+bottom)/2
	picture := sheared.Sample(middleX-float64(width-1)/2*across, middleY-float64(Height-1)/2*scale, across, scale, width, Height)
	strip := &Strip{Width: width, Pix: make([]byte, width*Height), Quality: math.Min(dark/160, 1)}
	for i, value := range picture.Pix {
		strip.Pix[i] = byte(255*math.Min(math.Max(float64(value)/dark, 0), 1) + 0.5)
	}
	return strip
}
