package ledger_test

import (
	"testing"

	"sesshu/ledger/ledgertest"
	"sesshu/ledger/slip"
)

// Whoever follows the decisions gets every page once, in the order of the
// sheets, and sheets that wait are no hole for ever.
func TestDecisionsFollowTheSheets(t *testing.T) {
	t.Parallel()
	store := ledgertest.NewStore(t)
	if last, err := store.LastRow(t.Context()); err != nil || last != 0 {
		t.Fatalf("an empty ledger's last row is %d, error %v", last, err)
	}
	record(t, store, 1, certain("0000000001"), rejected)
	handIn(t, store, 2) // waits
	record(t, store, 3, doubtful("0000000003", slip.Dose))
	all, err := store.Decisions(t.Context(), 0, 10)
	if err != nil || len(all) != 3 {
		t.Fatalf("%d decisions, error %v", len(all), err)
	}
	if all[0].Page != 1 || all[1].Page != 2 || all[0].Row != all[1].Row || all[2].Row <= all[1].Row {
		t.Errorf("out of order: %+v", all)
	}
	if all[0].Decision.Outcome != slip.Accepted || all[1].Decision.Outcome != slip.Rejected || all[2].Decision.Outcome != slip.NeedsReview {
		t.Errorf("outcomes of other pages: %+v", all)
	}
	last, err := store.LastRow(t.Context())
	if err != nil || last != all[2].Row {
		t.Errorf("the last row is %d, error %v", last, err)
	}
	if rest, err := store.Decisions(t.Context(), all[0].Row, 10); err != nil || len(rest) != 1 || rest[0].Row != last {
		t.Errorf("after the first sheet: %+v, error %v", rest, err)
	}
	if first, err := store.Decisions(t.Context(), 0, 1); err != nil || len(first) != 1 {
		t.Errorf("one page: %+v, error %v", first, err)
	}
}
