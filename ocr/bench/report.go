package bench

import (
	"cmp"
	"math"
	"slices"
	"time"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/truth"
	"sesshu/ocr/bound"
)

// Report is the result of a run. Its JSON is a contract; what is for people
// only is left out of it.
type Report struct {
	Pages               int                  `json:"pages"`
	StraightThrough     float64              `json:"straight_through"`      // share of the slips that are in order (expect is accept or any) accepted whole
	WrongAcceptedSlips  int                  `json:"wrong_accepted_slips"`  // accepted whole with a wrong value, or though they had to be asked
	WrongAcceptedFields int                  `json:"wrong_accepted_fields"` // on accepted and asked slips
	Fields              map[slip.Value]Field `json:"fields"`
	ECE                 float64              `json:"ece"` // expected calibration error of accepted values
	CPUMillis           float64              `json:"cpu_ms_per_page"`
	StepMillis          map[string]float64   `json:"steps_ms"` // wall time a page
	PagesPerSecond      float64              `json:"pages_per_second_per_core"`

	Slips    int     `json:"-"` // sheets that are in order, of which the straight-through share is taken
	Accepted int     `json:"-"` // of them
	Wrong    []Fault `json:"-"` // every wrong acceptance
	Asked    []Ask   `json:"-"` // why slips in order were not accepted, most frequent first
}

// Field is the account of one value. Counts are of pages whose truth has it.
type Field struct {
	N             int     `json:"n"`
	Exact         int     `json:"exact"`    // the best text is the truth
	Accepted      int     `json:"accepted"` // by the machine, on accepted and asked slips
	WrongAccepted int     `json:"wrong_accepted"`
	Upper95       float64 `json:"upper95"` // Clopper-Pearson bound for the share of wrong among accepted
}

// Fault is one wrong acceptance. It never holds the values.
type Fault struct {
	File  string
	Page  int
	Value slip.Value // empty: the slip as a whole was accepted and had to be asked
}

// Ask counts the slips in order on which one value was not accepted for one
// reason. Value is empty for reasons of the slip as a whole.
type Ask struct {
	Value  slip.Value
	Reason slip.Reason
	Files  []string
}

// accepted is one accepted value: its probability, and whether it was right.
type accepted struct {
	p     float64
	right bool
}

func tally(results []result, cpu time.Duration) Report {
	t := tallying{
		report: Report{Fields: map[slip.Value]Field{}, StepMillis: map[string]float64{}},
		asked:  map[ask][]string{},
	}
	for _, r := range results {
		t.sheet(r)
	}
	report := t.report
	for value, field := range report.Fields {
		field.Upper95 = bound.Upper(field.WrongAccepted, field.Accepted, 0.95)
		report.Fields[value] = field
		report.WrongAcceptedFields += field.WrongAccepted
	}
	if report.Slips > 0 {
		report.StraightThrough = float64(report.Accepted) / float64(report.Slips)
	}
	report.ECE = calibrationError(t.values)
	if report.Pages > 0 {
		report.CPUMillis = float64(cpu.Microseconds()) / 1000 / float64(report.Pages)
		for step := range report.StepMillis {
			report.StepMillis[step] /= float64(report.Pages)
		}
	}
	if report.CPUMillis > 0 {
		report.PagesPerSecond = 1000 / report.CPUMillis
	}
	for key, files := range t.asked {
		report.Asked = append(report.Asked, Ask{key.value, key.reason, files})
	}
	slices.SortFunc(report.Asked, func(a, b Ask) int {
		return cmp.Or(cmp.Compare(len(b.Files), len(a.Files)), cmp.Compare(a.Value, b.Value), cmp.Compare(a.Reason, b.Reason))
	})
	return report
}

// tallying is a report while it is counted.
type tallying struct {
	report Report
	values []accepted
	asked  map[ask][]string
}

type ask struct {
	value  slip.Value
	reason slip.Reason
}

func (t *tallying) sheet(r result) {
	inOrder := r.truth.Form != "" && (r.truth.Expect == truth.Accept || r.truth.Expect == truth.Any)
	if inOrder {
		t.report.Slips++
	}
	for step, took := range r.steps {
		t.report.StepMillis[step] += float64(took.Microseconds()) / 1000
	}
	whole := false
	for i, decision := range r.decisions {
		t.report.Pages++
		wrong := t.fields(r.truth, i+1, decision)
		if decision.Outcome != slip.Accepted {
			if inOrder {
				t.reasons(r.truth.File, decision)
			}
			continue
		}
		whole = true
		if !inOrder {
			t.report.Wrong = append(t.report.Wrong, Fault{File: r.truth.File, Page: i + 1})
		}
		if wrong || !inOrder {
			t.report.WrongAcceptedSlips++
		}
	}
	if whole && inOrder {
		t.report.Accepted++
	}
}

// fields counts the values of one page. It reports whether a wrong one was
// accepted.
func (t *tallying) fields(sheet truth.Sheet, page int, decision slip.Decision) bool {
	wrong := false
	for value, decided := range decision.Fields {
		want, has := sheet.Fields[value]
		right := has && same(value, decided.Value, want)
		field := t.report.Fields[value]
		if has && right {
			field.Exact++
		}
		if decided.Outcome == slip.Accepted {
			field.Accepted++
			t.values = append(t.values, accepted{decided.P, right})
			if !right {
				field.WrongAccepted++
				wrong = true
				t.report.Wrong = append(t.report.Wrong, Fault{sheet.File, page, value})
			}
		}
		t.report.Fields[value] = field
	}
	for value := range sheet.Fields {
		field := t.report.Fields[value]
		field.N++
		t.report.Fields[value] = field
	}
	return wrong
}

// same compares a value with the truth. Manufacturers have several spellings.
func same(value slip.Value, got, want string) bool {
	return got == want || value == slip.Manufacturer && slip.SameManufacturer(got, want)
}

// reasons notes why a slip was not accepted.
func (t *tallying) reasons(file string, decision slip.Decision) {
	explained := map[slip.Reason]bool{}
	for value, decided := range decision.Fields {
		if decided.Outcome == slip.Accepted || !decided.Required {
			continue
		}
		for _, reason := range decided.Reasons {
			explained[reason] = true
			key := ask{value, reason}
			t.asked[key] = append(t.asked[key], file)
		}
	}
	for _, reason := range decision.Reasons {
		if !explained[reason] {
			key := ask{reason: reason}
			t.asked[key] = append(t.asked[key], file)
		}
	}
}

// bins is how many groups of equal size the calibration error is taken over.
const bins = 15

// calibrationError is the mean distance, weighted by size, between what was
// promised and what came true, over groups of equal count ordered by
// probability.
func calibrationError(values []accepted) float64 {
	if len(values) == 0 {
		return 0
	}
	slices.SortFunc(values, func(a, b accepted) int { return cmp.Compare(a.p, b.p) })
	total := 0.0
	for bin := range bins {
		from, to := bin*len(values)/bins, (bin+1)*len(values)/bins
		sum, right := 0.0, 0.0
		for _, value := range values[from:to] {
			sum += value.p
			if value.right {
				right++
			}
		}
		total += math.Abs(sum - right)
	}
	return total / float64(len(values))
}
