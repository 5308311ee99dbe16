package ledger_test

import (
	"fmt"
	"sync"
	"testing"

	"sesshu/ledger"
	"sesshu/ledger/ledgertest"
	"sesshu/ledger/slip"
)

var rejected = slip.Decision{Outcome: slip.Rejected, Reasons: []slip.Reason{slip.ReasonBlankPage}}

func TestASheetOfSeveralPagesCountsOnce(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		pages []slip.Decision
		want  slip.Totals
	}{
		"blank":                   {[]slip.Decision{rejected}, slip.Totals{Rejected: 1}},
		"slip and blank back":     {[]slip.Decision{certain("1"), rejected}, slip.Totals{Accepted: 1, Entries: 1}},
		"blank front":             {[]slip.Decision{rejected, certain("1")}, slip.Totals{Accepted: 1, Entries: 1}},
		"doubtful and certain":    {[]slip.Decision{doubtful("1", slip.Dose), certain("2")}, slip.Totals{Review: 1, Entries: 1}},
		"certain twice":           {[]slip.Decision{certain("1"), certain("1")}, slip.Totals{Review: 1, Entries: 1, Duplicates: 1}},
		"two slips":               {[]slip.Decision{certain("1"), certain("2")}, slip.Totals{Accepted: 1, Entries: 2}},
		"nothing read":            {nil, slip.Totals{Review: 1}},
		"accepted without a dose": {[]slip.Decision{without(slip.Dose)}, slip.Totals{Review: 1}},
		"accepted without a lot":  {[]slip.Decision{without(slip.LotNumber)}, slip.Totals{Review: 1}},
		"accepted with nothing":   {[]slip.Decision{{Outcome: slip.Accepted}}, slip.Totals{Review: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := ledgertest.NewStore(t)
			record(t, store, 1, test.pages...)
			got := totals(t, store)
			got.MedianSeconds, got.MaxSeconds = 0, 0
			test.want.Stored = 1
			if got != test.want {
				t.Errorf("totals %+v, want %+v", got, test.want)
			}
		})
	}
}

// without is a decision that claims to accept and lacks a required value.
func without(value slip.Value) slip.Decision {
	decision := certain("0000000001")
	field := decision.Fields[value]
	field.Value = ""
	decision.Fields[value] = field
	return decision
}

func TestRecordingAgainAtOnceChangesNothing(t *testing.T) {
	t.Parallel()
	store := ledgertest.NewStore(t)
	sheet := handIn(t, store, 1)
	pages := []slip.PageDecision{onPage(sheet, 1, certain("0000000001")), onPage(sheet, 2, doubtful("0000000002", slip.Dose))}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if err := store.RecordPages(t.Context(), sheet, pages); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if got := totals(t, store); got.Entries != 1 || got.Review != 1 || got.Duplicates != 0 {
		t.Errorf("totals %+v", got)
	}
	if waiting, _, err := store.ReviewCount(t.Context()); err != nil || waiting != 1 {
		t.Errorf("%d items, %v", waiting, err)
	}
	stranger := sheet
	stranger.SHA256 = slip.HashOf([]byte("other bytes"))
	want(t, store.RecordPages(t.Context(), stranger, pages), ledger.ErrSheetConflict)
	stranger.Sequence = 2
	want(t, store.RecordPages(t.Context(), stranger, pages), ledger.ErrNotFound)
}

func TestOfEqualDosesAtOnceOneEnters(t *testing.T) {
	t.Parallel()
	store := ledgertest.NewStore(t)
	const papers = 8
	var sheets []slip.Sheet
	for sequence := 1; sequence <= papers; sequence++ {
		sheets = append(sheets, handIn(t, store, sequence))
	}
	var group sync.WaitGroup
	for _, sheet := range sheets {
		group.Go(func() {
			pages := []slip.PageDecision{onPage(sheet, 1, certain("0000000001"))}
			if err := store.RecordPages(t.Context(), sheet, pages); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if got := totals(t, store); got.Accepted != 1 || got.Review != papers-1 || got.Duplicates != papers-1 || got.Entries != 1 {
		t.Errorf("totals %+v", got)
	}
}

// Machine and people append at once; a consumer that reads on from the last
// number it saw gets every entry once, in order, properly chained.
func TestTheFeedCanBeFollowedWhileItGrows(t *testing.T) {
	t.Parallel()
	store := ledgertest.NewStore(t)
	const slips = 24
	var group sync.WaitGroup
	for sequence := 1; sequence <= slips; sequence++ {
		sheet := handIn(t, store, sequence)
		decision := certain(fmt.Sprintf("%010d", sequence))
		if sequence%3 == 0 {
			decision = doubtful(fmt.Sprintf("%010d", sequence), slip.LotNumber)
		}
		group.Go(func() {
			if err := store.RecordPages(t.Context(), sheet, []slip.PageDecision{onPage(sheet, 1, decision)}); err != nil {
				t.Error(err)
			}
			if decision.Outcome == slip.Accepted {
				return
			}
			item := next(t, store, sheet.String())
			item = answer(t, store, item, sheet.String(), slip.LotNumber, "EY5422")
			if _, err := store.Confirm(t.Context(), item.ID, item.Version, sheet.String()); err != nil {
				t.Error(err)
			}
		})
	}
	var last slip.Entry
	for last.Sequence < slips && !t.Failed() {
		entries, err := store.Entries(t.Context(), last.Sequence, 5)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			if entry.Sequence != last.Sequence+1 || entry.Previous != last.Hash || slip.EntryHash(entry) != entry.Hash {
				t.Fatalf("after entry %d came %+v", last.Sequence, entry)
			}
			last = entry
		}
	}
	group.Wait()
	_, err := store.Evidence(t.Context(), slips+1)
	want(t, err, ledger.ErrNotFound)
}

// What a damaged code may hold must not keep its sheet from being recorded.
func TestAnyTextThatAReaderSawCanBeStored(t *testing.T) {
	t.Parallel()
	store := ledgertest.NewStore(t)
	sheet := handIn(t, store, 1)
	page := onPage(sheet, 1, doubtful("0000000001", slip.Dose))
	page.Reading.Readings[0].Candidates = []slip.Candidate{{Text: "a\x00b\\u0000\\\x00\xff語"}}
	if err := store.RecordPages(t.Context(), sheet, []slip.PageDecision{page}); err != nil {
		t.Fatal(err)
	}
	const want = "a\ufffdb\\u0000\\\ufffd\ufffd語"
	if got := next(t, store, "sato").Page.Readings[0].Best().Text; got != want {
		t.Errorf("came back as %q, want %q", got, want)
	}
}
