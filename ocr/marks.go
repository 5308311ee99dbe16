package ocr

import (
	"image"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
	"sesshu/ocr/mark"
	"sesshu/ocr/register"
)

// signatureDensity is the most pixels a millimetre at which signatures are
// looked at, 200 dpi: they are large, and only their ink counts.
const signatureDensity = 200 / 25.4

// choices reads tick squares or circled words: for each choice the probability
// that it, and no other, is marked. None marked is Empty; two marked are
// nobody's answer and stay with what is missing from 1.
func (s *sheet) choices(field form.Field, toPage register.Matrix) error {
	judge := mark.Box
	if field.Type == form.Circle {
		judge = mark.Circled
	}
	marked := make([]float64, len(field.Choices))
	for i, choice := range field.Choices {
		p, err := s.mark(field, toPage, choice.Box, judge)
		if err != nil {
			return err
		}
		marked[i] = p
	}
	reading := slip.Reading{Field: field.Name, Source: field.Source(), Reader: "mark", Version: mark.Version, Quad: toPage.Outline(field.Box)}
	only, empty := onlyMarked(marked)
	reading.Empty = empty
	for i, choice := range field.Choices {
		reading.Candidates = append(reading.Candidates, slip.Candidate{Text: choice.Value, P: only[i]})
	}
	s.add(reading)
	return nil
}

// How people answer a question with several boxes: nearly always they mark one.
// Of a field's answers so many have no mark, and so many have two; both are taken
// high.
const (
	noneMarked = 0.02
	twoMarked  = 0.01
)

// onlyMarked weighs the boxes of one field together: for each the probability that
// it alone is marked, and that none is. What is missing from 1 is two marks. The
// boxes' own probabilities were fitted on as many marked as empty ones, so their
// odds are what the pixels say, and how people answer is the prior.
func onlyMarked(marked []float64) (only []float64, empty float64) {
	only = make([]float64, len(marked))
	if len(marked) == 0 {
		return only, 1
	}
	odds := make([]float64, len(marked))
	for i, p := range marked {
		odds[i] = p / max(1-p, 1e-9)
	}
	count := float64(len(marked))
	one, none := 1-noneMarked, noneMarked
	if len(marked) > 1 {
		one -= twoMarked
	}
	total := none
	for i := range odds {
		only[i] = one / count * odds[i]
		total += only[i]
		for _, other := range odds[:i] {
			total += twoMarked / (count * (count - 1) / 2) * odds[i] * other
		}
	}
	for i := range only {
		only[i] /= total
	}
	return only, none / total
}

// signature reads whether somebody signed or put a seal.
func (s *sheet) signature(field form.Field, toPage register.Matrix) error {
	p, err := s.mark(field, toPage, field.Box, mark.Signed)
	if err != nil {
		return err
	}
	s.add(slip.Reading{
		Field: field.Name, Source: field.Source(), Reader: "mark", Version: mark.Version, Quad: toPage.Outline(field.Box),
		Candidates: []slip.Candidate{{Text: "yes", P: p}}, Empty: 1 - p,
	})
	return nil
}

// mark judges one place against the blank form.
func (s *sheet) mark(field form.Field, toPage register.Matrix, box form.Rectangle, judge func(img, blank *image.Gray) float64) (float64, error) {
	stop := s.clock.start(stepCrop)
	density := toPage.Density(box)
	if field.Type == form.Signature {
		density = min(density, signatureDensity)
	}
	crop, err := s.cutter.CutAt(toPage, box, markMargin, density)
	if err != nil {
		return 0, err
	}
	blank, err := s.cutter.CutBlank(s.fit, field, box, markMargin, crop.PixelsPerMM)
	stop()
	if err != nil {
		return 0, err
	}
	defer s.clock.start(stepMark)()
	return judge(crop.Image, blank), nil
}
