package bound_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"sesshu/ocr/bound"
)

// Published and textbook values: the rule of three's exact form, and the limits
// of Clopper and Pearson's tables (one side of the two-sided 95 % interval is a
// one-sided bound at 97.5 %).
func TestKnownBounds(t *testing.T) {
	for _, example := range []struct {
		wrong, n   int
		confidence float64
		want       float64
	}{
		{0, 10, 0.975, 0.3085}, {1, 10, 0.975, 0.4450}, {2, 10, 0.975, 0.5561}, {5, 10, 0.975, 0.8129}, {9, 10, 0.975, 0.9975},
		{0, 20, 0.975, 0.1684}, {1, 20, 0.975, 0.2487}, {10, 20, 0.975, 0.7280}, {1, 100, 0.975, 0.0545}, {5, 100, 0.975, 0.1128},
		{0, 10, 0.95, 0.2589}, {1, 10, 0.95, 0.3942}, {0, 29956, 0.95, 1.0000e-4}, {1, 47437, 0.95, 1.0000e-4}, {2, 62956, 0.95, 1.0000e-4},
		{0, 0, 0.95, 1}, {3, 3, 0.95, 1},
	} {
		if got := bound.Upper(example.wrong, example.n, example.confidence); math.Abs(got-example.want) > 5e-4*max(example.want, 1e-1) && math.Abs(got/example.want-1) > 1e-3 {
			t.Errorf("the bound for %d of %d at %g is %g, want %g", example.wrong, example.n, example.confidence, got, example.want)
		}
	}
	if got := bound.Lower(5, 10, 0.975); math.Abs(got-0.1871) > 1e-4 {
		t.Errorf("the lower bound for 5 of 10 is %g, want 0.1871", got)
	}
}

// At the bound, seeing so few errors has exactly the probability that the
// confidence leaves: checked against the binomial sum itself.
func TestBoundInvertsTheBinomial(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 3000).Draw(t, "n")
		wrong := rapid.IntRange(0, min(n-1, 40)).Draw(t, "wrong")
		confidence := rapid.Float64Range(0.5, 0.999).Draw(t, "confidence")
		share := bound.Upper(wrong, n, confidence)
		if share <= float64(wrong)/float64(n)-1e-12 || share > 1 {
			t.Fatalf("the bound for %d of %d at %g is %g", wrong, n, confidence, share)
		}
		sum := 0.0
		for k := range wrong + 1 {
			sum += math.Exp(logChoose(n, k) + float64(k)*math.Log(share) + float64(n-k)*math.Log1p(-share))
		}
		if math.Abs(sum-(1-confidence)) > 1e-9 {
			t.Fatalf("at the bound for %d of %d at %g the chance is %g", wrong, n, confidence, sum)
		}
		if more := bound.Upper(wrong+1, n, confidence); more < share {
			t.Fatalf("one more error lowers the bound from %g to %g", share, more)
		}
	})
}

func logChoose(n, k int) float64 {
	a, _ := math.Lgamma(float64(n + 1))
	b, _ := math.Lgamma(float64(k + 1))
	c, _ := math.Lgamma(float64(n - k + 1))
	return a - b - c
}
