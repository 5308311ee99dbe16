// Package label finds the lines of print on a pasted label whose place and
// angle are free: it looks for marks of the size of characters, finds the angle
// at which they stand in rows, and joins neighbours to words and words to
// lines. It knows nothing of what labels say.
package label

import (
	"image"
	"math"
)

// The sizes that count as print, in millimetres.
const (
	smallest  = 0.7 // height of the smallest character
	tallest   = 7.0 // and of the largest
	widest    = 9.0 // characters that touch each other
	thinnest  = 0.12
	mostSkew  = 9.0 // degrees that are tried each way
	density   = 6.0 // pixels a millimetre the search works at
	windowMM  = 4.0 // neighbourhood that says how bright the paper is
	inkShare  = 0.86
	inkLevels = 14
)

// Box is an upright rectangle in millimetres of the straightened frame.
type Box struct{ X, Y, Width, Height float64 }

// Line is one line of print with its words from left to right. Gaps are the
// whites inside words that stand out among those between characters: there may
// be two words where too little space was left.
type Line struct {
	Box
	Words []Box
	Gaps  []Gap
}

// Gap is a white inside a word, from Left to Right, with the pieces of the word
// on either side.
type Gap struct {
	Left, Right   float64
	Before, After Box
}

// Print is the print found in a picture. Its boxes lie in a frame that is
// turned by Turn degrees clockwise about the picture's middle, in millimetres
// from the picture's top left corner before the turn.
type Print struct {
	Turn  float64
	Lines []Line // from top to bottom

	other []point // ink that is no print
}

// Runs reports whether ink that is no print, such as a streak, stands within so
// many millimetres of a word's left and right ends, over most of its height: a
// character may be hidden in it.
func (p Print) Runs(word Box, within float64) (left, right bool) {
	const rows = 8
	var before, after [rows]bool
	for _, ink := range p.other {
		row := int(math.Floor((ink.y - word.Y) / word.Height * rows))
		if row < 0 || row >= rows {
			continue
		}
		if ink.x > word.X-within && ink.x < word.X {
			before[row] = true
		}
		if end := word.X + word.Width; ink.x > end && ink.x < end+within {
			after[row] = true
		}
	}
	most := func(seen [rows]bool) bool {
		count := 0
		for _, one := range seen {
			if one {
				count++
			}
		}
		return count > rows/2
	}
	return most(before), most(after)
}

// Find looks for print in a picture with the given density. The blank is the
// same piece of the unfilled form, of the same size; print that shows as it is
// there is the form's own and is left out. It may be nil. A picture without
// print gives no lines.
func Find(img, blank *image.Gray, pixelsPerMM float64) Print {
	small, scale := reduce(img, pixelsPerMM)
	if small == nil {
		return Print{}
	}
	marks, other := characters(binarise(small, scale), scale)
	if blank != nil && blank.Rect.Size() == img.Rect.Size() {
		own, _ := reduce(blank, pixelsPerMM)
		marks = foreign(marks, small, own, scale)
	}
	if len(marks) == 0 {
		return Print{}
	}
	middle := point{float64(small.Rect.Dx()) / scale / 2, float64(small.Rect.Dy()) / scale / 2}
	turn := angle(marks)
	sine, cosine := math.Sincos(-turn * math.Pi / 180)
	for i := range marks {
		marks[i].turn(middle, sine, cosine)
	}
	for i := range other {
		other[i] = other[i].turned(middle, sine, cosine)
	}
	return Print{Turn: turn, Lines: lines(marks), other: other}
}

// reduce averages a picture down to about the working density and returns the
// pixels a millimetre that it has then; nil when the picture is too small.
func reduce(img *image.Gray, pixelsPerMM float64) (*image.Gray, float64) {
	factor := max(1, int(math.Round(pixelsPerMM/density)))
	width, height := img.Rect.Dx()/factor, img.Rect.Dy()/factor
	if width < 8 || height < 8 || pixelsPerMM < 3 {
		return nil, 0
	}
	small := image.NewGray(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			sum := 0
			for dy := range factor {
				start := (y*factor+dy)*img.Stride + x*factor
				for _, pixel := range img.Pix[start : start+factor] {
					sum += int(pixel)
				}
			}
			small.Pix[y*small.Stride+x] = uint8(sum / (factor * factor))
		}
	}
	return small, pixelsPerMM / float64(factor)
}

// binarise marks what is clearly darker than its neighbourhood.
func binarise(img *image.Gray, scale float64) *bitmap {
	width, height := img.Rect.Dx(), img.Rect.Dy()
	stride := width + 1
	sums := make([]int, stride*(height+1))
	for y := range height {
		row := 0
		for x := range width {
			row += int(img.Pix[y*img.Stride+x])
			sums[(y+1)*stride+x+1] = sums[y*stride+x+1] + row
		}
	}
	radius := int(windowMM * scale / 2)
	ink := &bitmap{width, height, make([]bool, width*height)}
	for y := range height {
		top, bottom := max(0, y-radius), min(height, y+radius+1)
		for x := range width {
			left, right := max(0, x-radius), min(width, x+radius+1)
			area := (bottom - top) * (right - left)
			mean := (sums[bottom*stride+right] - sums[top*stride+right] - sums[bottom*stride+left] + sums[top*stride+left]) / area
			pixel := int(img.Pix[y*img.Stride+x])
			ink.set[y*width+x] = float64(pixel) < inkShare*float64(mean) && mean-pixel > inkLevels
		}
	}
	return ink
}

type bitmap struct {
	width, height int
	set           []bool
}
