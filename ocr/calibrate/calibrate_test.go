package calibrate_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
	"sesshu/ocr/calibrate"
	"sesshu/ocr/decide"
)

// population is a stream of scores: how sure the reader is of a slip, and how
// probably it is wrong there.
type population func(random *rand.Rand) (p, wrong float64)

// Replayed over fresh slips a thousand times, the true error at the chosen
// threshold is within the bound in at least 95 of 100, whether the readers'
// probabilities mean what they say, flatter or say nothing at all.
func TestPromiseHoldsOnFreshSlips(t *testing.T) {
	sure := func(random *rand.Rand) float64 { return 1 - 0.1*random.Float64()*random.Float64()*random.Float64() }
	for name, example := range map[string]struct {
		scores population
		useful int // rounds in which a threshold below the strictest ones is shown, at least
	}{
		"careful":                            {func(random *rand.Rand) (float64, float64) { p := sure(random); return p, (1 - p) * 0.4 }, 500},
		"calibrated":                         {func(random *rand.Rand) (float64, float64) { p := sure(random); return p, 1 - p }, 250},
		"flattering":                         {func(random *rand.Rand) (float64, float64) { p := sure(random); return p, min(1, (1-p)*4) }, 0},
		"saying nothing, wrong at the bound": {func(random *rand.Rand) (float64, float64) { return sure(random), 0.0031 }, 0},
		"surest where it is wrong":           {func(random *rand.Rand) (float64, float64) { p := sure(random); return p, 0.0045 * p * p * p }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			replayFresh(t, example.scores, example.useful)
		})
	}
}

func replayFresh(t *testing.T, scores population, atLeast int) {
	t.Helper()
	const limit, slips, rounds = 0.003, 6000, 1000
	thresholds := calibrate.Thresholds()
	random := rand.New(rand.NewPCG(1, 2))
	accepted, risk := make([]float64, len(thresholds)), make([]float64, len(thresholds))
	for range 2_000_000 {
		p, wrong := scores(random)
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
			p, wrong := scores(random)
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
	t.Logf("broken in %d, useful in %d of %d rounds", broken, useful, rounds)
	if broken > rounds*5/100 {
		t.Errorf("the promise is broken in %d of %d rounds", broken, rounds)
	}
	if useful < atLeast {
		t.Errorf("a useful threshold is chosen in %d of %d rounds only", useful, rounds)
	}
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

// slips are pages on which a reader says a date with probability p, some wrong.
func slips(t *testing.T, count, wrong int, p float64) []calibrate.Slip {
	t.Helper()
	test, err := form.Parse("test/form.txt", []byte(definition))
	if err != nil {
		t.Fatal(err)
	}
	slips := make([]calibrate.Slip, 0, count)
	for i := range count {
		text := "2021-06-30"
		if i < wrong {
			text = "2021-06-20"
		}
		slips = append(slips, calibrate.Slip{
			Form: test, Truth: map[slip.Value]string{slip.VaccinationDate: "2021-06-30"},
			Page: slip.PageReading{
				SHA256: slip.HashOf([]byte(strconv.Itoa(i))), Page: 1, Registration: slip.Registration{Form: "test", Coverage: 1},
				Readings: []slip.Reading{{Field: "date", Candidates: []slip.Candidate{{Text: text, P: p}}}},
			},
		})
	}
	return slips
}

// A reader that is always right but says 0.99 is accepted from there, once
// enough slips show it; one that errs is not, and few slips show nothing.
func TestPolicyLearnsFromSlips(t *testing.T) {
	policy := decide.DefaultPolicy()
	policy.ErrorBound.Default = 0.01
	readers := map[string]string{"digits": "digits-1"}
	for name, example := range map[string]struct {
		count, wrong  int
		from          float64 // promised
		threshold     float64
		asked, within bool
	}{
		"enough": {400, 0, 0.95, 0.95, false, true},
		"few":    {100, 0, 0, 0.9999, false, false},
		"some":   {400, 6, 0, 0.9999, false, false},
		"wrong":  {400, 20, 0, 0.9999, false, false}, // said with 0.991 only, so nothing is shown of 0.9999
	} {
		result, err := calibrate.Policy(t.Context(), calibrate.Config{Slips: slips(t, example.count, example.wrong, 0.991), Policy: policy, Readers: readers})
		if err != nil {
			t.Fatal(err)
		}
		learned := result.Policy
		promises := learned.Calibrated.Promises
		promise := promises[slip.VaccinationDate]
		if promise.From != example.from || learned.AcceptFrom[slip.VaccinationDate] != example.threshold || promise.Kept != example.within || promise.Refuted {
			t.Errorf("%s: learned %v, promised %+v", name, learned.AcceptFrom, promise)
		}
		if learned.Hash.IsZero() || learned.Hash == policy.Hash || learned.Hash != slip.HashOf(result.Text) || len(promises) != 1 {
			t.Errorf("%s: the policy has no hash of its own, or %d promises", name, len(promises))
		}
		band := learned.Calibrated.Bands
		accepted := 0
		if example.within {
			accepted = example.count
		}
		if len(band) != 1 || band[0] != (decide.Band{Form: "test", Value: slip.VaccinationDate, Pages: example.count, Accepted: accepted}) {
			t.Errorf("%s: bands %+v", name, band)
		}
		if err := learned.CheckReaders(readers); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What is shown to be wrong too often even where the reader is surest is asked.
func TestRefutedValueIsAlwaysAsked(t *testing.T) {
	policy := decide.DefaultPolicy()
	policy.ErrorBound.Default = 0.01
	policy.ConfidenceCap = 0.999995
	result, err := calibrate.Policy(t.Context(), calibrate.Config{
		Slips: slips(t, 400, 20, 0.99999), Policy: policy, Readers: map[string]string{"digits": "1"},
	})
	if err != nil {
		t.Fatal(err)
	}
	promise := result.Policy.Calibrated.Promises[slip.VaccinationDate]
	if !promise.Refuted || promise.Kept || promise.Wrong != 20 || !slices.Equal(result.Policy.AlwaysAsk, []slip.Value{slip.VaccinationDate}) {
		t.Errorf("promised %+v, always asked %v", promise, result.Policy.AlwaysAsk)
	}
}

func TestUnshown(t *testing.T) {
	policy := decide.DefaultPolicy()
	policy.AcceptFrom[slip.VaccinationDate] = 0.98
	for unshown, example := range map[calibrate.Unshown]struct {
		from            float64
		accepted, asked int
	}{calibrate.Strict: {0.9999, 0, 0}, calibrate.Keep: {0.98, 100, 0}, calibrate.Ask: {0.9999, 0, 1}} {
		result, err := calibrate.Policy(t.Context(), calibrate.Config{
			Slips: slips(t, 100, 0, 0.991), Policy: policy, Readers: map[string]string{"digits": "1"}, Unshown: unshown,
		})
		if err != nil {
			t.Fatal(err)
		}
		promise := result.Policy.Calibrated.Promises[slip.VaccinationDate]
		if promise.Kept || promise.Accepted != example.accepted || result.Policy.Threshold(slip.VaccinationDate) != example.from || len(result.Policy.AlwaysAsk) != example.asked {
			t.Errorf("%s: promised %+v, from %g, always asked %v", unshown, promise, result.Policy.Threshold(slip.VaccinationDate), result.Policy.AlwaysAsk)
		}
	}
}

// What a policy accepted from below the loosest threshold that is tried, and goes
// on accepting under Keep, is counted in its promise, and can refute it.
func TestKeepCountsAllThatItAccepts(t *testing.T) {
	policy := decide.DefaultPolicy()
	policy.ErrorBound.Default = 0.01
	policy.AcceptFrom[slip.VaccinationDate] = 0.90
	for wrong, refuted := range map[int]bool{3: false, 20: true} {
		result, err := calibrate.Policy(t.Context(), calibrate.Config{
			Slips: slips(t, 400, wrong, 0.92), Policy: policy, Readers: map[string]string{"digits": "1"}, Unshown: calibrate.Keep,
		})
		if err != nil {
			t.Fatal(err)
		}
		promise := result.Policy.Calibrated.Promises[slip.VaccinationDate]
		asked := slices.Contains(result.Policy.AlwaysAsk, slip.VaccinationDate)
		if promise.Accepted != 400 || promise.Wrong != wrong || promise.Kept || promise.Refuted != refuted || asked != refuted ||
			result.Policy.Threshold(slip.VaccinationDate) != 0.90 {
			t.Errorf("%d wrong of 400: promised %+v, always asked %v", wrong, promise, asked)
		}
	}
}

func TestFingerprint(t *testing.T) {
	dir := fstest.MapFS{
		"truth.jsonl": {Data: []byte(`{"file":"a.jpg","form":"test","expect":"accept","fields":{}}` + "\n")},
		"a.jpg":       {Data: []byte("a")},
	}
	data, err := new(calibrate.Folders).Fingerprint("one", dir)
	if err != nil || data.Sheets != 1 || data.Truth != slip.HashOf(dir["truth.jsonl"].Data) ||
		data.Images != slip.HashOf([]byte(slip.HashOf([]byte("a")).String()+" a.jpg\n")) {
		t.Errorf("fingerprint %+v, error %v", data, err)
	}
	dir["a.jpg"] = &fstest.MapFile{Data: []byte("b")}
	if other, err := new(calibrate.Folders).Fingerprint("one", dir); err != nil || other.Images == data.Images || other.Truth != data.Truth {
		t.Errorf("another image gives %+v (%v)", other, err)
	}
	delete(dir, "a.jpg")
	if _, err := new(calibrate.Folders).Fingerprint("one", dir); err == nil {
		t.Error("a missing image has a fingerprint")
	}
}

// A folder that is named twice, a copy of it under another name, and an image that
// stands twice in one folder would show a bound that the slips do not show.
func TestAnImageCountsOnce(t *testing.T) {
	line := func(file string) string {
		return `{"file":"` + file + `","form":"test","expect":"accept","fields":{}}` + "\n"
	}
	first := fstest.MapFS{"truth.jsonl": {Data: []byte(line("a.jpg"))}, "a.jpg": {Data: []byte("a")}}
	other := fstest.MapFS{"truth.jsonl": {Data: []byte(line("z.jpg"))}, "z.jpg": {Data: []byte("z")}}
	renamed := fstest.MapFS{"truth.jsonl": {Data: []byte(line("b.jpg"))}, "b.jpg": {Data: []byte("a")}}
	twice := fstest.MapFS{"truth.jsonl": {Data: []byte(line("c.jpg") + line("d.jpg"))}, "c.jpg": {Data: []byte("c")}, "d.jpg": {Data: []byte("c")}}

	var folders calibrate.Folders
	for name, dir := range map[string]fstest.MapFS{"first": first, "other": other} {
		if _, err := folders.Fingerprint(name, dir); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, dir := range map[string]fstest.MapFS{"again": first, "copy": renamed, "within": twice} {
		_, err := folders.Fingerprint(name, dir)
		if !errors.Is(err, calibrate.ErrRepeated) {
			t.Errorf("%s: %v, want ErrRepeated", name, err)
			continue
		}
		for _, want := range []string{name + "/", ".jpg and ", "二度"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v does not say %q", name, err, want)
			}
		}
	}
}

// Whoever hands pages to Policy without their folders is held to the same.
func TestPolicyRefusesAPageTwice(t *testing.T) {
	twice := slips(t, 200, 0, 0.991)
	twice = append(twice, twice...)
	_, err := calibrate.Policy(t.Context(), calibrate.Config{Slips: twice, Policy: decide.DefaultPolicy(), Readers: map[string]string{"digits": "1"}})
	if !errors.Is(err, calibrate.ErrRepeated) {
		t.Errorf("%v, want ErrRepeated", err)
	}
	second := slips(t, 200, 0, 0.991)
	for i := range second {
		second[i].Page.Page = 2 // of the same files: other pages are other slips
	}
	both := append(slips(t, 200, 0, 0.991), second...)
	if _, err := calibrate.Policy(t.Context(), calibrate.Config{Slips: both, Policy: decide.DefaultPolicy(), Readers: map[string]string{"digits": "1"}}); err != nil {
		t.Error(err)
	}
}
