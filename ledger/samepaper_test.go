package ledger_test

import (
	"errors"
	"fmt"
	"testing"

	"sesshu/ledger"
	"sesshu/ledger/ledgertest"
	"sesshu/ledger/slip"
)

// feedAgain records a sheet as the same paper as another.
func feedAgain(t *testing.T, store *ledger.Store, sequence, first int, decision slip.Decision) slip.Sheet {
	t.Helper()
	sheet := handIn(t, store, sequence)
	id := slip.SheetID{Station: "station", Batch: "batch", Sequence: first}
	for range 2 { // a worker may say it twice
		if err := store.RecordSamePaper(t.Context(), sheet, []slip.PageDecision{onPage(sheet, 1, decision), blankPage(sheet, 2)}, id); err != nil {
			t.Fatal(err)
		}
	}
	return sheet
}

func states(t *testing.T, store *ledger.Store) string {
	t.Helper()
	sheets, err := store.Sheets(t.Context(), "station", "batch", 0)
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	for _, sheet := range sheets {
		same := ""
		if sheet.SamePaper != nil {
			same = fmt.Sprint("=", sheet.SamePaper.Sequence)
		}
		text += fmt.Sprint(" ", sheet.State, same)
	}
	return text
}

func earlier(t *testing.T, store *ledger.Store, asking int, ticket string) string {
	t.Helper()
	pages, err := store.Earlier(t.Context(), slip.SheetID{Station: "station", Batch: "batch", Sequence: asking}, slip.DoseName{MunicipalityCode: "041009", TicketNumber: ticket, Dose: "1"})
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	for _, page := range pages {
		text += fmt.Sprint(" ", page.Sheet.Sequence)
		if page.Page.Page != 1 || page.Page.Registration.Form != "covid19-preprinted" {
			t.Errorf("page %+v", page.Page)
		}
	}
	return text
}

func TestTheSamePaperNeedsNobody(t *testing.T) {
	t.Parallel()
	config := ledgertest.Prepare(t)
	store := ledgertest.Open(t, config)
	record(t, store, 1, certain("0000000001"))
	record(t, store, 2, doubtful("0000000002", slip.LotNumber))
	feedAgain(t, store, 3, 1, certain("0000000001"))
	feedAgain(t, store, 4, 2, certain("0000000002"))
	if got := states(t, store); got != " accepted review rejected=1 rejected=2" {
		t.Errorf("states%s", got)
	}
	if got := totals(t, store); got.Entries != 1 || got.Duplicates != 2 || got.Review != 1 {
		t.Errorf("totals %+v", got)
	}
	for asking, want := range map[int]string{5: " 1", 1: ""} {
		if got := earlier(t, store, asking, "0000000001"); got != want {
			t.Errorf("earlier than %d:%s, want%s", asking, got, want)
		}
	}
	if got := earlier(t, store, 5, "0000000009"); got != "" {
		t.Errorf("earlier of an unknown ticket:%s", got)
	}
	// A third feeding finds the first again, not the second.
	feedAgain(t, store, 5, 1, doubtful("0000000001", slip.LotNumber))
	if got := states(t, store); got != " accepted review rejected=1 rejected=2 rejected=1" {
		t.Errorf("states%s", got)
	}
	sound(t, config)
}

// Whatever a person typed as the ticket counts, too.
func TestTheTicketOfAnEarlierSheetMayBeAPersonsWord(t *testing.T) {
	t.Parallel()
	store := ledgertest.NewStore(t)
	record(t, store, 1, doubtful("0000000001", slip.TicketNumber))
	item := answer(t, store, next(t, store, "sato"), "sato", slip.TicketNumber, "0000000007")
	if _, err := store.Confirm(t.Context(), item.ID, item.Version, "sato"); err != nil {
		t.Fatal(err)
	}
	if got := earlier(t, store, 2, "0000000007"); got != " 1" {
		t.Errorf("earlier:%s", got)
	}
}

// The first stands only while it is read, no other's copy, and its picture is
// good enough for people.
func TestASheetThatDoesNotStandLeavesThePaperToTheNext(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		first  func(t *testing.T, store *ledger.Store)
		states string
	}{
		"it waits to be read":                  {func(t *testing.T, store *ledger.Store) { handIn(t, store, 1) }, " waiting accepted"},
		"it was never stored":                  {func(*testing.T, *ledger.Store) {}, " accepted"},
		"a person found it unreadable":         {func(t *testing.T, store *ledger.Store) { rejectedBy(t, store, "unreadable") }, " rejected accepted"},
		"a person said there was no injection": {func(t *testing.T, store *ledger.Store) { rejectedBy(t, store, "no_vaccination") }, " rejected rejected=1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := ledgertest.Prepare(t)
			store := ledgertest.Open(t, config)
			c.first(t, store)
			feedAgain(t, store, 2, 1, certain("0000000001"))
			if got := states(t, store); got != c.states {
				t.Errorf("states%s, want%s", got, c.states)
			}
			sound(t, config)
		})
	}
}

func rejectedBy(t *testing.T, store *ledger.Store, reason string) {
	t.Helper()
	record(t, store, 1, doubtful("0000000001", slip.LotNumber))
	item := next(t, store, "sato")
	if err := store.Reject(t.Context(), item.ID, item.Version, "sato", reason); err != nil {
		t.Fatal(err)
	}
}

// The first picture is crumpled, the second is good, and the second is known to
// be the same paper before a person gives up on the first: the entry is not
// lost.
func TestAnEntryIsNotLostWithABadFirstPicture(t *testing.T) {
	t.Parallel()
	config := ledgertest.Prepare(t)
	store := ledgertest.Open(t, config)
	record(t, store, 1, doubtful("0000000001", slip.LotNumber))
	feedAgain(t, store, 2, 1, certain("0000000001"))
	item := next(t, store, "sato")
	if err := store.Reject(t.Context(), item.ID, item.Version, "sato", "unreadable"); err != nil {
		t.Fatal(err)
	}
	if got := states(t, store); got != " rejected review=1" {
		t.Errorf("states%s", got)
	}
	sound(t, config)
	again := next(t, store, "sato")
	if again.Sheet.Sequence != 2 {
		t.Fatalf("item of sheet %d", again.Sheet.Sequence)
	}
	if entry, err := store.Confirm(t.Context(), again.ID, again.Version, "sato"); err != nil || entry.Values[slip.TicketNumber] != "0000000001" {
		t.Errorf("entry %+v, %v", entry, err)
	}
	if got := states(t, store); got != " rejected accepted=1" {
		t.Errorf("states%s", got)
	}
	sound(t, config)
}

// One slip is missing and another was fed twice: the number of sheets is right,
// the number of papers is not.
func TestAMissingSlipIsFoundThoughAnotherWasFedTwice(t *testing.T) {
	t.Parallel()
	store, config := opened(t, number(2))
	record(t, store, 1, certain("0000000001"))
	feedAgain(t, store, 2, 1, certain("0000000001"))
	var disagree *slip.CountsError
	if _, err := store.CloseBatch(t.Context(), "station", "batch", slip.Closing{Fed: number(2)}); !errors.As(err, &disagree) || disagree.Unread() {
		t.Fatalf("closed: %v", err)
	}
	record(t, store, 3, certain("0000000002"))
	count, err := store.CloseBatch(t.Context(), "station", "batch", slip.Closing{Fed: number(3)})
	if err != nil || count.Again != 1 || count.Slips() != 2 || count.Stored != 3 {
		t.Errorf("closed: %+v, %v", count, err)
	}
	sound(t, config)
}

// Read only after the closing, the same goes to a person.
func TestAMissingSlipIsFoundAfterTheClosing(t *testing.T) {
	t.Parallel()
	store, config := opened(t, number(2))
	record(t, store, 1, certain("0000000001"))
	again := handIn(t, store, 2)
	if _, err := store.CloseBatch(t.Context(), "station", "batch", slip.Closing{Fed: number(2)}); err != nil {
		t.Fatal(err)
	}
	first := slip.SheetID{Station: "station", Batch: "batch", Sequence: 1}
	if err := store.RecordSamePaper(t.Context(), again, []slip.PageDecision{onPage(again, 1, certain("0000000001"))}, first); err != nil {
		t.Fatal(err)
	}
	if got := states(t, store); got != " accepted review" {
		t.Errorf("states%s", got)
	}
	sound(t, config)
}
