package ledger_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sesshu/ledger"
	"sesshu/ledger/ledgertest"
	"sesshu/ledger/slip"
)

// next opens the oldest waiting item.
func next(t testing.TB, store *ledger.Store, account string) slip.ReviewItem {
	t.Helper()
	item, err := store.LeaseNext(t.Context(), account, 0)
	if err != nil {
		t.Fatal(err)
	}
	return item
}

func answer(t testing.TB, store *ledger.Store, item slip.ReviewItem, account string, value slip.Value, text string) slip.ReviewItem {
	t.Helper()
	item, err := store.Answer(t.Context(), item.ID, item.Version, account, value, text)
	if err != nil {
		t.Fatal(err)
	}
	return item
}

func want(t testing.TB, err, named error) {
	t.Helper()
	if !errors.Is(err, named) {
		t.Errorf("error %v, want %v", err, named)
	}
}

func TestADoubtfulSlipIsAnsweredConfirmedAndEntered(t *testing.T) {
	t.Parallel()
	store := ledgertest.NewStore(t)
	sheet := record(t, store, 1, doubtful("0000000001", slip.VaccinationDate, slip.LotNumber))
	item := next(t, store, "sato")
	if item.Sheet != sheet || item.LeasedBy != "sato" || item.State != slip.ReviewWaiting {
		t.Errorf("item %+v", item)
	}
	if !slices.Equal(item.Open, []slip.Value{slip.VaccinationDate, slip.LotNumber}) {
		t.Errorf("open %v", item.Open)
	}
	_, err := store.Confirm(t.Context(), item.ID, item.Version, "sato")
	want(t, err, ledger.ErrIncomplete)

	seen := item
	item = answer(t, store, item, "sato", slip.VaccinationDate, "2021-07-01")
	_, err = store.Answer(t.Context(), seen.ID, seen.Version, "sato", slip.LotNumber, "EY5422")
	want(t, err, ledger.ErrStale)
	item = answer(t, store, item, "sato", slip.LotNumber, "EY0000")
	item = answer(t, store, item, "sato", slip.LotNumber, "EY5422")
	if len(item.Open) != 0 || item.Current[slip.LotNumber] != "EY5422" {
		t.Errorf("open %v, current %v", item.Open, item.Current)
	}
	entry, err := store.Confirm(t.Context(), item.ID, item.Version, "sato")
	if err != nil {
		t.Fatal(err)
	}
	if entry.Sequence != 1 || entry.DecidedBy != (slip.Actor{Kind: slip.ActorPerson, Name: "sato"}) ||
		entry.Values[slip.VaccinationDate] != "2021-07-01" || entry.Values[slip.LotNumber] != "EY5422" {
		t.Errorf("entry %+v", entry)
	}
	_, err = store.Confirm(t.Context(), item.ID, item.Version+1, "sato")
	want(t, err, ledger.ErrStale)
	if got := totals(t, store); got.Accepted != 1 || got.Review != 0 || got.Entries != 1 {
		t.Errorf("totals %+v", got)
	}
	evidence, err := store.Evidence(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if len(evidence.Answers) != 3 || evidence.Page.Registration.Residual != 0.1234567890123 || evidence.Sheet != sheet ||
		evidence.Decision.Fields[slip.LotNumber].Value != "EY5420" || slip.EntryHash(evidence.Entry) != entry.Hash {
		t.Errorf("evidence %+v", evidence)
	}
}

// A doubt about a value that the slip can do without is a doubt: somebody says
// what stands there, or that nothing does, before the slip enters.
func TestAnOptionalDoubtKeepsASlipOut(t *testing.T) {
	t.Parallel()
	store := ledgertest.NewStore(t)
	decision := doubtful("0000000001")
	decision.Fields[slip.BirthDate] = slip.FieldDecision{Value: "1956-04-01", P: 0.5, Outcome: slip.NeedsReview, Reasons: decision.Reasons}
	record(t, store, 1, decision)
	item := next(t, store, "sato")
	if !slices.Equal(item.Open, []slip.Value{slip.BirthDate}) {
		t.Errorf("open %v", item.Open)
	}
	_, err := store.Confirm(t.Context(), item.ID, item.Version, "sato")
	want(t, err, ledger.ErrIncomplete)
	item = answer(t, store, item, "sato", slip.BirthDate, "")
	entry, err := store.Confirm(t.Context(), item.ID, item.Version, "sato")
	if err != nil || entry.Values[slip.BirthDate] != "" {
		t.Errorf("entry %+v, %v", entry, err)
	}
}

func TestUndoTakesBackOneAnswerAtATimeAndAJustMadeRejection(t *testing.T) {
	t.Parallel()
	store := ledgertest.NewStore(t)
	record(t, store, 1, doubtful("0000000001", slip.LotNumber))
	item := next(t, store, "sato")
	item = answer(t, store, item, "sato", slip.LotNumber, "AA0001")
	item = answer(t, store, item, "sato", slip.LotNumber, "AA0002")
	for _, standing := range []string{"AA0001", ""} {
		var err error
		if item, err = store.Undo(t.Context(), item.ID, item.Version, "sato"); err != nil {
			t.Fatal(err)
		}
		if item.Current[slip.LotNumber] != standing {
			t.Errorf("after undo the lot is %q, want %q", item.Current[slip.LotNumber], standing)
		}
	}
	if len(item.Answers) != 2 || !item.Answers[0].Undone || !item.Answers[1].Undone {
		t.Errorf("answers must stay on record: %+v", item.Answers)
	}
	_, err := store.Undo(t.Context(), item.ID, item.Version, "sato")
	want(t, err, ledger.ErrNothingToUndo)

	want(t, store.Reject(t.Context(), item.ID, item.Version, "sato", "because"), ledger.ErrUnknownReason)
	if err := store.Reject(t.Context(), item.ID, item.Version, "sato", "not_a_slip"); err != nil {
		t.Fatal(err)
	}
	if got := totals(t, store); got.Rejected != 1 {
		t.Errorf("totals %+v", got)
	}
	_, err = store.Undo(t.Context(), item.ID, item.Version+1, "suzuki")
	want(t, err, ledger.ErrNothingToUndo)
	item, err = store.Undo(t.Context(), item.ID, item.Version+1, "sato")
	if err != nil || item.State != slip.ReviewWaiting || item.LeasedBy != "sato" {
		t.Errorf("reopened: %+v, %v", item, err)
	}
	if got := totals(t, store); got.Review != 1 || got.Rejected != 0 {
		t.Errorf("totals %+v", got)
	}
}

func TestAnItemIsOpenToOnePersonAtATime(t *testing.T) {
	t.Parallel()
	config := ledgertest.Prepare(t)
	clock := &movingClock{at: time.Date(2021, 7, 1, 0, 0, 0, 0, time.UTC)}
	config.Now = clock.now
	store := ledgertest.Open(t, config)
	record(t, store, 1, doubtful("0000000001", slip.LotNumber))
	item := next(t, store, "sato")

	_, err := store.LeaseNext(t.Context(), "suzuki", 0)
	want(t, err, ledger.ErrNoItem)
	_, err = store.Lease(t.Context(), item.ID, "suzuki")
	want(t, err, ledger.ErrLeased)
	_, err = store.Answer(t.Context(), item.ID, item.Version, "suzuki", slip.LotNumber, "EY5422")
	want(t, err, ledger.ErrNotLeased)
	if _, err := store.Lease(t.Context(), item.ID, "sato"); err != nil {
		t.Errorf("renewing: %v", err)
	}
	clock.add(3 * time.Minute)
	// Nobody took it: what sato types is still taken, and begins the lease anew.
	item = answer(t, store, item, "sato", slip.LotNumber, "EY5422")
	_, err = store.Lease(t.Context(), item.ID, "suzuki")
	want(t, err, ledger.ErrLeased)
	clock.add(3 * time.Minute)
	if _, err := store.Lease(t.Context(), item.ID, "suzuki"); err != nil {
		t.Errorf("taking over a lease that ran out: %v", err)
	}
	_, err = store.Confirm(t.Context(), item.ID, item.Version, "sato")
	want(t, err, ledger.ErrNotLeased)
	if err := store.Release(t.Context(), item.ID, "suzuki"); err != nil {
		t.Fatal(err)
	}
	_, err = store.Confirm(t.Context(), item.ID, item.Version, "sato")
	want(t, err, ledger.ErrNotLeased)
	next(t, store, "sato")
	if _, err := store.Confirm(t.Context(), item.ID, item.Version, "sato"); err != nil {
		t.Error(err)
	}
	_, err = store.Lease(t.Context(), item.ID, "sato")
	want(t, err, ledger.ErrStale)
	_, err = store.Lease(t.Context(), 4711, "sato")
	want(t, err, ledger.ErrNotFound)
}

func TestReviewersWorkingAtOnceShareTheQueue(t *testing.T) {
	t.Parallel()
	store := ledgertest.NewStore(t)
	const slips = 12
	for sequence := 1; sequence <= slips; sequence++ {
		record(t, store, sequence, doubtful("000000000"+string(rune('a'+sequence)), slip.LotNumber))
	}
	if waiting, oldest, err := store.ReviewCount(t.Context()); err != nil || waiting != slips || oldest.IsZero() {
		t.Errorf("count %d since %v, %v", waiting, oldest, err)
	}
	var group sync.WaitGroup
	for _, account := range []string{"sato", "suzuki", "tanaka"} {
		group.Go(func() {
			for {
				item, err := store.LeaseNext(t.Context(), account, 0)
				if errors.Is(err, ledger.ErrNoItem) {
					return
				}
				if err == nil {
					item, err = store.Answer(t.Context(), item.ID, item.Version, account, slip.LotNumber, "EY5422")
				}
				if err == nil {
					_, err = store.Confirm(t.Context(), item.ID, item.Version, account)
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
	entries, err := store.Entries(t.Context(), 0, 100)
	if err != nil || len(entries) != slips {
		t.Fatalf("%d entries, %v", len(entries), err)
	}
	queue, err := store.ReviewQueue(t.Context(), 0, 100)
	if err != nil || len(queue) != 0 {
		t.Errorf("%d items wait still, %v", len(queue), err)
	}
}

func TestADuplicateWaitsBesideTheFirst(t *testing.T) {
	t.Parallel()
	store := ledgertest.NewStore(t)
	first := record(t, store, 1, certain("0000000001"))
	record(t, store, 2, certain("0000000001"))
	if got := totals(t, store); got.Accepted != 1 || got.Review != 1 || got.Duplicates != 1 || got.Entries != 1 {
		t.Errorf("totals %+v", got)
	}
	item := next(t, store, "sato")
	if item.First == nil || *item.First != (slip.DuplicateOf{Entry: 1, Sheet: first.SheetID, SHA256: first.SHA256, Page: 1, Turn: 180}) {
		t.Fatalf("first %+v", item.First)
	}
	if item.Decision.Outcome != slip.NeedsReview || item.Decision.Reasons[0] != slip.ReasonDuplicate || len(item.Open) != 0 {
		t.Errorf("decision %v %v, open %v", item.Decision.Outcome, item.Decision.Reasons, item.Open)
	}
	_, err := store.Confirm(t.Context(), item.ID, item.Version, "sato")
	want(t, err, ledger.ErrDuplicateDose)
	item = answer(t, store, item, "sato", slip.Dose, "2") // it was the second dose after all
	if item.First != nil {
		t.Errorf("first is still %+v", item.First)
	}
	if _, err := store.Confirm(t.Context(), item.ID, item.Version, "sato"); err != nil {
		t.Error(err)
	}
	if got := totals(t, store); got.Accepted != 2 || got.Entries != 2 {
		t.Errorf("totals %+v", got)
	}
}

func TestAPersonsDuplicateIsCountedAndShown(t *testing.T) {
	t.Parallel()
	store := ledgertest.NewStore(t)
	record(t, store, 1, certain("0000000001"))
	record(t, store, 2, doubtful("0000000009", slip.TicketNumber))
	item := next(t, store, "sato")
	item = answer(t, store, item, "sato", slip.TicketNumber, "0000000001")
	if item.First == nil {
		t.Error("the first is not shown")
	}
	_, err := store.Confirm(t.Context(), item.ID, item.Version, "sato")
	want(t, err, ledger.ErrDuplicateDose)
	if got := totals(t, store); got.Duplicates != 1 {
		t.Errorf("totals %+v", got)
	}
	if err := store.Reject(t.Context(), item.ID, item.Version, "sato", "duplicate"); err != nil {
		t.Error(err)
	}
	if got := totals(t, store); got.Rejected != 1 || got.Duplicates != 1 || got.Entries != 1 {
		t.Errorf("totals %+v", got)
	}
}

func TestConfirmAsksTheRulesAndNeverQuotesAValue(t *testing.T) {
	t.Parallel()
	config := ledgertest.Prepare(t)
	config.Validate = func(value slip.Value, text string) error {
		if value == slip.LotNumber && strings.Contains(text, "?") {
			return errors.New("no lot")
		}
		return nil
	}
	store := ledgertest.Open(t, config)
	record(t, store, 1, doubtful("0000000001", slip.LotNumber))
	item := next(t, store, "sato")
	_, err := store.Answer(t.Context(), item.ID, item.Version, "sato", "shoe_size", "42")
	want(t, err, ledger.ErrUnknownValue)
	item = answer(t, store, item, "sato", slip.LotNumber, "EY54??")
	_, err = store.Confirm(t.Context(), item.ID, item.Version, "sato")
	want(t, err, ledger.ErrIncomplete)
	if !strings.Contains(err.Error(), string(slip.LotNumber)) || strings.Contains(err.Error(), "EY54") {
		t.Errorf("error %q must name the field and not its value", err)
	}
	_, err = store.Answer(t.Context(), item.ID, item.Version, "sato", slip.LotNumber, strings.Repeat("語", 2000))
	want(t, err, ledger.ErrInvalid)
}

// movingClock is a clock that a test moves.
type movingClock struct {
	mutex sync.Mutex
	at    time.Time
}

func (c *movingClock) now() time.Time {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.at
}

func (c *movingClock) add(d time.Duration) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.at = c.at.Add(d)
}
