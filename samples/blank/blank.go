// Package blank draws the unfilled forms from their definitions: what a print
// shop would print. Places that are read (cells, tick squares, frames) come
// from the definition; the words and rules round them are drawn here.
package blank

import (
	"bytes"
	"fmt"
	"image"
	"image/png"

	"sesshu/ledger/slip/form"
	"sesshu/samples/ink"
	"sesshu/samples/typeface"
)

// DPI is the resolution of all blank pictures.
const DPI = 300

// Picture is one file of a form's folder.
type Picture struct {
	File string
	Gray *image.Gray
}

// Draw draws all pictures of a form: its page and its inserts.
func Draw(definition *form.Form, fonts *typeface.Library) ([]Picture, error) {
	page := newSheet(definition.Width, definition.Height, fonts)
	switch definition.Name {
	case "covid19-preprinted":
		page.covid19(definition)
		page.ticket(138, 8)
	case "covid19-sticker":
		page.covid19(definition)
		page.ticketFrame(definition.Inserts[0])
	case "routine":
		page.routine(definition)
	default:
		return nil, fmt.Errorf("no drawing for form %q", definition.Name)
	}
	pictures := []Picture{{definition.BlankFile, page.canvas.Image}}
	for _, insert := range definition.Inserts {
		piece := newSheet(insert.Width, insert.Height, fonts)
		piece.ticket(0, 0)
		pictures = append(pictures, Picture{insert.PictureFile, piece.canvas.Image})
	}
	return pictures, nil
}

// PNG encodes a picture with 16 shades of grey, which print needs no more of,
// so that the file stays small.
func PNG(picture *image.Gray) ([]byte, error) {
	coarse := image.NewGray(picture.Rect)
	for i, value := range picture.Pix {
		coarse.Pix[i] = uint8((int(value)*15 + 127) / 255 * 17)
	}
	var file bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&file, coarse); err != nil {
		return nil, fmt.Errorf("encode blank form: %w", err)
	}
	return file.Bytes(), nil
}

// sheet is a canvas with the print shop's type.
type sheet struct {
	canvas *ink.Canvas
	plain  *typeface.Face
	bold   *typeface.Face
}

// Thicknesses of rules, millimetres.
const (
	thin   = 0.12
	medium = 0.22
	thick  = 0.55
)

func newSheet(width, height float64, fonts *typeface.Library) *sheet {
	return &sheet{
		canvas: ink.NewCanvas(width, height, DPI),
		plain:  fonts.Face(typeface.Form),
		bold:   fonts.Face(typeface.FormBold),
	}
}

// text sets a line with its left end of the base line at (x, y); size is in
// points.
func (s *sheet) text(x, y, size float64, line string) float64 {
	return s.set(s.plain.Points(size), x, y, line)
}

func (s *sheet) heading(x, y, size float64, line string) {
	s.set(s.bold.Points(size), x, y, line)
}

func (s *sheet) set(style typeface.Style, x, y float64, line string) float64 {
	outline, width := style.Outline(line)
	s.canvas.Fill(outline, ink.Moved(x, y), ink.Black)
	return x + width
}

// label sets lines in the middle of a box and shades it as form labels are.
func (s *sheet) label(x, y, width, height, size float64, lines ...string) {
	s.canvas.Rectangle(x, y, width, height, ink.Ink{Shade: 22})
	s.centred(x, y, width, height, size, lines...)
}

func (s *sheet) centred(x, y, width, height, size float64, lines ...string) {
	style := s.plain.Points(size)
	leading := style.Size * 1.2
	top := y + (height-leading*float64(len(lines)-1))/2 + style.Size*0.36
	for i, line := range lines {
		fitted := style.Fit(line, width-0.6)
		s.set(fitted, x+(width-fitted.Width(line))/2, top+leading*float64(i), line)
	}
}

// box draws a tick square with its word and returns where the word ends.
func (s *sheet) box(x, y, edge, size float64, word string) float64 {
	s.canvas.Frame(x, y, edge, edge, 0.16, ink.Black)
	return s.text(x+edge+0.6, y+edge-0.35*(edge-size*typeface.MillimetresPerPoint*0.8)-0.1, size, word)
}

// cells frames the boxes of a field.
func (s *sheet) cells(field form.Field) {
	for _, cell := range field.Cells {
		s.canvas.Frame(cell.X, cell.Y, cell.Width, cell.Height, medium, ink.Black)
	}
}
