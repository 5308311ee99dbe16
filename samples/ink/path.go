package ink

import (
	"image"
	"math"

	"golang.org/x/image/vector"
)

// Transform is an affine map: x' = a·x + c·y + e, y' = b·x + d·y + f, stored
// as a, b, c, d, e, f.
type Transform [6]float64

// Identity changes nothing.
var Identity = Transform{1, 0, 0, 1, 0, 0}

// Moved shifts by (x, y).
func Moved(x, y float64) Transform { return Transform{1, 0, 0, 1, x, y} }

// Scaled stretches round the origin.
func Scaled(x, y float64) Transform { return Transform{x, 0, 0, y, 0, 0} }

// Turned turns clockwise round the origin by an angle in degrees.
func Turned(degrees float64) Transform {
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	return Transform{cos, sin, -sin, cos, 0, 0}
}

// Slanted leans upright strokes to the right by so many degrees; y points down.
func Slanted(degrees float64) Transform {
	return Transform{1, 0, -math.Tan(degrees * math.Pi / 180), 1, 0, 0}
}

// After returns the transform that first does first, then t.
func (t Transform) After(first Transform) Transform {
	return Transform{
		t[0]*first[0] + t[2]*first[1], t[1]*first[0] + t[3]*first[1],
		t[0]*first[2] + t[2]*first[3], t[1]*first[2] + t[3]*first[3],
		t[0]*first[4] + t[2]*first[5] + t[4], t[1]*first[4] + t[3]*first[5] + t[5],
	}
}

// Apply maps one point.
func (t Transform) Apply(x, y float64) (float64, float64) {
	return t[0]*x + t[2]*y + t[4], t[1]*x + t[3]*y + t[5]
}

type operation uint8

const (
	moveTo operation = iota
	lineTo
	quadTo
	cubeTo
)

// Path is an outline of lines and curves. The zero value is empty. Every
// contour closes by itself.
type Path struct {
	operations []operation
	points     []float64 // x, y, x, y …
}

// MoveTo starts a new contour.
func (p *Path) MoveTo(x, y float64) { p.add(moveTo, x, y) }

// LineTo adds a straight edge.
func (p *Path) LineTo(x, y float64) { p.add(lineTo, x, y) }

// QuadTo adds a quadratic curve by its control point and its end.
func (p *Path) QuadTo(bx, by, x, y float64) { p.add(quadTo, bx, by, x, y) }

// CubeTo adds a cubic curve by its control points and its end.
func (p *Path) CubeTo(bx, by, cx, cy, x, y float64) { p.add(cubeTo, bx, by, cx, cy, x, y) }

// Rectangle adds an upright rectangle.
func (p *Path) Rectangle(x, y, width, height float64) {
	p.MoveTo(x, y)
	p.LineTo(x+width, y)
	p.LineTo(x+width, y+height)
	p.LineTo(x, y+height)
}

// Circle adds a circle, or an ellipse, round (x, y).
func (p *Path) Circle(x, y, radiusX, radiusY float64) {
	const k = 0.5523 // cubic that is nearest to a quarter circle
	p.MoveTo(x+radiusX, y)
	p.CubeTo(x+radiusX, y+k*radiusY, x+k*radiusX, y+radiusY, x, y+radiusY)
	p.CubeTo(x-k*radiusX, y+radiusY, x-radiusX, y+k*radiusY, x-radiusX, y)
	p.CubeTo(x-radiusX, y-k*radiusY, x-k*radiusX, y-radiusY, x, y-radiusY)
	p.CubeTo(x+k*radiusX, y-radiusY, x+radiusX, y-k*radiusY, x+radiusX, y)
}

// Append adds a copy of another path, transformed.
func (p *Path) Append(other *Path, transform Transform) {
	p.operations = append(p.operations, other.operations...)
	for i := 0; i < len(other.points); i += 2 {
		x, y := transform.Apply(other.points[i], other.points[i+1])
		p.points = append(p.points, x, y)
	}
}

// Bend moves every point of the path by what shift returns for it, which makes
// a printed letter look written.
func (p *Path) Bend(shift func(x, y float64) (dx, dy float64)) {
	for i := 0; i < len(p.points); i += 2 {
		dx, dy := shift(p.points[i], p.points[i+1])
		p.points[i] += dx
		p.points[i+1] += dy
	}
}

func (p *Path) add(op operation, points ...float64) {
	p.operations = append(p.operations, op)
	p.points = append(p.points, points...)
}

// bounds returns the pixels that the path may touch, false when there are none.
func (p *Path) bounds(transform Transform) (image.Rectangle, bool) {
	if len(p.points) == 0 {
		return image.Rectangle{}, false
	}
	minX, minY := math.Inf(1), math.Inf(1)
	maxX, maxY := math.Inf(-1), math.Inf(-1)
	for i := 0; i < len(p.points); i += 2 {
		x, y := transform.Apply(p.points[i], p.points[i+1])
		minX, maxX = min(minX, x), max(maxX, x)
		minY, maxY = min(minY, y), max(maxY, y)
	}
	return image.Rect(int(math.Floor(minX)), int(math.Floor(minY)), int(math.Ceil(maxX))+1, int(math.Ceil(maxY))+1), true
}

func (p *Path) draw(raster *vector.Rasterizer, transform Transform) {
	points := p.points
	next := func() (float32, float32) {
		x, y := transform.Apply(points[0], points[1])
		points = points[2:]
		return float32(x), float32(y)
	}
	for i, op := range p.operations {
		switch op {
		case moveTo:
			if i > 0 {
				raster.ClosePath()
			}
			raster.MoveTo(next())
		case lineTo:
			raster.LineTo(next())
		case quadTo:
			bx, by := next()
			x, y := next()
			raster.QuadTo(bx, by, x, y)
		case cubeTo:
			bx, by := next()
			cx, cy := next()
			x, y := next()
			raster.CubeTo(bx, by, cx, cy, x, y)
		}
	}
	raster.ClosePath()
}
