package ocr

import (
	"testing"

	"pgregory.net/rapid"

	"sesshu/ledger/slip"
)

func TestCombine(t *testing.T) {
	sure := func(text string, p float64) []slip.Candidate { return []slip.Candidate{{Text: text, P: p}} }
	agreed := combine(sure("EY5422", 0.98), sure("EY5422", 0.97))
	if agreed[0].Text != "EY5422" || agreed[0].P < 0.99 || agreed[0].P > 0.9995 {
		t.Errorf("agreement gives %v, want surer than either and less than two witnesses", agreed)
	}
	for _, candidate := range combine(sure("EY5422", 0.98), sure("EY5423", 0.98)) {
		if candidate.P > 0.6 {
			t.Errorf("disagreement leaves %v", candidate)
		}
	}
	if alone := combine(sure("EY5422", 0.9), nil); len(alone) != 1 || alone[0].P != 0.9 {
		t.Errorf("a silent reader changed %v", alone)
	}
}

// candidates draws what a reader may list.
func candidates() *rapid.Generator[[]slip.Candidate] {
	return rapid.Custom(func(r *rapid.T) []slip.Candidate {
		left := 1.0
		var candidates []slip.Candidate
		for _, text := range rapid.SliceOfDistinct(rapid.SampledFrom([]string{"a", "b", "c", "d"}), func(s string) string { return s }).Draw(r, "texts") {
			p := left * rapid.Float64Range(0, 1).Draw(r, "p")
			left -= p
			candidates = append(candidates, slip.Candidate{Text: text, P: p})
		}
		return top(candidates)
	})
}

// An unfitted reader may make what the other says less sure, never surer; what it
// alone lists is next to impossible, whatever it says of it.
func TestDoubt(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		first, second := candidates().Draw(r, "first"), candidates().Draw(r, "second")
		doubted, combined := doubt(first, second), combine(first, second)
		for i, candidate := range doubted {
			said := probability(first, candidate.Text, 0)
			if candidate.P > max(said, unfittedMost) {
				r.Fatalf("%s becomes %g, was %g", candidate.Text, candidate.P, said)
			}
			if len(first) > 0 && candidate.Text == first[0].Text && candidate.P > probability(combined, candidate.Text, 0) {
				r.Fatalf("the other reader contradicts, and %s stays %g", candidate.Text, candidate.P)
			}
			if i > 0 && candidate.P > doubted[i-1].P {
				r.Fatalf("not best first: %v", doubted)
			}
		}
		for _, candidate := range first[min(1, len(first)):] { // a rival never loses
			if len(doubted) < maxCandidates && probability(doubted, candidate.Text, 0) < candidate.P {
				r.Fatalf("the rival %s is %v of %v", candidate.Text, doubted, first)
			}
		}
	})
}

func TestCombineKeepsMass(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		first, second := candidates().Draw(r, "first"), candidates().Draw(r, "second")
		sum := 0.0
		for _, candidate := range combine(first, second) {
			if candidate.P < 0 {
				r.Fatalf("negative probability: %v", candidate)
			}
			sum += candidate.P
		}
		if sum > 1+1e-9 {
			r.Fatalf("probabilities sum to %g", sum)
		}
	})
}
