package ledger_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sesshu/ledger"
	"sesshu/ledger/ledgertest"
	"sesshu/ledger/slip"
)

// upload is a file of these bytes, handed in by hanako.
func upload(id byte, file string) slip.Upload {
	return slip.Upload{
		ID: strings.Repeat(fmt.Sprintf("%02x", id), 16), Account: "hanako", Batch: "2021-06-30.hanako", FileName: "予診票 1.pdf",
		SHA256: slip.HashOf([]byte(file)), MediaType: "application/pdf", At: time.Date(2021, 6, 30, 9, 0, 0, 0, time.UTC),
	}
}

func storeUpload(t *testing.T, store *ledger.Store, one slip.Upload, file string) (slip.SheetID, bool) {
	t.Helper()
	sheet, stored, err := store.StoreUpload(t.Context(), one, strings.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	return sheet, stored
}

// The same request again changes nothing, also at once and on the next day; the
// same file under another id is a second sheet.
func TestAnUploadIsStoredOnce(t *testing.T) {
	t.Parallel()
	store := ledgertest.NewStore(t)
	var stored atomic.Int32
	var group sync.WaitGroup
	for range 10 {
		group.Go(func() {
			sheet, fresh, err := store.StoreUpload(t.Context(), upload(1, "one"), strings.NewReader("one"))
			if err != nil || sheet != (slip.SheetID{Station: "desk", Batch: "2021-06-30.hanako", Sequence: 1}) {
				t.Errorf("sheet %v, %v", sheet, err)
			}
			if fresh {
				stored.Add(1)
			}
		})
	}
	group.Wait()
	if stored.Load() != 1 {
		t.Errorf("stored %d times", stored.Load())
	}
	later := upload(1, "one")
	later.Batch, later.At = "2021-07-01.hanako", later.At.Add(24*time.Hour)
	if sheet, fresh := storeUpload(t, store, later, "one"); fresh || sheet.Batch != "2021-06-30.hanako" {
		t.Errorf("after midnight: %v, stored %v", sheet, fresh)
	}
	_, _, err := store.StoreUpload(t.Context(), upload(1, "other"), strings.NewReader("other"))
	want(t, err, ledger.ErrSheetConflict)

	if sheet, fresh := storeUpload(t, store, upload(2, "one"), "one"); !fresh || sheet.Sequence != 2 {
		t.Errorf("the same file on purpose: %v, stored %v", sheet, fresh)
	}
	taro := upload(1, "two")
	taro.Account, taro.Batch = "taro", "2021-06-30.taro"
	if sheet, fresh := storeUpload(t, store, taro, "two"); !fresh || sheet.Sequence != 1 {
		t.Errorf("another person's upload with the same id: %v, stored %v", sheet, fresh)
	}
	states, err := store.Uploads(t.Context(), "hanako", []string{upload(2, "").ID, upload(1, "").ID, upload(9, "").ID})
	if err != nil || len(states) != 2 {
		t.Fatalf("%d uploads, %v", len(states), err)
	}
	if first := states[0]; first.ID != upload(1, "").ID || first.Duplicate || first.SameFile != nil || first.State != slip.SheetWaiting ||
		first.FileName != "予診票 1.pdf" || first.Sheet.Bytes != 3 || len(first.Pages) != 0 {
		t.Errorf("first: %+v", first)
	}
	if second := states[1]; !second.Duplicate || second.SameFile == nil || second.SameFile.Sequence != 1 {
		t.Errorf("second: %+v", second)
	}
	count, err := store.Batch(t.Context(), "desk", "2021-06-30.hanako")
	if err != nil || count.Stored != 2 || count.Duplicates != 1 || count.Waiting != 2 {
		t.Errorf("batch %+v, %v", count, err)
	}
}

// People who upload at once get places one after the other.
func TestUploadsOfOneBatchAreNumberedWithoutGaps(t *testing.T) {
	t.Parallel()
	store := ledgertest.NewStore(t)
	var group sync.WaitGroup
	for i := range 12 {
		group.Go(func() {
			file := fmt.Sprint("file ", i)
			if _, _, err := store.StoreUpload(t.Context(), upload(byte(i), file), strings.NewReader(file)); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	recent, err := store.RecentUploads(t.Context(), "hanako", "2021-06-30.hanako", 5)
	if err != nil || len(recent) != 5 {
		t.Fatalf("%d recent uploads, %v", len(recent), err)
	}
	for i, state := range recent {
		if state.Sheet.Sequence != 8+i {
			t.Errorf("recent upload %d is sheet %d", i, state.Sheet.Sequence)
		}
	}
}

func TestAnUploadSaysWhatBecameOfItsPages(t *testing.T) {
	t.Parallel()
	store := ledgertest.NewStore(t)
	id, _ := storeUpload(t, store, upload(1, "file"), "file")
	sheet, err := store.Sheet(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	page := func(n int, decision slip.Decision) slip.PageDecision {
		return slip.PageDecision{Reading: slip.PageReading{SHA256: sheet.SHA256, Page: n}, Decision: decision}
	}
	unreadable := page(3, slip.Decision{Reasons: []slip.Reason{slip.ReasonUnreadable}})
	unreadable.Reading.Fault = slip.FaultTruncated
	if err := store.RecordPages(t.Context(), sheet, []slip.PageDecision{
		page(1, certain("0000000001")), page(2, rejected), unreadable,
	}); err != nil {
		t.Fatal(err)
	}
	states, err := store.Uploads(t.Context(), "hanako", []string{upload(1, "").ID})
	if err != nil || len(states) != 1 || states[0].State != slip.SheetReview || len(states[0].Pages) != 3 {
		t.Fatalf("states %+v, %v", states, err)
	}
	first, second, third := states[0].Pages[0], states[0].Pages[1], states[0].Pages[2]
	if first.Entry != 1 || first.Item != 0 || first.Decision.Fields[slip.TicketNumber].Value != "0000000001" {
		t.Errorf("first page: %+v", first)
	}
	if second.Entry != 0 || second.Item != 0 || second.Reading.Page != 2 {
		t.Errorf("second page: %+v", second)
	}
	if third.Item == 0 || third.ItemState != slip.ReviewWaiting || third.Reading.Fault != slip.FaultTruncated {
		t.Errorf("third page: %+v", third)
	}
	item, err := store.ReviewItem(t.Context(), third.Item)
	if err != nil || item.FileName != "予診票 1.pdf" {
		t.Errorf("item of file %q, %v", item.FileName, err)
	}
}
