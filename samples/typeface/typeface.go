// Package typeface finds the fonts of the system by family and turns text into
// outlines. Only what is installed is used: the fixed lists of families say in
// which order, so the same set of fonts always draws the same picture.
package typeface

import (
	"fmt"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"

	"sesshu/samples/ink"
)

// MillimetresPerPoint converts type sizes.
const MillimetresPerPoint = 25.4 / 72

// Face is one font. It is safe for concurrent use.
type Face struct {
	Family string
	font   *sfnt.Font
	spare  *sfnt.Font // for glyphs that cannot be read from font; may be nil

	mutex  sync.Mutex
	buffer sfnt.Buffer
	glyphs map[rune]glyph
}

// glyph is one letter with an em of 1, standing on the base line.
type glyph struct {
	outline ink.Path
	advance float64
	known   bool
}

// Has reports whether the face has all letters of text.
func (f *Face) Has(text string) bool {
	for _, r := range text {
		if !f.glyph(r).known {
			return false
		}
	}
	return true
}

// Style says how a line of text is set. Sizes and distances are millimetres.
type Style struct {
	Face    *Face
	Size    float64 // of the em
	Spacing float64 // added after each letter
	Squeeze float64 // width of the letters, 1 or 0 as drawn
}

// Points returns a style of the given size in typographic points.
func (f *Face) Points(size float64) Style { return Style{Face: f, Size: size * MillimetresPerPoint} }

// Outline returns the text with its base line on y = 0 and its left edge on
// x = 0, and its width.
func (s Style) Outline(text string) (*ink.Path, float64) {
	squeeze := s.Squeeze
	if squeeze == 0 {
		squeeze = 1
	}
	path := &ink.Path{}
	x := 0.0
	for i, r := range text {
		if i > 0 {
			x += s.Spacing
		}
		g := s.Face.glyph(r)
		path.Append(&g.outline, ink.Moved(x, 0).After(ink.Scaled(s.Size*squeeze, s.Size)))
		x += g.advance * s.Size * squeeze
	}
	return path, x
}

// Width returns how wide the text is set.
func (s Style) Width(text string) float64 {
	_, width := s.Outline(text)
	return width
}

// Fit returns the style narrowed, if need be, so that text is at most width wide.
func (s Style) Fit(text string, width float64) Style {
	if natural := s.Width(text); natural > width {
		if s.Squeeze == 0 {
			s.Squeeze = 1
		}
		s.Squeeze *= width / natural
		s.Spacing *= width / natural
	}
	return s
}

func (f *Face) glyph(r rune) glyph {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if g, ok := f.glyphs[r]; ok {
		return g
	}
	g, err := f.load(f.font, r)
	if err != nil && f.spare != nil {
		g, err = f.load(f.spare, r)
	}
	if err != nil { // a glyph that cannot be read is one the font does not have
		g = glyph{advance: 0.5}
	}
	f.glyphs[r] = g
	return g
}

// load reads a glyph at 1,000 pixels an em and scales it to an em of 1.
func (f *Face) load(from *sfnt.Font, r rune) (glyph, error) {
	const em = 1000
	index, err := from.GlyphIndex(&f.buffer, r)
	if err != nil {
		return glyph{}, fmt.Errorf("find glyph: %w", err)
	}
	advance, err := from.GlyphAdvance(&f.buffer, index, fixed.I(em), font.HintingNone)
	if err != nil {
		return glyph{}, fmt.Errorf("measure glyph: %w", err)
	}
	segments, err := from.LoadGlyph(&f.buffer, index, fixed.I(em), nil)
	if err != nil {
		return glyph{}, fmt.Errorf("load glyph: %w", err)
	}
	g := glyph{advance: float64(advance) / 64 / em, known: index != 0}
	at := func(p fixed.Point26_6) (float64, float64) { return float64(p.X) / 64 / em, float64(p.Y) / 64 / em }
	for _, segment := range segments {
		x, y := at(segment.Args[0])
		switch segment.Op {
		case sfnt.SegmentOpMoveTo:
			g.outline.MoveTo(x, y)
		case sfnt.SegmentOpLineTo:
			g.outline.LineTo(x, y)
		case sfnt.SegmentOpQuadTo:
			x2, y2 := at(segment.Args[1])
			g.outline.QuadTo(x, y, x2, y2)
		case sfnt.SegmentOpCubeTo:
			x2, y2 := at(segment.Args[1])
			x3, y3 := at(segment.Args[2])
			g.outline.CubeTo(x, y, x2, y2, x3, y3)
		}
	}
	return g, nil
}
