package draw

import (
	"image"
	"image/color"
	stddraw "image/draw"
	"math/rand/v2"

	"sesshu/ocr/internal/degrade"
)

// Sample is a crop, its blank and what it shows: 1 a mark, 0 none, 0.5 what a
// person should look at.
type Sample struct {
	Image, Blank *image.Gray
	Marked       float64
	Kind         string
}

const oversampling = 4

// Box draws a tick square.
func Box(random *rand.Rand, severity float64) Sample {
	sketch := newSketch(random, 2.4+2.6*random.Float64(), 1, 0.15+0.9*random.Float64())
	sketch.frame()
	return sketch.finish(severity, func(h hand) { marks[random.IntN(len(marks))](h) }, hand.doubtful)
}

// Circle draws a printed word that may be circled.
func Circle(random *rand.Rand, severity float64) Sample {
	sketch := newSketch(random, 3+2*random.Float64(), 1+2.5*random.Float64(), 0.3+0.5*random.Float64())
	sketch.word()
	return sketch.finish(severity, func(h hand) {
		if random.IntN(6) == 0 {
			h.tick()
			return
		}
		h.ring(1.05+0.5*random.Float64(), 1.1+0.6*random.Float64())
	}, hand.doubtful)
}

// Signature draws an area that may be signed or sealed.
func Signature(random *rand.Rand, severity float64) Sample {
	sketch := newSketch(random, 7+5*random.Float64(), 2+3*random.Float64(), 0.1*random.Float64())
	if random.IntN(2) == 0 {
		sketch.frame()
	}
	return sketch.finish(severity, func(h hand) {
		switch random.IntN(3) {
		case 0:
			h.seal()
		case 1:
			h.signature()
			h.seal()
		default:
			h.signature()
		}
	}, func(h hand) { // a line through the area, or a single short stroke
		if random.IntN(2) == 0 {
			h.pen.line(h.at(-1, 0.8), h.at(1, -0.8))
			return
		}
		a := h.at(0, 0)
		h.pen.line(a, point{a.x + 0.15*h.h, a.y + 0.1*h.h})
	})
}

// sketch is a sheet with its print.
type sketch struct {
	random       *rand.Rand
	sheet        *image.Gray
	dpi          float64
	x, y, w, h   float64 // of the printed thing, in pixels of the sheet
	millimetre   float64
	printedLevel uint8
}

// newSketch makes a sheet for a thing so many millimetres high, aspect times as
// wide, with room round it in shares of its height.
func newSketch(random *rand.Rand, millimetres, aspect, room float64) *sketch {
	s := &sketch{random: random, dpi: []float64{300, 300, 300, 200, 400}[random.IntN(5)]}
	s.millimetre = s.dpi / 25.4 * oversampling
	s.h = millimetres * s.millimetre
	s.w = s.h * aspect
	border := room * s.h
	s.sheet = image.NewGray(image.Rect(0, 0, int(s.w+2*border), int(s.h+2*border)))
	clear(s.sheet)
	s.x, s.y = float64(s.sheet.Rect.Dx())/2, float64(s.sheet.Rect.Dy())/2
	s.printedLevel = uint8(random.IntN(110))
	return s
}

func (s *sketch) rectangle(x0, y0, x1, y1 float64) {
	stddraw.Draw(s.sheet, image.Rect(int(x0), int(y0), int(x1), int(y1)), image.NewUniform(color.Gray{Y: s.printedLevel}), image.Point{}, stddraw.Src)
}

func (s *sketch) frame() {
	stroke := (0.12 + 0.25*s.random.Float64()) * s.millimetre
	left, top, right, bottom := s.x-s.w/2, s.y-s.h/2, s.x+s.w/2, s.y+s.h/2
	s.rectangle(left, top, right, top+stroke)
	s.rectangle(left, bottom-stroke, right, bottom)
	s.rectangle(left, top, left+stroke, bottom)
	s.rectangle(right-stroke, top, right, bottom)
}

// word prints strokes as dense as kanji.
func (s *sketch) word() {
	stroke := (0.2 + 0.2*s.random.Float64()) * s.millimetre
	for x := s.x - s.w/2; x+s.h*0.7 < s.x+s.w/2+1; x += s.h {
		for range 6 + s.random.IntN(5) {
			px, py := x+s.random.Float64()*s.h*0.5, s.y-s.h/2+s.random.Float64()*s.h*0.8
			if s.random.IntN(2) == 0 {
				s.rectangle(px, py, px+s.h*0.45, py+stroke)
			} else {
				s.rectangle(px, py, px+stroke, min(s.y+s.h/2, py+s.h*0.5))
			}
		}
	}
}

// finish photographs the blank, makes the mark, if any, and scans.
func (s *sketch) finish(severity float64, mark, doubt func(hand)) Sample {
	sample := Sample{Blank: degrade.Fault{}.Apply(s.sheet, oversampling, s.random)}
	h := hand{pen: newPen(s.sheet, s.random, s.millimetre), random: s.random, x: s.x, y: s.y, w: s.w, h: s.h}
	stray := func() {
		other := h
		other.pen = newPen(s.sheet, s.random, s.millimetre)
		for range 1 + s.random.IntN(2) {
			other.stray()
		}
	}
	switch n := s.random.IntN(100); {
	case n < 45:
		mark(h)
		sample.Marked, sample.Kind = 1, "marked"
		if s.random.IntN(12) == 0 {
			stray()
		}
	case n < 75:
		sample.Kind = "empty"
	case n < 88:
		stray()
		sample.Kind = "stray"
	default:
		doubt(h)
		sample.Marked, sample.Kind = 0.5, "doubtful"
	}
	fault := degrade.Random(s.random, severity)
	fault.Bilevel = false
	fault.Dirt *= 3
	s.shift()
	sample.Image = fault.Apply(s.sheet, oversampling, s.random)
	return sample
}

// shift moves the sheet by what registration leaves over: up to 0.2 mm.
func (s *sketch) shift() {
	dx := int((s.random.Float64()*2 - 1) * 0.2 * s.millimetre)
	dy := int((s.random.Float64()*2 - 1) * 0.2 * s.millimetre)
	moved := image.NewGray(s.sheet.Rect)
	clear(moved)
	stddraw.Draw(moved, moved.Rect.Add(image.Pt(dx, dy)), s.sheet, image.Point{}, stddraw.Src)
	s.sheet = moved
}
