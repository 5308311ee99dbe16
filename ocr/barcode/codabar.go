package barcode

import (
	"math"
	"strings"
)

// The characters of Codabar (EN 798) and their seven elements, bar first: a
// set bit is a wide element.
const characters = "0123456789-$:/.+ABCD"

var patterns = [len(characters)]byte{
	0b0000011, 0b0000110, 0b0001001, 0b1100000, 0b0010010, // 0 to 4
	0b1000010, 0b0100001, 0b0100100, 0b0110000, 0b1001000, // 5 to 9
	0b0001100, 0b0011000, 0b1000101, 0b1010001, 0b1010100, 0b0010101, // - $ : / . +
	0b0011010, 0b0101001, 0b0001011, 0b0001110, // A to D
}

const (
	elementsPerCharacter = 7
	stride               = 8 // with the gap to the next character
	firstLetter          = 16
	fewestCharacters     = 6  // start, four of payload, stop: less is found in any text
	fewestCrowded        = 12 // without white beside them
	mostCharacters       = 32
)

// symbol is one Codabar symbol found among elements.
type symbol struct {
	first  int   // index of its first element
	codes  []int // indices into characters, start and stop letters included
	second []int // the next best of each
	margin []float64
	print  print
}

// payload is the text without start and stop letters.
func (s symbol) payload() string { return spell(s.codes[1 : len(s.codes)-1]) }

func spell(codes []int) string {
	var text strings.Builder
	for _, code := range codes {
		text.WriteByte(characters[code])
	}
	return text.String()
}

// weakest is the least margin of a payload character and its place.
func (s symbol) weakest() (place int, margin float64) {
	margin = math.Inf(1)
	for i := 1; i < len(s.codes)-1; i++ {
		if s.margin[i] < margin {
			place, margin = i, s.margin[i]
		}
	}
	return place, margin
}

// find looks for a symbol: a start letter, characters, a stop letter, and white
// before and after. Frames may stand closer than any quiet zone; so when none is
// found, symbols without it are taken if they are long enough to be no chance.
// Among several the longest is taken.
func find(found elements) (symbol, bool) {
	for _, demand := range []struct {
		quiet  bool
		fewest int
	}{{true, fewestCharacters}, {false, fewestCrowded}} {
		var best symbol
		for first := 0; first+demand.fewest*stride-1 <= len(found.widths); first += 2 {
			count := length(found.widths, first, demand.quiet)
			if count < demand.fewest || count <= len(best.codes) {
				continue
			}
			if s, ok := decode(found.widths, first, count); ok {
				best = s
			}
		}
		if len(best.codes) > 0 {
			return best, true
		}
	}
	return symbol{}, false
}

// length guesses how many characters begin at element first, by rough
// classification of each character by itself; 0 if no symbol begins there.
func length(widths []float64, first int, white bool) int {
	if white && first > 0 && !quiet(widths, first, widths[first-1]) {
		return 0
	}
	if code := rough(widths[first : first+elementsPerCharacter]); code < firstLetter {
		return 0
	}
	bad := 0
	for count := 1; count < mostCharacters; count++ {
		at := first + count*stride
		if at+elementsPerCharacter > len(widths) {
			return 0
		}
		code := rough(widths[at : at+elementsPerCharacter])
		if code < 0 {
			if bad++; bad > 2 {
				return 0
			}
		}
		end := at + elementsPerCharacter
		if code >= firstLetter && (!white || end == len(widths) || quiet(widths, at, widths[end])) {
			return count + 1
		}
	}
	return 0
}

// quiet reports whether a gap beside a character may be a quiet zone. A tenth
// more than its widest element is enough: slips leave hardly any.
func quiet(widths []float64, character int, gap float64) bool {
	widest, total := 0.0, 0.0
	for i := character; i < character+elementsPerCharacter; i++ {
		widest = max(widest, widths[i])
		total += widths[i]
	}
	return gap > 1.1*widest || gap > 0.35*total
}

// rough classifies seven elements by the largest jump between their sorted
// widths, bars and spaces apart; -1 when no pattern fits.
func rough(widths []float64) int {
	var pattern byte
	for parity := range 2 {
		low, high := math.Inf(1), 0.0
		for i := parity; i < len(widths); i += 2 {
			low, high = min(low, widths[i]), max(high, widths[i])
		}
		if high < 1.45*low { // all alike: narrow, unless the other kind says otherwise
			continue
		}
		for i := parity; i < len(widths); i += 2 {
			if widths[i] > (low+high)/2 {
				pattern |= 1 << (6 - i)
			}
		}
	}
	for code, p := range patterns {
		if p == pattern {
			return code
		}
	}
	return -1
}

// decode reads count characters from element first: the widths of narrow and
// wide are estimated over the whole symbol, then every character takes the
// pattern that explains its widths best.
func decode(widths []float64, first, count int) (symbol, bool) {
	widths = widths[first : first+count*stride-1]
	form, ok := estimate(widths)
	if !ok {
		return symbol{}, false
	}
	s := symbol{first: first, codes: make([]int, count), second: make([]int, count), margin: make([]float64, count)}
	for round := range 2 {
		for i := range count {
			letters := i == 0 || i == count-1
			s.codes[i], s.second[i], s.margin[i] = form.classify(widths[i*stride:i*stride+elementsPerCharacter], letters)
		}
		if round == 0 {
			form = form.refine(widths, s.codes)
		}
	}
	s.print = form
	return s, form.plausible()
}
