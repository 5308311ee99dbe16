package tesseract

import "math"

// piece is a connected patch of ink: pixels x0 to x1-1, y0 to y1-1.
type piece struct {
	x0, y0, x1, y1 int
	ink            int  // pixels
	frame          bool // belongs to a rule or frame, not to a character
}

func (p piece) width() int       { return p.x1 - p.x0 }
func (p piece) height() int      { return p.y1 - p.y0 }
func (p piece) middleX() float64 { return float64(p.x0+p.x1) / 2 }
func (p piece) middleY() float64 { return float64(p.y0+p.y1) / 2 }

// isStroke tells upright strokes: a 1, an I or the side of a frame.
func (p piece) isStroke() bool { return p.height() > 4*p.width() }

// isFlat tells level strokes: the top or bottom of a frame.
func (p piece) isFlat() bool { return p.width() > 4*p.height() }

// isFrame tells rules and frame corners from characters: they are long and
// thin, or they touch the crop's edge and hold little ink for their size.
func (p piece) isFrame(page *plane) bool {
	width, height := p.width(), p.height()
	long, thin := max(width, height), min(width, height)
	touches := p.x0 == 0 || p.y0 == 0 || p.x1 == page.width || p.y1 == page.height
	switch {
	case long > page.width*7/10 && long > 2*page.height:
		return true
	case long > 5*thin && long >= page.height*8/10:
		return true
	case touches && width > 2*height:
		return true
	case touches && p.ink*6 < width*height:
		return true
	}
	return false
}

// inkLevel is where, on levelled paper, ink begins: nearer to paper than the
// middle, so that thin and faint strokes stay whole.
const inkLevel = 0.6

// components finds the patches of ink that hang together, diagonals included.
func components(page *plane) []piece {
	labels := make([]bool, len(page.at))
	var pieces []piece
	var stack []int
	for start, white := range page.at {
		if white >= inkLevel || labels[start] {
			continue
		}
		p := piece{x0: page.width, y0: page.height}
		labels[start] = true
		stack = append(stack[:0], start)
		for len(stack) > 0 {
			i := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			x, y := i%page.width, i/page.width
			p.x0, p.y0 = min(p.x0, x), min(p.y0, y)
			p.x1, p.y1 = max(p.x1, x+1), max(p.y1, y+1)
			p.ink++
			for ny := max(0, y-1); ny <= min(page.height-1, y+1); ny++ {
				for nx := max(0, x-1); nx <= min(page.width-1, x+1); nx++ {
					if j := ny*page.width + nx; page.at[j] < inkLevel && !labels[j] {
						labels[j] = true
						stack = append(stack, j)
					}
				}
			}
		}
		if p.ink > 2 {
			pieces = append(pieces, p)
		}
	}
	return pieces
}

// markSides marks upright strokes that together are higher than a character of
// the line: the side of a frame, which faint print breaks into parts. It
// reports whether it marked any.
func markSides(pieces []piece, height float64) bool {
	marked := false
	for i, a := range pieces {
		if !a.isNarrow(height) {
			continue
		}
		top, bottom := a.y0, a.y1
		var parts []int
		for j, b := range pieces {
			lean := 2 + 0.1*math.Abs(b.middleY()-a.middleY())
			switch {
			case b.isNarrow(height) && math.Abs(b.middleX()-a.middleX()) <= lean:
				parts = append(parts, j)
			case b.frame && min(math.Abs(float64(b.x0)-a.middleX()), math.Abs(float64(b.x1)-a.middleX())) <= lean+1:
				// the side of a frame whose corner hangs together with its top
			default:
				continue
			}
			top, bottom = min(top, b.y0), max(bottom, b.y1)
		}
		if float64(bottom-top) > 1.35*height {
			pieces[i].frame, marked = true, true
			for _, j := range parts {
				pieces[j].frame = true
			}
		}
	}
	return marked
}

// isNarrow tells strokes that are thin against a character of the line.
func (p piece) isNarrow(height float64) bool {
	return float64(p.width()) < 0.3*height && p.height() > p.width()
}
