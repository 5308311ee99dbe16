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
}

// sense is how many times likelier a text with a meaning is than one without.
const sense = 20

var logSense = math.Log(sense)

var (
	digits  = class{"digits", func(text string) (string, bool) { return text, true }}
	letters = class{"letters", func(text string) (string, bool) { return text, len(slip.LotMakers(text)) > 0 }}
	dates   = class{"dates", slip.ParseDate}
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

// rank joins the texts of one meaning, favours those that mean something, and
// sorts again.
func (c class) rank(found []hypothesis) []hypothesis {
	var ranked []hypothesis
	place := make(map[string]int)
	for _, h := range found {
		meaning, ok := c.meaning(string(h.text))
		if !ok {
			meaning = "?" + string(h.text)
			h.logP -= logSense
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
