package decide

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"sesshu/ledger/slip"
)

func TestSteps(t *testing.T) {
	for _, example := range []struct {
		a, b string
		want int
	}{
		{"EY5422", "EY5422", 0}, {"EY5422", "EY5423", 1}, {"EY5422", "EY4522", 1}, {"EY5422", "EY542", 1}, {"EY542", "EY5422", 1},
		{"EY5422", "Y5422", 1}, {"EY5422", "FA5422", 2}, {"EY5422", "EY5", 2}, {"", "A", 1}, {"", "", 0}, {"1234", "3412", 2}, {"1231", "3211", 2},
	} {
		if got := steps(example.a, example.b); got != example.want {
			t.Errorf("%q and %q are %d steps apart, want %d", example.a, example.b, got, example.want)
		}
	}
}

// Every code that passes the check digit and differs in two places is listed,
// and nothing else.
func TestTwoStepsListsAllNeighbours(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		body := rapid.StringMatching(`(04|13|40)1[0-9]{6}`).Draw(t, "body")
		digit, _ := slip.FacilityCheckDigit(body)
		code := body + string(digit)
		near := twoSteps(code)
		changed := []byte(code)
		i, k := rapid.IntRange(0, 8).Draw(t, "i"), rapid.IntRange(0, 9).Draw(t, "k")
		changed[i] = byte('0' + rapid.IntRange(0, 9).Draw(t, "digit"))
		changed[k] = byte('0' + rapid.IntRange(0, 9).Draw(t, "other"))
		text := string(changed)
		check, ok := slip.FacilityCheckDigit(text[:9])
		if text != code && ok && check == text[9] && !slices.Contains(near, text) {
			t.Fatalf("%s is missing among the neighbours of %s", text, code)
		}
		for _, text := range near {
			differ := 0
			for i := range text {
				if text[i] != code[i] {
					differ++
				}
			}
			if check, ok := slip.FacilityCheckDigit(text[:9]); !ok || check != text[9] || differ == 0 || differ > 2 {
				t.Fatalf("%s is listed as a neighbour of %s", text, code)
			}
		}
	})
}

// Two readers of one place: agreement is worth the surer of them, doubt of one
// halves the other, and no text gains when a reader's probability for it falls.
func TestCombineReaders(t *testing.T) {
	both := combine([][]text{{{"1", 0.9}}, {{"1", 0.99}}})
	if both[0] != (text{"1", 0.99}) {
		t.Errorf("two readers that agree give %v", both)
	}
	split := combine([][]text{{{"1", 0.9}}, {{"4", 0.9}}})
	if len(split) != 2 || split[0].p > 0.5 {
		t.Errorf("two readers that differ give %v", split)
	}
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) []text {
			first := rapid.Float64Range(0, 1).Draw(t, name)
			return []text{{"1", first}, {"4", (1 - first) * rapid.Float64Range(0, 1).Draw(t, name)}}
		}
		a, b := draw("a"), draw("b")
		before := pOf(combine([][]text{slices.Clone(a), slices.Clone(b)}), "1")
		a[0].p *= rapid.Float64Range(0, 1).Draw(t, "factor")
		if after := pOf(combine([][]text{a, b}), "1"); after > before {
			t.Fatalf("a doubt raised the probability from %g to %g", before, after)
		}
	})
}
