package decode

import "slices"

// prefix is a text in the making, a node of the tree of all that were looked at:
// the probability of all alignments so far that end in a blank, and of those that
// end in its last character.
type prefix struct {
	parent *prefix // nil for the empty text
	symbol int
	length int
	// children are the prefixes that are longer by one symbol.
	children []*prefix

	blank, nonBlank float64 // after the column before
	sum             float64 // of the two
	next            struct {
		column          int // the column that the sums are of
		blank, nonBlank float64
	}
}

// child returns the text that is longer by a symbol.
func (p *prefix) child(symbol int) *prefix {
	for _, c := range p.children {
		if c.symbol == symbol {
			return c
		}
	}
	c := &prefix{parent: p, symbol: symbol, length: p.length + 1}
	c.next.column = -1
	p.children = append(p.children, c)
	return c
}

// text returns the symbols from the first on.
func (p *prefix) text() []int {
	found := make([]int, p.length)
	for at := p; at.parent != nil; at = at.parent {
		found[at.length-1] = at.symbol
	}
	return found
}

// negligible is the probability below which a symbol is not followed in a
// column. Texts that need one are still scored exactly when they are found.
const negligible = 1e-5

// hopeless is the share of the best prefix's probability below which another is
// dropped at once.
const hopeless = 1e-8

// search returns the texts at the end of the beam, best first.
func (l lattice) search(length int) [][]int {
	root := &prefix{blank: 1}
	root.next.column = -1
	beam := []*prefix{root}
	var touched []*prefix
	var likely []int
	for number, column := range l.columns {
		touched = touched[:0]
		reach := func(p *prefix) *prefix {
			if p.next.column != number {
				p.next.column, p.next.blank, p.next.nonBlank = number, 0, 0
				touched = append(touched, p)
			}
			return p
		}
		likely = likely[:0]
		for symbol := 1; symbol < len(column); symbol++ {
			if column[symbol] >= negligible {
				likely = append(likely, symbol)
			}
		}
		for _, old := range beam {
			total := old.blank + old.nonBlank
			same := reach(old)
			same.next.blank += total * column[0]
			if old.length > 0 {
				same.next.nonBlank += old.nonBlank * column[old.symbol]
			}
			if length > 0 && old.length >= length {
				continue
			}
			for _, symbol := range likely {
				from := total
				if old.length > 0 && symbol == old.symbol {
					from = old.blank
				}
				reach(old.child(symbol)).next.nonBlank += from * column[symbol]
			}
		}
		for _, p := range touched {
			p.blank, p.nonBlank = p.next.blank, p.next.nonBlank
		}
		beam = best(touched, beam)
		rescale(beam)
	}
	texts := make([][]int, len(beam))
	for i, end := range beam {
		texts[i] = end.text()
	}
	return texts
}

// best keeps the most probable prefixes, in into's memory. Few of the many that
// were reached come near the best, so each is put in its place among those kept.
func best(all, into []*prefix) []*prefix {
	top := 0.0
	for _, p := range all {
		p.sum = p.blank + p.nonBlank
		top = max(top, p.sum)
	}
	kept := into[:0]
	for _, p := range all {
		if p.sum < hopeless*top || len(kept) == beamWidth && !before(p, kept[beamWidth-1]) {
			continue
		}
		if len(kept) < beamWidth {
			kept = append(kept, p)
		}
		at := len(kept) - 1
		for ; at > 0 && before(p, kept[at-1]); at-- {
			kept[at] = kept[at-1]
		}
		kept[at] = p
	}
	return kept
}

// before reports whether a stands before b: the more probable, and of two
// equals the one whose text comes first, never by chance.
func before(a, b *prefix) bool {
	if a.sum != b.sum {
		return a.sum > b.sum
	}
	return slices.Compare(a.text(), b.text()) < 0
}

// rescale keeps long lines of doubtful columns from vanishing in rounding.
func rescale(beam []*prefix) {
	top := beam[0].sum
	if top <= 0 {
		return
	}
	for _, one := range beam {
		one.blank /= top
		one.nonBlank /= top
	}
}
