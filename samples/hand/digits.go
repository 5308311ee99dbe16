package hand

import (
	"math"

	"sesshu/samples/ink"
	"sesshu/samples/typeface"
)

// capHeight is about how high digits stand over the base line, in ems.
const capHeight = 0.73

// set draws a digit of the writer's typeface, bent as this writer bends it.
func (w *Writer) set(canvas *ink.Canvas, box Box, value byte) {
	text := string(rune(value))
	outline, width := typeface.Style{Face: w.faceFor(text), Size: 1, Squeeze: w.squeeze}.Outline(text)
	outline.Bend(func(x, y float64) (float64, float64) {
		own := w.wobble * w.random.NormFloat64() * 0.15 // the outline trembles a little
		return w.bend*math.Sin(5*y+w.phase) + own, w.bend*math.Sin(4*x+1.7*w.phase) + own
	})
	place, _ := w.place(box, width, capHeight, w.slant)
	canvas.Fill(outline, place.After(ink.Moved(0, capHeight)), w.ink)
}

type point struct{ x, y float64 }
