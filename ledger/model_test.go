package ledger_test

import (
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"sesshu/ledger"
	"sesshu/ledger/ledgertest"
	"sesshu/ledger/slip"
	"sesshu/ledger/verify"
)

// model is what the ledger should hold, in the simplest words.
type model struct {
	entered map[string]bool        // doses, by ticket
	sheets  map[slip.SheetID]*fate // all that were fed
}

// fate is what became of a sheet's pages.
type fate struct {
	waiting int
	entered bool
}

// Whatever is fed, answered, confirmed, rejected and undone in whatever order:
// the account agrees with the model and the checker finds nothing.
func TestAnyHistoryLeavesASoundLedger(t *testing.T) {
	t.Parallel()
	config := ledgertest.Prepare(t)
	store := ledgertest.Open(t, config)
	m := model{entered: map[string]bool{}, sheets: map[slip.SheetID]*fate{}}
	rapid.Check(t, func(r *rapid.T) {
		for range rapid.IntRange(1, 6).Draw(r, "acts") {
			if rapid.Bool().Draw(r, "feed") {
				m.feed(t, r, store)
			} else {
				m.review(t, r, store)
			}
		}
	})
	var want slip.Totals
	for _, fate := range m.sheets {
		want.Stored++
		switch {
		case fate.waiting > 0:
			want.Review++
		case fate.entered:
			want.Accepted++
		default:
			want.Rejected++
		}
	}
	want.Entries = len(m.entered)
	got := totals(t, store)
	got.MedianSeconds, got.MaxSeconds, got.Duplicates = 0, 0, 0
	if got != want {
		t.Errorf("totals %+v, want %+v", got, want)
	}
	report, err := verify.Check(t.Context(), config.DatabaseURL, config.Images)
	if err != nil || !report.Sound() || report.Entries != want.Entries {
		t.Errorf("verified %+v, %v", report, err)
	}
}

func (m *model) feed(t *testing.T, r *rapid.T, store *ledger.Store) {
	sheet := handIn(t, store, len(m.sheets)+1)
	fate := &fate{}
	m.sheets[sheet.SheetID] = fate
	var pages []slip.PageDecision
	for page := range rapid.IntRange(1, 2).Draw(r, "pages") {
		ticket := fmt.Sprintf("%010d", rapid.IntRange(0, 60).Draw(r, "ticket"))
		decision := rejected
		switch rapid.SampledFrom([]slip.Outcome{slip.Accepted, slip.NeedsReview, slip.Rejected}).Draw(r, "outcome") {
		case slip.Accepted:
			decision = certain(ticket)
			if m.entered[ticket] {
				fate.waiting++
			} else {
				m.entered[ticket], fate.entered = true, true
			}
		case slip.NeedsReview:
			decision = doubtful(ticket, slip.LotNumber)
			fate.waiting++
		case slip.Rejected:
		}
		pages = append(pages, onPage(sheet, page+1, decision))
	}
	for range rapid.IntRange(1, 2).Draw(r, "times") { // a worker may say it twice
		if err := store.RecordPages(t.Context(), sheet, pages); err != nil {
			t.Fatal(err)
		}
	}
}

func (m *model) review(t *testing.T, r *rapid.T, store *ledger.Store) {
	item, err := store.LeaseNext(t.Context(), "sato", 0)
	if errors.Is(err, ledger.ErrNoItem) {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	fate := m.sheets[item.Sheet.SheetID]
	ticket := item.Current[slip.TicketNumber]
	item = answer(t, store, item, "sato", slip.LotNumber, "EY5422")
	if rapid.Bool().Draw(r, "confirm") {
		_, err := store.Confirm(t.Context(), item.ID, item.Version, "sato")
		switch {
		case m.entered[ticket] && errors.Is(err, ledger.ErrDuplicateDose):
		case !m.entered[ticket] && err == nil:
			m.entered[ticket], fate.entered = true, true
			fate.waiting--
			return
		default:
			t.Fatalf("confirm a slip whose dose is entered (%v): %v", m.entered[ticket], err)
		}
	}
	if err := store.Reject(t.Context(), item.ID, item.Version, "sato", "other"); err != nil {
		t.Fatal(err)
	}
	if rapid.Bool().Draw(r, "undo") {
		if _, err := store.Undo(t.Context(), item.ID, item.Version+1, "sato"); err != nil {
			t.Fatal(err)
		}
		return
	}
	fate.waiting--
}
