package ocr

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
	"sesshu/ocr/digits"
)

// maxCandidates is how many whole texts are kept of a field; the mass of the
// others is what is missing from 1.
const maxCandidates = 8

// decodeBoxes turns the cells of one field into whole texts: digits with the
// preprinted characters between them, or for a date the day in ISO form. Its
// probabilities are products over the cells. What the cells give to "no digit"
// stays with what is missing from 1; only the mass of digits that make no day
// is shared out among the days (see decodeDate).
func decodeBoxes(field form.Field, cells []digits.Cell) (candidates []slip.Candidate, empty float64) {
	if len(cells) == 0 || len(cells) != strings.Count(onlyCells(field.Format), "#") {
		return nil, 0
	}
	empty = 1
	for _, c := range cells {
		empty *= c.Empty
	}
	if strings.ContainsAny(field.Format, "YMD") {
		candidates = decodeDate(field, cells)
	} else {
		candidates = decodeNumber(field.Format, cells)
	}
	return candidates, empty
}

// onlyCells replaces every cell of a format by #.
func onlyCells(format string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("YMDN", r) {
			return '#'
		}
		return '.'
	}, format)
}

// number is a digit string while it is spelled.
type number struct {
	slip.Candidate
	digits   int  // how many it has
	finished bool // an empty cell after a decimal digit: nothing may follow
}

// decodeNumber returns the best digit strings with the preprinted characters
// in their places. Cells before the first digit may be empty, and cells at the
// end of a decimal fraction: 0.3 may be written into two cells.
func decodeNumber(format string, cells []digits.Cell) []slip.Candidate {
	best := []number{{Candidate: slip.Candidate{P: 1}}}
	next, fraction := 0, false
	for _, r := range format {
		if r != 'N' {
			for i := range best {
				best[i].Text += string(r)
			}
			fraction = fraction || r == '.'
			continue
		}
		c := cells[next]
		next++
		var longer []number
		for _, prefix := range best {
			for digit, p := range c.P {
				if !prefix.finished {
					longer = append(longer, number{slip.Candidate{Text: prefix.Text + strconv.Itoa(digit), P: prefix.P * p}, prefix.digits + 1, false})
				}
			}
			switch {
			case prefix.digits == 0 && next < len(cells) && !fraction:
				longer = append(longer, number{slip.Candidate{Text: prefix.Text, P: prefix.P * c.Empty}, 0, false})
			case prefix.digits > 0 && fraction:
				longer = append(longer, number{slip.Candidate{Text: prefix.Text, P: prefix.P * c.Empty}, prefix.digits, true})
			}
		}
		slices.SortFunc(longer, func(a, b number) int {
			return cmp.Or(cmp.Compare(b.P, a.P), cmp.Compare(a.Text, b.Text), cmp.Compare(a.digits, b.digits))
		})
		best = longer[:min(4*maxCandidates, len(longer))]
	}
	candidates := make([]slip.Candidate, len(best))
	for i, n := range best {
		candidates[i] = n.Candidate
	}
	return top(candidates)
}

// part is one number of a date with its probability.
type part struct {
	value int
	p     float64
}

func total(parts []part) float64 {
	sum := 0.0
	for _, part := range parts {
		sum += part.p
	}
	return sum
}

// decodeDate returns the best days of the calendar.
func decodeDate(field form.Field, cells []digits.Cell) []slip.Candidate {
	groups := dateGroups(field.Format, cells)
	years, months, days := groups['Y'], groups['M'], groups['D']
	era, inEra := slip.FindEra(field.Era)
	mass := map[string]float64{}
	for _, year := range years {
		for _, month := range months {
			for _, day := range days {
				p := year.p * month.p * day.p
				if p < 1e-9 {
					continue
				}
				var date string
				var ok bool
				if inEra {
					date, ok = era.Date(year.value, month.value, day.value)
				} else {
					date, ok = slip.ParseDate(strconv.Itoa(year.value) + "-" + strconv.Itoa(month.value) + "-" + strconv.Itoa(day.value))
				}
				if ok {
					mass[date] += p
				}
			}
		}
	}
	dates := 0.0
	for _, date := range slices.Sorted(maps.Keys(mass)) { // in order: sums must not depend on the map
		dates += mass[date]
	}
	// Nobody writes a month 15: what the cells give to no day of the calendar is
	// shared out, but for the share in which people do.
	impossible := max(0, total(years)*total(months)*total(days)-dates)
	scale := 1 / (1 - (1-impossibleShare)*impossible)
	candidates := make([]slip.Candidate, 0, len(mass))
	for date, p := range mass {
		p *= scale
		candidates = append(candidates, slip.Candidate{Text: date, P: p})
	}
	return top(candidates)
}

// dateGroups returns the likely numbers of year, month and day. Digits that
// are printed right beside a group's cells belong to it: the 202 of "202YMMDD".
func dateGroups(format string, cells []digits.Cell) map[rune][]part {
	groups := map[rune][]group{}
	runes := []rune(format)
	next := 0
	for i, r := range runes {
		switch {
		case r == 'Y' || r == 'M' || r == 'D':
			groups[r] = append(groups[r], group{cell: &cells[next]})
			next++
		case r >= '0' && r <= '9':
			if owner, ok := owner(runes, i); ok {
				groups[owner] = append(groups[owner], group{printed: int(r - '0')})
			}
		}
	}
	numbers := map[rune][]part{}
	for kind, tokens := range groups {
		numbers[kind] = numbersOf(tokens)
	}
	return numbers
}

// group is one place of a date's number: a cell, or a printed digit.
type group struct {
	cell    *digits.Cell
	printed int
}

// owner returns the kind of cells that a printed digit stands beside, the ones
// on its right first.
func owner(format []rune, at int) (rune, bool) {
	for _, step := range [2]int{1, -1} {
		for i := at + step; i >= 0 && i < len(format); i += step {
			if strings.ContainsRune("YMD", format[i]) {
				return format[i], true
			}
			if format[i] < '0' || format[i] > '9' {
				break
			}
		}
	}
	return 0, false
}

// numbersOf returns the likeliest numbers that the places of one group spell.
// Cells before the first digit may be empty, so " 6" is 6 as "06" is.
func numbersOf(places []group) []part {
	const most = 60
	// An ordered list, not a map: the sums must come out the same every time.
	states := []numberState{{p: 1}}
	for _, place := range places {
		var next []numberState
		add := func(value int, started bool, p float64) {
			for i := range next {
				if next[i].value == value && next[i].started == started {
					next[i].p += p
					return
				}
			}
			next = append(next, numberState{value, started, p})
		}
		for _, s := range states {
			if place.cell == nil {
				add(s.value*10+place.printed, true, s.p)
				continue
			}
			for digit, p := range place.cell.P {
				add(s.value*10+digit, true, s.p*p)
			}
			if !s.started {
				add(0, false, s.p*place.cell.Empty)
			}
		}
		slices.SortFunc(next, func(a, b numberState) int {
			return cmp.Or(cmp.Compare(b.p, a.p), cmp.Compare(a.value, b.value))
		})
		states = next[:min(most, len(next))]
	}
	var parts []part
	for _, s := range states {
		if s.started {
			parts = append(parts, part{s.value, s.p})
		}
	}
	return parts
}

// numberState is a number as far as it is spelled; started is false as long
// as only empty cells were passed.
type numberState struct {
	value   int
	started bool
	p       float64
}

// top returns the most probable candidates, best first; equal ones by text,
// so that the order never depends on chance.
func top(candidates []slip.Candidate) []slip.Candidate {
	slices.SortFunc(candidates, func(a, b slip.Candidate) int {
		return cmp.Or(cmp.Compare(b.P, a.P), cmp.Compare(a.Text, b.Text))
	})
	candidates = candidates[:min(maxCandidates, len(candidates))]
	for i := range candidates {
		if math.IsNaN(candidates[i].P) {
			return nil // a reader gone wrong must not look like an answer
		}
	}
	return slices.DeleteFunc(candidates, func(c slip.Candidate) bool { return c.P < 1e-9 })
}

// impossibleShare is how often, against a real day, a date is written that is on
// no calendar.
const impossibleShare = 0.02
