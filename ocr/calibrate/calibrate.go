// Package calibrate chooses the probability from which each value is accepted,
// on labelled slips that no reader was fitted on, with a guarantee that holds
// for a finite number of them (learn, then test).
//
// A decision's probability is a careful lower bound made of readers' calibrated
// answers; how far it is from the truth can only be shown by slips. For each
// value, thresholds are tried from strict to loose. Each is a hypothesis, "from
// here on more than the bound is wrong", and is rejected when the upper bound of
// Clopper and Pearson says so; the first that is not rejected ends the sequence.
// Because the sequence is fixed before the labels are seen, the choice is paid
// for: with the stated confidence the true share of wrong acceptances at the
// chosen threshold is within the bound, for slips like those. The confidence is
// that of each value by itself, not of all of them together.
//
// Slips are decided here without the batch that they lay in. The service knows it,
// and ranks texts by it, but accepts by the prints alone (see package decide): so
// promises and bands hold for the service, too. A calibration on whole batches,
// each slip decided behind those in front of it, could let the batch help to accept.
package calibrate

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
	"sesshu/ocr/bound"
	"sesshu/ocr/decide"
)

// Slip is one labelled page.
type Slip struct {
	Form    *form.Form // that the page was registered to; nil when none fits
	Page    slip.PageReading
	Truth   map[slip.Value]string // empty when the page is no slip
	Masters decide.Masters        // the registers that the page is decided against
}

// Config says what to choose from.
type Config struct {
	Slips      []Slip
	ScanDay    time.Time
	Policy     decide.Policy     // whose error bounds are to be kept
	Confidence float64           // of each value's promise; 0.95 when 0
	Readers    map[string]string // that read the slips: name to version
	Data       []decide.Data     // where the slips come from
	Unshown    Unshown           // Strict when empty
}

// Unshown says what becomes of a value of which too few slips were accepted to
// show that its bound is kept.
type Unshown string

// The ways.
const (
	Strict Unshown = "strict" // accepted from 0.9999, or from where the policy had it if that is stricter
	Keep   Unshown = "keep"   // accepted from where the policy had it; its promise says how many may be wrong
	Ask    Unshown = "ask"    // always asked: nothing is accepted without a promise
)

// Thresholds are the probabilities that are tried, from strict to loose. They
// are fixed here, before any label is seen.
func Thresholds() []float64 {
	return []float64{0.99999, 0.9999, 0.9998, 0.9995, 0.999, 0.998, 0.995, 0.99, 0.98, 0.97, 0.95}
}

// strictest is the threshold under Strict.
const strictest = 0.9999

// Result is a policy that was learned.
type Result struct {
	Policy decide.Policy // with its promises in Calibrated
	Text   []byte        // the policy as a file, of which Policy.Hash is the hash
}

// Policy returns the policy with the loosest thresholds that keep its bounds.
// A value for which too few slips were accepted to show anything is accepted
// from a strict threshold on and its promise says that it is not kept; a value of
// which the slips show that more than the bound is wrong whatever the threshold
// is always asked.
//
// Values are chosen one after the other, those first on which others lean: an
// accepted lot makes dates and doses easier to judge.
//
// The bound of Clopper and Pearson counts slips as drawn one by one, so a page
// that is among them twice is ErrRepeated.
func Policy(ctx context.Context, config Config) (Result, error) {
	if config.Confidence == 0 {
		config.Confidence = 0.95
	}
	if err := eachOnce(config.Slips); err != nil {
		return Result{}, fmt.Errorf("calibrate: %w", err)
	}
	policy := config.Policy
	policy.AcceptFrom = maps.Clone(policy.AcceptFrom)
	if policy.AcceptFrom == nil {
		policy.AcceptFrom = map[slip.Value]float64{}
	}
	policy.AlwaysAsk = slices.Clone(policy.AlwaysAsk)
	policy.Tightened = nil // what left its band is what was measured anew
	promises := map[slip.Value]decide.Promise{}
	for _, value := range order {
		promise, present, err := choose(ctx, config, &policy, value)
		if err != nil {
			return Result{}, fmt.Errorf("calibrate: %w", err)
		}
		if present {
			promises[value] = promise
		}
	}
	bands, err := bands(ctx, config, policy)
	if err != nil {
		return Result{}, fmt.Errorf("calibrate: %w", err)
	}
	policy.Calibrated = &decide.Calibration{
		Readers: config.Readers, Data: config.Data, Confidence: config.Confidence, Promises: promises, Bands: bands,
	}
	text, err := policy.Text()
	if err != nil {
		return Result{}, fmt.Errorf("calibrate: %w", err)
	}
	parsed, err := decide.ParsePolicy(text)
	if err != nil {
		return Result{}, fmt.Errorf("calibrate: %w", err)
	}
	return Result{Policy: parsed, Text: text}, nil
}

// eachOnce refuses pages that were given twice.
func eachOnce(slips []Slip) error {
	type page struct {
		image  slip.Hash
		number int
	}
	seen := make(map[page]bool, len(slips))
	for _, labelled := range slips {
		at := page{labelled.Page.SHA256, labelled.Page.Page}
		if seen[at] {
			return fmt.Errorf("page %d of image %s: %w", at.number, at.image, ErrRepeated)
		}
		seen[at] = true
	}
	return nil
}

// order is that in which values are chosen: what others lean on comes first.
var order = []slip.Value{
	slip.MunicipalityCode, slip.TicketNumber, slip.TicketType, slip.Dose, slip.BirthDate, slip.ReferenceNumber, slip.Vaccine, slip.LotNumber,
	slip.Manufacturer, slip.FacilityCode, slip.VaccinationDate, slip.AmountML, slip.Consent,
}

// choose sets one value's threshold in the policy and says what was shown. It
// reports false when no slip has the value.
func choose(ctx context.Context, config Config, policy *decide.Policy, value slip.Value) (decide.Promise, bool, error) {
	before := policy.Threshold(value)
	thresholds := Thresholds()
	// The policy may have accepted from less than the loosest that is tried, and Keep
	// leaves it so: what it accepts there has to be counted as well.
	policy.AcceptFrom[value] = min(before, thresholds[len(thresholds)-1])
	outcomes, err := replay(ctx, config, *policy, value)
	policy.AcceptFrom[value] = before
	if err != nil || len(outcomes) == 0 {
		return decide.Promise{}, false, err
	}
	counts := make([]Count, len(thresholds))
	for i, from := range thresholds {
		counts[i] = count(outcomes, from)
	}
	limit := policy.Bound(value)
	promise := decide.Promise{Bound: limit}
	chosen, shown := Choose(counts, limit, config.Confidence)
	from := before
	if shown {
		from = thresholds[chosen]
		promise.From, promise.Kept = from, true
	} else if config.Unshown != Keep {
		from = max(from, strictest)
	}
	policy.AcceptFrom[value] = from
	seen := count(outcomes, from)
	promise.Accepted, promise.Wrong = seen.Accepted, seen.Wrong
	promise.Upper = bound.Upper(seen.Wrong, seen.Accepted, config.Confidence)
	promise.Refuted = !shown && bound.Lower(seen.Wrong, seen.Accepted, config.Confidence) > limit
	if promise.Refuted || !shown && config.Unshown == Ask {
		if !slices.Contains(policy.AlwaysAsk, value) {
			policy.AlwaysAsk = append(policy.AlwaysAsk, value)
		}
	}
	return promise, true, nil
}

// Count is what one threshold accepts.
type Count struct {
	Accepted int
	Wrong    int
}

// outcome is one slip's best text for a value under the loosest threshold: of those
// that are tried and the one that the policy had.
type outcome struct {
	p        float64
	accepted bool
	wrong    bool
}

// count says what a threshold accepts. A value's own threshold is the last thing
// that is asked of it, so what is accepted at one threshold is what is accepted
// at the loosest and is at least as probable.
func count(outcomes []outcome, from float64) Count {
	var count Count
	for _, o := range outcomes {
		if o.accepted && o.p >= from {
			count.Accepted++
			if o.wrong {
				count.Wrong++
			}
		}
	}
	return count
}

// replay decides all slips under a policy and returns what became of one value,
// on the slips whose form has it.
func replay(ctx context.Context, config Config, policy decide.Policy, value slip.Value) ([]outcome, error) {
	decisions, err := decideAll(ctx, config, policy)
	if err != nil {
		return nil, err
	}
	var outcomes []outcome
	for i, decision := range decisions {
		decided, has := decision.Fields[value]
		if !has {
			continue
		}
		want := config.Slips[i].Truth[value]
		outcomes = append(outcomes, outcome{
			p: decided.P, accepted: decided.Outcome == slip.Accepted,
			wrong: decided.Value != want && (value != slip.Manufacturer || !slip.SameManufacturer(decided.Value, want)),
		})
	}
	return outcomes, nil
}

// decideAll decides every slip, on all cores.
func decideAll(ctx context.Context, config Config, policy decide.Policy) ([]slip.Decision, error) {
	decisions := make([]slip.Decision, len(config.Slips))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, labelled := range config.Slips {
		group.Go(func() error {
			var err error
			decisions[i], err = decide.Slip(ctx, decide.Input{
				Form: labelled.Form, Page: labelled.Page, ScanDay: config.ScanDay, Masters: labelled.Masters, Policy: policy,
			})
			return err
		})
	}
	return decisions, group.Wait()
}

// Choose walks along thresholds from strict to loose and returns the last whose
// share of wrong acceptances is shown to be within the limit; false when none
// is. Thresholds that accept too few to show anything even without an error are
// passed over: how many they accept does not depend on the labels, so the
// sequence stays fixed.
func Choose(counts []Count, limit, confidence float64) (int, bool) {
	chosen, shown := 0, false
	for i, count := range counts {
		if bound.Upper(0, count.Accepted, confidence) > limit {
			continue
		}
		if bound.Upper(count.Wrong, count.Accepted, confidence) > limit {
			break
		}
		chosen, shown = i, true
	}
	return chosen, shown
}
