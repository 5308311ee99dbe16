package ocr

import (
	"context"
	"fmt"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
	"sesshu/ocr/barcode"
	"sesshu/ocr/register"
)

// sheet is one registered page while it is read.
type sheet struct {
	reader  *Reader
	fit     *register.Fit
	cutter  *register.Cutter
	clock   *clock
	reading *slip.PageReading
	again   []printed
}

// The margins round a field's box that the readers are given, in millimetres.
const (
	lineMargin = 0.4
	codeMargin = 2.0
	cellMargin = 1.0
	markMargin = 1.0
)

// order says which types are read first: cheap and strong ones, so that a slow
// reader can see whether it is still needed.
var order = []form.Type{
	form.QR, form.DataMatrix, form.Barcode, form.OCRLine, form.PrintedDigits, form.BoxedDigits,
	form.CheckBox, form.Circle, form.Signature, form.Sticker, form.Date, form.PrintedText,
}

// read reads all fields of the page.
func (s *sheet) read(ctx context.Context) error {
	for _, kind := range order {
		for _, field := range s.fit.Form.Fields {
			if field.Type != kind {
				continue
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			toPage, ok := s.fit.Locate(field)
			if !ok {
				continue
			}
			if err := s.field(field, toPage); err != nil {
				return fmt.Errorf("field %s: %w", field.Name, err)
			}
		}
	}
	if err := s.readAgain(); err != nil {
		return err
	}
	s.maskPersonalNumbers()
	return nil
}

func (s *sheet) field(field form.Field, toPage register.Matrix) error {
	switch field.Type {
	case form.OCRLine, form.PrintedDigits, form.PrintedText, form.Date:
		return s.line(field, toPage)
	case form.Barcode, form.QR, form.DataMatrix:
		return s.code(field, toPage)
	case form.BoxedDigits:
		return s.boxes(field, toPage)
	case form.CheckBox, form.Circle:
		return s.choices(field, toPage)
	case form.Signature:
		return s.signature(field, toPage)
	case form.Sticker:
		return s.sticker(field, toPage)
	}
	return nil
}

// cut cuts a box out of the page.
func (s *sheet) cut(toPage register.Matrix, box form.Rectangle, margin float64) (register.Crop, error) {
	defer s.clock.start(stepCrop)()
	return s.cutter.Cut(toPage, box, margin)
}

// add appends a reading, its candidates bounded to what probabilities may be. Its
// version names, beside the reader's, that of all that was done for the reader.
func (s *sheet) add(reading slip.Reading) {
	reading.Version = fieldsVersion + " " + reading.Version
	reading.Candidates = bounded(reading.Candidates)
	s.reading.Readings = append(s.reading.Readings, reading)
}

// bounded makes sure that candidates are probabilities: each from 0 to 1, at
// most 1 together, best first, and not too many.
func bounded(candidates []slip.Candidate) []slip.Candidate {
	total := 0.0
	for i, candidate := range candidates {
		candidates[i].P = max(0, min(1, candidate.P))
		total += candidates[i].P
	}
	if total > 1 {
		for i := range candidates {
			candidates[i].P /= total
		}
	}
	return top(candidates)
}

// code reads a barcode or matrix code.
func (s *sheet) code(field form.Field, toPage register.Matrix) error {
	crop, err := s.cut(toPage, field.Box, codeMargin)
	if err != nil {
		return err
	}
	reading := slip.Reading{Field: field.Name, Source: field.Source(), Version: barcode.Version, Quad: crop.Quad}
	var candidates []slip.Candidate
	switch field.Type {
	case form.QR:
		reading.Reader = "qr"
		defer s.clock.start(stepQR)()
		candidates, err = barcode.QR(crop.Image)
	case form.DataMatrix:
		reading.Reader = "data_matrix"
		defer s.clock.start(stepQR)()
		candidates, err = barcode.DataMatrix(crop.Image)
	default:
		reading.Reader = "nw7"
		defer s.clock.start(stepBarcode)()
		candidates, err = barcode.NW7(crop.Image)
	}
	if err != nil {
		return err
	}
	reading.Candidates = shape(field, candidates)
	if len(candidates) == 0 && inkless(crop.Image) {
		reading.Empty = noInk
	}
	s.add(reading)
	return nil
}
