package bench

import (
	"math"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/truth"
	"sesshu/ocr/bound"
	"sesshu/ocr/chart"
)

// Account counts what one way of deciding made of slips in order.
type Account struct {
	Slips      int // sheets
	Whole      int // accepted whole
	WrongWhole int // of them, with a wrong value
	Values     map[slip.Value]*ValueAccount
}

// ValueAccount counts one value.
type ValueAccount struct {
	N        int // slips whose truth has it
	Right    int // the best text is the truth
	Accepted int
	Wrong    int // of the accepted

	Read []chart.Judged // every value that was read, with the probability that was given
	Sure []chart.Judged // the accepted ones
}

// Add counts one sheet's decisions, one a page.
func (a *Account) Add(sheet truth.Sheet, decisions []slip.Decision) {
	a.Slips++
	whole, wrong := false, false
	for _, decision := range decisions {
		if decision.Outcome == slip.Accepted {
			whole = true
		}
		for value, decided := range decision.Fields {
			want, has := sheet.Fields[value]
			right := has && same(value, decided.Value, want)
			account := a.value(value)
			if right {
				account.Right++
			}
			if decided.Value != "" {
				account.Read = append(account.Read, chart.Judged{P: decided.P, Right: right})
			}
			if decided.Outcome != slip.Accepted {
				continue
			}
			account.Accepted++
			account.Sure = append(account.Sure, chart.Judged{P: decided.P, Right: right})
			if !right {
				account.Wrong++
				wrong = wrong || decision.Outcome == slip.Accepted
			}
		}
	}
	for value := range sheet.Fields {
		a.value(value).N++
	}
	if whole {
		a.Whole++
		if wrong {
			a.WrongWhole++
		}
	}
}

func (a *Account) value(value slip.Value) *ValueAccount {
	if a.Values == nil {
		a.Values = map[slip.Value]*ValueAccount{}
	}
	if a.Values[value] == nil {
		a.Values[value] = &ValueAccount{}
	}
	return a.Values[value]
}

// Merge adds another account's slips.
func (a *Account) Merge(other *Account) {
	a.Slips += other.Slips
	a.Whole += other.Whole
	a.WrongWhole += other.WrongWhole
	for value, account := range other.Values {
		a.value(value).merge(account)
	}
}

func (v *ValueAccount) merge(other *ValueAccount) {
	v.N += other.N
	v.Right += other.Right
	v.Accepted += other.Accepted
	v.Wrong += other.Wrong
	v.Read = append(v.Read, other.Read...)
	v.Sure = append(v.Sure, other.Sure...)
}

// All returns the account of all values together.
func (a *Account) All() ValueAccount {
	var all ValueAccount
	for _, value := range slip.Values() {
		if account := a.Values[value]; account != nil {
			all.merge(account)
		}
	}
	return all
}

// Upper is the bound of Clopper and Pearson, one-sided at 95 %, for the share of
// wrong values among the accepted.
func (v *ValueAccount) Upper() float64 { return bound.Upper(v.Wrong, v.Accepted, 0.95) }

// StraightThrough is the share of slips that were accepted whole.
func (a *Account) StraightThrough() float64 {
	if a.Slips == 0 {
		return math.NaN()
	}
	return float64(a.Whole) / float64(a.Slips)
}

// CalibrationError is the expected calibration error of judged values: the mean
// distance, weighted by size, between what was promised and what came true, over
// 15 groups of equal count in the order of their probability.
func CalibrationError(values []chart.Judged) float64 {
	judged := make([]accepted, len(values))
	for i, value := range values {
		judged[i] = accepted{value.P, value.Right}
	}
	return calibrationError(judged)
}
