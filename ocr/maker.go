package ocr

import (
	"cmp"
	"slices"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
	"sesshu/ocr/label"
)

// manufacturer reads the lines until one names a manufacturer or its product:
// first the Latin words with the line network, which takes a tenth of
// Tesseract's time, then whole lines, largest print first.
func (s *sheet) manufacturer(found pasted) (slip.Reading, error) {
	reading, err := s.latinName(found)
	if err != nil || reading.Best().P > 0 {
		return reading, err
	}
	s.by(&reading, "tesseract", s.reader.tesseract.Version())
	lines := slices.Clone(found.Lines)
	slices.SortStableFunc(lines, func(a, b label.Line) int {
		return cmp.Compare(b.Height*min(b.Width, widestName), a.Height*min(a.Width, widestName))
	})
	for _, line := range lines[:min(mostNameLines, len(lines))] {
		crop, err := s.cut(found.toPage, form.Rectangle(line.Box), wordMargin)
		if err != nil {
			return reading, err
		}
		stop := s.clock.start(stepTesseract)
		texts, err := s.reader.tesseract.Line(crop.Image, dpi(crop), "")
		stop()
		if err != nil {
			return reading, err
		}
		if len(texts) == 0 {
			continue
		}
		name, likeness := nameIn(texts[0].Text)
		if p := nameProbability(likeness); p > reading.Best().P {
			reading.Candidates, reading.Quad = []slip.Candidate{{Text: name, P: p}}, crop.Quad
		}
		if likeness == 1 {
			break
		}
	}
	return reading, nil
}

// How much of a sticker is read in search of a name.
const (
	mostNameLines = 5
	widestName    = 30.0 // millimetres; a longer line is no better for it
	latinShape    = 3.5  // least width of a word in its heights
	latinSure     = 0.9  // least probability of a word that is believed
)

// latinName looks for a name in Latin capitals, such as COMIRNATY.
func (s *sheet) latinName(found pasted) (slip.Reading, error) {
	var reading slip.Reading
	for _, line := range found.Lines {
		for _, word := range line.Words {
			if word.Width < latinShape*word.Height {
				continue
			}
			crop, err := s.cut(found.toPage, form.Rectangle(word), wordMargin)
			if err != nil {
				return reading, err
			}
			candidates, err := s.network(stepLine, crop, lotCharacters[10:], 0)
			if err != nil {
				return reading, err
			}
			best := slip.Reading{Candidates: candidates}.Best()
			if name, likeness := nameIn(best.Text); likeness == 1 && best.P >= latinSure {
				s.by(&reading, "line", s.reader.line.Version())
				reading.Candidates, reading.Quad = []slip.Candidate{{Text: name, P: nameProbability(1)}}, crop.Quad
				return reading, nil
			}
		}
	}
	return reading, nil
}
