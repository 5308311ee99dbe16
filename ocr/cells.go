package ocr

import (
	"image"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
	"sesshu/ocr/register"
)

// boxes reads a field with one digit a cell.
func (s *sheet) boxes(field form.Field, toPage register.Matrix) error {
	density := 0.0
	crops := make([]*image.Gray, len(field.Cells))
	for i, place := range field.Cells {
		crop, err := s.cut(toPage, place, cellMargin)
		if err != nil {
			return err
		}
		crops[i], density = crop.Image, crop.PixelsPerMM
	}
	stop := s.clock.start(stepDigits)
	cells, err := s.reader.digits.Cells(crops, density)
	stop()
	if err != nil {
		return err
	}
	candidates, empty := decodeBoxes(field, cells)
	s.add(slip.Reading{
		Field: field.Name, Source: field.Source(), Reader: "digits", Version: s.reader.digits.Version(),
		Quad: toPage.Outline(field.Box), Candidates: candidates, Empty: empty,
	})
	return nil
}
