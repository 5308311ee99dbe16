package ocr

import (
	"cmp"
	"slices"
	"strings"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
	"sesshu/ocr/label"
)

// manufacturer reads the lines until one names a manufacturer or its product:
// first the Latin words with the line network, which takes a tenth of
// Tesseract's time, then whole lines, largest print first and those in which
// the network saw a number last.
func (s *sheet) manufacturer(found pasted) (slip.Reading, error) {
	reading, err := s.latinName(found)
	if err != nil || reading.Best().P > 0 {
		return reading, err
	}
	s.by(&reading, "tesseract", s.reader.tesseract.Version())
	lines := slices.Clone(found.Lines)
	rank := func(line label.Line) float64 {
		size := line.Height * min(line.Width, widestName)
		if found.holdsNumber(line) {
			return -1 / size
		}
		return size
	}
	slices.SortStableFunc(lines, func(a, b label.Line) int { return cmp.Compare(rank(b), rank(a)) })
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
		p := nameProbability(likeness)
		if s.reader.unfitted {
			p *= unfittedMost // Tesseract alone says it
		}
		if p > reading.Best().P {
			reading.Candidates, reading.Quad = []slip.Candidate{{Text: name, P: p}}, crop.Quad
		}
		if likeness == 1 {
			break
		}
	}
	return reading, nil
}

// holdsNumber reports whether a lot or a date was read in a line.
func (p pasted) holdsNumber(line label.Line) bool {
	return slices.ContainsFunc(line.Words, func(box label.Box) bool {
		best := slip.Reading{Candidates: p.read[box].texts}.Best()
		digits := strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return r
			}
			return -1
		}, best.Text)
		return best.P >= numberSure && len(digits) >= 3
	})
}

// How much of a sticker is read in search of a name.
const (
	mostNameLines = 5
	widestName    = 30.0 // millimetres; a longer line is no better for it
	latinShape    = 3.5  // least width of a word in its heights
	latinSure     = 0.9  // least probability of a word that is believed
	numberSure    = 0.5  // and of a number that makes a line unlikely to name anybody
)

// latinName looks for a name in Latin capitals, such as COMIRNATY.
func (s *sheet) latinName(found pasted) (slip.Reading, error) {
	var reading slip.Reading
	for _, line := range found.Lines {
		for _, box := range line.Words {
			if box.Width < latinShape*box.Height {
				continue
			}
			read, err := s.word(found, box)
			if err != nil {
				return reading, err
			}
			best := slip.Reading{Candidates: read.texts}.Best()
			if name, likeness := nameIn(capitals.Replace(best.Text)); likeness == 1 && best.P >= latinSure {
				s.by(&reading, "line", s.reader.line.Version())
				reading.Candidates, reading.Quad = []slip.Candidate{{Text: name, P: nameProbability(1)}}, read.crop.Quad
				return reading, nil
			}
		}
	}
	return reading, nil
}

// capitals makes the letters again that stickerCharacters has digits for.
var capitals = strings.NewReplacer("0", "O", "1", "I")
