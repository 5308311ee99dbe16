package drift_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"sesshu/ledger/slip"
	"sesshu/ocr/decide"
	"sesshu/ocr/drift"
)

const formName = "test"

// bands are those of a calibration on 2,000 slips: 90 % accepted, 1 % disagreeing.
func bands() []decide.Band {
	return []decide.Band{
		{Form: formName, Value: slip.LotNumber, Pages: 2000, Accepted: 1800, Disagreed: 20},
		{Form: formName, Value: slip.VaccinationDate, Pages: 2000, Accepted: 1000, Disagreed: 0},
	}
}

// stream draws decisions with these rates of acceptance and disagreement of the
// lot; the date stays as promised.
func stream(random *rand.Rand, accepted, disagreed float64) slip.Decision {
	lot, date := slip.FieldDecision{Value: "EY5422"}, slip.FieldDecision{Value: "2021-06-30"}
	if random.Float64() < accepted {
		lot.Outcome = slip.Accepted
	} else {
		lot.Reasons = []slip.Reason{slip.ReasonUncertain}
	}
	if random.Float64() < disagreed {
		lot.Witnesses = []slip.Witness{{Source: slip.SourceSticker, Text: "EY5422", P: 0.9}, {Source: slip.SourceBarcode, Text: "EY5423", P: 0.9}}
	}
	if random.Float64() < 0.5 {
		date.Outcome = slip.Accepted
	}
	return slip.Decision{Fields: map[slip.Value]slip.FieldDecision{slip.LotNumber: lot, slip.VaccinationDate: date}}
}

// until returns after how many pages the first alarm came; 0 for none.
func until(watch *drift.Watch, pages int, next func() slip.Decision) (int, []drift.Alarm) {
	for n := 1; n <= pages; n++ {
		if alarms := watch.Observe(formName, next()); len(alarms) > 0 {
			return n, alarms
		}
	}
	return 0, nil
}

// The stated rate of false alarms holds at the very edge of the band, where it
// is hardest: 300 streams that sit on it, of as many pages as may pass between
// two alarms, raise at most as many alarms as that says.
func TestFalseAlarmsStayRare(t *testing.T) {
	const pages, streams = 3000, 300
	config := drift.Config{FalseAlarmPages: pages, Slack: 0.03}
	alarms := 0
	random := rand.New(rand.NewPCG(1, 1))
	for range streams {
		watch := drift.New(bands(), config)
		// 90 % accepted in calibration is at least 87.7 % and, with the slack, 84.7 %.
		if n, _ := until(watch, pages, func() slip.Decision { return stream(random, 0.848, 0.01) }); n > 0 {
			alarms++
		}
	}
	t.Logf("%d of %d streams alarmed falsely", alarms, streams)
	if alarms > streams/2 {
		t.Errorf("%d of %d streams alarmed within the pages that may pass between two", alarms, streams)
	}
}

// A stream as promised raises no alarm in 200,000 pages; gross changes are
// noticed within a stack, slight ones within some hundred slips.
func TestDriftIsNoticed(t *testing.T) {
	for name, example := range map[string]struct {
		accepted, disagreed float64
		within              int
		measure             drift.Measure
	}{
		"as promised":        {0.90, 0.01, 0, ""},
		"half":               {0.50, 0.01, 120, drift.AcceptanceLow},
		"none":               {0, 0.01, 25, drift.AcceptanceLow},
		"a quarter fewer":    {0.68, 0.01, 400, drift.AcceptanceLow},
		"suspiciously many":  {1, 0.01, 700, drift.AcceptanceHigh},
		"witnesses disagree": {0.90, 0.25, 300, drift.DisagreementHigh},
	} {
		t.Run(name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(2, 3))
			pages := 200_000
			if example.within > 0 {
				pages = 5000
			}
			watch := drift.New(bands(), drift.Config{})
			// Some thousand pages as promised do not blunt it.
			if n, alarms := until(watch, 4000, func() slip.Decision { return stream(random, 0.9, 0.01) }); n > 0 {
				t.Fatalf("false alarm at page %d: %v", n, alarms)
			}
			n, alarms := until(watch, pages, func() slip.Decision { return stream(random, example.accepted, example.disagreed) })
			if example.within == 0 {
				if n > 0 {
					t.Errorf("false alarm at page %d: %v", n, alarms)
				}
				return
			}
			t.Logf("noticed after %d pages", n)
			if n == 0 || n > example.within {
				t.Fatalf("noticed after %d pages, want within %d", n, example.within)
			}
			if len(alarms) != 1 || alarms[0].Value != slip.LotNumber || alarms[0].Measure != example.measure || alarms[0].Page != 4000+n {
				t.Errorf("alarms %+v", alarms)
			}
			if !slices.Equal(watch.Alarms(), alarms) {
				t.Errorf("the watch keeps %v", watch.Alarms())
			}
		})
	}
}

// Other forms, values without a band and pages without fields say nothing.
func TestWhatSaysNothing(t *testing.T) {
	watch := drift.New(bands(), drift.Config{})
	for range 500 {
		for _, alarms := range [][]drift.Alarm{
			watch.Observe("other", slip.Decision{Fields: map[slip.Value]slip.FieldDecision{slip.LotNumber: {}}}),
			watch.Observe(formName, slip.Decision{Fields: map[slip.Value]slip.FieldDecision{slip.Dose: {}}}),
			watch.Observe(formName, slip.Decision{}),
		} {
			if len(alarms) > 0 {
				t.Fatalf("alarms %v", alarms)
			}
		}
	}
	if drift.New(nil, drift.Config{}).Watching() || !watch.Watching() {
		t.Error("a watch without bands watches, or one with bands does not")
	}
}

// The same decisions give the same alarms, whatever they are.
func TestWatchIsPure(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		rate := rapid.Float64Range(0, 1).Draw(t, "rate")
		decisions := make([]slip.Decision, 200)
		for i := range decisions {
			decisions[i] = stream(random, rate, 1-rate)
		}
		first, second := drift.New(bands(), drift.Config{}), drift.New(bands(), drift.Config{})
		for _, decision := range decisions {
			if a, b := first.Observe(formName, decision), second.Observe(formName, decision); !slices.Equal(a, b) {
				t.Fatalf("%v, then %v", a, b)
			}
		}
	})
}

func TestAcceptedAndDisagreed(t *testing.T) {
	for name, example := range map[string]struct {
		value               slip.Value
		field               slip.FieldDecision
		accepted, disagreed bool
	}{
		"accepted":           {slip.Dose, slip.FieldDecision{Value: "1", Outcome: slip.Accepted}, true, false},
		"asked for drift":    {slip.Dose, slip.FieldDecision{Value: "1", Reasons: []slip.Reason{slip.ReasonDrift}}, true, false},
		"uncertain too":      {slip.Dose, slip.FieldDecision{Value: "1", Reasons: []slip.Reason{slip.ReasonUncertain, slip.ReasonDrift}}, false, false},
		"nothing read":       {slip.Dose, slip.FieldDecision{Reasons: []slip.Reason{slip.ReasonDrift}}, false, false},
		"contradiction":      {slip.Dose, slip.FieldDecision{Value: "1", Reasons: []slip.Reason{slip.ReasonContradiction}}, false, true},
		"doubtful witness":   {slip.Dose, slip.FieldDecision{Witnesses: []slip.Witness{{Text: "1", P: 0.9}, {Text: "2", P: 0.4}}}, false, false},
		"two witnesses":      {slip.Dose, slip.FieldDecision{Witnesses: []slip.Witness{{Text: "1", P: 0.9}, {Text: "2", P: 0.6}}}, false, true},
		"one in two scripts": {slip.Manufacturer, slip.FieldDecision{Witnesses: []slip.Witness{{Text: "ファイザー", P: 0.9}, {Text: "Pfizer", P: 0.9}}}, false, false},
	} {
		if got := drift.Accepted(example.field); got != example.accepted {
			t.Errorf("%s: accepted %v", name, got)
		}
		if got := drift.Disagreed(example.value, example.field); got != example.disagreed {
			t.Errorf("%s: disagreed %v", name, got)
		}
	}
}

// record is a ledger's pages, as far as a guard sees them.
type record struct {
	rows []drift.Decided
	err  error
}

func (r *record) decisions(_ context.Context, after int64, limit int) ([]drift.Decided, error) {
	var found []drift.Decided
	for _, row := range r.rows {
		if row.Row > after && len(found) < limit {
			found = append(found, row)
		}
	}
	return found, r.err
}

func (r *record) last(context.Context) (int64, error) {
	if len(r.rows) == 0 {
		return 0, r.err
	}
	return r.rows[len(r.rows)-1].Row, r.err
}

func calibrated(t *testing.T, note string) decide.Policy {
	t.Helper()
	policy := decide.DefaultPolicy()
	policy.Note = note
	policy.Calibrated = &decide.Calibration{Readers: map[string]string{"line": "1"}, Confidence: 0.95, Bands: bands()}
	text, err := policy.Text()
	if err != nil {
		t.Fatal(err)
	}
	if policy, err = decide.ParsePolicy(text); err != nil {
		t.Fatal(err)
	}
	return policy
}

// add records pages that were decided under a policy, two a sheet.
func (r *record) add(policy decide.Policy, pages int, rate float64, random *rand.Rand) {
	for i := range pages {
		decision := stream(random, rate, 0.01)
		decision.PolicyHash, decision.PolicyBase = policy.Hash, policy.Base
		for value, field := range decision.Fields {
			if slices.Contains(policy.Tightened[formName], value) {
				field.Outcome, field.Reasons = slip.NeedsReview, append(slices.Clone(field.Reasons), slip.ReasonDrift)
				decision.Fields[value] = field
			}
		}
		r.rows = append(r.rows, drift.Decided{Row: int64(len(r.rows)/2 + 1), Page: i%2 + 1, Form: formName, Decision: decision})
	}
}

// A guard tightens the policy once the stream left its band, comes back to it
// after a restart however long ago that was, and starts anew under another policy.
func TestGuardTightensAndRemembers(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 5))
	ledger, policy := &record{}, calibrated(t, "")
	guard := func(policy decide.Policy) *drift.Guard {
		t.Helper()
		g := drift.NewGuard(drift.GuardConfig{Policy: policy, Bands: bands(), Decisions: ledger.decisions, Last: ledger.last})
		if err := g.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		return g
	}
	first := guard(policy)
	ledger.add(policy, 1501, 0.9, random)
	if err := first.Look(t.Context()); err != nil || first.Policy().Hash != policy.Hash || len(first.Alarms()) != 0 {
		t.Fatalf("a stream as promised: %v, alarms %v", err, first.Alarms())
	}
	ledger.add(policy, 301, 0.3, random)
	if err := first.Look(t.Context()); err != nil {
		t.Fatal(err)
	}
	tightened := first.Policy()
	if tightened.Hash == policy.Hash || tightened.Base != policy.Hash || !slices.Equal(tightened.Tightened[formName], []slip.Value{slip.LotNumber}) {
		t.Fatalf("the policy in force is tightened by %v", tightened.Tightened)
	}
	alarms := first.Alarms()
	if len(alarms) != 1 || alarms[0].Measure != drift.AcceptanceLow {
		t.Fatalf("alarms %v", alarms)
	}
	if again := guard(policy).Policy(); again.Hash != tightened.Hash {
		t.Error("a restarted guard comes to another policy")
	}
	// Long after, with the stream as promised again and the beginning out of sight.
	ledger.add(tightened, 12_000, 0.9, random)
	if again := guard(policy).Policy(); again.Hash != tightened.Hash {
		t.Error("a guard that was restarted late has forgotten")
	}
	other := calibrated(t, "the scanner's glass was cleaned")
	if again := guard(other); again.Policy().Hash != other.Hash || len(again.Alarms()) != 0 {
		t.Error("another policy does not start anew")
	}
}

func TestGuardReportsTheLedgersFault(t *testing.T) {
	broken := &record{err: errors.New("broken")}
	g := drift.NewGuard(drift.GuardConfig{Policy: calibrated(t, ""), Bands: bands(), Decisions: broken.decisions, Last: broken.last})
	if err := g.Start(t.Context()); !errors.Is(err, broken.err) {
		t.Errorf("the error is %v", err)
	}
	// A policy that nobody calibrated needs no ledger.
	g = drift.NewGuard(drift.GuardConfig{Policy: decide.DefaultPolicy(), Decisions: broken.decisions, Last: broken.last})
	if err := g.Start(t.Context()); err != nil {
		t.Error(err)
	}
}
