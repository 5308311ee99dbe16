// Package drift watches whether the stream of slips is still like the one that
// the policy was calibrated on. A promise holds for slips like those; when fewer
// of a form's values are accepted than was measured, or more, or when witnesses
// disagree more often, the stream has changed, whatever the readers say of
// themselves: another printer, a dirty scanner, a new form in the old one's
// place.
//
// Each form's values have a band: the binomial bounds of the rates that
// calibration counted, and a little more for the ordinary differences between
// clinics. Evidence of lying outside it is gathered page by page, and when it is
// strong enough the value is asked of a person from then on (see Guard). A stream
// that stays inside its bands raises on average less than one false alarm in
// Config.FalseAlarmPages pages.
package drift

import (
	"cmp"
	"maps"
	"slices"

	"sesshu/ledger/slip"
	"sesshu/ocr/bound"
	"sesshu/ocr/decide"
)

// Config says how watchful to be.
type Config struct {
	// FalseAlarmPages is how many pages pass, on average and at the least,
	// between two alarms of a stream that stays in its bands; 100,000 when 0.
	FalseAlarmPages int
	// Slack is what a rate may differ beyond its binomial bounds, because slips
	// of one clinic come together; 0.03 when 0.
	Slack float64
}

// bandConfidence is that of each of a band's two binomial bounds.
const bandConfidence = 0.999

// Measure names a rate and the side on which it left its band.
type Measure string

// The measures.
const (
	AcceptanceLow    Measure = "acceptance_low"
	AcceptanceHigh   Measure = "acceptance_high"
	DisagreementHigh Measure = "disagreement_high"
)

// measures in a fixed order.
var measures = [...]Measure{AcceptanceLow, AcceptanceHigh, DisagreementHigh}

// Alarm says that one value of one form left its band.
type Alarm struct {
	Form    string
	Value   slip.Value
	Measure Measure
	Page    int // the how-manyth page of the form it was, since the watch began
}

// Watch gathers the evidence. It is pure: the same decisions in the same order
// give the same alarms, so its state can always be made again from what the
// ledger keeps. It is not safe for concurrent use.
type Watch struct {
	limit float64
	forms map[string]*watched
}

// watched is one form.
type watched struct {
	pages  int
	values map[slip.Value]*[len(measures)]evidence
	alarms map[slip.Value]Alarm
}

// New returns a watch over the bands. Without bands it never raises an alarm.
func New(bands []decide.Band, config Config) *Watch {
	if config.FalseAlarmPages <= 0 {
		config.FalseAlarmPages = 100_000
	}
	if config.Slack <= 0 {
		config.Slack = 0.03
	}
	w := &Watch{forms: map[string]*watched{}}
	detectors := 0
	for _, band := range bands {
		form := w.forms[band.Form]
		if form == nil {
			form = &watched{values: map[slip.Value]*[len(measures)]evidence{}, alarms: map[slip.Value]Alarm{}}
			w.forms[band.Form] = form
		}
		form.values[band.Value] = &[len(measures)]evidence{
			{edge: bound.Lower(band.Accepted, band.Pages, bandConfidence) - config.Slack},
			{edge: bound.Upper(band.Accepted, band.Pages, bandConfidence) + config.Slack, above: true},
			{edge: bound.Upper(band.Disagreed, band.Pages, bandConfidence) + config.Slack, above: true},
		}
		detectors = max(detectors, len(form.values)*len(measures))
	}
	// A page moves that many detectors; the sum of their evidence grows by as much.
	w.limit = float64(config.FalseAlarmPages) * float64(detectors)
	return w
}

// Watching reports whether there is any band to watch.
func (w *Watch) Watching() bool { return len(w.forms) > 0 }

// Observe adds the decision on one page of a form and returns the alarms that it
// raises. A value that was asked only because the policy is tightened counts as
// accepted: what is watched is what calibration counted.
func (w *Watch) Observe(form string, decision slip.Decision) []Alarm {
	known := w.forms[form]
	if known == nil {
		return nil
	}
	known.pages++
	var alarms []Alarm
	for _, value := range slices.Sorted(maps.Keys(known.values)) {
		decided, has := decision.Fields[value]
		if !has {
			continue // a page whose fields were never decided says nothing of them
		}
		if _, alarmed := known.alarms[value]; alarmed {
			continue
		}
		sides := known.values[value]
		accepted, disagreed := Accepted(decided), Disagreed(value, decided)
		sides[0].see(accepted)
		sides[1].see(accepted)
		sides[2].see(disagreed)
		for i := range sides {
			if sides[i].amount() >= w.limit {
				alarm := Alarm{Form: form, Value: value, Measure: measures[i], Page: known.pages}
				known.alarms[value] = alarm
				alarms = append(alarms, alarm)
				break
			}
		}
	}
	return alarms
}

// adopt takes over an alarm that was raised elsewhere. It reports false when it
// is known already.
func (w *Watch) adopt(form string, value slip.Value) bool {
	known := w.forms[form]
	if known == nil || known.values[value] == nil {
		return false
	}
	if _, alarmed := known.alarms[value]; alarmed {
		return false
	}
	known.alarms[value] = Alarm{Form: form, Value: value}
	return true
}

// Alarms lists what left its band, by form and value.
func (w *Watch) Alarms() []Alarm {
	var all []Alarm
	for _, form := range w.forms {
		for _, alarm := range form.alarms {
			all = append(all, alarm)
		}
	}
	slices.SortFunc(all, func(a, b Alarm) int { return cmp.Or(cmp.Compare(a.Form, b.Form), cmp.Compare(a.Value, b.Value)) })
	return all
}

// Accepted reports whether a value was accepted, or would have been but for a
// tightened policy.
func Accepted(decided slip.FieldDecision) bool {
	return decided.Outcome == slip.Accepted || decided.Value != "" && slices.Equal(decided.Reasons, []slip.Reason{slip.ReasonDrift})
}

// Disagreed reports whether two of a value's witnesses said different things,
// each rather than anything else.
func Disagreed(value slip.Value, decided slip.FieldDecision) bool {
	if slices.Contains(decided.Reasons, slip.ReasonContradiction) {
		return true
	}
	text := ""
	for _, witness := range decided.Witnesses {
		switch {
		case witness.P < 0.5:
		case text == "":
			text = witness.Text
		case witness.Text != text && (value != slip.Manufacturer || !slip.SameManufacturer(witness.Text, text)):
			return true
		}
	}
	return false
}
