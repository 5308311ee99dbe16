package scan

import (
	"image"
	"math"
	"math/rand/v2"

	"sesshu/samples/ink"
)

// age does to the paper what happened to it on its way: show-through, a fold,
// holes, a staple, specks.
func (s *Scanner) age(random *rand.Rand, sheet *image.Gray, scale float64, with Settings) {
	if with.Bleed > 0 && s.back.Rect == sheet.Rect {
		part := int(with.Bleed * 256)
		for i, value := range s.back.Pix {
			sheet.Pix[i] -= uint8(int(sheet.Pix[i]) * (255 - int(value)) / 255 * part >> 8)
		}
	}
	width, height := float64(sheet.Rect.Dx())/scale, float64(sheet.Rect.Dy())/scale
	if with.Fold > 0 {
		fold(sheet, int(height*scale*(0.5+0.02*random.NormFloat64())), scale, with.Fold)
	}
	canvas := ink.On(sheet, scale)
	for range with.Specks {
		speck(random, canvas, width, height)
	}
	if with.Punched {
		for _, y := range [...]float64{height/2 - 40, height/2 + 40} {
			hole(canvas, 7.5+random.Float64(), y+random.Float64(), with.Backing)
		}
	}
	if with.Stapled {
		x, y := 4+3*random.Float64(), 4+3*random.Float64()
		turn := (30 + 30*random.Float64()) * math.Pi / 180
		canvas.Stroke([]ink.PenPoint{{X: x, Y: y, Width: 0.5}, {X: x + 9*math.Cos(turn), Y: y - 4*math.Sin(turn), Width: 0.5}}, ink.Ink{Shade: 130})
	}
}

// fold shades a level crease: dark on one side, light on the other.
func fold(sheet *image.Gray, row int, scale, depth float64) {
	reach := int(1.6 * scale)
	for y := max(0, row-reach); y < min(sheet.Rect.Dy(), row+reach); y++ {
		distance := float64(y-row) / float64(reach)
		change := int(depth * (1 - math.Abs(distance)))
		if distance > 0 {
			change = -change / 3
		}
		line := sheet.Pix[y*sheet.Stride:][:sheet.Rect.Dx()]
		for x, value := range line {
			line[x] = uint8(max(0, min(255, int(value)-change)))
		}
	}
}

// speck is a grain of dirt, or now and then a hair.
func speck(random *rand.Rand, canvas *ink.Canvas, width, height float64) {
	x, y := random.Float64()*width, random.Float64()*height
	with := ink.Ink{Shade: uint8(60 + random.IntN(150))}
	if random.IntN(20) == 0 {
		points := []ink.PenPoint{{X: x, Y: y, Width: 0.09}}
		for range 4 {
			x += 1.2 * random.NormFloat64()
			y += 1.2 * random.NormFloat64()
			points = append(points, ink.PenPoint{X: x, Y: y, Width: 0.09})
		}
		canvas.Stroke(ink.Curve(points), with)
		return
	}
	size := 0.08 + 0.12*random.ExpFloat64()
	canvas.Stroke([]ink.PenPoint{{X: x, Y: y, Width: min(size, 0.7)}}, with)
}

// hole punches a hole of 6 mm, through which the backing shows.
func hole(canvas *ink.Canvas, x, y float64, backing uint8) {
	var ring ink.Path
	ring.Circle(x, y, 3.1, 3.1)
	canvas.Fill(&ring, ink.Identity, ink.Ink{Shade: 70})
	var disc ink.Path
	disc.Circle(x, y, 3, 3)
	canvas.Blot(&disc, backing)
}
