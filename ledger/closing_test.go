package ledger_test

import (
	"strings"
	"testing"

	"sesshu/ledger"
	"sesshu/ledger/ledgertest"
	"sesshu/ledger/slip"
)

// Whatever kept its station from closing it: a person at the desk answers for
// the batch, once, and the account says whether its counts agreed.
func TestABatchIsClosedAtTheDesk(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		declared  *int
		sequences []int
		differ    bool
	}{
		"the station died halfway":        {number(5), []int{1, 2, 3}, true},
		"a sheet is stuck at the station": {nil, []int{1, 3}, true},
		"all came in":                     {number(2), []int{1, 2}, false},
		"nothing declared":                {nil, []int{1}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store, config := opened(t, c.declared, c.sequences...)
			for _, account := range []string{"kanri", "betsu"} { // the second comes too late
				count, err := store.CloseBatchAtDesk(t.Context(), "station", "batch", account, " the scanner broke\n")
				if err != nil || count.ClosedAt == nil || count.ClosedBy != "kanri" || count.ClosingReason != "the scanner broke" ||
					count.CountsDiffer != c.differ || count.Fed != nil {
					t.Errorf("closed: %+v, %v", count, err)
				}
			}
			if count, err := store.CloseBatch(t.Context(), "station", "batch", slip.Closing{Fed: number(9)}); err != nil || count.ClosedBy != "kanri" {
				t.Errorf("the station comes back: %+v, %v", count, err)
			}
			var lines int
			if err := connect(t, config.DatabaseURL).QueryRow(t.Context(), `
				select count(*) from access_log where action = 'close' and account = 'kanri' and object = 'batch:station/batch'`).Scan(&lines); err != nil || lines != 1 {
				t.Errorf("%d lines in the access log, %v", lines, err)
			}
			sound(t, config)
		})
	}
}

// What came in by upload or camera is closed there, and what comes later is
// taken in.
func TestADesksOwnBatchIsClosed(t *testing.T) {
	t.Parallel()
	config := ledgertest.Prepare(t)
	store := ledgertest.Open(t, config)
	storeUpload(t, store, upload(1, "one"), "one")
	if count, err := store.CloseBatchAtDesk(t.Context(), slip.DeskStation, upload(1, "").Batch, "kanri", "the day is over"); err != nil || count.ClosedAt == nil {
		t.Fatalf("closed: %+v, %v", count, err)
	}
	if sheet, fresh := storeUpload(t, store, upload(2, "two"), "two"); !fresh || sheet.Sequence != 2 {
		t.Errorf("a later upload: %v, stored %v", sheet, fresh)
	}
	sound(t, config)
}

func TestClosingAtTheDeskNeedsAReasonAndABatch(t *testing.T) {
	t.Parallel()
	store, _ := opened(t, number(2), 1)
	closing := func(batch, reason string) error {
		_, err := store.CloseBatchAtDesk(t.Context(), "station", batch, "kanri", reason)
		return err
	}
	want(t, closing("batch", " \n"), ledger.ErrInvalid)
	want(t, closing("batch", strings.Repeat("長", slip.LongestReason+1)), ledger.ErrInvalid)
	want(t, closing("none", "x"), ledger.ErrNotFound)
	if err := store.DiscardBatch(t.Context(), "station", "thrown", nil, discarded(3)); err != nil {
		t.Fatal(err)
	}
	want(t, closing("thrown", "x"), ledger.ErrBatchDiscarded)
	for _, batch := range []string{"batch", "thrown"} {
		if count, err := store.Batch(t.Context(), "station", batch); err != nil || count.ClosedAt != nil {
			t.Errorf("refused, yet %+v, %v", count, err)
		}
	}
}
