package ledger_test

import (
	"testing"

	"sesshu/ledger"
	"sesshu/ledger/slip"
	"sesshu/ledger/verify"
)

// batchSheet is a page that holds a batch sheet's code.
func batchSheet(sheet slip.Sheet, page int, says slip.BatchSheet) slip.PageDecision {
	return slip.PageDecision{
		Reading: slip.PageReading{
			SHA256: sheet.SHA256, Page: page, Width: 2480, Height: 3508,
			Readings: []slip.Reading{slip.BatchSheetReading(says, 0.9999, "test")},
		},
		Decision: says.Decision(),
	}
}

func blankPage(sheet slip.Sheet, page int) slip.PageDecision {
	return slip.PageDecision{
		Reading:  slip.PageReading{SHA256: sheet.SHA256, Page: page, Blank: true, Faults: []slip.Reason{slip.ReasonBlankPage}},
		Decision: slip.Decision{Outcome: slip.Rejected, Reasons: []slip.Reason{slip.ReasonBlankPage}, Fields: map[slip.Value]slip.FieldDecision{}},
	}
}

func header(declared int, facility, month string) slip.BatchSheet {
	return slip.BatchSheet{Kind: slip.BatchHeader, Declared: declared,
		BatchDescription: slip.BatchDescription{FacilityCode: facility, Month: month}}
}

// recordAll records pages of a sheet that is handed in now.
func recordAll(t *testing.T, store *ledger.Store, sequence int, pages func(sheet slip.Sheet) []slip.PageDecision) {
	t.Helper()
	sheet := handIn(t, store, sequence)
	if err := store.RecordPages(t.Context(), sheet, pages(sheet)); err != nil {
		t.Fatal(err)
	}
}

func recordHeader(t *testing.T, store *ledger.Store, sequence int, says slip.BatchSheet) {
	t.Helper()
	recordAll(t, store, sequence, func(sheet slip.Sheet) []slip.PageDecision {
		return []slip.PageDecision{batchSheet(sheet, 1, says), blankPage(sheet, 2)}
	})
}

func sound(t *testing.T, config ledger.Config) {
	t.Helper()
	if report, err := verify.Check(t.Context(), config.DatabaseURL, config.Images); err != nil || !report.Sound() {
		t.Errorf("verified: %q, %v", report.Problems, err)
	}
}

func TestAHeaderDescribesItsBatch(t *testing.T) {
	t.Parallel()
	store, config := opened(t, nil)
	recordHeader(t, store, 1, header(2, "0410113719", "2026-11"))
	record(t, store, 2, certain("0000000001"))
	recordHeader(t, store, 3, slip.BatchSheet{Kind: slip.Separator})
	recordHeader(t, store, 4, header(2, "0410113719", "2026-11")) // the same sheet once more, after a jam
	if _, err := store.CloseBatch(t.Context(), "station", "batch", slip.Closing{}); err == nil {
		t.Error("closed with one slip of two")
	}
	record(t, store, 5, rejected)
	count, err := store.CloseBatch(t.Context(), "station", "batch", slip.Closing{Fed: number(5)})
	if err != nil {
		t.Fatal(err)
	}
	if *count.Declared != 2 || count.Stored != 5 || count.Control != 3 || count.Accepted != 1 || count.Rejected != 4 ||
		count.FacilityCode != "0410113719" || count.Month != "2026-11" {
		t.Errorf("count %+v", count)
	}
	want(t, store.DescribeBatch(t.Context(), "station", "batch", slip.BatchDescription{Month: "2026-12"}), ledger.ErrBatchDescribed)
	if waiting, _, err := store.ReviewCount(t.Context()); err != nil || waiting != 0 {
		t.Errorf("%d wait for a person, %v", waiting, err)
	}
	sound(t, config)
}

func TestAHeaderThatContradictsGoesToAPerson(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(t *testing.T, store *ledger.Store){
		"another count": func(t *testing.T, store *ledger.Store) {
			if err := store.OpenBatch(t.Context(), "station", "batch", number(3)); err != nil {
				t.Fatal(err)
			}
		},
		"another month": func(t *testing.T, store *ledger.Store) {
			if err := store.DescribeBatch(t.Context(), "station", "batch", slip.BatchDescription{Month: "2026-10"}); err != nil {
				t.Fatal(err)
			}
		},
		"another header": func(t *testing.T, store *ledger.Store) {
			recordHeader(t, store, 1, header(2, "0410113719", ""))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store, config := opened(t, nil)
			prepare(t, store)
			before, err := store.Batch(t.Context(), "station", "batch")
			if err != nil {
				t.Fatal(err)
			}
			recordHeader(t, store, 2, header(2, "0410113727", "2026-11"))
			item := next(t, store, "sato")
			if item.Sheet.Sequence != 2 || len(item.Decision.Reasons) != 1 || item.Decision.Reasons[0] != slip.ReasonBatchContradiction {
				t.Errorf("item %+v", item)
			}
			after, err := store.Batch(t.Context(), "station", "batch")
			if err != nil || after.BatchDescription != before.BatchDescription || after.Control != before.Control || after.Review != 1 {
				t.Errorf("batch %+v, before %+v, %v", after, before, err)
			}
			if err := store.Reject(t.Context(), item.ID, item.Version, "sato", "not_a_slip"); err != nil {
				t.Error(err)
			}
			if name != "another header" { // there a number is missing on purpose
				return
			}
			sound(t, config)
		})
	}
}

// A header or separator that is read only after the batch was closed does not
// make its count wrong behind everybody's back.
func TestWhatIsReadAfterTheClosing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		declared *int
		says     slip.BatchSheet
		review   int
		control  int
	}{
		"a header that agrees":       {nil, header(1, "", ""), 0, 1},
		"a header that does not":     {nil, header(2, "", ""), 1, 0},
		"a separator, undeclared":    {nil, slip.BatchSheet{Kind: slip.Separator}, 0, 1},
		"a separator that was meant": {number(2), slip.BatchSheet{Kind: slip.Separator}, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store, config := opened(t, c.declared)
			sheet := handIn(t, store, 1)
			record(t, store, 2, certain("0000000001"))
			if _, err := store.CloseBatch(t.Context(), "station", "batch", slip.Closing{}); err != nil {
				t.Fatal(err)
			}
			if err := store.RecordPages(t.Context(), sheet, []slip.PageDecision{batchSheet(sheet, 1, c.says)}); err != nil {
				t.Fatal(err)
			}
			count, err := store.Batch(t.Context(), "station", "batch")
			if err != nil || count.Review != c.review || count.Control != c.control {
				t.Errorf("count %+v, %v", count, err)
			}
			sound(t, config)
		})
	}
}

// A slip on the back of a header, or a note, is not lost with it.
func TestAHeaderWithSomethingOnItsBackIsASlip(t *testing.T) {
	t.Parallel()
	store, config := opened(t, number(1))
	recordAll(t, store, 1, func(sheet slip.Sheet) []slip.PageDecision {
		return []slip.PageDecision{batchSheet(sheet, 1, header(9, "", "")), onPage(sheet, 2, certain("0000000001"))}
	})
	count, err := store.CloseBatch(t.Context(), "station", "batch", slip.Closing{})
	if err != nil || count.Accepted != 1 || count.Control != 0 || *count.Declared != 1 {
		t.Errorf("count %+v, %v", count, err)
	}
	sound(t, config)
}
