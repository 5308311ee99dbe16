package blank

import (
	"strconv"

	"sesshu/samples/ink"
)

// The columns and rows of a medical interview, millimetres.
const (
	questionHeader = 4.5
	questionRow    = 9.0

	leftEdge     = 8.0
	yesColumn    = 140.0
	noColumn     = 157.0
	doctorColumn = 176.0
	rightEdge    = 202.0
)

// questions draws a medical interview with its answer and doctor's columns.
func (s *sheet) questions(top float64, questions [][]string) {
	const edge = 2.6
	c := s.canvas
	bottom := top + questionHeader + questionRow*float64(len(questions))
	s.label(leftEdge, top, yesColumn-leftEdge, questionHeader, 7, "質　問　事　項")
	s.label(yesColumn, top, doctorColumn-yesColumn, questionHeader, 7, "回　答　欄")
	s.label(doctorColumn, top, rightEdge-doctorColumn, questionHeader, 7, "医師記入欄")
	for i, lines := range questions {
		y := top + questionHeader + questionRow*float64(i)
		c.Line(leftEdge, y, rightEdge, y, thin, ink.Black)
		s.centred(leftEdge, y, 6, questionRow, 7, strconv.Itoa(i+1))
		first := y + questionRow/2 + 0.9
		if len(lines) > 1 {
			first -= 1.9
		}
		for j, line := range lines {
			size := 7.2
			if j > 0 {
				size = 6.6
			}
			style := s.plain.Points(size).Fit(line, yesColumn-leftEdge-7.5)
			s.set(style, leftEdge+6.5, first+float64(j)*3.9, line)
		}
		s.box(yesColumn+3, y+questionRow/2-edge/2, edge, 7.5, "はい")
		s.box(noColumn+2, y+questionRow/2-edge/2, edge, 7.5, "いいえ")
	}
	for _, x := range [...]float64{leftEdge + 6, yesColumn, noColumn} {
		c.Line(x, top+questionHeader, x, bottom, thin, ink.Black)
	}
	c.Line(yesColumn, top, yesColumn, top+questionHeader, thin, ink.Black)
	c.Line(doctorColumn, top, doctorColumn, bottom, medium, ink.Black)
	c.Line(doctorColumn, bottom, rightEdge, bottom, medium, ink.Black)
	c.Line(leftEdge, top, doctorColumn, top, thin, ink.Black)
}

// covid19Frame frames thickly what the recipient fills, down to bottom.
func (s *sheet) covid19Frame(bottom float64) {
	c := s.canvas
	c.Line(rightEdge, 49, rightEdge, bottom, thin, ink.Black)
	c.Line(leftEdge, 22, 134, 22, thick, ink.Black)
	c.Line(134, 22, 134, 49, thick, ink.Black)
	c.Line(134, 49, rightEdge, 49, thick, ink.Black)
	c.Line(rightEdge, 49, rightEdge, 58, thick, ink.Black)
	c.Line(doctorColumn, 58, rightEdge, 58, thick, ink.Black)
	c.Line(doctorColumn, 58, doctorColumn, bottom, thick, ink.Black)
	c.Line(leftEdge, bottom, doctorColumn, bottom, thick, ink.Black)
	c.Line(leftEdge, 22, leftEdge, bottom, thick, ink.Black)
	c.Line(leftEdge, 56, rightEdge, 56, thin, ink.Black)
}
