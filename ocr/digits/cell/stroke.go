package cell

import (
	"image"
	"math"
)

// stroke is a connected piece of ink.
type stroke struct {
	box    image.Rectangle
	mass   float64
	inside float64 // mass inside the frame
	sumX   float64 // mass times place
	sumY   float64
}

// keepOwnStrokes wipes out strokes that lie mostly outside the frame and
// measures the digit: centre of mass and longer side of what is left. Small
// specks do not count for the measure, but stay in the picture.
func (c *Cell) keepOwnStrokes(inside image.Rectangle) {
	label, strokes := c.strokes(inside, float32(0.35*c.dark))
	most := 0.0
	for _, s := range strokes {
		if s.own() {
			most = math.Max(most, s.mass)
		}
	}
	total := stroke{}
	for _, s := range strokes {
		if s.own() && s.mass >= 0.08*most {
			total.box = total.box.Union(s.box)
			total.mass += s.mass
			total.sumX += s.sumX
			total.sumY += s.sumY
		}
	}
	c.wipe(label, strokes)
	c.cx, c.cy = float64(c.digit.W-1)/2, float64(c.digit.H-1)/2
	c.length = 4.5 * workPerMM
	if total.mass > 0 {
		c.cx, c.cy = total.sumX/total.mass, total.sumY/total.mass
		// A speck is not blown up to a digit, and a scrawl over the whole cell is
		// not shrunk below what its strokes can bear.
		c.length = math.Min(math.Max(float64(max(total.box.Dx(), total.box.Dy())), 2*workPerMM), 9*workPerMM)
	}
}

// own reports whether a stroke belongs to this cell and not to a neighbour.
func (s stroke) own() bool { return s.inside >= 0.5*s.mass }

// strokes labels connected ink (eight neighbours) above a level. Label 0 is
// paper; label n is strokes[n-1].
func (c *Cell) strokes(inside image.Rectangle, level float32) ([]int32, []stroke) {
	w, h := c.digit.W, c.digit.H
	label := make([]int32, w*h)
	var strokes []stroke
	var queue []int
	for start, value := range c.digit.Pix {
		if value <= level || label[start] != 0 {
			continue
		}
		s := stroke{}
		number := int32(len(strokes) + 1)
		label[start] = number
		queue = append(queue[:0], start)
		for len(queue) > 0 {
			at := queue[len(queue)-1]
			queue = queue[:len(queue)-1]
			x, y := at%w, at/w
			s.add(x, y, float64(c.digit.Pix[at]), inside)
			for ny := max(y-1, 0); ny <= min(y+1, h-1); ny++ {
				for nx := max(x-1, 0); nx <= min(x+1, w-1); nx++ {
					next := ny*w + nx
					if label[next] == 0 && c.digit.Pix[next] > level {
						label[next] = number
						queue = append(queue, next)
					}
				}
			}
		}
		strokes = append(strokes, s)
	}
	return label, strokes
}

func (s *stroke) add(x, y int, mass float64, inside image.Rectangle) {
	s.box = s.box.Union(image.Rect(x, y, x+1, y+1))
	s.mass += mass
	s.sumX += mass * float64(x)
	s.sumY += mass * float64(y)
	if (image.Point{X: x, Y: y}).In(inside) {
		s.inside += mass
	}
}

// wipe takes the strokes of neighbours out, with a pixel of their soft edge.
func (c *Cell) wipe(label []int32, strokes []stroke) {
	w, h := c.digit.W, c.digit.H
	for at, number := range label {
		if number == 0 || strokes[number-1].own() {
			continue
		}
		x, y := at%w, at/w
		for ny := max(y-1, 0); ny <= min(y+1, h-1); ny++ {
			for nx := max(x-1, 0); nx <= min(x+1, w-1); nx++ {
				if next := ny*w + nx; label[next] == 0 || label[next] == number {
					c.digit.Pix[next] = 0
				}
			}
		}
	}
}
