package decide

import (
	"context"
	"maps"
	"slices"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
)

// Room for rivals of a facility code whose check digit fits: a reader must err
// twice, and just so. In prefectures 11 to 14 the check digit does not cover the
// code's first three digits (see slip.ValidFacilityCode), so there one error can
// lead to another institution; such neighbours are counted as what they are.
const (
	facilityRoom      = 0.0002
	facilityNeighbour = 0.0001 // for each code of the master two changes away: both must be misread, into just these
)

// facility decides the medical institution's code by its check digit and the
// master. A code that is in the master is far more likely than a misreading that
// lands on it, but for its neighbours two digits away, which are counted.
func (j *judge) facility(ctx context.Context) error {
	value, has := j.in.Form.Value(slip.FacilityCode)
	if !has {
		return nil
	}
	prints := j.prints(slip.FacilityCode)
	mustBeKnown := slices.Contains(value.Checks, form.CheckFacility)
	var codes []string
	for _, p := range prints {
		for _, t := range p.texts {
			codes = append(codes, t.value)
		}
	}
	master, err := j.facilities(ctx, codes)
	if err != nil {
		return err
	}
	possible := slip.ValidFacilityCode
	if mustBeKnown {
		possible = func(code string) bool { return master[code] }
	}
	known := j.inBatch(slip.FacilityCode, rivals{possible: possible, share: j.in.Policy.Shares.UnknownFacility})
	chosen, _, found := known.best(prints)
	if found && possible(chosen) && mustBeKnown {
		far, err := j.facilities(ctx, twoSteps(chosen))
		if err != nil {
			return err
		}
		near, err := j.facilities(ctx, oneStep(chosen))
		if err != nil {
			return err
		}
		neighbours := neighbourRoom(slices.Sorted(maps.Keys(near)), facilityRoom+facilityNeighbour*float64(len(far)))
		known.room = func(code string) float64 { return min(1, neighbours(code)) }
		if !slip.ValidFacilityCode(chosen) {
			known.room = nil // in the master, but its number has no check digit to lean on
		}
	}
	// Only where the room is small has the number itself something to say.
	known.settles = known.room != nil
	f := j.weigh(slip.FacilityCode, prints, known)
	if j.readsAnother(f) {
		f.ask(slip.ReasonUncertain)
	}
	switch {
	case f.value == "":
	case mustBeKnown && !master[f.value]:
		if !slip.ValidFacilityCode(f.value) {
			f.fault(slip.ReasonCheckDigit)
		} else {
			f.fault(slip.ReasonFacilityUnknown)
		}
	case !mustBeKnown && !slip.ValidFacilityCode(f.value):
		f.fault(slip.ReasonCheckDigit)
	}
	return nil
}

// readsAnother reports whether a print shows another code whose check digit fits.
// A misreading seldom fits; a new institution's code, or one from elsewhere, does,
// and must not become one of the master's that looks like it.
func (j *judge) readsAnother(f *field) bool {
	return f.value != "" && slices.ContainsFunc(f.prints, func(p print) bool {
		return !p.silent() && slices.ContainsFunc(p.texts, func(t text) bool {
			return t.value != f.value && t.p >= j.in.Policy.Contradiction && slip.ValidFacilityCode(t.value)
		})
	})
}

// facilities returns which of the codes are in the master.
func (j *judge) facilities(ctx context.Context, codes []string) (map[string]bool, error) {
	rows, err := j.in.Masters.Facilities(ctx, codes)
	if err != nil {
		return nil, err
	}
	known := make(map[string]bool, len(rows))
	for _, row := range rows {
		known[row.FacilityCode] = true
	}
	return known, nil
}

// twoSteps lists the codes with a fitting check digit that two changed digits
// lead to; among them are the swaps of neighbours that the check digit misses.
func twoSteps(code string) []string {
	var near []string
	body := []byte(code[:9])
	complete := func() {
		if digit, ok := slip.FacilityCheckDigit(string(body)); ok {
			near = append(near, string(body)+string(digit))
		}
	}
	for i, digit := range body {
		for other := byte('0'); other <= '9'; other++ {
			if other == digit {
				continue
			}
			body[i] = other
			complete() // this digit and the check digit
			for k := i + 1; k < len(body); k++ {
				kept := body[k]
				for second := byte('0'); second <= '9'; second++ {
					if body[k] = second; second != kept && fits(body, code[9]) {
						near = append(near, string(body)+code[9:])
					}
				}
				body[k] = kept
			}
		}
		body[i] = digit
	}
	return near
}

func fits(body []byte, check byte) bool {
	digit, ok := slip.FacilityCheckDigit(string(body))
	return ok && digit == check
}
