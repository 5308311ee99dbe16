package tesseract

import (
	"image"
	"math"
	"slices"
)

// The network looks at lines 36 pixels high; a line that comes in just this
// height is not scaled again by Tesseract.
const lineHeight = 36

// mostPieces is more than any line and its dirt leave: beyond it the crop is
// noise, and looking for a line in it would take long.
const (
	mostPieces = 1500
	mostGlyphs = 200 // and more than any line's characters
)

// prepared is a crop made ready for the network.
type prepared struct {
	image    *image.Gray // lineHeight pixels high, paper near 255
	glyphs   int         // pieces of ink as high as a character
	contrast float64     // 0 to 1: ink against paper in the crop
	height   float64     // of the characters in the crop, pixels
}

// prepare finds the line in the crop, levels the paper, straightens the line
// and scales it. Ink keeps its greys: a threshold only helps to find where the
// line is. It returns false when there is no line.
func prepare(img *image.Gray, dpi int) (prepared, bool) {
	page, contrast := level(img)
	if contrast < 0.08 {
		return prepared{}, false
	}
	pieces := components(page)
	if len(pieces) > mostPieces {
		return prepared{}, false
	}
	line, ok := findLine(pieces, page, float64(dpi))
	if !ok {
		return prepared{}, false
	}
	line.isolate(pieces, page)
	return prepared{
		image:    line.cut(page),
		glyphs:   line.glyphs,
		contrast: contrast,
		height:   line.height,
	}, true
}

// textLine is where the line lies in the crop: its middle is at
// middle + slope*x, its characters are height pixels high.
type textLine struct {
	left, right   float64
	middle, slope float64
	height        float64
	glyphs        int
}

// findLine picks the row of pieces that holds the most ink and marks the
// pieces that are rules and frames.
func findLine(pieces []piece, page *plane, dpi float64) (textLine, bool) {
	for i := range pieces {
		pieces[i].frame = pieces[i].isFrame(page)
	}
	line, ok := heaviest(pieces, dpi)
	if !ok {
		return textLine{}, false
	}
	if markSides(pieces, line.height) {
		if line, ok = heaviest(pieces, dpi); !ok {
			return textLine{}, false
		}
	}
	return line.widen(pieces), true
}

// heaviest tries every piece as the seed of a row.
func heaviest(pieces []piece, dpi float64) (textLine, bool) {
	lowest, highest := 0.9/25.4*dpi, 8.5/25.4*dpi // characters are 0.9 to 8.5 mm high
	var glyphs []piece
	for _, p := range pieces {
		height, width := float64(p.height()), float64(p.width())
		if height < lowest || height > highest || width > 4*height || p.frame {
			continue
		}
		glyphs = append(glyphs, p)
	}
	if len(glyphs) > mostGlyphs {
		slices.SortStableFunc(glyphs, func(a, b piece) int { return b.ink - a.ink })
		glyphs = glyphs[:mostGlyphs]
	}
	best, bestInk := textLine{}, 0
	for _, seed := range glyphs {
		if line, ink := gather(seed, glyphs); ink > bestInk {
			best, bestInk = line, ink
		}
	}
	return best, bestInk > 0
}

// gather collects the pieces that lie in one row with the seed.
func gather(seed piece, glyphs []piece) (textLine, int) {
	var members []piece
	ink := 0
	height := float64(seed.height())
	for _, p := range glyphs {
		if h := float64(p.height()); h < 0.55*height || h > 1.7*height {
			continue
		}
		away := math.Abs(p.middleX() - seed.middleX())
		if p.isStroke() && float64(p.height()) > 1.25*height && !seed.isStroke() {
			continue // a frame's side
		}
		if math.Abs(p.middleY()-seed.middleY()) <= 0.3*height+0.1*away {
			members = append(members, p)
			ink += p.ink
		}
	}
	line := textLine{glyphs: len(members), left: float64(seed.x0), right: float64(seed.x1)}
	line.middle, line.slope = straight(members)
	heights := make([]float64, len(members))
	for i, p := range members {
		heights[i] = float64(p.height())
		line.left, line.right = min(line.left, float64(p.x0)), max(line.right, float64(p.x1))
	}
	slices.Sort(heights)
	line.height = heights[len(heights)*3/4]
	return line, ink
}

// straight fits the middles of the pieces by the median slope between pairs
// that are well apart.
func straight(members []piece) (middle, slope float64) {
	var slopes []float64
	for i, a := range members {
		for _, b := range members[i+1:] {
			if dx := b.middleX() - a.middleX(); math.Abs(dx) > 3*float64(a.height()) {
				slopes = append(slopes, (b.middleY()-a.middleY())/dx)
			}
		}
	}
	if len(slopes) > 0 {
		slices.Sort(slopes)
		slope = slopes[len(slopes)/2]
	}
	offsets := make([]float64, len(members))
	for i, p := range members {
		offsets[i] = p.middleY() - slope*p.middleX()
	}
	slices.Sort(offsets)
	return offsets[len(offsets)/2], slope
}

// widen takes in the smaller pieces that belong to the line: dots, hyphens,
// broken strokes.
func (l textLine) widen(pieces []piece) textLine {
	for grown := true; grown; {
		grown = false
		for _, p := range pieces {
			off := math.Abs(p.middleY() - l.middle - l.slope*p.middleX())
			if off > 0.6*l.height || p.frame || float64(p.ink) < 0.015*l.height*l.height {
				continue
			}
			if h := float64(p.height()); h > 1.7*l.height || h > 1.25*l.height && p.isStroke() {
				continue
			}
			near := 1.5 * l.height
			if float64(p.x1) < l.left-near || float64(p.x0) > l.right+near {
				continue
			}
			if float64(p.x0) < l.left || float64(p.x1) > l.right {
				l.left, l.right = min(l.left, float64(p.x0)), max(l.right, float64(p.x1))
				grown = true
			}
		}
	}
	return l
}

// isolate paints over what is no part of the line, so that a frame beside it
// is not read as a 1.
func (l textLine) isolate(pieces []piece, page *plane) {
	for _, p := range pieces {
		off := math.Abs(p.middleY() - l.middle - l.slope*p.middleX())
		if !p.frame && off < 0.8*l.height {
			continue
		}
		if p.x0 < int(l.right) && p.x1 > int(l.left) && !p.isFlat() {
			continue // overlaps the characters: painting its box would hurt them
		}
		for y := max(0, p.y0-1); y < min(page.height, p.y1+1); y++ {
			for x := max(0, p.x0-1); x < min(page.width, p.x1+1); x++ {
				if off := math.Abs(float64(y) - l.middle - l.slope*float64(x)); p.isFlat() && off < 0.55*l.height {
					continue
				}
				page.at[y*page.width+x] = 1
			}
		}
	}
}

// The network was trained on lines with room for ascenders and descenders: the
// characters fill this share of its height.
const fill = 0.6

// margin is the white put before and after the line, in result pixels.
const margin = 9

// cut draws the line straight, lineHeight high, with white at both ends.
func (l textLine) cut(page *plane) *image.Gray {
	scale := l.height / (fill * lineHeight) // crop pixels per result pixel
	width := int((l.right-l.left)/scale + 2*margin + 0.5)
	width = max(lineHeight, min(width, 4000))
	out := image.NewGray(image.Rect(0, 0, width, lineHeight))
	grid := max(1, min(4, int(math.Ceil(scale*1.5))))
	for y := range lineHeight {
		for x := range width {
			sum := float32(0)
			for i := range grid * grid {
				px := (float64(x)+(float64(i%grid)+0.5)/float64(grid)-margin)*scale + l.left
				py := (float64(y) + (float64(i/grid)+0.5)/float64(grid) - lineHeight/2) * scale
				if px < l.left-2 || px > l.right+3 {
					sum++
					continue
				}
				sum += page.sample(px, l.middle+l.slope*px+py)
			}
			out.Pix[y*out.Stride+x] = uint8(sum / float32(grid*grid) * 255)
		}
	}
	return out
}
