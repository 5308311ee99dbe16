package hand

import (
	"math"

	"sesshu/samples/ink"
)

// Tick marks a square the way people do: most with a tick, some with a cross,
// a ring round it, or filled in.
func (w *Writer) Tick(canvas *ink.Canvas, square Box) {
	switch chance := w.random.Float64(); {
	case chance < 0.84:
		w.check(canvas, square)
	case chance < 0.89:
		w.cross(canvas, square)
	case chance < 0.95:
		w.fill(canvas, square)
	default:
		w.Ring(canvas, Box{square.X - 0.6, square.Y - 0.6, square.Width + 1.2, square.Height + 1.2})
	}
}

func (w *Writer) check(canvas *ink.Canvas, square Box) {
	size := square.Height * (0.8 + 0.5*w.random.Float64())
	x := square.X + square.Width*(0.5+0.12*w.random.NormFloat64())
	y := square.Y + square.Height*(0.5+0.1*w.random.NormFloat64())
	w.strokes(canvas,
		[]point{{x - size*0.42, y - size*0.05}, {x - size*0.27, y + size*0.2}, {x - size*0.12, y + size*0.42}},
		[]point{{x - size*0.12, y + size*0.42}, {x + size*0.18, y - size*0.1}, {x + size*(0.5+0.3*w.random.Float64()), y - size*(0.5+0.2*w.random.Float64())}})
}

func (w *Writer) cross(canvas *ink.Canvas, square Box) {
	x, y := square.X+square.Width/2, square.Y+square.Height/2
	reach := square.Width * (0.35 + 0.2*w.random.Float64())
	w.line(canvas, point{x - reach, y - reach}, point{x, y}, point{x + reach, y + reach})
	w.line(canvas, point{x + reach, y - reach}, point{x, y}, point{x - reach, y + reach})
}

// fill scribbles a square full.
func (w *Writer) fill(canvas *ink.Canvas, square Box) {
	var points []point
	rows := 7
	for i := range rows {
		x := square.X + square.Width*0.15
		if i%2 == 1 {
			x = square.X + square.Width*0.85
		}
		points = append(points, point{x, square.Y + square.Height*(0.12+0.76*float64(i)/float64(rows-1))})
	}
	w.strokes(canvas, points)
}

// Ring draws a ring along the inside of a box.
func (w *Writer) Ring(canvas *ink.Canvas, box Box) {
	start := w.random.Float64() * 2 * math.Pi
	var points []point
	for i := range 11 {
		sin, cos := math.Sincos(start + float64(i)*2*math.Pi/9.5)
		grow := 1 + 0.02*float64(i)
		points = append(points, point{box.X + box.Width/2*(1+cos*grow), box.Y + box.Height/2*(1+sin*grow)})
	}
	w.line(canvas, points...)
}

// CrossOut draws the double line of a correction through a box.
func (w *Writer) CrossOut(canvas *ink.Canvas, box Box) {
	for _, share := range [...]float64{0.4, 0.6} {
		y := box.Y + box.Height*share
		w.line(canvas, point{box.X - 1, y + 0.3}, point{box.X + box.Width/2, y}, point{box.X + box.Width + 1, y - 0.3})
	}
}

// Sign writes a name quickly on the line at the bottom of a box.
func (w *Writer) Sign(canvas *ink.Canvas, box Box, name string) {
	size := min(box.Height*0.72, 6.5) * (0.8 + 0.2*w.random.Float64())
	x := box.X + box.Width*0.25*w.random.Float64()
	w.Words(canvas, x, box.Y+box.Height*0.8, size, box.X+box.Width-x, name)
}

// Scrawl fills a box with an illegible signature.
func (w *Writer) Scrawl(canvas *ink.Canvas, box Box) {
	points := []point{{box.X, box.Y + box.Height*0.6}}
	for x := 0.04; x < 0.95; x += 0.04 + 0.05*w.random.Float64() {
		reach := 0.1 + 0.35*w.random.Float64()
		if len(points)%2 == 0 {
			reach = -reach
		}
		points = append(points, point{box.X + box.Width*x, box.Y + box.Height*(0.55+reach)})
	}
	w.line(canvas, points...)
}

func (w *Writer) strokes(canvas *ink.Canvas, lines ...[]point) {
	var strokes [][]ink.PenPoint
	for _, points := range lines {
		stroke := make([]ink.PenPoint, len(points))
		for i, p := range points {
			stroke[i] = ink.PenPoint{X: p.x, Y: p.y, Width: w.pen * (0.9 + 0.2*w.random.Float64())}
		}
		strokes = append(strokes, ink.Curve(stroke))
	}
	canvas.Strokes(strokes, w.ink)
}
