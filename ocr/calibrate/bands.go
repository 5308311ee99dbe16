package calibrate

import (
	"cmp"
	"context"
	"slices"

	"sesshu/ledger/slip"
	"sesshu/ocr/decide"
	"sesshu/ocr/drift"
)

// bands counts, form by form and value by value, how often the policy accepts
// and how often witnesses disagree: what a stream of such slips will keep to.
func bands(ctx context.Context, config Config, policy decide.Policy) ([]decide.Band, error) {
	decisions, err := decideAll(ctx, config, policy)
	if err != nil {
		return nil, err
	}
	type key struct {
		form  string
		value slip.Value
	}
	counts := map[key]*decide.Band{}
	for i, decision := range decisions {
		if config.Slips[i].Form == nil {
			continue
		}
		for value, decided := range decision.Fields {
			at := key{config.Slips[i].Form.Name, value}
			if counts[at] == nil {
				counts[at] = &decide.Band{Form: at.form, Value: at.value}
			}
			band := counts[at]
			band.Pages++
			if decided.Outcome == slip.Accepted {
				band.Accepted++
			}
			if drift.Disagreed(value, decided) {
				band.Disagreed++
			}
		}
	}
	all := make([]decide.Band, 0, len(counts))
	for _, band := range counts {
		all = append(all, *band)
	}
	slices.SortFunc(all, func(a, b decide.Band) int { return cmp.Or(cmp.Compare(a.Form, b.Form), cmp.Compare(a.Value, b.Value)) })
	return all, nil
}
