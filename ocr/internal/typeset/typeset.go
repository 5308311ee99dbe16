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

// Font is one typeface.
type Font struct{ outline *opentype.Font }

// Parse reads the bytes of a TrueType or OpenType file; of a collection, the
// first face.
func Parse(file []byte) (*Font, error) {
	collection, err := opentype.ParseCollection(file)
	if err != nil {
		return nil, fmt.Errorf("parse font: %w", err)
	}
	outline, err := collection.Font(0)
	if err != nil {
		return nil, fmt.Errorf("take first face: %w", err)
	}
	return &Font{outline}, nil
}

// Load reads a font file.
func Load(path string) (*Font, error) {
	file, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read font: %w", err)
	}
	return Parse(file)
}

// Has reports whether the font can draw every character of the text.
func (f *Font) Has(text string) bool {
	var buffer sfnt.Buffer
	for _, r := range text {
		index, err := f.outline.GlyphIndex(&buffer, r)
		if err != nil || index == 0 {
			return false
		}
		if _, err := f.outline.LoadGlyph(&buffer, index, fixed.I(16), nil); err != nil {
			return false
		}
	}
	return true
}

var errMissing = errors.New("font cannot draw all characters of the text")

// Line draws text in black on white, size pixels to the em, with extra pixels
// added between characters, and margin pixels of white all round.
func (f *Font) Line(text string, size, extra float64, margin int) (*image.Gray, error) {
	if !f.Has(text) {
		return nil, errMissing // font.Drawer would leave characters out silently
	}
	face, err := opentype.NewFace(f.outline, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		return nil, fmt.Errorf("size font: %w", err)
	}
	defer face.Close()
	width, top, bottom := extent(face, text, extra)
	img := image.NewGray(image.Rect(0, 0, width+2*margin, bottom-top+2*margin))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	pen := font.Drawer{Dst: img, Src: image.NewUniform(color.Black), Face: face,
		Dot: fixed.P(margin, margin-top)}
	for _, r := range text {
		pen.DrawString(string(r))
		pen.Dot.X += fixed.Int26_6(extra * 64)
	}
	return img, nil
}

// extent measures the inked height, relative to the base line, and the width.
func extent(face font.Face, text string, extra float64) (width, top, bottom int) {
	bounds, advance := font.BoundString(face, text)
	width = advance.Ceil() + int(extra*float64(len([]rune(text)))) + 1
	return max(1, width), bounds.Min.Y.Floor(), max(bounds.Max.Y.Ceil(), bounds.Min.Y.Floor()+1)
}
