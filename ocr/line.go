package ocr

import (
	"fmt"
	"slices"
	"strings"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
	"sesshu/ocr/line"
	"sesshu/ocr/register"
)

// line reads a field that is one line of print with the line network. Tesseract
// follows when the whole page was read, where it can still change something.
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
	s.by(&reading, "line", s.reader.line.Version())
	s.again = append(s.again, printed{field, crop, len(s.reading.Readings)})
	s.add(reading)
	return nil
}

// printed is a line that was read once and may be worth a second reader.
type printed struct {
	field   form.Field
	crop    register.Crop
	reading int // its place among the page's readings
}

// readAgain asks Tesseract for the lines that are not settled, now that
// everything else on the page was read.
func (s *sheet) readAgain() error {
	for _, line := range s.again {
		reading := &s.reading.Readings[line.reading]
		if s.settled(line.field, *reading) {
			continue
		}
		stop := s.clock.start(stepTesseract)
		candidates, err := s.reader.tesseract.Line(line.crop.Image, dpi(line.crop), charset(line.field))
		stop()
		if err != nil {
			return fmt.Errorf("field %s: %w", line.field.Name, err)
		}
		s.by(reading, "tesseract", s.reader.tesseract.Version())
		reading.Candidates = bounded(s.reader.withTesseract(combine)(reading.Candidates, shape(line.field, candidates)))
	}
	return nil
}

// by notes that a reader had a part in a reading.
func (s *sheet) by(reading *slip.Reading, reader, version string) {
	if reading.Reader != "" {
		reader, version = reading.Reader+"+"+reader, reading.Version+" "+version
	}
	reading.Reader, reading.Version = reader, version
}

// network reads a line with the line network, as far as it knows the charset.
func (s *sheet) network(step string, crop register.Crop, charset string, length int) ([]slip.Candidate, error) {
	known := strings.Map(func(r rune) rune {
		if strings.ContainsRune(line.Alphabet, r) {
			return r
		}
		return -1
	}, charset)
	if known == "" {
		return nil, nil
	}
	defer s.clock.start(step)()
	return s.reader.line.Line(crop.Image, known, length)
}

// When a second reader of a crop is not asked any more.
const (
	sureAlone  = 0.9998 // the first is surer than any combination could become
	sureOthers = 0.99   // other prints say the same, each with at least this
	sureEnough = 0.98   // the field only backs up values that the slip can do without
)

// settled reports whether a second reader could change nothing: the first is
// as good as certain, or sure enough of values that the slip can do without, or
// two other kinds of print on the page say for every value of the field just
// what the first reads here.
func (s *sheet) settled(field form.Field, reading slip.Reading) bool {
	best := reading.Best()
	if best.P >= sureAlone {
		return true
	}
	if best.P < 0.9 {
		return false
	}
	if best.P >= sureEnough && !s.required(field) {
		return true
	}
	for _, gives := range field.Gives {
		value, ok := gives.Part(best.Text)
		if !ok || s.witnesses(gives.Value, value, field) < 2 {
			return false
		}
	}
	return len(field.Gives) > 0
}

// required reports whether the slip cannot do without a value that the field
// gives.
func (s *sheet) required(field form.Field) bool {
	return slices.ContainsFunc(field.Gives, func(gives form.Gives) bool {
		value, ok := s.fit.Form.Value(gives.Value)
		return ok && value.Required
	})
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
