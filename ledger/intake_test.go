package ledger_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sesshu/ledger"
	"sesshu/ledger/ledgertest"
	"sesshu/ledger/slip"
)

// scanned is a sheet with an image of these bytes.
func scanned(sequence int, image string) slip.Sheet {
	return slip.Sheet{
		SheetID:    slip.SheetID{Station: "station", Batch: "batch", Sequence: sequence},
		SHA256:     slip.HashOf([]byte(image)),
		Bytes:      int64(len(image)),
		MediaType:  "image/jpeg",
		CapturedAt: time.Date(2021, 6, 30, 9, 0, 0, 0, time.UTC),
		DPI:        300,
	}
}

// handIn stores a sheet whose image is its own number.
func handIn(t testing.TB, store *ledger.Store, sequence int) slip.Sheet {
	t.Helper()
	image := fmt.Sprint("image ", sequence)
	sheet := scanned(sequence, image)
	if stored, err := store.StoreSheet(t.Context(), sheet, strings.NewReader(image)); err != nil || !stored {
		t.Fatalf("store sheet %d: stored %v, %v", sequence, stored, err)
	}
	return sheet
}

func TestASheetHandedInTwentyTimesAtOnceIsStoredOnce(t *testing.T) {
	t.Parallel()
	store := ledgertest.NewStore(t)
	image := strings.Repeat("paper", 100_000)
	sheet := scanned(1, image)
	var stored atomic.Int32
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			fresh, err := store.StoreSheet(t.Context(), sheet, strings.NewReader(image))
			if err != nil {
				t.Error(err)
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
	count, err := store.Batch(t.Context(), "station", "batch")
	if err != nil {
		t.Fatal(err)
	}
	if count.Stored != 1 || count.Waiting != 1 {
		t.Errorf("count %+v", count)
	}
	again, err := store.Sheet(t.Context(), sheet.SheetID)
	if err != nil || again != sheet {
		t.Errorf("sheet came back as %+v, %v; want %+v", again, err, sheet)
	}
	kept, err := store.Image(t.Context(), sheet.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = kept.Close() }()
	if content, err := io.ReadAll(kept); err != nil || string(content) != image {
		t.Errorf("image came back with %d bytes, %v", len(content), err)
	}
}

// The first of several sheets with the same bytes is no duplicate, each other one
// is; also when they come in at once, over other batches, and nothing could be
// read on them.
func TestEqualPapersAreTwoSheetsAndOneIdentityHoldsOneImage(t *testing.T) {
	t.Parallel()
	config := ledgertest.Prepare(t)
	store := ledgertest.Open(t, config)
	const papers = 8
	var group sync.WaitGroup
	for i := range papers {
		group.Go(func() {
			sheet := scanned(i/2+1, "the same")
			sheet.Batch = []string{"batch", "other"}[i%2]
			for again := range 2 { // handing one in again makes it no duplicate of itself
				if stored, err := store.StoreSheet(t.Context(), sheet, strings.NewReader("the same")); err != nil || stored != (again == 0) {
					t.Errorf("paper %d: stored %v, %v", i, stored, err)
				}
			}
		})
	}
	group.Wait()
	if got := totals(t, store); got.Stored != papers || got.Duplicates != papers-1 {
		t.Errorf("totals %+v", got)
	}
	handIn(t, store, papers)
	if got := totals(t, store); got.Duplicates != papers-1 {
		t.Errorf("another paper is a duplicate: %+v", got)
	}
	sound(t, config)
	other := scanned(1, "another")
	if _, err := store.StoreSheet(t.Context(), other, strings.NewReader("another")); !errors.Is(err, ledger.ErrSheetConflict) {
		t.Errorf("another image under a used identity: %v, want ErrSheetConflict", err)
	}
}

func TestBadHandInsLeaveNothing(t *testing.T) {
	t.Parallel()
	store := ledgertest.NewStore(t)
	wrong := scanned(1, "announced")
	if _, err := store.StoreSheet(t.Context(), wrong, strings.NewReader("delivered")); !errors.Is(err, ledger.ErrHashMismatch) {
		t.Errorf("wrong bytes: %v, want ErrHashMismatch", err)
	}
	short := io.MultiReader(bytes.NewReader([]byte("begin")), failing{io.ErrUnexpectedEOF})
	if _, err := store.StoreSheet(t.Context(), wrong, short); !errors.Is(err, ledger.ErrTruncated) {
		t.Errorf("a connection cut off: %v, want ErrTruncated", err)
	}
	impossible := scanned(0, "zero")
	if _, err := store.StoreSheet(t.Context(), impossible, strings.NewReader("zero")); !errors.Is(err, ledger.ErrInvalid) {
		t.Errorf("sequence 0: %v, want ErrInvalid", err)
	}
	if _, err := store.Sheet(t.Context(), wrong.SheetID); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("a refused sheet: %v, want ErrNotFound", err)
	}
	if _, err := store.Image(t.Context(), wrong.SHA256); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("a refused image: %v, want ErrNotFound", err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestABatchIsCounted(t *testing.T) {
	t.Parallel()
	store := ledgertest.NewStore(t)
	if _, err := store.Batch(t.Context(), "station", "batch"); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("unknown batch: %v, want ErrNotFound", err)
	}
	declared := 3
	for _, count := range []*int{nil, &declared, nil} { // the last does not forget
		if err := store.OpenBatch(t.Context(), "station", "batch", count); err != nil {
			t.Fatal(err)
		}
	}
	negative := -1
	if err := store.OpenBatch(t.Context(), "station", "other", &negative); !errors.Is(err, ledger.ErrInvalid) {
		t.Errorf("minus one sheet: %v, want ErrInvalid", err)
	}
}
