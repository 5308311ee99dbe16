package ledger_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"sesshu/ledger"
	"sesshu/ledger/ledgertest"
	"sesshu/ledger/slip"
	"sesshu/ledger/verify"
)

func number(n int) *int { return &n }

// opened makes a batch of so many sheets.
func opened(t *testing.T, declared *int, sequences ...int) (*ledger.Store, ledger.Config) {
	t.Helper()
	config := ledgertest.Prepare(t)
	store := ledgertest.Open(t, config)
	if err := store.OpenBatch(t.Context(), "station", "batch", declared); err != nil {
		t.Fatal(err)
	}
	for _, sequence := range sequences {
		handIn(t, store, sequence)
	}
	return store, config
}

func TestABatchIsClosedOnlyWhenTheCountsAgree(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		declared  *int
		sequences []int
		fed       *int
		english   string // what the refusal names; empty when it closes
		japanese  string
	}{
		"nothing declared":      {nil, []int{1, 2}, nil, "", ""},
		"as declared":           {number(2), []int{2, 1}, nil, "", ""},
		"as declared and fed":   {number(2), []int{1, 2}, number(2), "", ""},
		"empty":                 {nil, nil, nil, "", ""},
		"one too few":           {number(3), []int{1, 2}, nil, "3 slips were declared, 2 came in.", "申告は3枚ですが、届いた予診票は2枚です。"},
		"one too many":          {number(1), []int{1, 2, 3}, number(4), "1 slips were declared, 3 came in. 4 sheets were fed, 3 are stored.", "4枚を読み込みましたが、登録されているのは3枚です。"},
		"fed, not stored":       {nil, []int{1, 2}, number(3), "3 sheets were fed, 2 are stored.", "3枚を読み込みましたが"},
		"a hole in the numbers": {nil, []int{1, 4}, nil, "2 sheet numbers are missing.", "途中の番号が2枚分ありません。"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store, config := opened(t, c.declared, c.sequences...)
			count, err := store.CloseBatch(t.Context(), "station", "batch", slip.Closing{Fed: c.fed})
			if c.english != "" {
				var disagree *slip.CountsError
				if !errors.As(err, &disagree) || !strings.Contains(disagree.English(), c.english) || !strings.Contains(disagree.Japanese(), c.japanese) {
					t.Fatalf("closed: %+v, %v", count, err)
				}
				for _, half := range []slip.Closing{{Fed: c.fed, Person: "Suzuki"}, {Fed: c.fed, Reason: "miscounted"}} {
					if _, err := store.CloseBatch(t.Context(), "station", "batch", half); !errors.As(err, &disagree) {
						t.Errorf("half an answer: %v", err)
					}
				}
				if count, err := store.Batch(t.Context(), "station", "batch"); err != nil || count.ClosedAt != nil {
					t.Errorf("refused, yet %+v, %v", count, err)
				}
				if count, err = store.CloseBatch(t.Context(), "station", "batch", slip.Closing{Fed: c.fed, Person: "Suzuki", Reason: "miscounted"}); err != nil {
					t.Fatal(err)
				}
				if count.ClosedBy != "Suzuki" || count.ClosingReason != "miscounted" || !count.CountsDiffer {
					t.Errorf("closed as %+v", count)
				}
			} else if err != nil {
				t.Fatal(err)
			}
			if count.ClosedAt == nil || count.Stored != len(c.sequences) || count.Waiting != count.Stored {
				t.Errorf("closed: %+v", count)
			}
			again, err := store.CloseBatch(t.Context(), "station", "batch", slip.Closing{Person: "Sato", Reason: "once more"})
			if err != nil || !again.ClosedAt.Equal(*count.ClosedAt) || again.ClosedBy != count.ClosedBy {
				t.Errorf("closed again: %+v, %v", again, err)
			}
			if report, err := verify.Check(t.Context(), config.DatabaseURL, config.Images); err != nil || !report.Sound() {
				t.Errorf("verified: %q, %v", report.Problems, err)
			}
		})
	}
}

// Nobody has to answer for a whole batch. Who does all the same, as for a picture
// that came twice in a row, stays on record; the counts bind as ever.
func TestAWholeBatchNeedsNobodyToAnswer(t *testing.T) {
	t.Parallel()
	store, config := opened(t, number(1), 1)
	count, err := store.CloseBatch(t.Context(), "station", "batch", slip.Closing{Fed: number(1), Person: "Suzuki", Reason: "the same picture twice: counted by hand"})
	if err != nil || count.ClosedBy != "Suzuki" || count.ClosingReason != "the same picture twice: counted by hand" || count.CountsDiffer {
		t.Errorf("closed: %+v, %v", count, err)
	}
	sound(t, config)
	handIn(t, store, 2)
	if report, err := verify.Check(t.Context(), config.DatabaseURL, config.Images); err != nil || len(report.Problems) != 2 {
		t.Errorf("a sheet more than was counted: %q, %v", report.Problems, err)
	}
	if err := store.OpenBatch(t.Context(), "station", "empty", nil); err != nil {
		t.Fatal(err)
	}
	if count, err = store.CloseBatch(t.Context(), "station", "empty", slip.Closing{Person: "Suzuki"}); err != nil || count.ClosedBy != "" {
		t.Errorf("half an answer: %+v, %v", count, err)
	}
	_, err = store.CloseBatch(t.Context(), "station", "other", slip.Closing{})
	want(t, err, ledger.ErrNotFound)
}

func TestASheetAfterTheClosingIsTakenInAndFound(t *testing.T) {
	t.Parallel()
	store, config := opened(t, number(1), 1)
	if _, err := store.CloseBatch(t.Context(), "station", "batch", slip.Closing{Fed: number(1)}); err != nil {
		t.Fatal(err)
	}
	handIn(t, store, 2)
	report, err := verify.Check(t.Context(), config.DatabaseURL, config.Images)
	if err != nil || len(report.Problems) != 2 {
		t.Errorf("verified: %q, %v", report.Problems, err)
	}
}

func TestABatchIsDescribed(t *testing.T) {
	t.Parallel()
	store := ledgertest.NewStore(t)
	describe := func(facility, month string) error {
		return store.DescribeBatch(t.Context(), "station", "batch", slip.BatchDescription{FacilityCode: facility, Month: month})
	}
	for _, bad := range []slip.BatchDescription{{FacilityCode: "123"}, {FacilityCode: "041011371x"}, {Month: "2026-13"}, {Month: "令和8年"}} {
		want(t, store.DescribeBatch(t.Context(), "station", "batch", bad), ledger.ErrInvalid)
	}
	for _, step := range [][2]string{{"", "2026-10"}, {"0410113719", ""}, {"", "2026-11"}} {
		if err := describe(step[0], step[1]); err != nil {
			t.Fatal(err)
		}
	}
	check := func() {
		t.Helper()
		count, err := store.Batch(t.Context(), "station", "batch")
		if err != nil || count.BatchDescription != (slip.BatchDescription{FacilityCode: "0410113719", Month: "2026-11"}) {
			t.Errorf("described as %+v, %v", count, err)
		}
	}
	check()
	if _, err := store.CloseBatch(t.Context(), "station", "batch", slip.Closing{}); err != nil {
		t.Fatal(err)
	}
	want(t, describe("", "2026-12"), ledger.ErrBatchDescribed)
	want(t, describe("0410113727", "2026-11"), ledger.ErrBatchDescribed)
	if err := describe("0410113719", "2026-11"); err != nil {
		t.Errorf("the same again: %v", err)
	}
	check()
}

func TestAnImprintIsKept(t *testing.T) {
	t.Parallel()
	store := ledgertest.NewStore(t)
	sheet := scanned(1, "paper")
	sheet.Imprint = "2026-11-23 000481"
	if _, err := store.StoreSheet(t.Context(), sheet, strings.NewReader("paper")); err != nil {
		t.Fatal(err)
	}
	if kept, err := store.Sheet(t.Context(), sheet.SheetID); err != nil || kept != sheet {
		t.Errorf("kept %+v, %v", kept, err)
	}
}

func TestBatchesAreListedNewestFirst(t *testing.T) {
	t.Parallel()
	config := ledgertest.Prepare(t)
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	config.Now = func() time.Time { return now }
	store := ledgertest.Open(t, config)
	for i, batch := range []string{"b1", "b2", "b3"} {
		now = now.Add(time.Minute)
		if err := store.OpenBatch(t.Context(), "station", batch, number(i)); err != nil {
			t.Fatal(err)
		}
	}
	batches, err := store.Batches(t.Context(), 2)
	if err != nil || len(batches) != 2 || batches[0].Batch != "b3" || *batches[1].Declared != 1 || !batches[0].OpenedAt.Equal(now) {
		t.Errorf("batches %+v, %v", batches, err)
	}
	one, err := store.Batch(t.Context(), "station", "b2")
	if err != nil || one.Station != "station" || *one.Declared != 1 {
		t.Errorf("batch %+v, %v", one, err)
	}
}
