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
// chosen threshold is within the bound, for slips like those.
package calibrate

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
	"sesshu/ocr/bound"
	"sesshu/ocr/decide"
)

// Slip is one labelled page.
type Slip struct {
	Form  *form.Form
	Page  slip.PageReading
	Truth map[slip.Value]string
}

// Config says what to choose from.
type Config struct {
	Slips      []Slip
	Masters    decide.Masters
	ScanDay    time.Time
	Policy     decide.Policy // whose error bounds are to be kept
	Confidence float64       // of each value's promise; 0.95 when 0
}

// Promise is what was shown for one value.
type Promise struct {
	From     float64 `json:"from"`     // the threshold; 0 when none could be shown
	Accepted int     `json:"accepted"` // of the slips, from there on
	Wrong    int     `json:"wrong"`
	Upper    float64 `json:"upper"` // for the true share of wrong ones
	Bound    float64 `json:"bound"` // that was asked for
	Kept     bool    `json:"kept"`  // Upper is within Bound
}

// Thresholds are the probabilities that are tried, from strict to loose. They
// are fixed here, before any label is seen.
func Thresholds() []float64 {
	return []float64{0.99999, 0.9999, 0.9998, 0.9995, 0.999, 0.998, 0.995, 0.99, 0.98, 0.97, 0.95}
}

// Result is a policy that was learned.
type Result struct {
	Policy   decide.Policy
	Text     []byte // the policy as a file, of which Policy.Hash is the hash
	Promises map[slip.Value]Promise
}

// Policy returns the policy with the loosest thresholds that keep its bounds,
// and what was shown of every value. A value for which too few slips were
// accepted to show anything keeps the strictest rule: its probability is taken
// at its word.
//
// Values are chosen one after the other in the order of the forms' decisions,
// because an accepted lot makes dates and doses easier to judge.
func Policy(ctx context.Context, config Config) (Result, error) {
	if config.Confidence == 0 {
		config.Confidence = 0.95
	}
	policy := config.Policy
	policy.AcceptFrom = maps.Clone(policy.AcceptFrom)
	if policy.AcceptFrom == nil {
		policy.AcceptFrom = map[slip.Value]float64{}
	}
	promises := map[slip.Value]Promise{}
	for _, value := range order {
		counts := make([]Count, 0, len(Thresholds()))
		for _, from := range Thresholds() {
			policy.AcceptFrom[value] = from
			count, err := replay(ctx, config, policy, value)
			if err != nil {
				return Result{}, fmt.Errorf("calibrate: %w", err)
			}
			counts = append(counts, count)
		}
		chosen, shown := Choose(counts, policy.Bound(value), config.Confidence)
		promise := Promise{Bound: policy.Bound(value), Upper: 1}
		if shown {
			promise.From, promise.Kept = Thresholds()[chosen], true
			policy.AcceptFrom[value] = promise.From
		} else {
			delete(policy.AcceptFrom, value)
			chosen = 1 // reported at 0.9999, about where the plain rule lies
		}
		promise.Accepted, promise.Wrong = counts[chosen].Accepted, counts[chosen].Wrong
		promise.Upper = bound.Upper(promise.Wrong, promise.Accepted, config.Confidence)
		if counts[0].Present > 0 {
			promises[value] = promise
		}
	}
	text, err := json.MarshalIndent(policy, "", "  ")
	if err != nil {
		return Result{}, fmt.Errorf("calibrate: %w", err)
	}
	text = append(text, '\n')
	parsed, err := decide.ParsePolicy(text)
	if err != nil {
		return Result{}, fmt.Errorf("calibrate: %w", err)
	}
	return Result{Policy: parsed, Text: text, Promises: promises}, nil
}

// order is that in which values are chosen: what others lean on comes first.
var order = []slip.Value{
	slip.MunicipalityCode, slip.TicketNumber, slip.TicketType, slip.Dose, slip.BirthDate, slip.ReferenceNumber, slip.LotNumber,
	slip.Manufacturer, slip.FacilityCode, slip.VaccinationDate, slip.AmountML, slip.Consent,
}

// Count is what one threshold accepts.
type Count struct {
	Present  int // slips whose form has the value
	Accepted int
	Wrong    int
}

// replay decides all slips under a policy and counts one value.
func replay(ctx context.Context, config Config, policy decide.Policy, value slip.Value) (Count, error) {
	var count Count
	for _, labelled := range config.Slips {
		decision, err := decide.Slip(ctx, decide.Input{
			Form: labelled.Form, Page: labelled.Page, ScanDay: config.ScanDay, Masters: config.Masters, Policy: policy,
		})
		if err != nil {
			return Count{}, err
		}
		decided, has := decision.Fields[value]
		if !has {
			continue
		}
		count.Present++
		if decided.Outcome == slip.Accepted {
			count.Accepted++
			want := labelled.Truth[value]
			if decided.Value != want && (value != slip.Manufacturer || !slip.SameManufacturer(decided.Value, want)) {
				count.Wrong++
			}
		}
	}
	return count, nil
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
