package blank

import (
	"sesshu/ledger/slip/form"
	"sesshu/samples/ink"
)

// ticket draws the constant print of a 63 × 34 mm ticket. A ticket has no dark
// outer frame: only its table is ruled.
func (s *sheet) ticket(x, y float64) {
	labels := [...]string{"券種", "請求先", "券番号", "氏名"}
	const (
		top, row         = 1.0, 4.6
		left, word, edge = 1.0, 8.0, 49.0
	)
	for i, label := range labels {
		at := y + top + row*float64(i)
		s.centred(x+left, at, word, row, 6.5, label)
		s.canvas.Line(x+left, at, x+edge, at, thin, ink.Black)
	}
	bottom := y + top + row*float64(len(labels))
	s.canvas.Line(x+left, bottom, x+edge, bottom, thin, ink.Black)
	for _, at := range [...]float64{left, left + word, edge} {
		s.canvas.Line(x+at, y+top, x+at, bottom, thin, ink.Black)
	}
	s.canvas.Line(x+24, y+top, x+24, y+top+row, thin, ink.Black)
	s.canvas.Line(x+32, y+top, x+32, y+top+row, thin, ink.Black)
	s.canvas.Line(x+33, y+top+row, x+33, y+top+2*row, thin, ink.Black)
	s.centred(x+24, y+top, 8, row, 6.5, "回数")
	s.text(x+38.2, y+top+3.3, 6.5, "回目")
}

// ticketFrame draws the empty place for a ticket sticker.
func (s *sheet) ticketFrame(insert form.Insert) {
	const margin = 1.2
	x, y := insert.X-margin, insert.Y-margin
	width, height := insert.Width+2*margin, insert.Height+2*margin
	for _, edge := range [...][4]float64{
		{x, y, x + width, y}, {x, y + height, x + width, y + height},
		{x, y, x, y + height}, {x + width, y, x + width, y + height},
	} {
		s.canvas.Dashes(edge[0], edge[1], edge[2], edge[3], 0.16, 1.4, 1.0, ink.Ink{Shade: 190})
	}
	s.centred(x, y+8, width, 8, 11, "接種券（シール）貼付欄")
	s.centred(x, y+16, width, 10, 7, "「接種券」のシールを枠に合わせて", "まっすぐに貼り付けてください。")
}
