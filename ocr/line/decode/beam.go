package decode

import (
	"cmp"
	"slices"
)

// prefix is a text in the making: the probability of all alignments so far that
// end in a blank, and of those that end in its last character.
type prefix struct {
	found    []int
	key      string
	blank    float64
	nonBlank float64
}

func (p *prefix) total() float64 { return p.blank + p.nonBlank }

// negligible is the probability below which a symbol is not followed in a
// column. Texts that need one are still scored exactly when they are found.
const negligible = 1e-5

// hopeless is the share of the best prefix's probability below which another is
// dropped at once.
const hopeless = 1e-8

// search returns the texts at the end of the beam, best first.
func (l lattice) search(length int) [][]int {
	beam := []*prefix{{blank: 1}}
	for _, column := range l.columns {
		next := map[string]*prefix{}
		get := func(found []int, key string) *prefix {
			at, ok := next[key]
			if !ok {
				at = &prefix{found: found, key: key}
				next[key] = at
			}
			return at
		}
		for _, old := range beam {
			same := get(old.found, old.key)
			same.blank += old.total() * column[0]
			last := 0
			if len(old.found) > 0 {
				last = old.found[len(old.found)-1]
				same.nonBlank += old.nonBlank * column[last]
			}
			if length > 0 && len(old.found) >= length {
				continue
			}
			for symbol := 1; symbol < len(column); symbol++ {
				p := column[symbol]
				if p < negligible {
					continue
				}
				from := old.total()
				if symbol == last {
					from = old.blank
				}
				longer := get(append(slices.Clip(old.found), symbol), old.key+string(rune(symbol)))
				longer.nonBlank += from * p
			}
		}
		beam = best(next)
		rescale(beam)
	}
	texts := make([][]int, len(beam))
	for i, end := range beam {
		texts[i] = end.found
	}
	return texts
}

// best keeps the most probable prefixes, in an order that does not depend on
// the map's.
func best(all map[string]*prefix) []*prefix {
	kept := make([]*prefix, 0, len(all))
	for _, one := range all {
		kept = append(kept, one)
	}
	slices.SortFunc(kept, func(a, b *prefix) int {
		if order := cmp.Compare(b.total(), a.total()); order != 0 {
			return order
		}
		return cmp.Compare(a.key, b.key)
	})
	kept = kept[:min(len(kept), beamWidth)]
	for len(kept) > 1 && kept[len(kept)-1].total() < hopeless*kept[0].total() {
		kept = kept[:len(kept)-1]
	}
	return kept
}

// rescale keeps long lines of doubtful columns from vanishing in rounding.
func rescale(beam []*prefix) {
	top := beam[0].total()
	if top <= 0 {
		return
	}
	for _, one := range beam {
		one.blank /= top
		one.nonBlank /= top
	}
}
