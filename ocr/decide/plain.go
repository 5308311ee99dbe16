package decide

import (
	"context"
	"math"
	"slices"
	"strconv"
	"time"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
)

// plain decides the values that no register holds, after those that do.
func (j *judge) plain(ctx context.Context) error {
	for _, value := range j.in.Form.Values {
		switch {
		case value.Name == slip.VaccinationDate:
			if err := j.vaccinationDate(ctx, value); err != nil {
				return err
			}
		case value.Name == slip.AmountML:
			j.amount(value)
		case value.Name == slip.Consent:
			j.consent(value)
		case j.fields[value.Name] == nil:
			j.weigh(value.Name, j.prints(value.Name), rivals{})
		}
	}
	return nil
}

// vaccinationDate decides the date: a day of the campaign, not after the scan,
// not before the person's birth or the lot's first shipment, after the doses
// before it and before those after it.
func (j *judge) vaccinationDate(ctx context.Context, value form.Value) error {
	checked := slices.Contains(value.Checks, form.CheckDate)
	first, last := j.in.Form.CampaignFirst, j.in.Form.CampaignLast
	if scan := isoDay(j.in.ScanDay); !j.in.ScanDay.IsZero() && (last == "" || scan < last) {
		last = scan
	}
	if j.person != nil {
		first = max(first, j.person.BirthDate)
	}
	inTime := func(date string) bool { return date >= first && (last == "" || date <= last) }
	shipped := func(date string) bool { return j.product == nil || date >= j.product.FirstShipped }
	after, before, err := j.neighbouringDoses(ctx)
	if err != nil {
		return err
	}
	inOrder := func(date string) bool { return date > after && (before == "" || date < before) }
	known := rivals{}
	if checked {
		known.possible = func(date string) bool { return inTime(date) && shipped(date) && inOrder(date) }
		known.share = j.in.Policy.Shares.ImpossibleDate
	}
	f := j.weigh(slip.VaccinationDate, j.prints(slip.VaccinationDate), j.inBatch(slip.VaccinationDate, known))
	if f.value == "" || !checked {
		return nil
	}
	switch {
	case !inTime(f.value):
		f.fault(slip.ReasonDateImpossible)
	case !shipped(f.value):
		f.fault(slip.ReasonDateBeforeLot)
	case !inOrder(f.value):
		f.fault(slip.ReasonDoseOrder)
	}
	return nil
}

// neighbouringDoses returns the last day on which the person was given a dose
// before this slip's, and the first of one after it, as far as the ledger knows
// them and the slip's own dose is certain; "" for none.
func (j *judge) neighbouringDoses(ctx context.Context) (after, before string, err error) {
	if j.person == nil || !j.certain(slip.Dose) {
		return "", "", nil
	}
	own, ok := number(j.fields[slip.Dose].value)
	if !ok {
		return "", "", nil
	}
	given, err := j.in.Masters.Given(ctx, j.person.MunicipalityCode, j.person.TicketNumber)
	if err != nil {
		return "", "", err
	}
	for _, other := range given {
		switch dose, ok := number(other.Dose); {
		case !ok || other.VaccinationDate == "":
		case dose < own:
			after = max(after, other.VaccinationDate)
		case dose > own && (before == "" || other.VaccinationDate < before):
			before = other.VaccinationDate
		}
	}
	return after, before, nil
}

// number returns the number of a dose; one that has none has no order.
func number(dose string) (int, bool) {
	n, err := strconv.Atoi(dose)
	return n, err == nil
}

// amount decides the dose volume: one of the product's doses.
func (j *judge) amount(value form.Value) {
	known := rivals{}
	var doses []string
	if j.product != nil && slices.Contains(value.Checks, form.CheckAmount) {
		doses = j.in.Policy.amounts(*j.product)
	}
	if doses != nil {
		known = rivals{
			possible: func(amount string) bool { return slices.Contains(doses, amount) },
			share:    j.in.Policy.Shares.UnusualAmount,
			room:     func(string) float64 { return float64(len(doses)-1) / 10 },
		}
	}
	f := j.weigh(slip.AmountML, j.prints(slip.AmountML), known)
	if f.value != "" && doses != nil && !slices.Contains(doses, f.value) {
		f.fault(slip.ReasonAmountUnusual)
	}
}

// consent decides whether the person agreed. Nearly everybody who was
// vaccinated did, which helps a faint tick but never makes one.
func (j *judge) consent(value form.Value) {
	f := j.weigh(slip.Consent, j.prints(slip.Consent), rivals{})
	switch {
	case f.value == "" && slices.Contains(f.reasons, slip.ReasonEmpty) && slices.Contains(value.Checks, form.CheckConsent):
		f.ask(slip.ReasonNoConsent)
	case f.value == "yes":
		f.logOdds -= math.Log(j.in.Policy.Shares.NoConsent)
	case f.value != "" && slices.Contains(value.Checks, form.CheckConsent):
		f.fault(slip.ReasonNoConsent)
	}
}

func isoDay(day time.Time) string { return day.Format(time.DateOnly) }
