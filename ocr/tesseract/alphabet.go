package tesseract

import (
	"slices"
	"strings"
	"unicode"

	"sesshu/ocr/internal/tess"
)

// alphabet is what may stand in a field, in the network's codes.
type alphabet struct {
	runes []rune // sorted, each once; only those the model knows
	codes []string
	index map[string]int // of codes
	start *spelling
	space bool
}

// spelling is a place between the codes of a character.
type spelling struct{ ways []*way }

// way is a code that may follow; char is the character it completes, if any.
type way struct {
	code int
	char rune
	then *spelling
}

func newAlphabet(charset string, book tess.Codebook) alphabet {
	set := alphabet{index: make(map[string]int), start: &spelling{}}
	runes := []rune(charset)
	slices.Sort(runes)
	for _, r := range slices.Compact(runes) {
		names, known := book.Spell(string(r))
		if !known || r == ' ' && !latin(charset) {
			continue // Japanese has no spaces; those the network sees are wide gaps
		}
		set.runes = append(set.runes, r)
		set.space = set.space || r == ' '
		at := set.start
		for i, name := range names {
			w := at.way(set.code(name))
			if i == len(names)-1 {
				w.char = r
			}
			at = w.then
		}
	}
	return set
}

func (a *alphabet) code(name string) int {
	place, ok := a.index[name]
	if !ok {
		place = len(a.codes)
		a.index[name] = place
		a.codes = append(a.codes, name)
	}
	return place
}

func (s *spelling) way(code int) *way {
	for _, w := range s.ways {
		if w.code == code {
			return w
		}
	}
	w := &way{code: code, then: &spelling{}}
	s.ways = append(s.ways, w)
	return w
}

// alike lists glyphs that many typefaces draw so nearly alike that the network
// may name the wrong one: from what it names to what the field may hold. The
// weight is how far the name still counts. Some typefaces strike their 0
// through, which makes it a Q to the network.
var alike = map[string][]struct {
	char   string
	weight float64
}{
	"O": {{"0", 0.9}, {"Q", 0.2}}, "o": {{"0", 0.9}, {"O", 0.9}}, "Q": {{"0", 0.9}, {"O", 0.3}},
	"D": {{"0", 0.3}, {"O", 0.2}}, "0": {{"O", 0.9}}, "°": {{"0", 0.3}, {"O", 0.3}}, "©": {{"0", 0.3}, {"O", 0.2}},
	"l": {{"1", 0.9}, {"I", 0.9}, {"L", 0.3}}, "I": {{"1", 0.9}, {"L", 0.2}}, "i": {{"1", 0.8}, {"I", 0.6}},
	"|": {{"1", 0.8}, {"I", 0.8}}, "!": {{"1", 0.7}, {"I", 0.6}}, "]": {{"1", 0.5}, {"J", 0.4}}, "[": {{"1", 0.4}, {"I", 0.3}},
	"1": {{"I", 0.9}}, "/": {{"1", 0.3}, {"7", 0.3}}, "?": {{"2", 0.3}, {"7", 0.4}, {"P", 0.3}},
	"Z": {{"2", 0.8}}, "z": {{"2", 0.7}, {"Z", 0.9}}, "2": {{"Z", 0.7}},
	"E": {{"6", 0.2}, {"F", 0.1}}, "e": {{"6", 0.3}, {"E", 0.3}}, "A": {{"4", 0.5}},
	"S": {{"5", 0.8}}, "s": {{"5", 0.7}, {"S", 0.9}}, "$": {{"5", 0.5}, {"S", 0.6}}, "§": {{"5", 0.4}, {"S", 0.4}}, "5": {{"S", 0.7}},
	"G": {{"6", 0.5}}, "b": {{"6", 0.7}, {"B", 0.3}}, "6": {{"G", 0.5}}, "T": {{"7", 0.5}}, "7": {{"T", 0.4}},
	"B": {{"8", 0.8}, {"3", 0.2}}, "8": {{"B", 0.7}}, "&": {{"8", 0.5}, {"B", 0.3}},
	"g": {{"9", 0.7}, {"G", 0.2}}, "q": {{"9", 0.7}}, "a": {{"4", 0.3}, {"A", 0.3}}, "4": {{"A", 0.5}},
	"c": {{"C", 0.9}}, "f": {{"F", 0.6}}, "j": {{"J", 0.8}}, "k": {{"K", 0.9}}, "m": {{"M", 0.8}}, "n": {{"N", 0.6}},
	"p": {{"P", 0.8}}, "t": {{"T", 0.5}}, "u": {{"U", 0.9}}, "v": {{"V", 0.9}}, "w": {{"W", 0.9}}, "x": {{"X", 0.9}}, "y": {{"Y", 0.9}},
	"—": {{"-", 0.9}}, "–": {{"-", 0.9}}, "_": {{"-", 0.6}}, "~": {{"-", 0.5}},
}

// place returns where the network's choice belongs, and how far it counts; -1
// when the field cannot hold it.
func (a alphabet) place(choice string) (place int, weight float64) {
	if i, ok := a.index[choice]; ok {
		return i, 1
	}
	for _, other := range alike[choice] {
		if i, ok := a.index[other.char]; ok {
			return i, other.weight
		}
	}
	return -1, 0
}

// latin reports whether the English model knows all of the characters.
func latin(charset string) bool {
	return charset != "" && !strings.ContainsFunc(charset, func(r rune) bool { return r > unicode.MaxLatin1 })
}
