package decide

import (
	"context"
	"math"
	"slices"

	"sesshu/ledger/slip"
)

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
