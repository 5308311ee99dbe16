package decide

import (
	"context"
	"math"
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

// maxNeighbours bounds how many numbers one decision asks the register for.
const maxNeighbours = 600

// identity decides whose ticket it is: municipality, number, type, dose, and
// the person's birth date, together.
func (j *judge) identity(ctx context.Context) error {
	own, err := j.ownMunicipalities(ctx)
	if err != nil {
		return err
	}
	municipality, foreign := j.municipality(own)
	if foreign {
		j.ask(slip.ReasonOtherMunicipality)
	}
	var row *slip.Ticket
	if _, has := j.in.Form.Value(slip.TicketNumber); has {
		if row, err = j.ticket(ctx, municipality); err != nil {
			return err
		}
	}
	j.printed(slip.TicketType, row, func(t slip.Ticket) string { return t.TicketType })
	j.printed(slip.Dose, row, func(t slip.Ticket) string { return t.Dose })
	if f := j.fields[slip.TicketType]; f != nil && f.value != "" && j.in.Policy.TicketTypes[f.value] != Vaccination {
		if j.in.Policy.TicketTypes[f.value] == InterviewOnly {
			j.ask(slip.ReasonNoVaccination)
		} else {
			f.ask(slip.ReasonFormat)
		}
	}
	j.birth(row)
	return nil
}

// ownMunicipalities are the codes that this ledger is for.
func (j *judge) ownMunicipalities(ctx context.Context) ([]string, error) {
	if own := j.in.Policy.OwnMunicipality; own != "" {
		return []string{own}, nil
	}
	return j.in.Masters.Municipalities(ctx)
}

// municipality decides the code and returns the one whose register to ask. It
// reports true when the slip belongs to another municipality.
func (j *judge) municipality(own []string) (string, bool) {
	only := ""
	if len(own) == 1 {
		only = own[0]
	}
	if _, has := j.in.Form.Value(slip.MunicipalityCode); !has {
		return only, false
	}
	f := j.weigh(slip.MunicipalityCode, j.prints(slip.MunicipalityCode), rivals{
		possible: func(code string) bool { return slices.Contains(own, code) },
		share:    j.in.Policy.Shares.OtherMunicipality,
		room:     neighbourRoom(own, 0.001),
	})
	switch {
	case f.value == "":
		return only, false
	case slices.Contains(own, f.value):
		return f.value, false
	}
	if len(own) == 0 {
		f.ask(slip.ReasonTicketUnknown) // an empty register: nothing was issued here, nor elsewhere that we know
		return "", false
	}
	f.ask(slip.ReasonOtherMunicipality)
	return "", true
}

// ticket decides the number against the register and returns the row it points
// at, nil when there is none or the number is not certain.
func (j *judge) ticket(ctx context.Context, municipality string) (*slip.Ticket, error) {
	prints := j.prints(slip.TicketNumber)
	issued := map[string][]slip.Ticket{}
	if municipality != "" {
		rows, err := j.in.Masters.Tickets(ctx, municipality, neighbourhood(prints))
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			issued[row.TicketNumber] = append(issued[row.TicketNumber], row)
		}
	}
	proposals := make([]string, 0, len(issued))
	for number := range issued {
		proposals = append(proposals, number)
	}
	slices.Sort(proposals)
	f := j.weigh(slip.TicketNumber, prints, rivals{
		possible: func(number string) bool { return len(issued[number]) > 0 },
		share:    j.in.Policy.Shares.NeverIssued,
	}, proposals...)
	if len(proposals) > 0 && !seen(f.prints) {
		f.value, f.candidates, f.logOdds = "", nil, math.Inf(-1) // nothing was read: the register alone says nothing
	}
	if f.value == "" {
		return nil, nil
	}
	rows := issued[f.value]
	if len(rows) == 0 {
		if j.fields[slip.MunicipalityCode] == nil || !slices.Contains(j.fields[slip.MunicipalityCode].reasons, slip.ReasonOtherMunicipality) {
			j.ask(slip.ReasonTicketUnknown)
		}
		f.ask(slip.ReasonTicketUnknown)
		return nil, nil
	}
	j.rows = rows
	row := j.rowOf(rows)
	switch row.Status {
	case slip.TicketIssued:
	case slip.TicketUsed:
		j.ask(slip.ReasonTicketUsed)
	default:
		j.ask(slip.ReasonTicketInvalid)
	}
	return &row, j.registryWitness(ctx, f, row)
}

// seen reports whether any print shows a value at all.
func seen(prints []print) bool {
	return slices.ContainsFunc(prints, func(p print) bool { return !p.silent() })
}

// rowOf chooses among the rows of one number the one whose dose the slip shows
// best.
func (j *judge) rowOf(rows []slip.Ticket) slip.Ticket {
	prints := j.prints(slip.Dose)
	return slices.MaxFunc(rows, func(a, b slip.Ticket) int {
		scoreA, scoreB := rivals{}.score(prints, a.Dose), rivals{}.score(prints, b.Dose)
		switch {
		case scoreA > scoreB:
			return 1
		case scoreA < scoreB:
			return -1
		}
		return 0
	})
}

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
	if f.value != "" && j.certain(slip.TicketNumber) {
		f.support(slip.SourceRegistry, row.BirthDate, registered)
		j.person = row
	}
}

// certain reports whether a value would be accepted as it stands.
func (j *judge) certain(name slip.Value) bool {
	value, has := j.in.Form.Value(name)
	if !has || j.fields[name] == nil {
		return false
	}
	copied := *j.fields[name]
	copied.reasons = slices.Clone(copied.reasons)
	return copied.decide(j.in.Policy, value, false).Outcome == slip.Accepted
}

// neighbourhood lists the numbers that the prints show and those one
// substitution or swap away from the best of each.
func neighbourhood(prints []print) []string {
	numbers := make([]string, 0, maxNeighbours)
	listed := make(map[string]bool, maxNeighbours)
	add := func(number string) {
		if len(numbers) < maxNeighbours && !listed[number] {
			listed[number] = true
			numbers = append(numbers, number)
		}
	}
	for _, p := range prints {
		for _, t := range p.texts {
			add(t.value)
		}
	}
	for _, p := range prints {
		if p.silent() {
			continue
		}
		for _, near := range oneStep(p.texts[0].value) {
			add(near)
		}
	}
	return numbers
}

// oneStep lists the numbers one substituted digit or one swap of neighbours away.
func oneStep(number string) []string {
	var near []string
	digits := []byte(number)
	for i, digit := range digits {
		for other := byte('0'); other <= '9'; other++ {
			if other != digit {
				digits[i] = other
				near = append(near, string(digits))
			}
		}
		digits[i] = digit
		if i > 0 && digits[i-1] != digit {
			digits[i-1], digits[i] = digit, digits[i-1]
			near = append(near, string(digits))
			digits[i-1], digits[i] = digits[i], digits[i-1]
		}
	}
	return near
}
