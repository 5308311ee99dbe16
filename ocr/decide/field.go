package decide

import (
	"math"
	"slices"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
)

// field is one value while it is decided.
type field struct {
	value      string
	logOdds    float64
	candidates []slip.Candidate
	prints     []print
	witnesses  []slip.Witness // that are no prints: register, master
	agreeing   int            // physically separate witnesses that agree
	against    []print        // those that read something else
	reasons    []slip.Reason
}

func (f *field) ask(reasons ...slip.Reason) {
	for _, reason := range reasons {
		if !slices.Contains(f.reasons, reason) {
			f.reasons = append(f.reasons, reason)
		}
	}
}

// weigh finds a value's best text from its prints and counts who agrees and who
// contradicts. The result still needs the value's own rules.
func (j *judge) weigh(name slip.Value, prints []print, known rivals, proposals ...string) *field {
	f := &field{prints: prints, logOdds: math.Inf(-1)}
	j.fields[name] = f
	var found bool
	f.value, f.candidates, found = known.best(f.prints, proposals...)
	if !found {
		f.ask(nothingRead(f.prints))
		return f
	}
	f.logOdds = known.logOdds(f.prints, f.value)
	j.hear(f, known)
	return f
}

// fault asks for a reason that lies in the value itself, if the value was really
// read: what looks like an unknown lot may be no more than a bad reading, and
// then the person should look for another fault.
func (f *field) fault(reason slip.Reason) {
	if !slices.ContainsFunc(f.prints, func(p print) bool { return p.p(f.value) >= 0.5 }) {
		reason = slip.ReasonUncertain
	}
	f.ask(reason)
}

// hear counts the prints that agree with the field's value and notes those that
// contradict it or were never read. A value whose own redundancy settles what is
// written is agreed with after that, not before.
func (j *judge) hear(f *field, known rivals) {
	var agreeing []print
	for _, p := range f.prints {
		switch {
		case !p.read:
			f.ask(slip.ReasonUncertain) // the reading is incomplete: a witness may be missing that would contradict
		case p.silent():
		case known.settles && known.alone(p, f.value) >= j.in.Policy.Agreement:
			agreeing = append(agreeing, p)
		case p.p(f.value) < j.in.Policy.Contradiction:
			if p.shows(f.value) {
				break // it reads the same, only badly
			}
			f.against = append(f.against, p)
		case p.p(f.value) >= j.in.Policy.Agreement && !slices.ContainsFunc(agreeing, func(other print) bool { return !separate(p, other) }):
			agreeing = append(agreeing, p)
		}
	}
	f.agreeing = len(agreeing)
}

// nothingRead says why there is no text at all.
func nothingRead(prints []print) slip.Reason {
	reason := slip.ReasonEmpty
	for _, p := range prints {
		switch {
		case p.other && p.empty <= 0.5:
			return slip.ReasonFormat
		case !p.read:
			reason = slip.ReasonUncertain
		}
	}
	return reason
}

// support adds a witness that is no print: the register's or a master's row.
func (f *field) support(source slip.Source, text string, p float64) {
	f.witnesses = append(f.witnesses, slip.Witness{Source: source, Text: text, P: p})
	if text != f.value {
		f.ask(slip.ReasonContradiction)
		return
	}
	f.agreeing++
	if !math.IsInf(f.logOdds, -1) {
		f.logOdds += math.Log(p / (1 - p))
	}
}

// decide makes the field's decision. Whatever is not provably certain asks.
func (f *field) decide(policy Policy, value form.Value, pageFault bool) slip.FieldDecision {
	wanted := value.Witnesses
	if value.Name == slip.TicketNumber || value.Name == slip.ReferenceNumber {
		wanted = max(wanted, 2) // identity never rests on one witness, whatever a form says
	}
	decided := slip.FieldDecision{Value: f.value, Candidates: f.candidates, Required: value.Required}
	if f.value != "" {
		decided.P = probability(f.logOdds)
	}
	decided.Field, decided.Quad = f.shown()
	decided.Box = decided.Quad.Box()
	for _, p := range f.prints {
		if len(p.texts) > 0 {
			decided.Witnesses = append(decided.Witnesses, slip.Witness{Source: p.source, Text: p.texts[0].value, P: p.texts[0].p})
		}
	}
	decided.Witnesses = append(decided.Witnesses, f.witnesses...)

	if len(f.against) > 0 && !f.overruled(value.Name) {
		if len(f.prints) > 1 {
			f.ask(slip.ReasonContradiction)
		} else {
			f.ask(slip.ReasonUncertain)
		}
	}
	if f.value != "" && f.agreeing < wanted && !slices.Contains(f.reasons, slip.ReasonContradiction) {
		if wanted > 1 {
			f.ask(slip.ReasonOneWitness)
		} else {
			f.ask(slip.ReasonUncertain)
		}
	}
	if f.value != "" && !policy.certain(value.Name, decided.P) && !slices.Contains(f.reasons, slip.ReasonContradiction) {
		f.ask(slip.ReasonUncertain)
	}
	if slices.Contains(policy.AlwaysAsk, value.Name) {
		f.ask(slip.ReasonAlwaysAsk)
	}
	decided.Reasons = ordered(f.reasons)
	if f.value != "" && len(decided.Reasons) == 0 && !pageFault {
		decided.Outcome = slip.Accepted
	}
	return decided
}

// overruled reports whether a print that reads something else is a misreading
// beyond doubt: the type's or dose's own cell holds a single digit, which readers
// misread easily, while line and register say the same. Nothing overrules the
// line or a code, nor any print of number and municipality: that may be the wrong
// ticket on the wrong sheet.
func (f *field) overruled(name slip.Value) bool {
	return (name == slip.TicketType || name == slip.Dose) && f.agreeing >= 2 &&
		len(f.against) == 1 && f.against[0].source == slip.SourcePrinted
}

// shown returns the form's field that shows the value best to a person: plain
// print before boxes, boxes before bars, which nobody can read, and a place
// where something was read before an empty one.
func (f *field) shown() (string, slip.Quad) {
	rank := func(p print) int {
		rank := 0
		switch p.source {
		case slip.SourcePrinted, slip.SourceSticker, slip.SourceHandwritten, slip.SourceMark:
		case slip.SourceOCRLine:
			rank = 1
		default:
			rank = 2
		}
		if p.quad == (slip.Quad{}) {
			rank += 10
		}
		return rank
	}
	if len(f.prints) == 0 {
		return "", slip.Quad{}
	}
	best := slices.MinFunc(f.prints, func(a, b print) int { return rank(a) - rank(b) })
	return best.field.Name, best.quad
}

// ordered drops repeats and puts the most helpful reason first.
func ordered(reasons []slip.Reason) []slip.Reason {
	var result []slip.Reason
	for _, reason := range slip.Reasons() {
		if slices.Contains(reasons, reason) {
			result = append(result, reason)
		}
	}
	return result
}
