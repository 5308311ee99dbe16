package explain

import (
	"fmt"
	"slices"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
	"sesshu/ocr/decide"
)

// breaks lists the reasons that say that a check does not hold.
var breaks = map[form.Check][]slip.Reason{
	form.CheckMunicipality: {slip.ReasonOtherMunicipality, slip.ReasonTicketUnknown, slip.ReasonFormat},
	form.CheckTicket:       {slip.ReasonTicketUnknown, slip.ReasonTicketUsed, slip.ReasonTicketInvalid},
	form.CheckDate:         {slip.ReasonDateImpossible, slip.ReasonDateBeforeLot, slip.ReasonDoseOrder, slip.ReasonFormat},
	form.CheckLot:          {slip.ReasonLotUnknown, slip.ReasonFormat},
	form.CheckManufacturer: {slip.ReasonLotManufacturer},
	form.CheckFacility:     {slip.ReasonCheckDigit, slip.ReasonFacilityUnknown, slip.ReasonFormat},
	form.CheckPerson:       {slip.ReasonPersonMismatch},
	form.CheckAmount:       {slip.ReasonAmountUnusual, slip.ReasonFormat},
	form.CheckConsent:      {slip.ReasonNoConsent},
}

// ofSlip are the checks whose reasons stand with the slip as a whole.
var ofSlip = []form.Check{form.CheckTicket, form.CheckMunicipality, form.CheckPerson}

// rules says of every rule of a value whether it holds.
func rules(page Page, policy decide.Policy, value form.Value, decided slip.FieldDecision) []ruleView {
	state := func(fails, open bool) string {
		switch {
		case fails:
			return "fail"
		case open:
			return "open"
		}
		return "pass"
	}
	asked := func(reason slip.Reason) bool { return slices.Contains(decided.Reasons, reason) }
	nothing := decided.Value == ""
	var all []ruleView
	for _, check := range value.Checks {
		broken := slices.ContainsFunc(breaks[check], func(reason slip.Reason) bool {
			return asked(reason) || slices.Contains(ofSlip, check) && slices.Contains(page.Decision.Reasons, reason) && decided.Outcome != slip.Accepted
		})
		// A check against a value that is itself in doubt says nothing yet.
		unsure := nothing || asked(slip.ReasonUncertain) && (check == form.CheckManufacturer || check == form.CheckLot || check == form.CheckFacility)
		all = append(all, ruleView{Words: say("check." + string(check)), State: state(broken, unsure)})
	}
	wanted := max(1, value.Witnesses)
	if value.Name == slip.TicketNumber || value.Name == slip.ReferenceNumber {
		wanted = max(2, wanted)
	}
	agreeing, against := 0, 0
	for _, witness := range decided.Witnesses {
		if witness.Text == decided.Value && witness.P >= policy.Agreement {
			agreeing++
		} else if witness.Text != decided.Value && witness.P >= policy.Agreement {
			against++
		}
	}
	few := asked(slip.ReasonOneWitness) || agreeing < wanted && decided.Outcome != slip.Accepted
	threshold := policy.Threshold(value.Name)
	all = append(all,
		ruleView{Words: say("rule.witnesses"), State: state(few && !nothing, nothing), Detail: fmt.Sprintf("%d / %d", agreeing, wanted)},
		ruleView{Words: say("rule.contradiction"), State: state(asked(slip.ReasonContradiction) || against > 0 && decided.Outcome != slip.Accepted, nothing)},
		ruleView{Words: say("rule.threshold"), State: state(!nothing && decided.P < threshold, nothing), Detail: probability(decided.P) + " / " + probability(threshold)},
	)
	if slices.Contains(policy.AlwaysAsk, value.Name) {
		all = append(all, ruleView{Words: say("rule.always"), State: "fail"})
	}
	if asked(slip.ReasonDrift) {
		all = append(all, ruleView{Words: say("rule.drift"), State: "fail"})
	}
	return all
}
