package ocr

import (
	"math"
	"slices"
	"strings"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
	"sesshu/ocr/label"
	"sesshu/ocr/register"
)

// What is looked at on a vaccine's sticker.
const (
	stickerMargin = 2.5 // millimetres beyond the field's box: stickers are pasted across its edge
	wordMargin    = 0.5
	lotCharacters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	separators    = "-./年月日"

	mostStickerWords = 24 // more words than this are no sticker
)

// pasted is a sticker's print: its lines in a straightened frame, and the map
// from that frame to the page.
type pasted struct {
	label.Print
	toPage register.Matrix
}

// sticker reads the lot number and the manufacturer from a pasted sticker. Each
// is a reading of its own, named FIELD/VALUE.
func (s *sheet) sticker(field form.Field, toPage register.Matrix) error {
	crop, err := s.cut(toPage, field.Box, stickerMargin)
	if err != nil {
		return err
	}
	stop := s.clock.start(stepSticker)
	blank, err := s.cutter.CutBlank(s.fit, field, field.Box, stickerMargin, crop.PixelsPerMM)
	if err != nil {
		return err
	}
	print := label.Find(crop.Image, blank, crop.PixelsPerMM)
	stop()
	found := pasted{Print: print, toPage: toPage.Times(straight(field.Box, stickerMargin, print.Turn))}
	for _, gives := range field.Gives {
		var reading slip.Reading
		switch gives.Value {
		case slip.LotNumber:
			reading, err = s.lot(found)
		case slip.Manufacturer:
			reading, err = s.manufacturer(found)
		default:
			continue
		}
		if err != nil {
			return err
		}
		reading.Field = field.Name + "/" + string(gives.Value)
		reading.Source = field.Source()
		if len(found.Lines) == 0 {
			reading.Empty = noInk
			s.by(&reading, "label", "1")
		}
		if reading.Quad == (slip.Quad{}) {
			reading.Quad = crop.Quad
		}
		s.add(reading)
	}
	return nil
}

// straight maps the straightened frame of a crop to the coordinates that the
// crop's box is given in.
func straight(box form.Rectangle, margin, turn float64) register.Matrix {
	x, y := box.Width/2+margin, box.Height/2+margin
	sine, cosine := math.Sincos(turn * math.Pi / 180)
	return register.Matrix{
		cosine, -sine, box.X - margin + x - cosine*x + sine*y,
		sine, cosine, box.Y - margin + y - sine*x - cosine*y,
		0, 0, 1,
	}
}

// lot reads every word that may be a lot number and keeps the best: one that
// is written the way a manufacturer writes lots. The winner is read by
// Tesseract too, unless it is certain already.
func (s *sheet) lot(found pasted) (slip.Reading, error) {
	var reading slip.Reading
	s.by(&reading, "line", s.reader.line.Version())
	words, err := s.lotCandidates(found)
	if err != nil || len(words) == 0 {
		return reading, err
	}
	best := words[0]
	for _, word := range words[1:] {
		if word.score > best.score {
			best = word
		}
	}
	second := 0.0
	for _, word := range words {
		if word.box != best.box && !within(word.box, best.box) {
			second = max(second, word.score)
		}
	}
	reading.Candidates, reading.Quad = best.lots, best.crop.Quad
	if reading.Best().P < sureAlone {
		lots, err := s.tesseractLots(best.crop)
		if err != nil {
			return reading, err
		}
		s.by(&reading, "tesseract", s.reader.tesseract.Version())
		reading.Candidates = combine(best.lots, lots)
	}
	// Two words that may both be the lot: neither is sure.
	for i := range reading.Candidates {
		reading.Candidates[i].P *= best.score / (best.score + second*second)
	}
	return reading, nil
}

// lotWord is a word with the lots that it may spell.
type lotWord struct {
	box   label.Box
	crop  register.Crop
	lots  []slip.Candidate
	score float64 // probability that it is written like a lot
}

// lotCandidates reads the words that have the shape of a lot. Separators are
// read as such: what holds them is a date and no lot.
func (s *sheet) lotCandidates(found pasted) ([]lotWord, error) {
	var words []lotWord
	for _, line := range found.Lines {
		for _, box := range lotWords(line) {
			if len(words) == mostStickerWords {
				return words, nil
			}
			crop, err := s.cut(found.toPage, form.Rectangle(box), wordMargin)
			if err != nil {
				return nil, err
			}
			candidates, err := s.network(stepLine, crop, lotCharacters+separators, 0)
			if err != nil {
				return nil, err
			}
			word := lotWord{box: box, crop: crop, lots: asLots(candidates)}
			if cutShort(line, box) {
				for i := range word.lots {
					word.lots[i].P *= doubtCut
				}
			}
			for _, lot := range word.lots {
				word.score += lot.P
			}
			if word.score > 0.001 {
				words = append(words, word)
			}
		}
	}
	return words, nil
}

// doubtCut is what is left of a lot that may go on after its word's end.
const doubtCut = 0.5

// cutShort reports whether more print follows a word so closely that it may
// belong to it: the reader saw the word alone and cannot know.
func cutShort(line label.Line, box label.Box) bool {
	const clear = 0.75 // heights of the line
	end := box.X + box.Width
	return slices.ContainsFunc(line.Words, func(word label.Box) bool {
		gap := word.X - end
		return gap > -0.01 && gap < clear*line.Height && word.Height > 0.4*box.Height
	})
}

func (s *sheet) tesseractLots(crop register.Crop) ([]slip.Candidate, error) {
	defer s.clock.start(stepTesseract)()
	candidates, err := s.reader.tesseract.Line(crop.Image, dpi(crop), lotCharacters)
	return asLots(candidates), err
}

// within reports whether one word is a part of the other.
func within(a, b label.Box) bool {
	if a.Width > b.Width {
		a, b = b, a
	}
	return a.X >= b.X-0.01 && a.X+a.Width <= b.X+b.Width+0.01 && a.Y < b.Y+b.Height && b.Y < a.Y+a.Height
}

// How readily a letter turns out to be the digit that stands in its place: O and
// 0, I and 1 are one shape in many typefaces, so the pattern decides between
// them; of the others the reader has seen a difference and was seldom wrong.
const (
	sameShape    = 0.995
	similarShape = 0.03
)

// asLots keeps what is written the way some manufacturer writes its lots. In a
// place that holds digits only, an O was a 0: typefaces draw them alike, and the
// pattern knows better than the shape. Digits are never made letters: the year
// of an expiry date would become a lot.
func asLots(candidates []slip.Candidate) []slip.Candidate {
	var lots []slip.Candidate
	add := func(text string, p float64) {
		if i := slices.IndexFunc(lots, func(c slip.Candidate) bool { return c.Text == text }); i >= 0 {
			lots[i].P += p
			return
		}
		lots = append(lots, slip.Candidate{Text: text, P: p})
	}
	for _, candidate := range candidates {
		text := strings.Join(strings.Fields(candidate.Text), "")
		if slip.ValidLot(text) && len(slip.LotMakers(text)) > 0 {
			add(text, candidate.P)
			continue
		}
		proposals := slices.DeleteFunc(slip.RepairLot("", text), func(lot string) bool { return !digitsKept(text, lot) })
		total := 1 - sameShape
		for _, proposal := range proposals {
			total += readiness(text, proposal)
		}
		for _, proposal := range proposals {
			add(proposal, candidate.P*readiness(text, proposal)/total)
		}
	}
	return top(lots)
}

// readiness is the product over all changes from text to lot.
func readiness(text, lot string) float64 {
	share := 1.0
	for i := range len(text) {
		switch {
		case text[i] == lot[i]:
		case text[i] == 'O' && lot[i] == '0', text[i] == 'I' && lot[i] == '1':
			share *= sameShape
		default:
			share *= similarShape
		}
	}
	return share
}

// digitsKept reports whether every digit of a text is still there in the lot
// that it was repaired to.
func digitsKept(text, lot string) bool {
	for i := range len(text) {
		if text[i] >= '0' && text[i] <= '9' && text[i] != lot[i] {
			return false
		}
	}
	return true
}

// lotWords returns the words of a line that have the shape of a lot number, and
// pairs of neighbours that together have it.
func lotWords(line label.Line) []label.Box {
	var words []label.Box
	shaped := func(box label.Box) bool {
		return box.Height > 1.1 && box.Width > 2.2*box.Height && box.Width < 9*box.Height
	}
	for i, word := range line.Words {
		if shaped(word) {
			words = append(words, word)
		}
		if i+1 == len(line.Words) {
			break
		}
		next := line.Words[i+1]
		if next.X-word.X-word.Width < 0.8*line.Height {
			top, bottom := min(word.Y, next.Y), max(word.Y+word.Height, next.Y+next.Height)
			if both := (label.Box{X: word.X, Y: top, Width: next.X + next.Width - word.X, Height: bottom - top}); shaped(both) && !shaped(word) && !shaped(next) {
				words = append(words, both)
			}
		}
	}
	return words
}

// dpi returns a crop's density in the unit that Tesseract wants.
func dpi(crop register.Crop) int { return int(math.Round(crop.PixelsPerMM * 25.4)) }
