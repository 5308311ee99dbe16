package tesseract

import (
	"image"
	"image/draw"
	"slices"
	"strings"
	"unicode"

	"sesshu/ocr/internal/tess"
)

// date adds to what the Japanese model's steps say of a date: its own reading,
// for Tesseract may leave out the first steps, and a second reading of the
// digits by the English model, which knows more of their shapes, such as zeros
// struck through. A date without Japanese signs is read by that model alone.
func (r *Reader) date(found []hypothesis, line tess.Line, img *image.Gray, set alphabet) ([]hypothesis, error) {
	if own, ok := spelled(line.Symbols, found, set); ok {
		found = append(found, own)
	}
	if len(found) == 0 {
		return found, nil
	}
	if !strings.ContainsFunc(string(found[0].text), func(r rune) bool { return r > unicode.MaxLatin1 }) {
		return r.latinDate(found, img, set)
	}
	return r.rereadDigits(found, img)
}

// reading is what Tesseract's own text loses against the steps' best.
const reading = 2

// spelled makes a text of Tesseract's own symbols; false when the steps say the
// same.
func spelled(symbols []tess.Symbol, found []hypothesis, set alphabet) (hypothesis, bool) {
	var own hypothesis
	for _, symbol := range symbols {
		for _, r := range symbol.Text {
			if _, ok := slices.BinarySearch(set.runes, r); ok {
				own.text = append(own.text, r)
			}
		}
	}
	if len(found) > 0 {
		own.logP = found[0].logP
	}
	own.logP -= reading
	known := slices.ContainsFunc(found, func(h hypothesis) bool { return slices.Equal(h.text, own.text) })
	return own, len(own.text) > 0 && !known
}

// latinDate reads a line of digits, letters for eras and separators.
func (r *Reader) latinDate(found []hypothesis, img *image.Gray, set alphabet) ([]hypothesis, error) {
	line, err := r.english.line(img)
	if err != nil {
		return nil, err
	}
	latin := strings.Map(func(r rune) rune {
		if r > unicode.MaxLatin1 || r == ' ' {
			return -1
		}
		return r
	}, string(set.runes))
	set = newAlphabet(latin, r.english.book)
	steps, _ := restrict(line, set)
	again := vary(readable(search(steps, set)), set) // S for 5 makes an era of a number
	for i := range again {
		again[i].codes = nil // they are codes of the other model
	}
	if len(again) == 0 {
		return found, nil
	}
	return again, nil
}

// unwitnessed is what all texts lose when the second reading fails.
const unwitnessed = 3

// unlisted is what a text that the English model does not list loses against
// its best, in logarithms.
const unlisted = 5

// rereadDigits reads the digits again with the English model. The Japanese
// signs, which it would take for digits, are painted over first. Both models'
// log probabilities add up.
func (r *Reader) rereadDigits(found []hypothesis, img *image.Gray) ([]hypothesis, error) {
	line, err := r.english.line(hideSigns(img, found[0]))
	if err != nil {
		return nil, err
	}
	set := newAlphabet("0123456789", r.english.book)
	steps, _ := restrict(line, set)
	second := search(steps, set)
	if len(second) == 0 || !alikeDigits(string(second[0].text), found[0].digits()) {
		for i := range found {
			found[i].logP -= unwitnessed
		}
		return found, nil
	}
	if proposed, ok := found[0].withDigits(second[0].text); ok {
		found = append(found, proposed)
	}
	listed := make(map[string]float64)
	for _, h := range second {
		listed[string(h.text)] = h.logP
	}
	for i, h := range found {
		logP, ok := listed[h.digits()]
		if !ok {
			logP = second[0].logP - unlisted
		}
		found[i].logP += logP
	}
	return found, nil
}

// alikeDigits reports whether two strings of digits are as long and differ in no more
// than two places. Otherwise a sign was missed or a digit painted over.
func alikeDigits(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	differences := 0
	for i := range len(a) {
		if a[i] != b[i] {
			differences++
		}
	}
	return differences <= 2
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

func (h hypothesis) digits() string {
	return strings.Map(func(r rune) rune {
		if isDigit(r) {
			return r
		}
		return -1
	}, string(h.text))
}

// proposal is what a text loses whose digits the Japanese model did not list.
const proposal = 6

// withDigits puts other digits in the places of the text's own; false when
// their numbers differ or nothing changes.
func (h hypothesis) withDigits(digits []rune) (hypothesis, bool) {
	if own := h.digits(); len(own) != len(digits) || own == string(digits) {
		return hypothesis{}, false
	}
	changed := h
	changed.text = nil
	next := 0
	for _, r := range h.text {
		if isDigit(r) {
			r = digits[next]
			next++
		}
		changed.text = append(changed.text, r)
	}
	changed.logP -= proposal
	return changed, true
}

// stepPixels is how many pixels of the prepared line a time step covers.
const stepPixels = 3

// hideSigns paints over all characters of the text that are no digits. Steps
// are tied to pixels by the first character, which begins where the margin
// ends: Tesseract may have left out steps before it.
func hideSigns(img *image.Gray, h hypothesis) *image.Gray {
	out := image.NewGray(img.Rect)
	draw.Draw(out, out.Rect, img, img.Rect.Min, draw.Src)
	if len(h.from) == 0 {
		return out
	}
	shift := margin + stepPixels - h.from[0]*stepPixels
	for i, r := range h.text {
		if isDigit(r) {
			continue
		}
		left, right := 0, img.Rect.Dx()
		if i > 0 {
			left = gap(img, (h.from[i]-2)*stepPixels+shift)
		}
		if i+1 < len(h.text) {
			right = gap(img, (h.from[i+1]-3)*stepPixels+shift)
		}
		draw.Draw(out, image.Rect(left, 0, right, img.Rect.Dy()), image.White, image.Point{}, draw.Src)
	}
	return out
}

// gap returns the column with the least ink within two steps of x: characters
// are seldom cut there.
func gap(img *image.Gray, x int) int {
	best, least := x, -1
	for away := range 2*stepPixels + 1 {
		for _, column := range []int{x - away, x + away} {
			if column < 0 || column >= img.Rect.Dx() {
				continue
			}
			ink := 0
			for y := range img.Rect.Dy() {
				ink += 255 - int(img.GrayAt(column, y).Y)
			}
			if ink -= ink % 256; least < 0 || ink < least { // noise does not matter
				best, least = column, ink
			}
		}
	}
	return best
}
