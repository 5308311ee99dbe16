package ink

import (
	"image"
	"math"
)

// PenPoint is a place a pen went over, in millimetres, and the width of the
// line it left there.
type PenPoint struct{ X, Y, Width float64 }

// Stroke draws one stroke of a pen with round ends.
func (c *Canvas) Stroke(points []PenPoint, with Ink) {
	c.Strokes([][]PenPoint{points}, with)
}

// Strokes draws several strokes as one layer of ink: where they cross, the ink
// is no darker.
func (c *Canvas) Strokes(strokes [][]PenPoint, with Ink) {
	area := c.strokeArea(strokes)
	if area.Empty() {
		return
	}
	mask := c.cleanMask(area.Dx(), area.Dy())
	for _, points := range strokes {
		for i, point := range points {
			to := point
			if i+1 < len(points) {
				to = points[i+1]
			} else if i > 0 {
				continue
			}
			c.capsule(mask, area.Min, point, to)
		}
	}
	c.darken(mask, area.Min, with)
}

func (c *Canvas) strokeArea(strokes [][]PenPoint) image.Rectangle {
	var area image.Rectangle
	for _, points := range strokes {
		for _, p := range points {
			reach := p.Width/2 + 2/c.Scale
			area = area.Union(image.Rect(
				int((p.X-reach)*c.Scale), int((p.Y-reach)*c.Scale),
				int((p.X+reach)*c.Scale)+1, int((p.Y+reach)*c.Scale)+1))
		}
	}
	return area.Intersect(c.Image.Rect)
}

// capsule covers the pixels near the segment from a to b, with a soft edge one
// pixel wide.
func (c *Canvas) capsule(mask *image.Alpha, origin image.Point, a, b PenPoint) {
	ax, ay := a.X*c.Scale-float64(origin.X), a.Y*c.Scale-float64(origin.Y)
	bx, by := b.X*c.Scale-float64(origin.X), b.Y*c.Scale-float64(origin.Y)
	radius := math.Max(a.Width, b.Width) / 2 * c.Scale
	reach := radius + 1
	area := image.Rect(int(min(ax, bx)-reach), int(min(ay, by)-reach), int(max(ax, bx)+reach)+2, int(max(ay, by)+reach)+2).Intersect(mask.Rect)
	dx, dy := bx-ax, by-ay
	square := dx*dx + dy*dy
	for y := area.Min.Y; y < area.Max.Y; y++ {
		row := mask.Pix[y*mask.Stride:]
		for x := area.Min.X; x < area.Max.X; x++ {
			px, py := float64(x)+0.5-ax, float64(y)+0.5-ay
			part := 0.0
			if square > 0 {
				part = min(1, max(0, (px*dx+py*dy)/square))
			}
			ex, ey := px-part*dx, py-part*dy
			width := (a.Width + (b.Width-a.Width)*part) / 2 * c.Scale
			cover := width + 0.5 - math.Sqrt(ex*ex+ey*ey)
			if cover <= 0 {
				continue
			}
			row[x] = max(row[x], uint8(min(1, cover)*255))
		}
	}
}

// Curve turns a few control points into a smooth stroke that goes through all
// of them (Catmull-Rom), sampled finely enough to look round.
func Curve(points []PenPoint) []PenPoint {
	if len(points) < 3 {
		return points
	}
	const steps = 8
	at := func(i int) PenPoint { return points[max(0, min(len(points)-1, i))] }
	smooth := make([]PenPoint, 0, steps*len(points))
	for i := range len(points) - 1 {
		p0, p1, p2, p3 := at(i-1), at(i), at(i+1), at(i+2)
		for step := range steps {
			t := float64(step) / steps
			mix := func(a, b, c, d float64) float64 {
				return 0.5 * (2*b + (c-a)*t + (2*a-5*b+4*c-d)*t*t + (3*b-a-3*c+d)*t*t*t)
			}
			smooth = append(smooth, PenPoint{mix(p0.X, p1.X, p2.X, p3.X), mix(p0.Y, p1.Y, p2.Y, p3.Y), mix(p0.Width, p1.Width, p2.Width, p3.Width)})
		}
	}
	return append(smooth, points[len(points)-1])
}
