package ocr

import (
	"image"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
	"sesshu/ocr/register"
)

// boxes reads a field with one digit a cell.
func (s *sheet) boxes(field form.Field, toPage register.Matrix) error {
	whole, err := s.cut(toPage, field.Box, 0)
	if err != nil {
		return err
	}
	crops := make([]*image.Gray, len(field.Cells))
	for i, place := range field.Cells {
		crop, err := s.cut(toPage, place, cellMargin)
		if err != nil {
			return err
		}
		crops[i] = crop.Image
	}
	stop := s.clock.start(stepDigits)
	cells, err := s.reader.digits.Cells(crops, whole.PixelsPerMM)
	stop()
	if err != nil {
		return err
	}
	candidates, empty := decodeBoxes(field, cells)
	s.add(slip.Reading{
		Field: field.Name, Source: field.Source(), Reader: "digits", Version: s.reader.digits.Version(),
		Quad: whole.Quad, Candidates: candidates, Empty: empty,
	})
	return nil
}
