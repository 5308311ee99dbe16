package hand

import (
	"math/rand/v2"

	"sesshu/samples/ink"
)

// shape is a digit as strokes of a pen in a box one high, with its top left
// corner at the origin. The widths are relative: 1 is the pen's own.
type shape struct {
	strokes [][]ink.PenPoint
	width   float64 // of the box the digit fills
}

type point struct{ x, y float64 }

// templates are the ways people write each digit, as points the pen goes
// through in a unit square. Most are East Asian hands: a 7 with its serif, an
// open 4, a 1 without feet.
var templates = [10][][][]point{
	{
		{{{.55, .02}, {.22, .14}, {.06, .5}, {.2, .87}, {.5, .98}, {.8, .86}, {.94, .5}, {.8, .14}, {.48, .03}}},
		{{{.4, .04}, {.12, .3}, {.1, .7}, {.4, .98}, {.75, .84}, {.9, .45}, {.7, .1}, {.36, .05}, {.3, .12}}},
	},
	{
		{{{.5, 0}, {.5, .5}, {.5, 1}}},
		{{{.54, 0}, {.5, .45}, {.45, 1}}},
		{{{.3, .2}, {.44, .1}, {.54, 0}}, {{.54, 0}, {.54, .5}, {.53, 1}}},
	},
	{
		{{{.12, .24}, {.28, .05}, {.58, .01}, {.82, .17}, {.76, .44}, {.45, .74}, {.1, .97}}, {{.1, .97}, {.5, .95}, {.92, .96}}},
		{{{.1, .2}, {.4, 0}, {.78, .12}, {.75, .4}, {.42, .78}, {.16, .93}, {.12, .83}, {.3, .78}, {.55, .9}, {.92, .97}}},
	},
	{
		{{{.12, .1}, {.45, 0}, {.8, .15}, {.72, .37}, {.38, .46}}, {{.38, .46}, {.78, .55}, {.87, .8}, {.5, 1}, {.08, .88}}},
		{{{.1, .04}, {.5, .03}, {.85, .04}}, {{.85, .04}, {.6, .25}, {.4, .42}}, {{.4, .42}, {.8, .5}, {.88, .78}, {.5, 1}, {.08, .9}}},
	},
	{
		{{{.38, 0}, {.25, .32}, {.06, .64}}, {{.06, .64}, {.5, .63}, {.96, .62}}, {{.66, .28}, {.65, .6}, {.63, 1}}},
		{{{.62, 0}, {.35, .33}, {.04, .67}}, {{.04, .67}, {.5, .66}, {.96, .67}}, {{.62, 0}, {.62, .5}, {.61, 1}}},
	},
	{
		{{{.26, .05}, {.22, .25}, {.17, .45}}, {{.17, .45}, {.5, .36}, {.85, .52}, {.86, .8}, {.5, 1}, {.08, .9}}, {{.26, .05}, {.55, .05}, {.88, .03}}},
		{{{.9, .03}, {.55, .04}, {.25, .05}}, {{.25, .05}, {.2, .25}, {.17, .46}}, {{.17, .46}, {.55, .38}, {.88, .6}, {.75, .92}, {.4, 1}, {.08, .92}}},
	},
	{
		{{{.7, .02}, {.36, .3}, {.1, .66}, {.25, .95}, {.6, .98}, {.86, .78}, {.7, .55}, {.4, .56}, {.14, .76}}},
		{{{.52, 0}, {.25, .3}, {.1, .68}, {.3, .97}, {.65, .96}, {.84, .74}, {.62, .54}, {.3, .62}, {.12, .8}}},
	},
	{
		{{{.1, .32}, {.11, .2}, {.12, .08}}, {{.12, .08}, {.5, .07}, {.9, .06}}, {{.9, .06}, {.6, .48}, {.45, 1}}},
		{{{.08, .07}, {.5, .06}, {.92, .05}}, {{.92, .05}, {.6, .45}, {.4, 1}}},
	},
	{
		{{{.78, .13}, {.45, .02}, {.19, .2}, {.38, .43}, {.7, .59}, {.83, .82}, {.5, 1}, {.17, .84}, {.3, .6}, {.64, .4}, {.82, .2}, {.7, .06}}},
		{{{.5, .46}, {.2, .26}, {.48, .01}, {.8, .24}, {.52, .46}}, {{.5, .46}, {.12, .74}, {.48, 1}, {.88, .74}, {.52, .46}}},
	},
	{
		{{{.82, .2}, {.5, .02}, {.16, .2}, {.27, .46}, {.6, .45}, {.82, .2}}, {{.82, .2}, {.8, .6}, {.62, 1}}},
		{{{.84, .24}, {.55, .02}, {.18, .16}, {.22, .44}, {.58, .48}, {.82, .22}, {.83, .5}, {.78, .8}, {.72, 1}}},
	},
}

// written is a digit from the templates as one hand writes it: the shapes are
// the writer's, the wobble is this digit's own.
func written(random *rand.Rand, digit, style int, wobble float64) shape {
	ways := templates[digit]
	aspect := 0.52 + 0.2*random.Float64()
	if digit == 1 {
		aspect = 0.5
	}
	var result shape
	joints := map[point]point{} // strokes that share a point must go on sharing it
	for _, stroke := range ways[style%len(ways)] {
		var points []ink.PenPoint
		for _, p := range stroke {
			moved, ok := joints[p]
			if !ok {
				moved = point{p.x*aspect + wobble*random.NormFloat64(), p.y + wobble*random.NormFloat64()}
				joints[p] = moved
			}
			points = append(points, ink.PenPoint{X: moved.x, Y: moved.y, Width: 1 + 0.12*random.NormFloat64()})
		}
		result.strokes = append(result.strokes, ink.Curve(points))
	}
	return result.fitted()
}

// fitted moves and scales the shape so that it is one high (or, for flat
// shapes, no wider than one).
func (s shape) fitted() shape {
	first := s.strokes[0][0]
	minX, maxX, minY, maxY := first.X, first.X, first.Y, first.Y
	for _, stroke := range s.strokes {
		for _, p := range stroke {
			minX, maxX = min(minX, p.X), max(maxX, p.X)
			minY, maxY = min(minY, p.Y), max(maxY, p.Y)
		}
	}
	scale := 1 / max(maxY-minY, maxX-minX, 1e-6)
	for _, stroke := range s.strokes {
		for i := range stroke {
			stroke[i].X = (stroke[i].X - minX) * scale
			stroke[i].Y = (stroke[i].Y - minY) * scale
		}
	}
	s.width = (maxX - minX) * scale
	return s
}
