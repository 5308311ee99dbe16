package decide

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"sesshu/ledger/slip"
)

// The thresholds under accept_from. Dates by hand: even the least sure one that is
// accepted, at 0.998, is surer than what one person keys (29 in 10,000 wrong). Of
// 2,000 slips of the test writers 1,420 were accepted from there on, 1 of them wrong
// (a 5 that anybody would read as 8), 0.6 foretold; from 0.995 on 2 of 1,565. On
// 1,400 slips of the evaluation writers none of 924 was wrong. ocr/ACCURACY.md has
// the tables. Institution codes and amounts: from 0.99 on none of 1,397 and of 1,389
// were wrong on the same slips, and their own probabilities foretell 0.05 wrong each.
// The others were chosen on 450 slips of the calibration writers, with 0 wrong among
// 226 lots, 408 consents and more of the rest accepted: at most 1.4 % and 0.8 % wrong
// at 95 %, not yet 1 in 10,000. Package calibrate replaces them as slips are labelled.
//
//go:embed policy.json
var defaultPolicy []byte

// What a 券種 digit means.
const (
	Vaccination   = "vaccination"
	InterviewOnly = "interview_only" // 予診のみ: creates no dose
)

// Policy says how sure the machine must be. It is data: a new one is replayed
// over stored readings before it goes live, and every decision carries its hash.
type Policy struct {
	Version    int `json:"version"` // of this format: 1
	ErrorBound struct {
		Default float64                `json:"default"`
		Fields  map[slip.Value]float64 `json:"fields"`
	} `json:"error_bound"` // the promise: the share of accepted values that may be wrong
	// AcceptFrom is the probability from which a value is accepted, where
	// calibration on labelled slips showed that the bound is kept from there on.
	// A value not named is accepted from 1 less its bound: taken at its word.
	AcceptFrom      map[slip.Value]float64 `json:"accept_from"`
	AlwaysAsk       []slip.Value           `json:"always_ask"`       // values that a person always confirms
	MaxResidual     float64                `json:"max_residual_mm"`  // a page that lies worse is asked
	MinCoverage     float64                `json:"min_coverage"`     // and one with fewer of its anchors
	OwnMunicipality string                 `json:"own_municipality"` // empty: every municipality in the register
	TicketTypes     map[string]string      `json:"ticket_types"`     // 券種 digit to vaccination or interview_only
	Agreement       float64                `json:"agreement"`        // a print with at least this probability for a value agrees with it
	Contradiction   float64                `json:"contradiction"`    // a print that reads something and gives a value less contradicts it
	ConfidenceCap   float64                `json:"confidence_cap"`   // no single print is believed more than this
	Shares          Shares                 `json:"shares"`
	Amounts         []AmountRule           `json:"amounts"` // the first that fits says a product's doses

	// Note is a person's word on why the policy is as it is. A changed note
	// makes another policy: decisions carry its hash, and drift is watched anew.
	Note string `json:"note,omitempty"`
	// Tightened names values that are asked on one form's slips, because the
	// stream left the band that calibration promised. The service adds to it by
	// itself while it runs.
	Tightened map[string][]slip.Value `json:"tightened,omitempty"`
	// Calibrated says what the thresholds rest on; nil: on nobody's measurement.
	Calibrated *Calibration `json:"calibrated,omitempty"`

	Hash slip.Hash `json:"-"` // of the policy's JSON
	Base slip.Hash `json:"-"` // of the policy as it was parsed, before it was tightened
}

// Shares are prior weights of what is rare but happens, each against 1 for the
// ordinary: one used ticket for fifty fresh ones is 0.02.
type Shares struct {
	Used              float64 `json:"used"`
	Invalid           float64 `json:"invalid"`
	NeverIssued       float64 `json:"never_issued"`
	OtherMunicipality float64 `json:"other_municipality"`
	ImpossibleDate    float64 `json:"impossible_date"`
	UnknownLot        float64 `json:"unknown_lot"`
	UnknownFacility   float64 `json:"unknown_facility"`
	UnusualAmount     float64 `json:"unusual_amount"`
	NoConsent         float64 `json:"no_consent"`
	UnlikeBatch       float64 `json:"unlike_batch"`
}

// AmountRule says which doses, in millilitres, a product is given in. Product is
// a part of the product's name in the lot master, Manufacturer any spelling of
// the manufacturer's; an empty one fits all.
type AmountRule struct {
	Product      string   `json:"product,omitempty"`
	Manufacturer string   `json:"manufacturer,omitempty"`
	Amounts      []string `json:"amounts"`
}

// DefaultPolicy returns the policy that the program carries.
func DefaultPolicy() Policy {
	policy, err := ParsePolicy(defaultPolicy)
	if err != nil {
		panic("the embedded policy is wrong: " + err.Error()) // a fault of the build, shown by the first test
	}
	return policy
}

// ParsePolicy reads a policy file. It is strict: an unknown key, a share or
// bound out of range and a missing part are errors that name the key, so that a
// slip of the pen never loosens anything.
func ParsePolicy(text []byte) (Policy, error) {
	var policy Policy
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&policy); err != nil {
		return Policy{}, fmt.Errorf("policy: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return Policy{}, errors.New("policy: something follows the object")
	}
	if err := policy.check(); err != nil {
		return Policy{}, fmt.Errorf("policy: %w", err)
	}
	policy.Hash = slip.HashOf(text)
	policy.Base = policy.Hash
	return policy, nil
}

func (p Policy) check() error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	within := func(key string, number, low, high float64) {
		if !(number >= low && number <= high) {
			fault("%s is %g, want %g to %g", key, number, low, high)
		}
	}
	if p.Version != 1 {
		fault("version is %d, want 1", p.Version)
	}
	within("error_bound.default", p.ErrorBound.Default, 0, 0.01)
	for value, bound := range p.ErrorBound.Fields {
		if !known(value) {
			fault("error_bound.fields: %q is no value of a slip", value)
		}
		within("error_bound.fields."+string(value), bound, 0, 0.01)
	}
	for value, from := range p.AcceptFrom {
		if !known(value) {
			fault("accept_from: %q is no value of a slip", value)
		}
		within("accept_from."+string(value), from, 0.9, 1)
	}
	for _, value := range p.AlwaysAsk {
		if !known(value) {
			fault("always_ask: %q is no value of a slip", value)
		}
	}
	within("max_residual_mm", p.MaxResidual, 0, 5)
	within("min_coverage", p.MinCoverage, 0, 1)
	within("agreement", p.Agreement, 0.5, 1)
	within("contradiction", p.Contradiction, 0.01, p.Agreement)
	within("confidence_cap", p.ConfidenceCap, 0.9, 0.999999)
	if p.OwnMunicipality != "" && !slip.ValidMunicipalityCode(p.OwnMunicipality) {
		fault("own_municipality is no municipality code")
	}
	if len(p.TicketTypes) == 0 {
		fault("ticket_types is empty")
	}
	for digit, meaning := range p.TicketTypes {
		if len(digit) != 1 || digit[0] < '0' || digit[0] > '9' || meaning != Vaccination && meaning != InterviewOnly {
			fault("ticket_types: %q: %q is not a digit with %s or %s", digit, meaning, Vaccination, InterviewOnly)
		}
	}
	s := p.Shares
	for key, share := range map[string]float64{
		"used": s.Used, "invalid": s.Invalid, "never_issued": s.NeverIssued, "other_municipality": s.OtherMunicipality,
		"impossible_date": s.ImpossibleDate, "unknown_lot": s.UnknownLot, "unknown_facility": s.UnknownFacility,
		"unusual_amount": s.UnusualAmount, "no_consent": s.NoConsent,
		"unlike_batch": s.UnlikeBatch,
	} {
		within("shares."+key, share, 1e-6, 1)
	}
	for i, rule := range p.Amounts {
		for _, amount := range rule.Amounts {
			if text, err := slip.Normalise(slip.AmountML, amount); err != nil || text != amount {
				fault("amounts[%d]: %q is no amount such as 0.3", i, amount)
			}
		}
		if len(rule.Amounts) == 0 || rule.Product == "" && rule.Manufacturer == "" {
			fault("amounts[%d] needs amounts and a product or a manufacturer", i)
		}
	}
	for form, values := range p.Tightened {
		for _, value := range values {
			if !known(value) {
				fault("tightened.%s: %q is no value of a slip", form, value)
			}
		}
	}
	p.Calibrated.check(fault)
	return errors.Join(faults...)
}

// Bound returns the share of a value's acceptances that may be wrong.
func (p Policy) Bound(value slip.Value) float64 {
	if bound, ok := p.ErrorBound.Fields[value]; ok {
		return bound
	}
	return p.ErrorBound.Default
}

// Threshold returns the probability from which a value is accepted.
func (p Policy) Threshold(value slip.Value) float64 {
	if from, ok := p.AcceptFrom[value]; ok {
		return from
	}
	return 1 - p.Bound(value)
}

// certain reports whether a value is accepted at a probability.
func (p Policy) certain(value slip.Value, probability float64) bool {
	if from, ok := p.AcceptFrom[value]; ok {
		return probability >= from
	}
	return 1-probability <= p.Bound(value)
}

// amounts returns the doses of a lot's product; nil when no rule speaks of it.
func (p Policy) amounts(lot slip.Lot) []string {
	for _, rule := range p.Amounts {
		if rule.Product != "" && !strings.Contains(slip.HalfWidth(lot.Product), slip.HalfWidth(rule.Product)) {
			continue
		}
		if rule.Manufacturer != "" && !slip.SameManufacturer(rule.Manufacturer, lot.Manufacturer) {
			continue
		}
		return rule.Amounts
	}
	return nil
}

func known(value slip.Value) bool { return slices.Contains(slip.Values(), value) }
