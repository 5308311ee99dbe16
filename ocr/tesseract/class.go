package tesseract

import (
	"cmp"
	"math"
	"slices"

	"sesshu/ledger/slip"
)

// class is a kind of field: its calibration table and what is known beforehand
// of its texts.
type class struct {
	name string
	// meaning returns what a text stands for, and whether it stands for
	// anything. Texts with one meaning are one answer.
	meaning func(text string) (string, bool)
	// sense is how many times likelier a text with a meaning is than one
	// without: nobody prints an impossible day, while new lots appear.
	sense float64
}

// shortestLot is how long a lot number is that its shape speaks for. Four
// characters of a lot's shape are found in any year: 2O24.
const shortestLot = 5

var (
	digits  = class{"digits", func(text string) (string, bool) { return text, true }, 1}
	letters = class{"letters", func(text string) (string, bool) {
		return text, len(text) >= shortestLot && len(slip.LotMakers(text)) > 0
	}, 20}
	dates = class{"dates", slip.ParseDate, 400}
)

// classOf tells the class by the alphabet: the sign for year makes a date,
// letters make a lot.
func classOf(set alphabet) class {
	switch {
	case slices.Contains(set.runes, '年'):
		return dates
	case len(set.runes) > 0 && set.runes[len(set.runes)-1] > '9':
		return letters
	}
	return digits
}

// doubt is how much of a text's probability the same text with a lookalike in
// it gets, where the field may hold both: 0 and O differ less in print than in
// the network's idea of what words look like. The calibration prices it in.
const doubt = 0.25

// mostVaried is how many texts are varied by lookalikes.
const mostVaried = 4

// vary adds the texts that differ from the best ones in one or two characters
// that are drawn alike, or raises them where the network hardly saw them.
func vary(found []hypothesis, set alphabet) []hypothesis {
	place := make(map[string]int)
	for i, h := range found {
		place[string(h.text)] = i
	}
	round := slices.Clone(found[:min(len(found), mostVaried)])
	for range 2 {
		var changed []hypothesis
		for _, h := range round {
			changed = append(changed, h.lookalikes(set)...)
		}
		round = round[:0]
		for _, h := range changed {
			i, known := place[string(h.text)]
			switch {
			case !known:
				place[string(h.text)] = len(found)
				found = append(found, h)
				round = append(round, h)
			case h.logP > found[i].logP:
				found[i].logP = h.logP
			}
		}
	}
	return found
}

// lookalikes returns the text with one character exchanged, in every way.
func (h hypothesis) lookalikes(set alphabet) []hypothesis {
	var changed []hypothesis
	for i, r := range h.text {
		for _, other := range alike[string(r)] {
			code, ok := set.index[other.char]
			if !ok {
				continue
			}
			c := h
			c.text, c.codes = slices.Clone(h.text), slices.Clone(h.codes)
			c.text[i], c.codes[i] = []rune(other.char)[0], code
			c.logP += math.Log(doubt * other.weight)
			changed = append(changed, c)
		}
	}
	return changed
}

// rank joins the texts of one meaning, favours those that mean something, and
// sorts again.
func (c class) rank(found []hypothesis) []hypothesis {
	var ranked []hypothesis
	place := make(map[string]int)
	for _, h := range found {
		h.logP -= h.doubled()
		meaning, ok := c.meaning(string(h.text))
		if !ok {
			meaning = "?" + string(h.text)
			h.logP -= math.Log(c.sense)
		}
		if i, known := place[meaning]; known {
			ranked[i].logP = addLog(ranked[i].logP, h.logP)
			continue
		}
		place[meaning] = len(ranked)
		ranked = append(ranked, h)
	}
	slices.SortStableFunc(ranked, func(a, b hypothesis) int { return cmp.Compare(b.logP, a.logP) })
	return ranked
}

// twice is what a text loses for each pair of neighbours that are drawn alike
// and stand closer than characters do: one glyph that was read as two.
const twice = 3

func (h hypothesis) doubled() float64 {
	loss := 0.0
	for i := 1; i < len(h.from); i++ {
		if h.from[i]-h.at[i-1] > 2 {
			continue
		}
		for _, other := range alike[string(h.text[i-1])] {
			if other.char == string(h.text[i]) {
				loss += twice
				break
			}
		}
	}
	return loss
}
