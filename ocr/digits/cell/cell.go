// Package cell prepares the picture of one boxed digit for the digit networks.
//
// Training and reading call this same code: the training scripts pipe their
// drawn cells through ocr/train/prepare, which calls Open and View. There is no
// second implementation that could drift away from the first.
//
// The way of a cell:
//
//  1. resample to 8 pixels a millimetre, so that stroke widths mean the same at
//     every scanner resolution;
//  2. ink = local paper level minus grey value; nothing is thresholded;
//  3. long straight lines near the four borders are the printed frame: they are
//     bridged, so that a stroke that crosses the frame survives;
//  4. connected strokes that lie mostly outside the frame belong to the
//     neighbours and are wiped out;
//  5. two planes of 32×32 come out: the digit, centred by mass and scaled by its
//     longer side, in normalised contrast; and the whole cell untouched, in
//     absolute contrast, which shows what steps 3 and 4 have done.
package cell

import (
	"errors"
	"fmt"
	"image"
	"math"

	"sesshu/ocr/internal/plane"
)

// Side is the width and height of a plane in pixels.
const Side = 32

// Planes is the number of planes a View holds.
const Planes = 2

// The working resolution and the sizes a cell may have, in millimetres. A cell
// of boxed digits is 5 to 7 mm; with its margin and every tolerance it lies
// well inside.
const (
	workPerMM = 8.0
	MinMM     = 2.0
	MaxMM     = 20.0
	marginMM  = 1.0 // round the inside of the cell
)

// ErrSize says that a picture is too small, too large or too oblong to be a
// cell at the resolution that was given.
var ErrSize = errors.New("not the size of a cell")

// Cell is one picture, made ready for views.
type Cell struct {
	whole  plane.Plane // ink with frame and neighbours, grey levels below paper
	digit  plane.Plane // ink without them
	dark   float64
	cx, cy float64 // centre of mass of the digit, working pixels
	length float64 // longer side of the digit, working pixels
}

// Jitter moves a view: X and Y in pixels of the plane, Scale as a factor.
type Jitter struct{ X, Y, Scale float64 }

// Still is the view as it stands.
var Still = Jitter{Scale: 1}

// Jitters are the places from which the reader looks at every cell. A third adds
// nothing that a second network does not show.
var Jitters = []Jitter{Still, {X: 0.9, Y: -0.6, Scale: 0.95}}

// View is what a network sees of a cell: Planes planes of Side×Side bytes, ink
// bright.
type View [Planes * Side * Side]byte

// Open prepares a picture. The picture is the cell's inside plus about 1 mm of
// margin; pixelsPerMM is its resolution (300 dots per inch are 11.8). It fails
// only with ErrSize.
func Open(img *image.Gray, pixelsPerMM float64) (*Cell, error) {
	if img == nil || !(pixelsPerMM > 1) || math.IsInf(pixelsPerMM, 0) {
		return nil, fmt.Errorf("no picture or no resolution: %w", ErrSize)
	}
	wide, high := float64(img.Rect.Dx())/pixelsPerMM, float64(img.Rect.Dy())/pixelsPerMM
	if wide < MinMM || high < MinMM || wide > MaxMM || high > MaxMM {
		return nil, fmt.Errorf("%.1f by %.1f mm: %w", wide, high, ErrSize)
	}
	work := plane.FromGray(img, int(wide*workPerMM+0.5), int(high*workPerMM+0.5))
	ink := inkOf(work)
	cell := &Cell{whole: ink, digit: ink.Clone()}
	inside := removeFrame(cell.digit)
	cell.dark = cell.digit.Percentile(inside, 0.99)
	// Below this contrast the difference from paper is noise: without the floor
	// an empty cell's grain would be stretched into strokes.
	cell.dark = math.Max(cell.dark, 24)
	cell.keepOwnStrokes(inside)
	return cell, nil
}

// View draws the two planes. The jitter moves the first plane only.
func (c *Cell) View(jitter Jitter) *View {
	var view View
	step := c.length / 22 / jitter.Scale
	half := (Side - 1) / 2.0
	digit := c.digit.Sample(c.cx-(half+jitter.X)*step, c.cy-(half+jitter.Y)*step, step, step, Side, Side)
	for i, value := range digit.Pix {
		view[i] = quantise(float64(value) / c.dark)
	}
	step = float64(max(c.whole.W, c.whole.H)) / Side
	left := float64(c.whole.W-1)/2 - half*step
	top := float64(c.whole.H-1)/2 - half*step
	whole := c.whole.Sample(left, top, step, step, Side, Side)
	for i, value := range whole.Pix {
		view[Side*Side+i] = quantise(1 - math.Exp(-float64(value)/64))
	}
	return &view
}

func quantise(value float64) byte {
	return byte(255*math.Min(math.Max(value, 0), 1) + 0.5)
}
