package worker

import (
	"context"
	"log/slog"
	"slices"

	"sesshu/ledger/slip"
)

// printedOn is what the scanner was told to print on a sheet, nil for nothing.
func printedOn(sheet slip.Sheet) *Printed {
	if sheet.Imprint == "" {
		return nil
	}
	return &Printed{Text: sheet.Imprint, DPI: sheet.DPI}
}

// askOther gives the slips on a sheet that bears another sheet's imprint to a
// person, whatever was decided: between the two, a sheet was swapped, lost or
// doubled. That is no question of policy. What holds nothing for the ledger, such
// as a batch's header, stays that; its batch is not closed without a person
// either.
func (d *Desk) askOther(ctx context.Context, sheet slip.Sheet, pages []slip.PageDecision) {
	imprint := slip.ImprintOf(pages)
	if imprint == nil || imprint.Verdict != slip.ImprintOther {
		return
	}
	d.Logger.WarnContext(ctx, "sheet bears the imprint of another", slog.String("sheet", sheet.String()))
	for i := range pages {
		decision := &pages[i].Decision
		if decision.Outcome == slip.Rejected {
			continue
		}
		decision.Outcome = slip.NeedsReview
		decision.Reasons = slices.Insert(slices.Clone(decision.Reasons), 0, slip.ReasonImprintOther)
	}
}
