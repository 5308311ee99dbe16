package ocr

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestBoxesOfAFieldAreWeighedTogether(t *testing.T) {
	cases := map[string]struct {
		marked []float64
		first  [2]float64 // bounds of the first box's probability
		empty  [2]float64
	}{
		"one clear tick among six": {[]float64{0.995, 0.005, 0.005, 0.005, 0.005, 0.005}, [2]float64{0.999, 1}, [2]float64{0, 0.001}},
		"nothing":                  {[]float64{0.002, 0.002}, [2]float64{0, 0.05}, [2]float64{0.9, 1}},
		"two clear ticks":          {[]float64{0.995, 0.995}, [2]float64{0, 0.5}, [2]float64{0, 0.001}},
		"a tick and a smudge":      {[]float64{0.995, 0.3}, [2]float64{0.9, 0.998}, [2]float64{0, 0.001}},
		"certain and impossible":   {[]float64{1, 0}, [2]float64{0.999999, 1}, [2]float64{0, 1e-6}},
		"a single box":             {[]float64{0.99}, [2]float64{0.999, 1}, [2]float64{0, 0.001}},
	}
	for name, c := range cases {
		only, empty := onlyMarked(c.marked)
		if only[0] < c.first[0] || only[0] > c.first[1] || empty < c.empty[0] || empty > c.empty[1] {
			t.Errorf("%s: %v, empty %v", name, only, empty)
		}
	}
}

// A mark that looks less like one, or another that looks more like one, never makes
// an answer surer.
func TestMoreDoubtNeverHelpsABox(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		marked := rapid.SliceOfN(rapid.Float64Range(0, 1), 2, 8).Draw(t, "marked")
		only, empty := onlyMarked(marked)
		sum := empty
		for _, p := range only {
			sum += p
		}
		if math.IsNaN(sum) || sum < -1e-9 || sum > 1+1e-9 {
			t.Fatalf("sum %v", sum)
		}
		changed := append([]float64(nil), marked...)
		changed[0] *= rapid.Float64Range(0, 1).Draw(t, "less")
		other := rapid.IntRange(1, len(marked)-1).Draw(t, "other")
		changed[other] = max(changed[other], rapid.Float64Range(0, 1).Draw(t, "more"))
		if again, _ := onlyMarked(changed); again[0] > only[0]+1e-12 {
			t.Fatalf("%v gives %v, %v gives %v", marked, only[0], changed, again[0])
		}
	})
}
