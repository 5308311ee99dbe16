package decide_test

import (
	"testing"

	"pgregory.net/rapid"

	"sesshu/ledger/slip"
	"sesshu/ocr/decide"
)

// twoDays is a slip whose date may be one of two days, the first far likelier.
func twoDays(t *testing.T, first, second string) decide.Input {
	in := ordinary(t)
	reading(t, &in, "vaccination_date").Candidates = []slip.Candidate{{Text: first, P: 0.996}, {Text: second, P: 0.004}}
	return in
}

func dateOf(t *testing.T, in decide.Input) slip.FieldDecision {
	t.Helper()
	return slipOf(t, in).Fields[slip.VaccinationDate]
}

func TestTheBatchIsWeakEvidence(t *testing.T) {
	alone := dateOf(t, twoDays(t, "2021-06-30", "2021-03-30"))
	for name, batch := range map[string]slip.BatchContext{
		"month":        {BatchDescription: slip.BatchDescription{Month: "2021-06"}},
		"month before": {BatchDescription: slip.BatchDescription{Month: "2021-07"}},
		"neighbours":   {Slips: 5, Shown: map[slip.Value]map[string]int{slip.VaccinationDate: {"2021-06-30": 2, "2021-06-29": 3}}},
	} {
		in := twoDays(t, "2021-06-30", "2021-03-30")
		in.Batch = batch
		with := dateOf(t, in)
		if with.P != alone.P || with.Outcome != alone.Outcome {
			t.Errorf("%s: the day that fits is %v with %v, alone %v with %v: the batch makes nothing surer", name, with.Outcome, with.P, alone.Outcome, alone.P)
		}
		odds := func(of slip.FieldDecision) float64 { return of.Candidates[0].P / of.Candidates[1].P }
		if gain := odds(with) / odds(alone); gain < 1.01 || gain > 1.001/in.Policy.Shares.UnlikeBatch {
			t.Errorf("%s: in the ranking the batch weighs %v, it is weak evidence", name, gain)
		}
		in = twoDays(t, "2021-03-30", "2021-06-30")
		in.Batch = batch
		if got := dateOf(t, in); got.Outcome == slip.Accepted || got.Value != "2021-03-30" {
			t.Errorf("%s: a day unlike the batch's is %+v", name, got)
		}
		decision := slipOf(t, in)
		if decision.Batch.Month != batch.Month || decision.Batch.Slips != batch.Slips {
			t.Errorf("%s: the decision does not keep what it used: %+v", name, decision.Batch)
		}
	}
}

// Calibration decides slips without their batch, so the batch may not accept what
// would be asked without it: in any context the same value is as sure, and what is
// accepted is accepted alone. Where it prefers a text that the prints do not, a
// person is asked.
func TestTheBatchAcceptsNothing(t *testing.T) {
	days := []string{"2021-06-30", "2021-03-30", "2021-06-20", "2021-05-30"}
	rapid.Check(t, func(r *rapid.T) {
		p := rapid.Float64Range(0.3, 1).Draw(r, "p")
		first, second := rapid.SampledFrom(days).Draw(r, "first"), rapid.SampledFrom(days).Draw(r, "second")
		in := twoDays(t, first, second)
		candidates := []slip.Candidate{{Text: first, P: p}}
		if first != second {
			candidates = append(candidates, slip.Candidate{Text: second, P: (1 - p) * rapid.Float64Range(0, 1).Draw(r, "rival")})
		}
		reading(t, &in, "vaccination_date").Candidates = candidates
		alone := dateOf(t, in)
		in.Batch.Month = rapid.SampledFrom([]string{"", "2021-04", "2021-06", "2021-07"}).Draw(r, "month")
		in.Batch.Slips = rapid.IntRange(0, 12).Draw(r, "slips")
		in.Batch.Shown = map[slip.Value]map[string]int{slip.VaccinationDate: rapid.MapOf(rapid.SampledFrom(days), rapid.IntRange(1, 6)).Draw(r, "shown")}
		in.Batch.FacilityCode = rapid.SampledFrom([]string{"", facility, "0415413269"}).Draw(r, "institution")
		with := dateOf(t, in)
		switch {
		case with.Value == alone.Value && (with.P != alone.P || with.Outcome != alone.Outcome):
			r.Fatalf("%s is %v with %v, alone %v with %v", with.Value, with.Outcome, with.P, alone.Outcome, alone.P)
		case with.Value != alone.Value && with.Outcome == slip.Accepted:
			r.Fatalf("the batch turns %s into %s, and it is accepted with %v", alone.Value, with.Value, with.P)
		}
	})
}

func TestFewNeighboursSayNothing(t *testing.T) {
	in := twoDays(t, "2021-06-30", "2021-03-30")
	alone := dateOf(t, in)
	in.Batch = slip.BatchContext{Slips: 4, Shown: map[slip.Value]map[string]int{slip.VaccinationDate: {"2021-03-30": 4}}}
	if with := dateOf(t, in); with.P != alone.P || with.Outcome != alone.Outcome {
		t.Errorf("four neighbours change %v to %v", alone.P, with.P)
	}
}

func TestNeighboursThatAllDifferSayNothing(t *testing.T) {
	in := twoDays(t, "2021-06-30", "2021-03-30")
	alone := dateOf(t, in)
	in.Batch = slip.BatchContext{Slips: 6, Shown: map[slip.Value]map[string]int{slip.VaccinationDate: {
		"2021-03-30": 1, "2021-04-02": 1, "2021-05-11": 1, "2021-05-12": 1, "2021-07-01": 2,
	}}}
	if with := dateOf(t, in); with.P != alone.P || with.Outcome != alone.Outcome {
		t.Errorf("six slips of five days change %v to %v", alone.P, with.P)
	}
}

func TestAnotherInstitutionThanTheBatchsIsStillReadable(t *testing.T) {
	in := ordinary(t)
	in.Batch.FacilityCode = "0415413269"
	if got := slipOf(t, in); got.Outcome != slip.Accepted || got.Fields[slip.FacilityCode].Value != facility {
		t.Errorf("a slip read clearly is %v for %v, because it lies in another institution's batch", got.Outcome, got.Reasons)
	}
	// The batch alone never makes a code: nothing was written.
	in = ordinary(t)
	in.Batch.FacilityCode = facility
	reading(t, &in, "facility_code").Candidates = nil
	reading(t, &in, "facility_code").Empty = 0.99
	if got := slipOf(t, in).Fields[slip.FacilityCode]; got.Outcome == slip.Accepted || got.Value != "" {
		t.Errorf("an empty code becomes %+v", got)
	}
}
