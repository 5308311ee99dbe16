package hand

import (
	"math/rand/v2"

	"sesshu/samples/ink"
	"sesshu/samples/typeface"
)

// Stamp is a rubber stamp with its pad: uneven ink, slightly turned and off.
type Stamp struct {
	random *rand.Rand
	ink    ink.Ink
}

// NewStamp returns a stamp. Red ink shows as a middle grey.
func (k *Kit) NewStamp(random *rand.Rand, red bool) *Stamp {
	shade := 165 + random.IntN(70)
	if red {
		shade = 85 + random.IntN(50)
	}
	return &Stamp{random, ink.Ink{Shade: uint8(shade), Grain: k.stamps[random.IntN(len(k.stamps))]}}
}

// Row stamps digits, one into each box, in one go: they keep their distances
// and turn together round the middle of the row.
func (s *Stamp) Row(canvas *ink.Canvas, face *typeface.Face, boxes []Box, digits string) {
	first, last := boxes[0], boxes[len(boxes)-1]
	middleX, middleY := (first.X+last.X+last.Width)/2, first.Y+first.Height/2
	style := typeface.Style{Face: face, Size: first.Height * (0.62 + 0.2*s.random.Float64())}
	var row ink.Path
	for i, box := range boxes {
		outline, width := style.Fit("0", box.Width*0.9).Outline(digits[i : i+1])
		row.Append(outline, ink.Moved(box.X+(box.Width-width)/2-middleX, box.Y+box.Height/2+style.Size*0.36-middleY))
	}
	turn := 0.9 * s.random.NormFloat64()
	if len(boxes) < 4 {
		turn *= 2
	}
	place := ink.Moved(middleX+0.5*s.random.NormFloat64(), middleY+0.4*s.random.NormFloat64()).After(ink.Turned(turn))
	canvas.Fill(&row, place, s.ink)
}

// Lines stamps lines of text, such as a clinic's name, below each other, the
// first one's base line at (x, y).
func (s *Stamp) Lines(canvas *ink.Canvas, face *typeface.Face, x, y, size, width float64, lines ...string) {
	var block ink.Path
	for i, line := range lines {
		outline, _ := typeface.Style{Face: face, Size: size}.Fit(line, width).Outline(line)
		block.Append(outline, ink.Moved(0, float64(i)*size*1.35))
	}
	canvas.Fill(&block, ink.Moved(x+0.4*s.random.NormFloat64(), y+0.4*s.random.NormFloat64()).After(ink.Turned(0.9*s.random.NormFloat64())), s.ink)
}

// Seal stamps a name in a ring, written downwards, round (x, y).
func (s *Stamp) Seal(canvas *ink.Canvas, face *typeface.Face, x, y, diameter float64, name string) {
	letters := []rune(name)
	radius := diameter / 2
	size := min(diameter*0.8/float64(max(2, len(letters))), diameter*0.42)
	place := ink.Moved(x, y).After(ink.Turned(6 * s.random.NormFloat64()))
	var letter ink.Path
	for i, r := range letters {
		outline, width := typeface.Style{Face: face, Size: size}.Outline(string(r))
		letter.Append(outline, ink.Moved(-width/2, size*(float64(i)-float64(len(letters))/2+0.86)))
	}
	canvas.Fill(&letter, place, s.ink)
	var ring []ink.PenPoint
	for i := range 49 {
		dx, dy := ink.Turned(float64(i)*7.5).After(ink.Moved(radius, 0)).Apply(0, 0)
		px, py := place.Apply(dx, dy)
		ring = append(ring, ink.PenPoint{X: px, Y: py, Width: diameter * 0.045})
	}
	canvas.Stroke(ring, s.ink)
}
