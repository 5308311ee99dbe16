package ocr

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
	"sesshu/ocr/barcode"
	"sesshu/ocr/line/decode"
	"sesshu/ocr/register"
)

// sheet is one registered page while it is read.
type sheet struct {
	reader  *Reader
	fit     *register.Fit
	cutter  *register.Cutter
	clock   *clock
	reading *slip.PageReading
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

// add appends a reading, its candidates bounded to what probabilities may be.
func (s *sheet) add(reading slip.Reading) {
	total := 0.0
	for i, candidate := range reading.Candidates {
		reading.Candidates[i].P = max(0, min(1, candidate.P))
		total += reading.Candidates[i].P
	}
	if total > 1 {
		for i := range reading.Candidates {
			reading.Candidates[i].P /= total
		}
	}
	reading.Candidates = top(reading.Candidates)
	s.reading.Readings = append(s.reading.Readings, reading)
}

// line reads a field that is one line of print: with the line network first,
// and with Tesseract where its answer can still change something.
func (s *sheet) line(field form.Field, toPage register.Matrix) error {
	if len(field.Gives) == 0 {
		return nil // nobody asks what stands there
	}
	crop, err := s.cut(toPage, field.Box, lineMargin)
	if err != nil {
		return err
	}
	reading := slip.Reading{Field: field.Name, Source: field.Source(), Quad: crop.Quad}
	if inkless(crop.Image) {
		reading.Reader, reading.Version, reading.Empty = "ink", "1", noInk
		s.add(reading)
		return nil
	}
	step := stepLine
	if field.Type == form.OCRLine {
		step = stepOCRLine
	}
	candidates, err := s.network(step, crop, charset(field), field.Length)
	if err != nil {
		return err
	}
	reading.Candidates = shape(field, candidates)
	s.by(&reading, "line", s.reader.lineVersion())
	if !s.settled(field, reading) {
		stop := s.clock.start(stepTesseract)
		candidates, err := s.reader.tesseract.Line(crop.Image, dpi(crop), charset(field))
		stop()
		if err != nil {
			return err
		}
		s.by(&reading, "tesseract", s.reader.tesseract.Version())
		reading.Candidates = combine(reading.Candidates, shape(field, candidates))
	}
	s.add(reading)
	return nil
}

// by notes that a reader had a part in a reading.
func (s *sheet) by(reading *slip.Reading, reader, version string) {
	if version == "" {
		return
	}
	if reading.Reader != "" {
		reader, version = reading.Reader+"+"+reader, reading.Version+" "+version
	}
	reading.Reader, reading.Version = reader, version
}

// network reads a line with the line network, as far as it knows the charset.
func (s *sheet) network(step string, crop register.Crop, charset string, length int) ([]slip.Candidate, error) {
	known := strings.Map(func(r rune) rune {
		if strings.ContainsRune(decode.Alphabet, r) {
			return r
		}
		return -1
	}, charset)
	if known == "" || s.reader.line == nil {
		return nil, nil
	}
	defer s.clock.start(step)()
	return s.reader.line.Line(crop.Image, known, length)
}

// When a second reader of a crop is not asked any more.
const (
	sureAlone  = 0.9998 // the first is surer than any combination could become
	sureOthers = 0.99   // other prints say the same, each with at least this
)

// settled reports whether a second reader could change nothing: the first is
// as good as certain, or two other kinds of print on the page say for every
// value of the field just what the first reads here.
func (s *sheet) settled(field form.Field, reading slip.Reading) bool {
	best := reading.Best()
	if best.P >= sureAlone {
		return true
	}
	if best.P < 0.9 {
		return false
	}
	for _, gives := range field.Gives {
		value, ok := gives.Part(best.Text)
		if !ok || s.witnesses(gives.Value, value, field) < 2 {
			return false
		}
	}
	return len(field.Gives) > 0
}

// witnesses counts the kinds of print, other than the field's own, that say a
// value.
func (s *sheet) witnesses(name slip.Value, value string, except form.Field) int {
	sources := map[slip.Source]bool{}
	for _, reading := range s.reading.Readings {
		if reading.Source == except.Source() || reading.Best().P < sureOthers {
			continue
		}
		field, ok := s.fit.Form.Field(reading.Field)
		if !ok {
			continue
		}
		for _, gives := range field.Gives {
			if text, ok := gives.Part(reading.Best().Text); ok && gives.Value == name && text == value {
				sources[reading.Source] = true
			}
		}
	}
	return len(sources)
}

// charset returns what a reader may look for in a field.
func charset(field form.Field) string {
	switch {
	case field.Characters != "":
		return field.Characters
	case field.Type == form.Date:
		return dateCharacters
	case field.Type == form.OCRLine, field.Type == form.PrintedDigits:
		return "0123456789"
	}
	return ""
}

// shape brings a line's candidates into the field's own form: dates in ISO,
// everything else without blanks. What cannot be that is dropped, and its mass
// with it: it was not read.
func shape(field form.Field, candidates []slip.Candidate) []slip.Candidate {
	var shaped []slip.Candidate
	for _, candidate := range candidates {
		text, ok := shapeText(field, candidate.Text)
		if !ok {
			continue
		}
		if i := slices.IndexFunc(shaped, func(c slip.Candidate) bool { return c.Text == text }); i >= 0 {
			shaped[i].P += candidate.P
			continue
		}
		shaped = append(shaped, slip.Candidate{Text: text, P: candidate.P})
	}
	return shaped
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
