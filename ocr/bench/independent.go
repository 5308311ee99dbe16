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
	whole, _, err := independent(ctx, in)
	return whole, err
}

// independent returns the same twice: with all values, and with all but the
// manufacturer. Its name is a word of a short list, believed as far as any such word
// is and less than a slip needs: by itself it keeps back every slip, and hides what
// the others would do.
func independent(ctx context.Context, in decide.Input) (all, nameless slip.Decision, err error) {
	if in.Form == nil || in.Page.Blank {
		all, err = decide.Slip(ctx, in)
		return all, all, err
	}
	decisions := make([]slip.Decision, len(in.Form.Values))
	for i, value := range in.Form.Values {
		alone := in
		alone.Form = only(in.Form, value)
		if decisions[i], err = decide.Slip(ctx, alone); err != nil {
			return slip.Decision{}, slip.Decision{}, err
		}
	}
	return joined(in, decisions, ""), joined(in, decisions, slip.Manufacturer), nil
}

// joined makes one decision of those on each of the form's values but one.
func joined(in decide.Input, decisions []slip.Decision, but slip.Value) slip.Decision {
	whole := slip.Decision{Outcome: slip.Accepted, Fields: map[slip.Value]slip.FieldDecision{}, PolicyHash: in.Policy.Hash, PolicyBase: in.Policy.Base}
	for i, value := range in.Form.Values {
		if value.Name == but {
			continue
		}
		decision := decisions[i]
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
	return whole
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
