package ledger_test

import (
	"testing"

	"sesshu/ledger/slip"
)

// A sheet is one sheet whatever is on its back; a blank back is dropped, and
// that is on record.
func TestABlankBackIsRecordedAndNeedsNobody(t *testing.T) {
	t.Parallel()
	store, config := opened(t, number(2))
	recordAll(t, store, 1, func(sheet slip.Sheet) []slip.PageDecision {
		return []slip.PageDecision{onPage(sheet, 1, certain("0000000001")), blankPage(sheet, 2)}
	})
	recordAll(t, store, 2, func(sheet slip.Sheet) []slip.PageDecision {
		return []slip.PageDecision{blankPage(sheet, 1), onPage(sheet, 2, doubtful("0000000002", slip.LotNumber))}
	})
	count, err := store.CloseBatch(t.Context(), "station", "batch", slip.Closing{})
	if err != nil || count.Stored != 2 || count.Accepted != 1 || count.Review != 1 {
		t.Errorf("count %+v, %v", count, err)
	}
	service := connect(t, config.DatabaseURL)
	var blank, rejected int
	if err := service.QueryRow(t.Context(), `
		select count(*) filter (where (reading -> 'blank')::boolean), count(*) filter (where outcome = 'reject' and decision -> 'reasons' ->> 0 = 'blank_page')
		from pages`).Scan(&blank, &rejected); err != nil || blank != 2 || rejected != 2 {
		t.Errorf("%d blank pages, %d rejected as blank on record, %v", blank, rejected, err)
	}
	sound(t, config)
}
