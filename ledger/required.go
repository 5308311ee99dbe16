package ledger

import (
	"slices"

	"sesshu/ledger/slip"
)

// requiredByDefault is what a slip must hold when no form says so: a sheet that
// could not be read has none. It is a ticket's slip until somebody finds a
// reference number on it, and then as requiredOfPerson.
var requiredByDefault = []slip.Value{
	slip.TicketType, slip.Dose, slip.MunicipalityCode, slip.TicketNumber, slip.VaccinationDate,
	slip.LotNumber, slip.Manufacturer, slip.FacilityCode, slip.Consent,
}

var requiredOfPerson = []slip.Value{
	slip.Dose, slip.MunicipalityCode, slip.VaccinationDate, slip.LotNumber, slip.Manufacturer,
	slip.FacilityCode, slip.Consent, slip.ReferenceNumber, slip.Vaccine,
}

// required lists the values without which a slip cannot enter the ledger, in
// the order of slip.Values. Those that name the dose always belong to them; what
// else does is the form's word.
func required(decision slip.Decision, current map[slip.Value]string) []slip.Value {
	number := numberOf(decision, current)
	var values []slip.Value
	stated := false
	for _, value := range slip.Values() {
		stated = stated || decision.Fields[value].Required
		if decision.Fields[value].Required || value == slip.MunicipalityCode || value == number || value == slip.Dose {
			values = append(values, value)
		}
	}
	switch {
	case stated && !slices.Contains(decision.Reasons, slip.ReasonUnreadable):
		return values
	case number == slip.ReferenceNumber:
		return requiredOfPerson
	default:
		return requiredByDefault
	}
}

// numberOf is the number that names the slip's dose: the one that it bears by
// the person's or the machine's word, else the one that its form has.
func numberOf(decision slip.Decision, current map[slip.Value]string) slip.Value {
	_, ticket := decision.Fields[slip.TicketNumber]
	_, reference := decision.Fields[slip.ReferenceNumber]
	switch {
	case current[slip.TicketNumber] != "":
		return slip.TicketNumber
	case current[slip.ReferenceNumber] != "", reference && !ticket:
		return slip.ReferenceNumber
	default:
		return slip.TicketNumber
	}
}

// missing lists the required values that are not there.
func missing(decision slip.Decision, current map[slip.Value]string) []slip.Value {
	return slices.DeleteFunc(slices.Clone(required(decision, current)), func(value slip.Value) bool {
		return current[value] != ""
	})
}

// open lists what a person must still say: the required values that are
// missing, and the others that the machine read but would not vouch for. One of
// those is settled by any answer, also that nothing is there.
func open(decision slip.Decision, current map[slip.Value]string) []slip.Value {
	needed := required(decision, current)
	values := []slip.Value{}
	for _, value := range slip.Values() {
		field := decision.Fields[value]
		text, settled := current[value]
		switch {
		case slices.Contains(needed, value):
			settled = text != ""
		case field.Outcome != slip.NeedsReview || (field.Value == "" && len(field.Candidates) == 0):
			settled = true
		}
		if !settled {
			values = append(values, value)
		}
	}
	return values
}

// unreadable is the decision on a sheet that nothing could be read from: one
// page, every required value to be typed by a person from the picture.
func unreadable(sha256 slip.Hash) []slip.PageDecision {
	fields := map[slip.Value]slip.FieldDecision{}
	for _, value := range requiredByDefault {
		fields[value] = slip.FieldDecision{
			Outcome:  slip.NeedsReview,
			Reasons:  []slip.Reason{slip.ReasonUnreadable},
			Required: true,
		}
	}
	return []slip.PageDecision{{
		Reading: slip.PageReading{SHA256: sha256, Page: 1, Faults: []slip.Reason{slip.ReasonUnreadable}, Fault: slip.FaultReader},
		Decision: slip.Decision{
			Outcome: slip.NeedsReview,
			Reasons: []slip.Reason{slip.ReasonUnreadable},
			Fields:  fields,
		},
	}}
}
