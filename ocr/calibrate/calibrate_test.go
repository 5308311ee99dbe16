package calibrate_test

import (
	"context"
	"math/rand/v2"
	"testing"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
	"sesshu/ocr/calibrate"
	"sesshu/ocr/decide"
)

// Replayed over fresh slips a thousand times, the true error at the chosen
// threshold is within the bound in at least 95 of 100. The reader is
// wrong 0.4 (1-p) of the time when it says p.
func TestPromiseHoldsOnFreshSlips(t *testing.T) {
	const limit, slips, rounds = 0.003, 6000, 1000
	thresholds := calibrate.Thresholds()
	// The true risk at each threshold, over the scores' distribution.
	score := func(random *rand.Rand) (p, wrong float64) {
		p = 1 - 0.1*random.Float64()*random.Float64()*random.Float64()
		return p, (1 - p) * 0.4
	}
	risk := make([]float64, len(thresholds))
	random := rand.New(rand.NewPCG(1, 2))
	accepted := make([]float64, len(thresholds))
	for range 2_000_000 {
		p, wrong := score(random)
		for i, from := range thresholds {
			if p >= from {
				accepted[i]++
				risk[i] += wrong
			}
		}
	}
	for i := range risk {
		risk[i] /= accepted[i]
	}
	broken, useful := 0, 0
	for range rounds {
		counts := make([]calibrate.Count, len(thresholds))
		for range slips {
			p, wrong := score(random)
			mistaken := random.Float64() < wrong
			for i, from := range thresholds {
				if p >= from {
					counts[i].Accepted++
					if mistaken {
						counts[i].Wrong++
					}
				}
			}
		}
		chosen, shown := calibrate.Choose(counts, limit, 0.95)
		if shown && risk[chosen] > limit {
			broken++
		}
		if shown && thresholds[chosen] < 0.9999 {
			useful++
		}
	}
	if broken > rounds*5/100 {
		t.Errorf("the promise is broken in %d of %d rounds", broken, rounds)
	}
	if useful < rounds/2 {
		t.Errorf("a useful threshold is chosen in %d of %d rounds only", useful, rounds)
	}
	t.Logf("broken in %d, useful in %d of %d rounds", broken, useful, rounds)
}

func TestChoose(t *testing.T) {
	for name, example := range map[string]struct {
		counts []calibrate.Count
		want   int
		shown  bool
	}{
		"too few":              {[]calibrate.Count{{Accepted: 10}, {Accepted: 20}}, 0, false},
		"starts where it can":  {[]calibrate.Count{{Accepted: 10}, {Accepted: 400}, {Accepted: 500, Wrong: 9}}, 1, true},
		"stops at the first":   {[]calibrate.Count{{Accepted: 400}, {Accepted: 500, Wrong: 9}, {Accepted: 90000, Wrong: 9}}, 0, true},
		"wrong from the start": {[]calibrate.Count{{Accepted: 400, Wrong: 5}, {Accepted: 90000, Wrong: 5}}, 0, false},
		"goes to the end":      {[]calibrate.Count{{Accepted: 400}, {Accepted: 500}, {Accepted: 700, Wrong: 1}}, 2, true},
	} {
		if got, shown := calibrate.Choose(example.counts, 0.01, 0.95); got != example.want || shown != example.shown {
			t.Errorf("%s: chose %d (%v), want %d (%v)", name, got, shown, example.want, example.shown)
		}
	}
}

const definition = `
form test
size 210 297
blank blank.png
kind routine
field date
  type date
  box 10 10 50 10
  gives vaccination_date
value vaccination_date
  required
`

// A reader that is always right but says 0.99 is accepted from there, once
// enough slips show it; one that errs is not, and few slips show nothing.
func TestPolicyLearnsFromSlips(t *testing.T) {
	test, err := form.Parse("test/form.txt", []byte(definition))
	if err != nil {
		t.Fatal(err)
	}
	policy := decide.DefaultPolicy()
	policy.ErrorBound.Default = 0.01
	slips := func(count, wrong int) []calibrate.Slip {
		var slips []calibrate.Slip
		for i := range count {
			text := "2021-06-30"
			if i < wrong {
				text = "2021-06-20"
			}
			slips = append(slips, calibrate.Slip{
				Form: test, Truth: map[slip.Value]string{slip.VaccinationDate: "2021-06-30"},
				Page: slip.PageReading{
					SHA256: slip.HashOf(nil), Registration: slip.Registration{Form: "test", Coverage: 1},
					Readings: []slip.Reading{{Field: "date", Candidates: []slip.Candidate{{Text: text, P: 0.991}}}},
				},
			})
		}
		return slips
	}
	for name, example := range map[string]struct {
		count, wrong int
		from         float64
	}{"enough": {400, 0, 0.95}, "few": {100, 0, 0}, "wrong": {400, 10, 0}} {
		result, err := calibrate.Policy(context.Background(), calibrate.Config{Slips: slips(example.count, example.wrong), Policy: policy})
		if err != nil {
			t.Fatal(err)
		}
		learned, promises := result.Policy, result.Promises
		promise := promises[slip.VaccinationDate]
		if promise.From != example.from || learned.AcceptFrom[slip.VaccinationDate] != example.from || promise.Kept != (example.from > 0) {
			t.Errorf("%s: learned %v, promised %+v", name, learned.AcceptFrom, promise)
		}
		if learned.Hash.IsZero() || learned.Hash == policy.Hash || learned.Hash != slip.HashOf(result.Text) || len(promises) != 1 {
			t.Errorf("%s: the policy has no hash of its own, or %d promises", name, len(promises))
		}
	}
}
