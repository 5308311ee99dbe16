package ledger_test

import (
	"fmt"
	"testing"

	"sesshu/ledger"
	"sesshu/ledger/ledgertest"
	"sesshu/ledger/slip"
)

func TestTheStatesOfABatchComeInOrder(t *testing.T) {
	t.Parallel()
	store := ledgertest.NewStore(t)
	record(t, store, 1, certain("0000000001"))
	handIn(t, store, 5)
	record(t, store, 4, rejected)
	record(t, store, 2, doubtful("0000000002", slip.LotNumber))
	record(t, store, 3, certain("0000000001"))
	states, err := store.Sheets(t.Context(), "station", "batch", 1)
	const expected = "[{2 review false <nil>   <nil>} {3 review true <nil>   <nil>} {4 rejected false <nil>   <nil>} {5 waiting false <nil>   <nil>}]"
	if err != nil || fmt.Sprint(states) != expected {
		t.Errorf("states %v, %v, want %s", states, err, expected)
	}
	if states, err := store.Sheets(t.Context(), "station", "batch", 5); err != nil || len(states) != 0 {
		t.Errorf("behind the last: %v, %v", states, err)
	}
	_, err = store.Sheets(t.Context(), "station", "other", 0)
	want(t, err, ledger.ErrNotFound)
}

func TestAtMostAThousandStatesComeAtOnce(t *testing.T) {
	t.Parallel()
	store := ledgertest.NewStore(t)
	for sequence := range 1003 {
		handIn(t, store, sequence+1)
	}
	states, err := store.Sheets(t.Context(), "station", "batch", 2)
	if err != nil || len(states) != 1000 || states[0].Sequence != 3 || states[999].Sequence != 1002 {
		t.Errorf("%d states, %v", len(states), err)
	}
}
