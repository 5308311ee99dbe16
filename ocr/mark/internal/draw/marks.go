package draw

import (
	"image"
	"math"
	"math/rand/v2"
)

// hand draws marks in a square of the sheet.
type hand struct {
	pen    pen
	random *rand.Rand
	x, y   float64 // middle
	w, h   float64 // of the square
}

func (h hand) within(low, high float64) float64 { return low + (high-low)*h.random.Float64() }

// at is a point in the square: -1 to 1 both ways are its sides. It trembles.
func (h hand) at(x, y float64) point {
	return point{h.x + (x+h.within(-0.15, 0.15))*h.w/2, h.y + (y+h.within(-0.15, 0.15))*h.h/2}
}

// marks are the ways people say yes.
var marks = []func(hand){
	hand.tick, hand.tick, hand.tick, hand.cross, hand.fill, hand.around, hand.slash, hand.blot, hand.inner,
}

func (h hand) tick() {
	s := h.within(0.5, 1.5)
	dx, dy := h.within(-0.3, 0.3), h.within(-0.4, 0.2)
	h.pen.line(h.at(-0.8*s+dx, 0*s+dy), h.at(-0.25*s+dx, 0.7*s+dy), h.at(1.1*s+dx, -1.1*s+dy))
}

func (h hand) cross() {
	s := h.within(0.5, 1.3)
	h.pen.line(h.at(-s, -s), h.at(0, 0), h.at(s, s))
	h.pen.line(h.at(s, -s), h.at(0, 0), h.at(-s, s))
}

func (h hand) fill() {
	s := h.within(0.6, 1)
	rows := 4 + h.random.IntN(7)
	var points []point
	for i := range rows {
		y := -s + 2*s*float64(i)/float64(rows-1)
		points = append(points, h.at(-s, y), h.at(s, y))
	}
	h.pen.line(points...)
}

func (h hand) around() { h.ring(h.within(1.1, 1.7), h.within(1.1, 1.7)) }
func (h hand) inner()  { h.ring(h.within(0.5, 0.9), h.within(0.5, 0.9)) }

func (h hand) ring(rx, ry float64) {
	start, turn := h.within(0, 2*math.Pi), h.within(0.92, 1.12)*2*math.Pi
	dx, dy := h.within(-0.15, 0.15), h.within(-0.15, 0.15)
	var points []point
	for i := range 17 {
		angle := start + turn*float64(i)/16
		wobble := h.within(0.96, 1.04)
		points = append(points, point{h.x + (dx+rx*wobble*math.Cos(angle))*h.w/2, h.y + (dy+ry*wobble*math.Sin(angle))*h.h/2})
	}
	h.pen.line(points...)
}

func (h hand) slash() {
	s := h.within(0.6, 1.4)
	h.pen.line(h.at(-s, s), h.at(s, -s))
}

func (h hand) blot() {
	r := h.within(0.25, 0.5) * min(h.w, h.h)
	h.pen.grain = 0
	for range 4 {
		c := h.at(0, 0)
		h.pen.dot(c.x, c.y, r*h.within(0.7, 1))
	}
}

// doubtful draws a mark that was taken back, or something that is no clear
// mark: a mark struck out, a scribble over everything, a lone dot.
func (h hand) doubtful() {
	switch h.random.IntN(4) {
	case 0, 1: // a mark, struck out with long lines
		marks[h.random.IntN(len(marks))](h)
		for range 2 + h.random.IntN(2) {
			y := h.within(-0.6, 0.6)
			h.pen.line(h.at(-2.2, y), h.at(2.2, y))
		}
	case 2: // scribbled over
		var points []point
		for i := range 12 + h.random.IntN(8) {
			x := 1.8
			if i%2 == 0 {
				x = -1.8
			}
			points = append(points, h.at(x*h.within(0.7, 1.1), h.within(-1.6, 1.6)))
		}
		h.pen.line(points...)
	default: // a lone short stroke or dot inside
		a := h.at(h.within(-0.4, 0.4), h.within(-0.4, 0.4))
		h.pen.line(a, point{a.x + h.within(-0.18, 0.18)*h.w, a.y + h.within(-0.18, 0.18)*h.h})
	}
}

// stray draws what comes in from elsewhere and means nothing: a neighbour's
// stroke that enters a corner, a fold, a hair.
func (h hand) stray() {
	bounds := h.pen.sheet.Bounds()
	edge := func() point {
		t := h.within(0, 1)
		switch h.random.IntN(4) {
		case 0:
			return point{t * float64(bounds.Dx()), -2}
		case 1:
			return point{t * float64(bounds.Dx()), float64(bounds.Dy()) + 2}
		case 2:
			return point{-2, t * float64(bounds.Dy())}
		}
		return point{float64(bounds.Dx()) + 2, t * float64(bounds.Dy())}
	}
	from := edge()
	// it ends before it comes far into the square
	angle := math.Atan2(from.y-h.y, from.x-h.x)
	stop := h.within(0.8, 1.6)
	to := point{h.x + math.Cos(angle)*stop*h.w/2, h.y + math.Sin(angle)*stop*h.h/2}
	h.pen.line(from, point{(from.x+to.x)/2 + h.within(-3, 3), (from.y+to.y)/2 + h.within(-3, 3)}, to)
}

// signature writes a name's worth of connected loops.
func (h hand) signature() {
	n := 10 + h.random.IntN(26)
	s := h.within(0.5, 1)
	var points []point
	for i := range n {
		x := -0.9*s + 1.8*s*float64(i)/float64(n)
		points = append(points, h.at(x+h.within(-0.08, 0.08), h.within(-0.7, 0.7)*s))
		if h.random.IntN(5) == 0 && len(points) > 2 {
			h.pen.line(points...)
			points = nil
		}
	}
	h.pen.line(points...)
}

// seal stamps a ring with strokes in it, mid grey as red ink scans.
func (h hand) seal() {
	size := min(h.w, h.h) * h.within(0.5, 0.95)
	h.pen.ink, h.pen.grain, h.pen.width = h.within(90, 170), h.within(0.05, 0.3), size*0.05
	middle := h
	middle.x += h.within(-0.5, 0.5) * max(0, h.w-size) / 2
	middle.w, middle.h = size, size
	middle.ring(1, 1)
	for range 5 + h.random.IntN(5) {
		a := middle.at(h.within(-0.6, 0.6), h.within(-0.6, 0.6))
		if h.random.IntN(2) == 0 {
			h.pen.line(a, point{a.x + size*0.25, a.y})
		} else {
			h.pen.line(a, point{a.x, a.y + size*0.25})
		}
	}
}

func clear(sheet *image.Gray) {
	for i := range sheet.Pix {
		sheet.Pix[i] = 255
	}
}
