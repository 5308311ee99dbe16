// Package typeset draws lines of text for calibration and tests of the
// readers; nothing at run time imports it.
package typeset

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"os"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// Font is one typeface. Characters it lacks come from Other, if that is set, as
// forms print digits in a Latin typeface among Japanese.
type Font struct {
	Other   *Font
	outline *opentype.Font
}

// Parse reads the faces of a TrueType or OpenType file; a collection has more
// than one.
func Parse(file []byte) ([]*Font, error) {
	collection, err := opentype.ParseCollection(file)
	if err != nil {
		return nil, fmt.Errorf("parse font: %w", err)
	}
	fonts := make([]*Font, collection.NumFonts())
	for i := range fonts {
		outline, err := collection.Font(i)
		if err != nil {
			return nil, fmt.Errorf("take face %d: %w", i, err)
		}
		fonts[i] = &Font{outline: outline}
	}
	return fonts, nil
}

// Load reads a font file.
func Load(path string) ([]*Font, error) {
	file, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read font: %w", err)
	}
	return Parse(file)
}

// Has reports whether the font can draw every character of the text.
func (f *Font) Has(text string) bool {
	for _, r := range text {
		if !f.draws(r) && (f.Other == nil || !f.Other.draws(r)) {
			return false
		}
	}
	return true
}

func (f *Font) draws(r rune) bool {
	var buffer sfnt.Buffer
	index, err := f.outline.GlyphIndex(&buffer, r)
	if err != nil || index == 0 {
		return false
	}
	_, err = f.outline.LoadGlyph(&buffer, index, fixed.I(16), nil)
	return err == nil
}

var errMissing = errors.New("font cannot draw all characters of the text")

// Line draws text in black on white, size pixels to the em, with extra pixels
// added between characters, and margin pixels of white all round.
func (f *Font) Line(text string, size, extra float64, margin int) (*image.Gray, error) {
	if !f.Has(text) {
		return nil, errMissing // font.Drawer would leave characters out silently
	}
	faces := make(map[*Font]font.Face)
	for _, outline := range []*Font{f, f.Other} {
		if outline == nil {
			continue
		}
		face, err := opentype.NewFace(outline.outline, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingNone})
		if err != nil {
			return nil, fmt.Errorf("size font: %w", err)
		}
		defer face.Close()
		faces[outline] = face
	}
	face := func(r rune) font.Face {
		if f.draws(r) {
			return faces[f]
		}
		return faces[f.Other]
	}
	width, top, bottom := extent(face, text, extra)
	img := image.NewGray(image.Rect(0, 0, width+2*margin, bottom-top+2*margin))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	pen := font.Drawer{Dst: img, Src: image.NewUniform(color.Black), Dot: fixed.P(margin, margin-top)}
	for _, r := range text {
		pen.Face = face(r)
		pen.DrawString(string(r))
		pen.Dot.X += fixed.Int26_6(extra * 64)
	}
	return img, nil
}

// extent measures the inked height, relative to the base line, and the width.
func extent(face func(rune) font.Face, text string, extra float64) (width, top, bottom int) {
	x := 0.0
	for _, r := range text {
		bounds, advance := font.BoundString(face(r), string(r))
		x += float64(advance)/64 + extra
		top, bottom = min(top, bounds.Min.Y.Floor()), max(bottom, bounds.Max.Y.Ceil())
	}
	return int(x) + 2, top, max(bottom, top+1)
}
