package decide

import (
	"context"
	"slices"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
)

// birthCoincidence is the chance, taken high, that a wrong ticket's person was
// born on the very day that the slip shows. Numbers are issued house by house,
// so twins and couples sit side by side.
const birthCoincidence = 0.01

// registered is the chance that a slip shows what its ticket's row says of the
// person and the dose: slips are printed from the register.
const registered = 0.9999

// registryWitness lets the register speak for the number through the printed
// birth date: another print, of another thing, that fits the row. It does not
// count when an issued number one step away belongs to somebody born on the same
// day, because then the birth date cannot tell the two apart.
func (j *judge) registryWitness(ctx context.Context, f *field, row slip.Ticket) error {
	p := 0.0
	for _, print := range j.prints(slip.BirthDate) {
		if !print.read {
			f.ask(slip.ReasonUncertain) // what was not looked at might not fit the person
		}
		if print.silent() || row.BirthDate == "" {
			continue
		}
		shown := print.p(row.BirthDate)
		if shown < j.in.Policy.Contradiction && !slices.ContainsFunc(print.texts, func(t text) bool { return misreadDate(t.value, row.BirthDate) }) {
			j.ask(slip.ReasonPersonMismatch)
			f.ask(slip.ReasonPersonMismatch)
			return nil
		}
		p = max(p, shown)
	}
	if p < j.in.Policy.Agreement {
		return nil
	}
	near, err := j.in.Masters.Tickets(ctx, row.MunicipalityCode, oneStep(row.TicketNumber))
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(near, func(other slip.Ticket) bool { return other.BirthDate == row.BirthDate }) {
		f.support(slip.SourceRegistry, row.TicketNumber, p/(1+birthCoincidence))
	}
	return nil
}

// misreadDate reports whether a date is so like another that it is rather a
// misreading of it than the birth date of somebody else: one or two digits
// differ. It is then no witness, and no contradiction either.
func misreadDate(shown, known string) bool {
	if len(shown) != len(known) {
		return false
	}
	differ := 0
	for i := range len(shown) {
		if shown[i] != known[i] {
			differ++
		}
	}
	return differ <= 2
}

// printed decides the ticket's type or dose: what is printed, with the register
// as one more witness once the number is certain. When the number was issued for
// several doses the register cannot tell which this is: it then only contradicts
// one that was never issued.
func (j *judge) printed(name slip.Value, row *slip.Ticket, of func(slip.Ticket) string) {
	if _, has := j.in.Form.Value(name); !has {
		return
	}
	prints := j.prints(name)
	if row != nil && of(*row) != "" && seen(prints) && j.certain(slip.TicketNumber) {
		register := print{source: slip.SourceRegistry, read: true, texts: []text{{of(*row), registered}}}
		for _, other := range j.rows {
			if of(other) != of(*row) {
				register.texts[0].p = 0.49 // no agreement, no contradiction
				register.texts = append(register.texts, text{of(other), 0.49})
			}
		}
		prints = append(prints, register)
	}
	j.weigh(name, prints, rivals{exclusion: 0.001})
}

// birth decides the birth date: what is printed, with the person of the ticket.
func (j *judge) birth(row *slip.Ticket) {
	if row != nil && j.certain(slip.TicketNumber) {
		j.person = row // also where the slip's own birth date cannot be read
	}
	value, has := j.in.Form.Value(slip.BirthDate)
	if !has {
		return
	}
	f := j.weigh(slip.BirthDate, j.prints(slip.BirthDate), rivals{
		possible: func(date string) bool { return j.in.ScanDay.IsZero() || date <= isoDay(j.in.ScanDay) },
		share:    j.in.Policy.Shares.ImpossibleDate,
	})
	if row == nil || row.BirthDate == "" || !slices.Contains(value.Checks, form.CheckPerson) {
		return
	}
	if slices.Contains(j.reasons, slip.ReasonPersonMismatch) {
		f.ask(slip.ReasonPersonMismatch)
	}
	if f.value != "" && j.person != nil {
		f.support(slip.SourceRegistry, row.BirthDate, registered)
	}
}
