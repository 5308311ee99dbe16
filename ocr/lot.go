package ocr

import (
	"cmp"
	"slices"

	"sesshu/ledger/slip"
	"sesshu/ocr/label"
	"sesshu/ocr/register"
)

// Bounds on the search for a lot number.
const (
	mostStickerWords = 24    // more words than this are no sticker
	leastLot         = 0.001 // words less likely to be a lot are none
	mostAgain        = 2     // words that are looked at again when no lot is found
)

// lotWord is a word with the lots that it may spell.
type lotWord struct {
	word
	lots  []slip.Candidate
	trust float64 // that the word is one whole lot: what no reader of its crop can know
	score float64 // probability that it is written like a lot, and whole
}

// lot reads every word that may be a lot number and keeps the best: one that
// is written the way a manufacturer writes lots. The winner is read by
// Tesseract too, unless it is certain already.
func (s *sheet) lot(found pasted) (slip.Reading, error) {
	var reading slip.Reading
	s.by(&reading, "line", s.reader.line.Version())
	words, err := s.lotCandidates(found, false)
	if err != nil {
		return reading, err
	}
	best := likeliest(words)
	if best.score < 0.5 {
		again, err := s.lookAgain(found, reading)
		if err != nil || again.Best().P >= 0.5 {
			return again, err
		}
		if words, err = s.lotCandidates(found, true); err != nil {
			return reading, err
		}
		best = likeliest(words)
		if again.Best().P > best.score || len(words) == 0 {
			return again, nil
		}
	}
	second := 0.0
	for _, word := range words {
		if word.box != best.box && !within(word.box, best.box) {
			second = max(second, word.score)
		}
	}
	reading.Candidates, reading.Quad = best.lots, best.crop.Quad
	if reading.Best().P < sureAlone && best.trust > doubtCut+0.01 {
		lots, err := s.tesseractLots(best.crop)
		if err != nil {
			return reading, err
		}
		s.by(&reading, "tesseract", s.reader.tesseract.Version())
		reading.Candidates = s.reader.withTesseract(agree)(best.lots, lots)
	}
	reading.Candidates = append(reading.Candidates, stumbles(reading.Candidates, best.texts)...)
	// Two words that may both be the lot: neither is sure.
	best.trust *= best.score / (best.score + second*second)
	for i := range reading.Candidates {
		reading.Candidates[i].P *= best.trust
	}
	return reading, nil
}

func likeliest(words []lotWord) lotWord {
	if len(words) == 0 {
		return lotWord{}
	}
	return slices.MaxFunc(words, func(a, b lotWord) int { return cmp.Compare(a.score, b.score) })
}

// agree combines two readers of a lot. Where both name the same lot first, the
// first's error is what agreedError leaves of it: Tesseract knows words and is
// always unsure of a lot, and what it is unsure of must not speak against what
// it says.
func agree(first, second []slip.Candidate) []slip.Candidate {
	combined := combine(first, second)
	if len(first) == 0 || len(second) == 0 || first[0].Text != second[0].Text {
		return combined
	}
	sure := 1 - (1-first[0].P)*agreedError
	if len(combined) > 0 && combined[0].Text == first[0].Text && combined[0].P >= sure {
		return combined
	}
	result := slices.Clone(first)
	for i := range result {
		result[i].P *= agreedError
	}
	result[0].P = sure
	return result
}

// agreedError is what is left of the line network's error on a lot when
// Tesseract reads the same. Of 509 lots on stickers in typefaces that neither
// was fitted on, office and poor scans, they agreed on no wrong one, where the
// network's probabilities foretold 14: at 95 % at most a fifth of the error is
// left. Half is believed, for stickers are printed in more ways than were drawn.
const agreedError = 0.5

// lookAgain looks again at the words in which the network saw digits and no
// lot: first with more paper beside them, for bold capitals side by side are a
// rule to its preparation when they fill the picture, then with Tesseract.
func (s *sheet) lookAgain(found pasted, reading slip.Reading) (slip.Reading, error) {
	asked := 0
	for _, line := range found.Lines {
		boxes := slices.Clone(line.Words)
		for _, gap := range line.Gaps {
			boxes = append(boxes, gap.After)
		}
		for _, box := range boxes {
			read, ok := found.read[box]
			if !ok || asked == mostAgain || !endsInDigits(read.texts) {
				continue
			}
			asked++
			lots, err := s.wordAgain(found, line, read, &reading)
			if err != nil {
				return reading, err
			}
			if candidate := (slip.Reading{Candidates: lots}); candidate.Best().P > reading.Best().P {
				reading.Candidates, reading.Quad = lots, read.crop.Quad
			}
		}
	}
	return reading, nil
}

func (s *sheet) wordAgain(found pasted, line label.Line, read word, reading *slip.Reading) ([]slip.Candidate, error) {
	wide := read.box
	wide.Width *= widened
	var first []slip.Candidate
	if !slices.ContainsFunc(line.Words, func(w label.Box) bool {
		return w.X > read.box.X+read.box.Width && w.X < wide.X+wide.Width+wordMargin
	}) {
		again, err := s.word(found, wide)
		if err != nil {
			return nil, err
		}
		first = asLots(again.texts)
	}
	second, err := s.tesseractLots(read.crop)
	if err != nil {
		return nil, err
	}
	s.by(reading, "tesseract", s.reader.tesseract.Version())
	lots := s.reader.withTesseract(agree)(first, second)
	if len(first) == 0 {
		for i := range lots {
			lots[i].P *= doubtAlone
		}
	}
	return lots, nil
}

// lotCandidates reads the words that have the shape of a lot. Separators are
// read as such: what holds them is a date and no lot. A word that is no lot as a
// whole may hold one beside its caption, when the space between them is narrow:
// it is cut where the network saw something of a lot in it, and with thorough
// at every gap.
func (s *sheet) lotCandidates(found pasted, thorough bool) ([]lotWord, error) {
	var words []lotWord
	for _, line := range found.Lines {
		boxes := lotWords(line)
		if thorough {
			boxes = append(boxes, longParts(line)...)
		}
		for _, box := range boxes {
			if len(words) == mostStickerWords {
				return words, nil
			}
			read, err := s.word(found, box)
			if err != nil {
				return nil, err
			}
			whole, err := s.lotWord(found, line, read)
			if err != nil {
				return nil, err
			}
			if whole.score > leastLot {
				words = append(words, whole)
			}
			if whole.score > 0.5 || !thorough && !holdsLot(read.texts) && !endsInDigits(read.texts) {
				continue
			}
			for _, part := range slices.Concat(parts(line, box), joined(line, box)) {
				read, err := s.word(found, part)
				if err != nil {
					return nil, err
				}
				piece, err := s.lotWord(found, line, read)
				if err != nil {
					return nil, err
				}
				piece.doubt(1 - whole.score)
				if piece.score > leastLot {
					words = append(words, piece)
				}
			}
		}
	}
	return words, nil
}

// lotWord says which lots a word may spell. A streak at its end may hide a
// character: then the word is read with what is hidden, if that can be read as
// a lot, and doubted if not.
func (s *sheet) lotWord(found pasted, line label.Line, read word) (lotWord, error) {
	made := lotWord{word: read, lots: asLots(read.texts), trust: 1}
	left, right := found.Runs(read.box, besideWord*read.box.Height)
	if left || right {
		whole := read.box
		if left {
			whole.X -= hiddenCharacter * read.box.Height
			whole.Width += hiddenCharacter * read.box.Height
		}
		if right {
			whole.Width += hiddenCharacter * read.box.Height
		}
		again, err := s.word(found, whole)
		if err != nil {
			return made, err
		}
		if lots := asLots(again.texts); mass(lots) > 0.5 && longer(lots, made.lots) {
			made.word, made.lots = again, lots
			if crowded(line, read.box, whole) {
				made.doubt(doubtCut)
			}
		} else {
			made.doubt(doubtCut)
		}
	}
	if cutShort(line, read.box) {
		made.doubt(doubtCut)
	}
	made.doubt(1)
	return made, nil
}

// crowded reports whether a word that was widened came close to others of its
// line: they may be the rest of it.
func crowded(line label.Line, word, widened label.Box) bool {
	const clear = 0.3 // heights of the line
	left, right := widened.X-clear*line.Height, widened.X+widened.Width+clear*line.Height
	return slices.ContainsFunc(line.Words, func(other label.Box) bool {
		return !within(other, word) && other.X < right && other.X+other.Width > left && other.Height > 0.4*word.Height
	})
}

// longer reports whether the first lots' best has more characters than the
// others': a hidden one came to light.
func longer(lots, others []slip.Candidate) bool {
	best, other := slip.Reading{Candidates: lots}.Best(), slip.Reading{Candidates: others}.Best()
	return len(best.Text) > len(other.Text)
}

// Where a character may be hidden in a streak, in heights of the word: how near
// the streak is, and how far beyond the word's end the character reaches.
const (
	besideWord      = 0.35
	hiddenCharacter = 0.8
)

func mass(candidates []slip.Candidate) float64 {
	sum := 0.0
	for _, candidate := range candidates {
		sum += candidate.P
	}
	return sum
}

// doubt makes the word less likely to be a whole lot.
func (w *lotWord) doubt(by float64) {
	w.trust *= by
	w.score = w.trust * mass(w.lots)
}

// doubtCut is what is left of a lot that may go on after its word's end, and
// doubtAlone of one that Tesseract alone reads: the network saw no lot at all.
const (
	doubtCut   = 0.4
	doubtAlone = 0.4
)

// widened is how much wider the paper is at which the network looks again.
const widened = 1.35

// cutShort reports whether more print follows a word so closely that it may
// belong to it: the reader saw the word alone and cannot know.
func cutShort(line label.Line, box label.Box) bool {
	const clear = 0.75 // heights of the line
	end := box.X + box.Width
	closely := func(gap float64) bool { return gap > -0.01 && gap < clear*line.Height }
	return slices.ContainsFunc(line.Words, func(word label.Box) bool {
		return closely(word.X-end) && word.Height > 0.4*box.Height
	}) || slices.ContainsFunc(line.Gaps, func(gap label.Gap) bool {
		return gap.Left > end-0.01 && gap.Left < end+0.01 && closely(gap.Right-end)
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

// lotShaped reports whether a word has the size and proportions of a lot.
func lotShaped(box label.Box) bool {
	return box.Height > 1.1 && box.Width > 2.2*box.Height && box.Width < longestLot*box.Height
}

// longestLot is the width of a lot in its heights, at most.
const longestLot = 9

// lotWords returns the words of a line that have the shape of a lot number, and
// pairs of neighbours that together have it.
func lotWords(line label.Line) []label.Box {
	var words []label.Box
	for i, word := range line.Words {
		if lotShaped(word) {
			words = append(words, word)
		}
		if i+1 == len(line.Words) {
			break
		}
		next := line.Words[i+1]
		if next.X-word.X-word.Width < joinGap*line.Height {
			top, bottom := min(word.Y, next.Y), max(word.Y+word.Height, next.Y+next.Height)
			if both := (label.Box{X: word.X, Y: top, Width: next.X + next.Width - word.X, Height: bottom - top}); lotShaped(both) && !lotShaped(word) && !lotShaped(next) {
				words = append(words, both)
			}
		}
	}
	return words
}

// joined returns a word with the scrap of print before it, and with the one
// after it: a faint stroke stands apart from the rest of its character.
func joined(line label.Line, box label.Box) []label.Box {
	var both []label.Box
	for _, scrap := range line.Words {
		gap := max(box.X-scrap.X-scrap.Width, scrap.X-box.X-box.Width)
		if gap <= 0 || gap > joinGap*line.Height || scrap.Width > scrap.Height {
			continue
		}
		left, top := min(box.X, scrap.X), min(box.Y, scrap.Y)
		whole := label.Box{X: left, Y: top, Width: max(box.X+box.Width, scrap.X+scrap.Width) - left, Height: max(box.Y+box.Height, scrap.Y+scrap.Height) - top}
		if lotShaped(whole) {
			both = append(both, whole)
		}
	}
	return both
}

// joinGap is the widest white, in heights of the line, across which two words
// may be one.
const joinGap = 0.8

// longParts returns the parts of words too long to be a lot.
func longParts(line label.Line) []label.Box {
	var pieces []label.Box
	for _, box := range line.Words {
		if box.Width >= longestLot*box.Height {
			pieces = append(pieces, parts(line, box)...)
		}
	}
	return pieces
}

// parts returns the pieces of a word, cut at its wider gaps, that have the shape
// of a lot and end the word: a lot follows its caption.
func parts(line label.Line, box label.Box) []label.Box {
	var pieces []label.Box
	for _, gap := range line.Gaps {
		if gap.Left > box.X && gap.Right < box.X+box.Width && lotShaped(gap.After) {
			pieces = append(pieces, gap.After)
		}
	}
	return pieces
}
