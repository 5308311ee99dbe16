// Package hand writes as people do: digits in boxes, ticks, signatures, words,
// crossings-out, and the rubber stamps of clinics. Digits come from real
// handwriting when a corpus is given, else from typefaces.
package hand

import (
	"math"
	"math/rand/v2"

	"sesshu/samples/ink"
	"sesshu/samples/typeface"
)

// Box is a place in millimetres: left, top, width, height.
type Box struct{ X, Y, Width, Height float64 }

// Kit is what all hands share. It is safe for concurrent use.
type Kit struct {
	corpus *Corpus          // nil: no real handwriting
	faces  []*typeface.Face // for words
	grains []*ink.Texture   // of pencils
	stamps []*ink.Texture   // of rubber
}

// NewKit returns a kit. The corpus may be nil; faces are the fonts that words
// are written in, at least one.
func NewKit(corpus *Corpus, faces []*typeface.Face) *Kit {
	kit := &Kit{corpus: corpus, faces: faces}
	random := rand.New(rand.NewPCG(1, 2)) // the textures are the same for all seeds
	for range 3 {
		kit.grains = append(kit.grains, ink.NewTexture(random, 4, 90, 0.05))
		kit.stamps = append(kit.stamps, ink.NewTexture(random, 32, 135, 0.02), ink.NewTexture(random, 16, 105, 0.04))
	}
	return kit
}

// Writer is one person with one pen. It is not safe for concurrent use.
type Writer struct {
	kit                  *Kit
	random               *rand.Rand
	ink                  ink.Ink
	pen                  float64 // width of its line, millimetres
	slant                float64 // degrees
	size                 float64 // of a digit, as a share of its box's height
	wobble               float64
	hand                 *session       // nil: digits of the face
	face                 *typeface.Face // for words
	bend, phase, squeeze float64        // how digits of the face are bent, and their width
}

// NewWriter returns a chance person. Neat is from 0 (careless) to 1 (neat).
func (k *Kit) NewWriter(random *rand.Rand, neat float64) *Writer {
	w := &Writer{
		kit: k, random: random,
		pen:     0.32 + 0.26*random.Float64(),
		slant:   4 + 7*random.NormFloat64()*(1.3-neat),
		size:    0.6 + 0.3*random.Float64(),
		wobble:  0.018 + 0.03*random.Float64()*(1.3-neat),
		face:    k.faces[random.IntN(len(k.faces))],
		bend:    0.01 + 0.02*random.Float64(),
		phase:   2 * math.Pi * random.Float64(),
		squeeze: 0.8 + 0.4*random.Float64(),
	}
	switch chance := random.Float64(); {
	case chance < 0.55: // black ball-pen
		w.ink = ink.Ink{Shade: uint8(195 + random.IntN(50))}
	case chance < 0.88: // blue ball-pen, as grey
		w.ink = ink.Ink{Shade: uint8(150 + random.IntN(50))}
	default: // pencil
		w.ink = ink.Ink{Shade: uint8(125 + random.IntN(50)), Grain: k.grains[random.IntN(len(k.grains))]}
	}
	if k.corpus != nil {
		w.hand = k.corpus.pick(random)
	}
	return w
}

// pick chooses a session by its weight.
func (c *Corpus) pick(random *rand.Rand) *session {
	total := 0.0
	for _, hand := range c.hands {
		total += hand.weight
	}
	at := random.Float64() * total
	for i := range c.hands {
		if at -= c.hands[i].weight; at < 0 {
			return &c.hands[i]
		}
	}
	return &c.hands[len(c.hands)-1]
}

// Digit writes a digit into a box, off its middle as people do; large digits
// may cross its frame.
func (w *Writer) Digit(canvas *ink.Canvas, box Box, value byte) {
	digit := int(value - '0')
	if picture, ok := w.real(digit); ok {
		w.copy(canvas, box, picture)
		return
	}
	w.set(canvas, box, value)
}

// place returns where a digit of the given size comes to stand in a box, and
// how much it is scaled.
func (w *Writer) place(box Box, width, height, slant float64) (ink.Transform, float64) {
	tall := box.Height * min(0.97, w.size*(0.94+0.12*w.random.Float64()))
	scale := min(tall/height, box.Width*0.86/width)
	x := box.X + box.Width/2 + box.Width*0.06*w.random.NormFloat64()
	y := box.Y + box.Height/2 + box.Height*0.05*w.random.NormFloat64()
	return ink.Moved(x, y).After(ink.Turned(1.5 * w.random.NormFloat64())).After(ink.Slanted(slant + 1.5*w.random.NormFloat64())).
		After(ink.Scaled(scale, scale)).After(ink.Moved(-width/2, -height/2)), scale
}

// real returns a digit of the corpus, false when there is none of this hand.
func (w *Writer) real(digit int) (field, bool) {
	if w.hand == nil || len(w.hand.digits[digit]) == 0 {
		return field{}, false
	}
	for range 12 { // pictures that cannot be copied are left out
		pictures := w.hand.digits[digit]
		if picture, err := pictures[w.random.IntN(len(pictures))].outlined(); err == nil {
			return picture, true
		}
	}
	return field{}, false
}

// copy draws a real digit with this writer's pen, which makes no thicker lines
// than it can.
func (w *Writer) copy(canvas *ink.Canvas, box Box, picture field) {
	width, height := float64(picture.width), float64(picture.height)
	place, scale := w.place(box, width, height, w.slant/3) // real digits bring their own slant
	line := picture.thinned(w.pen * (0.95 + 0.2*w.random.Float64()) / scale)
	if line.loops(128) != picture.loops(128) {
		line = picture // too ragged for a thin pen
	}
	canvas.Cover(width, height, place, func(x, y float64) float64 {
		return 0.5 + (line.between(x-0.5, y-0.5)-128)/70
	}, w.ink)
}

// line draws a stroke through points given in millimetres.
func (w *Writer) line(canvas *ink.Canvas, points ...point) {
	stroke := make([]ink.PenPoint, len(points))
	for i, p := range points {
		stroke[i] = ink.PenPoint{X: p.x + 0.08*w.random.NormFloat64(), Y: p.y + 0.08*w.random.NormFloat64(), Width: w.pen * (0.9 + 0.2*w.random.Float64())}
	}
	canvas.Stroke(ink.Curve(stroke), w.ink)
}

// Words writes text with its left end on the base line at (x, y), at most
// width wide. Size is the height of a letter in millimetres.
func (w *Writer) Words(canvas *ink.Canvas, x, y, size, width float64, text string) {
	style := typeface.Style{Face: w.faceFor(text), Size: size, Spacing: size * 0.06 * w.random.Float64()}.Fit(text, width)
	outline, _ := style.Outline(text)
	phase := w.random.Float64() * 10
	waves := size * 0.05
	outline.Bend(func(x, y float64) (float64, float64) {
		return waves * math.Sin(1.9*y/size+2.3*x/size+phase), waves * math.Sin(1.3*x/size+1.7*y/size+phase)
	})
	canvas.Fill(outline, ink.Moved(x, y).After(ink.Turned(0.8*w.random.NormFloat64())).After(ink.Slanted(w.slant/2)), w.ink)
}

// faceFor returns the writer's face, or another that has the letters of text.
func (w *Writer) faceFor(text string) *typeface.Face {
	if w.face.Has(text) {
		return w.face
	}
	for _, face := range w.kit.faces {
		if face.Has(text) {
			return face
		}
	}
	return w.face
}
