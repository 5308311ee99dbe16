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

func TestCombineKeepsMass(t *testing.T) {
	list := rapid.Custom(func(r *rapid.T) []slip.Candidate {
		left := 1.0
		var candidates []slip.Candidate
		for _, text := range rapid.SliceOfDistinct(rapid.SampledFrom([]string{"a", "b", "c", "d"}), func(s string) string { return s }).Draw(r, "texts") {
			p := left * rapid.Float64Range(0, 1).Draw(r, "p")
			left -= p
			candidates = append(candidates, slip.Candidate{Text: text, P: p})
		}
		return candidates
	})
	rapid.Check(t, func(r *rapid.T) {
		first, second := list.Draw(r, "first"), list.Draw(r, "second")
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
