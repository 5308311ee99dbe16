package bench

import (
	"context"
	"slices"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
	"sesshu/ocr/decide"
)

// Independent decides every value of a page by itself, from its own prints and
// its own master, as if the slip held nothing else: the register's person does
// not speak for the number, the lot not for its manufacturer or date. It is what
// deciding jointly is compared with, and never used to accept anything.
//
// It replays the same decision over forms that hold one value each, so that the
// joint evidence is all that is taken away.
func Independent(ctx context.Context, in decide.Input) (slip.Decision, error) {
	if in.Form == nil || in.Page.Blank {
		return decide.Slip(ctx, in)
	}
	whole := slip.Decision{Outcome: slip.Accepted, Fields: map[slip.Value]slip.FieldDecision{}, PolicyHash: in.Policy.Hash, PolicyBase: in.Policy.Base}
	for _, value := range in.Form.Values {
		alone := in
		alone.Form = only(in.Form, value)
		decision, err := decide.Slip(ctx, alone)
		if err != nil {
			return slip.Decision{}, err
		}
		if decision.Outcome != slip.Accepted {
			whole.Outcome = slip.NeedsReview
		}
		for _, reason := range decision.Reasons {
			if !slices.Contains(whole.Reasons, reason) {
				whole.Reasons = append(whole.Reasons, reason)
			}
		}
		if decided, has := decision.Fields[value.Name]; has {
			whole.Fields[value.Name] = decided
		}
	}
	return whole, nil
}

// only returns the form as if it held one value.
func only(whole *form.Form, value form.Value) *form.Form {
	one := *whole
	value.Checks = slices.DeleteFunc(slices.Clone(value.Checks), func(check form.Check) bool {
		return check == form.CheckManufacturer || check == form.CheckPerson // both are rules between values
	})
	one.Values = []form.Value{value}
	one.Fields = nil
	for _, field := range whole.Fields {
		field.Gives = slices.DeleteFunc(slices.Clone(field.Gives), func(gives form.Gives) bool { return gives.Value != value.Name })
		if len(field.Gives) > 0 {
			one.Fields = append(one.Fields, field)
		}
	}
	return &one
}
