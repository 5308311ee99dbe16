// Package draw draws print and handmade marks on it, for training and tests of
// the mark reader.
package draw

import (
	"image"
	"math"
	"math/rand/v2"
)

// pen draws strokes on a sheet, darkening it.
type pen struct {
	sheet  *image.Gray
	random *rand.Rand
	width  float64 // pixels of the sheet
	ink    float64 // grey level of full ink
	grain  float64 // share of the stroke that stays white, as of a pencil on rough paper
}

type point struct{ x, y float64 }

// line draws through the points with rounded corners, an unsteady hand and
// varying pressure.
func (p pen) line(points ...point) {
	smooth := curve(points)
	press := 0.75 + 0.5*p.random.Float64()
	for i := 1; i < len(smooth); i++ {
		press += (p.random.Float64() - 0.5) * 0.1
		press = min(1.4, max(0.5, press))
		p.segment(smooth[i-1], smooth[i], p.width*press)
	}
}

// curve refines a polyline twice by cutting corners.
func curve(points []point) []point {
	for range 2 {
		if len(points) < 3 {
			break
		}
		refined := []point{points[0]}
		for i := 1; i < len(points); i++ {
			a, b := points[i-1], points[i]
			refined = append(refined, point{a.x*0.75 + b.x*0.25, a.y*0.75 + b.y*0.25}, point{a.x*0.25 + b.x*0.75, a.y*0.25 + b.y*0.75})
		}
		refined = append(refined, points[len(points)-1])
		points = refined
	}
	return points
}

func (p pen) segment(a, b point, width float64) {
	length := math.Hypot(b.x-a.x, b.y-a.y)
	steps := int(length/max(1, width/3)) + 1
	for i := range steps + 1 {
		t := float64(i) / float64(steps)
		p.dot(a.x+(b.x-a.x)*t, a.y+(b.y-a.y)*t, width/2)
	}
}

func (p pen) dot(x, y, radius float64) {
	for py := int(y - radius); py <= int(y+radius); py++ {
		for px := int(x - radius); px <= int(x+radius); px++ {
			dx, dy := float64(px)-x, float64(py)-y
			if dx*dx+dy*dy > radius*radius || !image.Pt(px, py).In(p.sheet.Bounds()) {
				continue
			}
			if p.grain > 0 && p.random.Float64() < p.grain {
				continue
			}
			i := p.sheet.PixOffset(px, py)
			p.sheet.Pix[i] = min(p.sheet.Pix[i], uint8(p.ink))
		}
	}
}

// Pen kinds: ball pens, felt pens, pencils, a faint pencil.
func newPen(sheet *image.Gray, random *rand.Rand, millimetre float64) pen {
	within := func(low, high float64) float64 { return low + (high-low)*random.Float64() }
	p := pen{sheet: sheet, random: random}
	switch random.IntN(6) {
	case 0, 1, 2:
		p.width, p.ink = within(0.25, 0.5), within(10, 110)
	case 3:
		p.width, p.ink = within(0.6, 1.2), within(0, 60)
	case 4:
		p.width, p.ink, p.grain = within(0.35, 0.7), within(70, 150), within(0.1, 0.4)
	default:
		p.width, p.ink, p.grain = within(0.3, 0.6), within(130, 185), within(0.15, 0.4)
	}
	p.width *= millimetre
	return p
}
