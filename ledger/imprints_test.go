package ledger_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"sesshu/ledger"
	"sesshu/ledger/ledgertest"
	"sesshu/ledger/slip"
	"sesshu/ledger/verify"
)

func imprintOf(sequence int) string { return fmt.Sprintf("station batch %05d", sequence) }

// handInImprinted stores a sheet that was printed on.
func handInImprinted(t *testing.T, store *ledger.Store, sequence int) slip.Sheet {
	t.Helper()
	image := fmt.Sprint("image ", sequence)
	sheet := scanned(sequence, image)
	sheet.Imprint = imprintOf(sequence)
	if _, err := store.StoreSheet(t.Context(), sheet, strings.NewReader(image)); err != nil {
		t.Fatal(err)
	}
	return sheet
}

// recordImprinted records a slip whose front is unreadable and whose back bears
// the imprint of another sheet: 0 for none that could be read.
func recordImprinted(t *testing.T, store *ledger.Store, sheet slip.Sheet, bears int) {
	t.Helper()
	front := onPage(sheet, 1, certain(fmt.Sprintf("%010d", sheet.Sequence)))
	front.Reading.Imprint = &slip.ImprintReading{Expected: sheet.Imprint, Verdict: slip.ImprintUnreadable}
	back := blankPage(sheet, 2)
	back.Reading.Imprint = &slip.ImprintReading{Expected: sheet.Imprint, Verdict: slip.ImprintUnreadable}
	switch bears {
	case 0:
	case sheet.Sequence:
		back.Reading.Imprint.Verdict = slip.ImprintSame
	default:
		back.Reading.Imprint.Verdict, back.Reading.Imprint.Text = slip.ImprintOther, imprintOf(bears)
	}
	if err := store.RecordPages(t.Context(), sheet, []slip.PageDecision{front, back}); err != nil {
		t.Fatal(err)
	}
}

func TestABatchClosesWhenEveryImprintIsLookedAtAndItsOwn(t *testing.T) {
	t.Parallel()
	config := ledgertest.Prepare(t)
	store := ledgertest.Open(t, config)
	sheets := []slip.Sheet{handInImprinted(t, store, 1), handInImprinted(t, store, 2), handInImprinted(t, store, 3)}
	for i, sheet := range sheets {
		_, err := store.CloseBatch(t.Context(), "station", "batch", slip.Closing{Fed: number(3)})
		var disagree *slip.CountsError
		if !errors.As(err, &disagree) || !disagree.Unread() || disagree.Count.Imprints.Unread != 3-i {
			t.Fatalf("closed with %d imprints to look at: %v", 3-i, err)
		}
		recordImprinted(t, store, sheet, []int{1, 0, 3}[i])
	}
	count, err := store.CloseBatch(t.Context(), "station", "batch", slip.Closing{Fed: number(3)})
	if want := (slip.ImprintCount{Printed: 3, Same: 2, Unreadable: 1}); err != nil || count.Imprints != want || count.ClosedBy != "" {
		t.Fatalf("closed: %+v, %v", count, err)
	}
	sound(t, config)
}

func TestABatchWithAnotherSheetsImprintNeedsAPerson(t *testing.T) {
	t.Parallel()
	config := ledgertest.Prepare(t)
	store := ledgertest.Open(t, config)
	for sequence, bears := range []int{1, 3, 4, 4} {
		recordImprinted(t, store, handInImprinted(t, store, sequence+1), bears)
	}
	_, err := store.CloseBatch(t.Context(), "station", "batch", slip.Closing{Fed: number(4)})
	var disagree *slip.CountsError
	if !errors.As(err, &disagree) || disagree.Unread() {
		t.Fatalf("closed silently: %v", err)
	}
	for _, said := range []string{
		"The sheets 2 to 3 bear the imprint of the sheet 1 further on each.",
		"The imprint of sheet 2 was found on no sheet: look for that paper.", "The imprint of sheet 4 is on the sheets 3, 4.",
	} {
		if !strings.Contains(disagree.English(), said) {
			t.Errorf("%q does not say %q", disagree.English(), said)
		}
	}
	if !strings.Contains(disagree.Japanese(), "2枚目の印字はどの紙にも見つかりません。") {
		t.Errorf("%q", disagree.Japanese())
	}
	states, err := store.Sheets(t.Context(), "station", "batch", 0)
	if err != nil || len(states) != 4 {
		t.Fatalf("%+v, %v", states, err)
	}
	if second := states[1]; second.Imprint != slip.ImprintOther || second.ImprintRead != imprintOf(3) || second.ImprintOf == nil || second.ImprintOf.Sequence != 3 {
		t.Errorf("second sheet %+v", second)
	}
	count, err := store.CloseBatch(t.Context(), "station", "batch", slip.Closing{Fed: number(4), Person: "Suzuki", Reason: "sheet 2 fell out"})
	if err != nil || count.ClosedBy != "Suzuki" || count.Imprints.Other != 2 {
		t.Fatalf("closed: %+v, %v", count, err)
	}
	sound(t, config)
	service := connect(t, config.DatabaseURL)
	if code := refusal(t, service, `update sheets set imprint = 'other' where sequence = 2`); code != "42501" { // insufficient_privilege
		t.Errorf("what was printed can be changed: %q", code)
	}
}

// Nothing is asked of slips without an imprint, and a sheet whose reader died
// has one that nobody could read.
func TestSheetsWithoutImprintsAndWithoutAReader(t *testing.T) {
	t.Parallel()
	store := ledgertest.NewStore(t)
	record(t, store, 1, certain("0000000001"))
	count, err := store.Batch(t.Context(), "station", "batch")
	if err != nil || count.Imprints != (slip.ImprintCount{}) {
		t.Errorf("%+v, %v", count.Imprints, err)
	}
	dead := handInImprinted(t, store, 2)
	for range 2 {
		if _, err := store.RecordCrash(t.Context(), dead.SheetID); err != nil {
			t.Fatal(err)
		}
	}
	count, err = store.Batch(t.Context(), "station", "batch")
	if want := (slip.ImprintCount{Printed: 1, Unreadable: 1}); err != nil || count.Imprints != want {
		t.Errorf("%+v, %v", count.Imprints, err)
	}
}

// The ledger's own checker finds a batch that was closed over another's imprint,
// and a verdict that nobody read.
func TestAWrongImprintCannotBeHidden(t *testing.T) {
	t.Parallel()
	config := ledgertest.Prepare(t)
	store := ledgertest.Open(t, config)
	recordImprinted(t, store, handInImprinted(t, store, 1), 2)
	service := connect(t, config.DatabaseURL)
	for statement, problem := range map[string]string{
		`update batches set closed_at = now() + interval '1 hour'`:                   "batch station/batch was closed with another sheet's imprint on one of its sheets, and nobody answers for it",
		`update sheets set imprint_verdict = 'same', imprint_read = null`:            "sheet station/batch/1 does not follow what its pages say of its imprint",
		`update sheets set imprint_verdict = 'other', imprint_read = 'another text'`: "sheet station/batch/1 does not follow what its pages say of its imprint",
	} {
		if _, err := service.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
		report, err := verify.Check(t.Context(), config.DatabaseURL, config.Images)
		if err != nil || !strings.Contains(fmt.Sprint(report.Problems), problem) {
			t.Errorf("%s: %q, %v", statement, report.Problems, err)
		}
	}
}
