// Package batchsheet draws the sheets that steer the feeding, for printing on
// A4: the header in front of a batch and the separators inside it. They carry a
// QR code for the reader (see slip.BatchSheet for its text) and say the same in
// plain words, in Japanese and English.
package batchsheet

import (
	"fmt"
	"image"

	"github.com/boombuler/barcode/qr"

	"sesshu/ledger/slip"
	"sesshu/samples/ink"
	"sesshu/samples/typeface"
)

// The sheet, in millimetres.
const (
	width, height = 210.0, 297.0
	codeEdge      = 70.0
	band          = 14.0 // of the dark bars at top and bottom, seen from the side of a stack
)

// DPI is the resolution of the picture.
const DPI = 300

// Draw draws a sheet.
func Draw(sheet slip.BatchSheet, fonts *typeface.Library) (*image.Gray, error) {
	code, err := qr.Encode(sheet.Text(), qr.Q, qr.Auto)
	if err != nil {
		return nil, fmt.Errorf("draw batch sheet: %w", err)
	}
	p := printer{canvas: ink.NewCanvas(width, height, DPI), fonts: fonts}
	p.canvas.Rectangle(0, 0, width, band, ink.Black)
	p.canvas.Rectangle(0, height-band, width, band, ink.Black)
	p.modules((width-codeEdge)/2, 150, codeEdge, code)
	switch sheet.Kind {
	case slip.Separator:
		p.centred(typeface.FormBold, 60, 48, "仕切り紙")
		p.centred(typeface.Form, 78, 26, "Separator sheet")
		p.centred(typeface.Form, 105, 15, "束の途中に入れて、そのまま読み込ませてください。枚数には数えません。")
		p.centred(typeface.Form, 114, 13, "Put it between slips and feed it with them. It is not counted.")
	default:
		p.centred(typeface.FormBold, 52, 48, "束の表紙")
		p.centred(typeface.Form, 68, 26, "Batch header")
		p.row(88, "枚数 / slips", fmt.Sprintf("%d 枚", sheet.Declared))
		p.row(100, "医療機関等コード / institution", orDash(sheet.FacilityCode))
		p.row(112, "請求年月 / month", orDash(sheet.Month))
		p.centred(typeface.Form, 128, 13, "束の一番上に置いて、そのまま読み込ませてください。枚数はこの紙と仕切り紙を除いた数です。")
		p.centred(typeface.Form, 136, 12, "Put it on top of the stack and feed it. The count is without this sheet and without separators.")
	}
	p.centred(typeface.Form, 232, 9, sheet.Text())
	return p.canvas.Image, nil
}

func orDash(text string) string {
	if text == "" {
		return "—"
	}
	return text
}

type printer struct {
	canvas *ink.Canvas
	fonts  *typeface.Library
}

// centred sets a line in the middle of the sheet; size is in points.
func (p printer) centred(purpose typeface.Purpose, y, size float64, line string) {
	style := p.fonts.Face(purpose).Points(size).Fit(line, width-30)
	outline, wide := style.Outline(line)
	p.canvas.Fill(outline, ink.Moved((width-wide)/2, y), ink.Black)
}

// row sets a label and what it holds, with a rule below.
func (p printer) row(y float64, label, text string) {
	outline, _ := p.fonts.Face(typeface.Form).Points(14).Outline(label)
	p.canvas.Fill(outline, ink.Moved(35, y), ink.Black)
	bold, wide := p.fonts.Face(typeface.FormBold).Points(22).Outline(text)
	p.canvas.Fill(bold, ink.Moved(width-35-wide, y), ink.Black)
	p.canvas.Line(35, y+2.5, width-35, y+2.5, 0.2, ink.Black)
}

// modules prints the dark modules of a code as one outline, so that no seams
// show between them.
func (p printer) modules(x, y, edge float64, code image.Image) {
	columns, rows := code.Bounds().Dx(), code.Bounds().Dy()
	step := edge / float64(max(columns, rows))
	var dark ink.Path
	for row := range rows {
		for column := range columns {
			if shade, _, _, _ := code.At(column, row).RGBA(); shade < 0x8000 {
				dark.Rectangle(x+float64(column)*step, y+float64(row)*step, step, step)
			}
		}
	}
	p.canvas.Fill(&dark, ink.Identity, ink.Black)
}
