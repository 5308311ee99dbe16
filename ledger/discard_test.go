package ledger_test

import (
	"strings"
	"testing"
	"time"

	"sesshu/ledger"
	"sesshu/ledger/ledgertest"
	"sesshu/ledger/slip"
	"sesshu/ledger/verify"
)

func discarded(sheets int) slip.Discard {
	return slip.Discard{At: time.Date(2026, 11, 23, 9, 30, 0, 123456789, time.UTC), Person: "佐藤", Reason: "裏返しだった", Sheets: sheets}
}

// logged counts the lines of the access log about a discard.
func logged(t *testing.T, config ledger.Config) (lines int) {
	t.Helper()
	err := connect(t, config.DatabaseURL).QueryRow(t.Context(), `
		select count(*) from access_log where action = 'discard' and account = 'station:station' and object = 'batch:station/batch'`).Scan(&lines)
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

// A batch that the service never heard of, and one that was announced: each is
// on record once, however often the station says so, and nothing comes in later.
func TestADiscardedBatchIsOnRecordOnce(t *testing.T) {
	t.Parallel()
	for name, announced := range map[string]bool{"announced": true, "never heard of": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := ledgertest.Prepare(t)
			store := ledgertest.Open(t, config)
			if announced {
				if err := store.OpenBatch(t.Context(), "station", "batch", number(30)); err != nil {
					t.Fatal(err)
				}
			}
			for range 3 {
				if err := store.DiscardBatch(t.Context(), "station", "batch", number(30), discarded(28)); err != nil {
					t.Fatal(err)
				}
			}
			count, err := store.Batch(t.Context(), "station", "batch")
			if err != nil || !count.Discarded() || !count.Discard.Same(discarded(28)) || *count.Declared != 30 || count.Stored != 0 || count.ClosedAt != nil {
				t.Errorf("batch %+v, %v", count, err)
			}
			if listed, err := store.Batches(t.Context(), 5); err != nil || len(listed) != 1 || !listed[0].Discarded() {
				t.Errorf("list %+v, %v", listed, err)
			}
			if lines := logged(t, config); lines != 1 {
				t.Errorf("%d lines in the access log", lines)
			}
			other := discarded(28)
			other.Person = "鈴木"
			want(t, store.DiscardBatch(t.Context(), "station", "batch", nil, other), ledger.ErrBatchDiscarded)
			want(t, store.OpenBatch(t.Context(), "station", "batch", number(30)), ledger.ErrBatchDiscarded)
			_, err = store.CloseBatch(t.Context(), "station", "batch", slip.Closing{Person: "鈴木", Reason: "x"})
			want(t, err, ledger.ErrBatchDiscarded)
			_, err = store.StoreSheet(t.Context(), scanned(1, "image 1"), strings.NewReader("image 1"))
			want(t, err, ledger.ErrBatchDiscarded)
			report, err := verify.Check(t.Context(), config.DatabaseURL, config.Images)
			if err != nil || !report.Sound() || report.Discarded != 1 || report.DiscardedSheets != 28 || report.Sheets != 0 {
				t.Errorf("verify %+v, %v", report, err)
			}
		})
	}
}

// Sheets that came in under the batch's name are nobody's to throw away.
func TestADiscardLeavesStoredSheets(t *testing.T) {
	t.Parallel()
	store, config := opened(t, nil, 1, 2)
	if err := store.DiscardBatch(t.Context(), "station", "batch", nil, discarded(5)); err != nil {
		t.Fatal(err)
	}
	handIn(t, store, 3)
	count, err := store.Batch(t.Context(), "station", "batch")
	if err != nil || count.Discarded() || count.Discard == nil || count.Discard.Stored != 2 || count.Stored != 3 || count.Waiting != 3 {
		t.Errorf("batch %+v, %v", count, err)
	}
	if _, err := store.CloseBatch(t.Context(), "station", "batch", slip.Closing{Fed: number(3)}); err != nil {
		t.Error(err)
	}
	report, err := verify.Check(t.Context(), config.DatabaseURL, config.Images)
	if err != nil || !report.Sound() || report.Discarded != 0 || logged(t, config) != 1 {
		t.Errorf("verify %+v, %v", report, err)
	}
}

func TestADiscardNeedsANameAndAReason(t *testing.T) {
	t.Parallel()
	store := ledgertest.NewStore(t)
	for name, spoil := range map[string]func(*slip.Discard){
		"no person": func(d *slip.Discard) { d.Person = " " }, "no reason": func(d *slip.Discard) { d.Reason = "" },
		"a long reason": func(d *slip.Discard) { d.Reason = strings.Repeat("長", 1001) },
		"no count":      func(d *slip.Discard) { d.Sheets = -1 }, "no time": func(d *slip.Discard) { d.At = time.Time{} },
	} {
		discard := discarded(1)
		spoil(&discard)
		if err := store.DiscardBatch(t.Context(), "station", "batch", nil, discard); err == nil {
			t.Errorf("%s: taken", name)
		} else {
			want(t, err, ledger.ErrInvalid)
		}
	}
	_, err := store.Batch(t.Context(), "station", "batch")
	want(t, err, ledger.ErrNotFound)
}
