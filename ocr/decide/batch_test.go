package decide_test

import (
	"testing"

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
		if !(with.P > alone.P) {
			t.Errorf("%s: the day that fits is believed %v, alone %v", name, with.P, alone.P)
		}
		if ratio := (1 - alone.P) / (1 - with.P); ratio > 1.001/in.Policy.Shares.UnlikeBatch {
			t.Errorf("%s: the batch weighs %v, it is weak evidence", name, ratio)
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
