package decide_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"sesshu/ledger/slip"
	"sesshu/ocr/decide"
)

// texts are what a reader may see in each place: what is there, near misses,
// other possible values, nonsense.
var texts = map[string][]string{
	"ocr_line":              {"21" + city + number, "22" + city + number, "21" + city + "0000123457", "21" + city + "0000400000", "11" + city + number, "21011002" + number, "2104100", "21" + city + "0000123465"},
	"qr":                    {"21" + city + number, "21" + city + "0000123457", "22" + city + number},
	"barcode":               {number, "0000123457", "0000123466", "0000400001", "12"},
	"ticket_number_printed": {number, "0000123457", "0000900000", "000012345", "0000400000"},
	"birth_date":            {person, "1971-01-31", "1950-01-01", "昭和35年5月17日", "1960-05-11", "x"},
	"consent":               {"yes", "no"},
	"sticker/lot_number":    {"EP2163", "EP2168", "EY5422", "EY5423", "EP2I63", "3004667", "??"},
	"sticker/manufacturer":  {"ファイザー", "コミナティ筋注", "モデルナ", "筋注"},
	"amount":                {"0.3", "0.5", "0.8"},
	"facility_code":         {facility, "0415413269", "0418010147", "0418010179", "9999999999"},
	"vaccination_date":      {"2021-06-30", "2021-06-20", "2021-03-04", "2021-07-11", "2021-06-31", "2027-06-30"},
}

// anySlip draws a slip that is read well but for a few places, where anything
// may be seen: slips on the edge of acceptance are common.
func anySlip(t *rapid.T, in decide.Input) decide.Input {
	in.Page.Readings = slices.Clone(in.Page.Readings)
	for range rapid.IntRange(0, 4).Draw(t, "places") {
		reading := &in.Page.Readings[rapid.IntRange(0, len(in.Page.Readings)-1).Draw(t, "place")]
		switch rapid.IntRange(0, 3).Draw(t, "kind") {
		case 0:
			reading.Candidates = nil
		case 1:
			reading.Candidates = []slip.Candidate{{Text: texts[reading.Field][0], P: probabilityOf(t)}}
		default:
			choices := rapid.Permutation(texts[reading.Field]).Draw(t, "texts")
			choices = choices[:rapid.IntRange(1, len(choices)).Draw(t, "count")]
			left := 1.0
			reading.Candidates = nil
			for _, text := range choices {
				p := left * probabilityOf(t)
				left -= p
				reading.Candidates = append(reading.Candidates, slip.Candidate{Text: text, P: p})
			}
		}
	}
	in.Page.Registration.Residual = rapid.SampledFrom([]float64{0.1, 0.1, 0.1, 0.1, 0.9}).Draw(t, "residual")
	return in
}

func probabilityOf(t *rapid.T) float64 {
	return rapid.SampledFrom([]float64{0.05, 0.3, 0.5, 0.8, 0.95, 0.98, 0.99, 0.995, 0.9999, 0.99999, 1}).Draw(t, "p")
}

// doubt makes one thing about a slip more doubtful.
func doubt(t *rapid.T, in decide.Input) decide.Input {
	in.Page.Readings = slices.Clone(in.Page.Readings)
	at := rapid.IntRange(0, len(in.Page.Readings)-1).Draw(t, "at")
	reading := &in.Page.Readings[at]
	switch kind := rapid.IntRange(0, 9).Draw(t, "doubt"); {
	case kind == 0:
		in.Page.Registration.Residual += rapid.Float64Range(0, 2).Draw(t, "more")
	case kind == 1:
		in.Page.Registration.Coverage -= rapid.Float64Range(0, 0.9).Draw(t, "less")
	case kind == 2:
		in.Page.Readings = slices.Delete(in.Page.Readings, at, at+1)
	case len(reading.Candidates) > 0:
		reading.Candidates = slices.Clone(reading.Candidates)
		which := rapid.IntRange(0, len(reading.Candidates)-1).Draw(t, "which")
		reading.Candidates[which].P *= rapid.SampledFrom([]float64{0, 0.01, 0.5, 0.9, 0.999}).Draw(t, "factor")
	}
	return in
}

// More doubt never turns "ask" into "accept": neither for the slip nor for one
// of its values, with the same text.
func TestMoreDoubtNeverAccepts(t *testing.T) {
	base := ordinary(t)
	accepted, asked := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		in := anySlip(rt, base)
		before := slipOf(t, in)
		more := doubt(rt, in)
		after := slipOf(t, more)
		if before.Outcome == slip.Accepted {
			accepted++
		} else {
			asked++
			if after.Outcome == slip.Accepted {
				rt.Fatalf("asked for %v, and accepted with more doubt", before.Reasons)
			}
		}
	})
	if accepted == 0 || asked == 0 {
		t.Errorf("%d slips were accepted and %d asked before: the test draws one kind only", accepted, asked)
	}
}

// A value that is accepted has a witness, no reason to ask, a probability that
// the policy takes, and its normal form.
func TestAcceptedMeansCertain(t *testing.T) {
	base := ordinary(t)
	rapid.Check(t, func(rt *rapid.T) {
		decision := slipOf(t, anySlip(rt, base))
		for value, field := range decision.Fields {
			if field.P < 0 || field.P > 1 || len(field.Candidates) > 5 {
				rt.Fatalf("%s has probability %g and %d candidates", value, field.P, len(field.Candidates))
			}
			if field.Outcome != slip.Accepted {
				if len(field.Reasons) == 0 && !slices.Contains(decision.Reasons, slip.ReasonRegistration) {
					rt.Fatalf("%s is asked for no reason", value)
				}
				continue
			}
			if 1-field.P > 0.01+1e-12 || len(field.Witnesses) == 0 || len(field.Reasons) > 0 {
				rt.Fatalf("%s is accepted with %+v", value, field)
			}
			if normal, err := slip.Normalise(value, field.Value); value != slip.Manufacturer && (err != nil || normal != field.Value) {
				rt.Fatalf("%s is accepted as %q, which is not in normal form", value, field.Value)
			}
		}
		if decision.Outcome != slip.Accepted && len(decision.Reasons) == 0 {
			rt.Fatalf("the slip is %v for no reason", decision.Outcome)
		}
	})
}
