package ledger

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"sesshu/ledger/slip"
)

// controlOf returns the batch sheet that a sheet is: one of its pages is one,
// and all others are blank. A sheet with anything else on its other side counts
// as a slip.
func controlOf(pages []slip.PageDecision) (sheet slip.BatchSheet, at int) {
	at = -1
	for i, page := range pages {
		found, ok := slip.BatchSheetOf(page.Reading)
		switch {
		case page.Decision.Outcome != slip.Rejected:
			return slip.BatchSheet{}, -1
		case ok && at < 0:
			sheet, at = found, i
		case !page.Reading.Blank:
			return slip.BatchSheet{}, -1
		}
	}
	return sheet, at
}

// recordControl takes a batch sheet's words. It returns the sheet's control
// kind, empty for any other sheet, and the pages as they are to be recorded.
//
// A header's words are taken when they add to what is known of its batch or
// repeat it. Otherwise nothing is overwritten: the sheet counts as a slip and
// goes to a person with the reason slip.ReasonBatchContradiction. A batch that
// is closed was counted with this sheet as a slip; what would make its count
// wrong now changes nothing either.
func (s *Store) recordControl(ctx context.Context, tx pgx.Tx, row sheetRow, pages []slip.PageDecision) (slip.ControlKind, []slip.PageDecision, error) {
	sheet, at := controlOf(pages)
	if at < 0 {
		return "", pages, nil
	}
	if _, err := lockBatch(ctx, tx, row.sheet.Station, row.sheet.Batch); err != nil {
		return "", nil, errors.Join(errors.New("lock the batch"), err)
	}
	count, err := loadBatch(ctx, tx, row.sheet.Station, row.sheet.Batch)
	if err != nil {
		return "", nil, err
	}
	bound := isBound(count)
	slips := count.Slips() - 1 // without this sheet
	if sheet.Kind == slip.Separator {
		if bound && count.Declared != nil && *count.Declared != slips {
			return "", pages, nil
		}
		return slip.Separator, pages, nil
	}
	contradiction := count.Declared != nil && *count.Declared != sheet.Declared ||
		other(count.FacilityCode, sheet.FacilityCode) || other(count.Month, sheet.Month) ||
		bound && sheet.Declared != slips
	if contradiction {
		pages = append([]slip.PageDecision(nil), pages...)
		pages[at].Decision.Outcome = slip.NeedsReview
		pages[at].Decision.Reasons = []slip.Reason{slip.ReasonBatchContradiction}
		return "", pages, nil
	}
	_, err = tx.Exec(ctx, `
		update batches set declared = $3, header = coalesce(header, $4),
			facility_code = coalesce(facility_code, nullif($5, '')), month = coalesce(month, nullif($6, ''))
		where station = $1 and batch = $2`,
		row.sheet.Station, row.sheet.Batch, sheet.Declared, row.id, sheet.FacilityCode, sheet.Month)
	return slip.BatchHeader, pages, err
}

// isBound reports whether the batch was closed because its counts agreed. What
// would make them wrong afterwards is a person's business.
func isBound(count slip.BatchCount) bool { return count.ClosedAt != nil && !count.CountsDiffer }

// other reports whether two sayings exclude each other; one that is empty
// excludes nothing.
func other(known, said string) bool { return known != "" && said != "" && known != said }
