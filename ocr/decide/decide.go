// Package decide turns what the readers saw on a page into a decision: which
// values are certain enough to enter the ledger, and which a person is asked.
//
// # The model
//
// A print is a place on the paper that shows a value; two readers of one place
// are one witness. The unknown is the slip: the register's row, the date, the
// lot, the institution. For each value the text with the highest posterior is
// chosen; its probability is then bounded from below by
//
//	log odds = Σ over prints log( p / charged error )
//
// where p is what the print's readers give the text, and the charged error is
// the rest of their mass: weighted by a small share where they list texts that
// the masters, check digits or calendar rule out, by the room that there is for
// other possible texts elsewhere, and by 1 as soon as a reader lists a possible
// rival. Three conditions must hold besides: enough physically separate prints
// agree (two for a ticket number, always), no print that reads something
// contradicts, and no rule gives a reason to ask.
//
// A full normalised posterior was weighed and not taken for accepting: lowering
// a rival's probability raises it, so more doubt could turn "ask" into "accept".
// It is used to choose and rank candidates for people.
//
// The same readings, form, masters, batch context and policy always give the
// same decision.
package decide

import (
	"context"
	"fmt"
	"slices"
	"time"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
)

// Masters answers what the registers know. It must answer the same for the same
// question during one decision.
type Masters interface {
	// Municipalities returns the codes whose tickets the register holds.
	Municipalities(ctx context.Context) ([]string, error)
	// Tickets returns the rows of these numbers of one municipality; numbers
	// that were never issued are missing, one number may have a row a dose.
	Tickets(ctx context.Context, municipality string, numbers []string) ([]slip.Ticket, error)
	// Given returns the doses of a ticket number that are in the ledger.
	Given(ctx context.Context, municipality, number string) ([]slip.GivenDose, error)
	// Lots returns the whole lot master.
	Lots(ctx context.Context) ([]slip.Lot, error)
	// Facilities returns the rows of these codes.
	Facilities(ctx context.Context, codes []string) ([]slip.Facility, error)
}

// Input is all that a decision depends on.
type Input struct {
	Form    *form.Form // of the page; nil when no form fits
	Page    slip.PageReading
	ScanDay time.Time // vaccinations after this day are impossible; zero: nothing is known of it
	Batch   slip.BatchContext
	Masters Masters // nil: an empty register, against which nothing is accepted
	Policy  Policy
}

// Slip decides on one page. Errors come from the masters only.
func Slip(ctx context.Context, in Input) (slip.Decision, error) {
	if in.Page.Blank {
		return slip.Decision{
			Outcome: slip.Rejected, Reasons: []slip.Reason{slip.ReasonBlankPage},
			Fields: map[slip.Value]slip.FieldDecision{}, PolicyHash: in.Policy.Hash, PolicyBase: in.Policy.Base,
		}, nil
	}
	j := &judge{in: in, fields: map[slip.Value]*field{}}
	j.pageReasons()
	if in.Form == nil {
		return j.decision(), nil
	}
	if in.Masters == nil {
		j.in.Masters = nothing{}
	}
	for _, step := range []func(context.Context) error{j.identity, j.lot, j.facility, j.plain} {
		if err := step(ctx); err != nil {
			return slip.Decision{}, fmt.Errorf("decide: %w", err)
		}
	}
	return j.decision(), nil
}

// judge holds one decision while it is made.
type judge struct {
	in      Input
	reasons []slip.Reason // of the slip as a whole
	fields  map[slip.Value]*field

	rows    []slip.Ticket // the register's rows for the slip's number
	person  *slip.Ticket  // the one of them that the slip is, once identity is accepted
	product *slip.Lot     // the lot master's row, once the lot is accepted
}

// pageReasons are the reasons that lie in the page itself.
func (j *judge) pageReasons() {
	page := j.in.Page
	j.reasons = append(j.reasons, page.Faults...)
	if j.in.Form == nil {
		if len(page.Faults) == 0 {
			j.ask(slip.ReasonFormUnknown)
		}
		return
	}
	place := page.Registration
	if place.Form != j.in.Form.Name || place.FormHash != j.in.Form.Hash ||
		!(place.Residual <= j.in.Policy.MaxResidual) || !(place.Coverage >= j.in.Policy.MinCoverage) {
		j.ask(slip.ReasonRegistration)
	}
	if page.SHA256.IsZero() {
		j.ask(slip.ReasonUnreadable) // values that are bound to no image prove nothing
	}
}

// ask adds a reason of the slip as a whole.
func (j *judge) ask(reason slip.Reason) {
	if !slices.Contains(j.reasons, reason) {
		j.reasons = append(j.reasons, reason)
	}
}

// decision gathers what was found. A reason of the slip as a whole leaves the
// values as they are but for faults of the page, after which none of them can be
// trusted.
func (j *judge) decision() slip.Decision {
	decision := slip.Decision{Fields: map[slip.Value]slip.FieldDecision{}, PolicyHash: j.in.Policy.Hash, PolicyBase: j.in.Policy.Base, Batch: j.in.Batch}
	pageFault := slices.ContainsFunc(j.reasons, func(reason slip.Reason) bool {
		switch reason {
		case slip.ReasonUnreadable, slip.ReasonFormUnknown, slip.ReasonRegistration, slip.ReasonPersonalNumber, slip.ReasonDrift:
			return true
		default:
			return false
		}
	})
	complete := j.in.Form != nil && len(j.fields) > 0
	var ofFields []slip.Reason
	for _, value := range j.values() {
		f := j.fields[value.Name]
		if j.in.Policy.tightened(j.in.Form.Name, value.Name) {
			f.ask(slip.ReasonDrift)
		}
		decided := f.decide(j.in.Policy, value, pageFault)
		decision.Fields[value.Name] = decided
		if decided.Outcome != slip.Accepted && value.Required {
			complete = false
			ofFields = append(ofFields, decided.Reasons...)
		}
	}
	ofSlip := ordered(j.reasons)
	ofFields = slices.DeleteFunc(ordered(ofFields), func(reason slip.Reason) bool { return slices.Contains(ofSlip, reason) })
	decision.Reasons = slices.Concat(ofSlip, ofFields)
	if complete && len(j.reasons) == 0 {
		decision.Outcome = slip.Accepted
		decision.Reasons = nil
	}
	return decision
}

// values returns the form's value blocks that were decided on.
func (j *judge) values() []form.Value {
	if j.in.Form == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(j.in.Form.Values), func(value form.Value) bool { return j.fields[value.Name] == nil })
}

// nothing is an empty register.
type nothing struct{}

func (nothing) Municipalities(context.Context) ([]string, error) { return nil, nil }
func (nothing) Tickets(context.Context, string, []string) ([]slip.Ticket, error) {
	return nil, nil
}
func (nothing) Given(context.Context, string, string) ([]slip.GivenDose, error) { return nil, nil }
func (nothing) Lots(context.Context) ([]slip.Lot, error)                        { return nil, nil }
func (nothing) Facilities(context.Context, []string) ([]slip.Facility, error)   { return nil, nil }
