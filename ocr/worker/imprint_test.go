package worker_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"

	"sesshu/ledger/slip"
	"sesshu/ocr/worker"
)

// What was printed on a sheet goes to the reading process and comes back with
// its verdict; nothing does for a sheet without an imprint.
func TestPoolReadsTheImprintBack(t *testing.T) {
	pool := startPool(t, worker.Config{Size: 1})
	result, err := pool.ReadPrinted(t.Context(), []byte("same"), &worker.Printed{Text: "desk 00004", DPI: 300})
	want := slip.ImprintReading{Expected: "desk 00004", Verdict: slip.ImprintSame, Text: "300"}
	if err != nil || len(result.Pages) != 1 || result.Pages[0].Imprint == nil || *result.Pages[0].Imprint != want {
		t.Errorf("result %+v, error %v", result, err)
	}
	if result, err := pool.Read(t.Context(), []byte("same")); err != nil || result.Pages[0].Imprint != nil {
		t.Errorf("result %+v, error %v", result, err)
	}
}

// A slip that bears another sheet's imprint goes to a person whatever else was
// decided. What is no slip stays what it is.
func TestDeskAsksForAnotherSheetsImprint(t *testing.T) {
	pool := startPool(t, worker.Config{Size: 1})
	for name, c := range map[string]struct {
		imprint, file string
		decided       slip.Outcome
		outcome       slip.Outcome
		reasons       string
	}{
		"the same":               {"desk 00004", "same", slip.Accepted, slip.Accepted, "[uncertain]"},
		"unreadable":             {"desk 00004", "unreadable", slip.Accepted, slip.Accepted, "[uncertain]"},
		"another, accepted":      {"desk 00004", "other", slip.Accepted, slip.NeedsReview, "[imprint_other uncertain]"},
		"another, asked":         {"desk 00004", "other", slip.NeedsReview, slip.NeedsReview, "[imprint_other uncertain]"},
		"another, no slip":       {"desk 00004", "other", slip.Rejected, slip.Rejected, "[uncertain]"},
		"nothing printed at all": {"", "other", slip.Accepted, slip.Accepted, "[uncertain]"},
	} {
		t.Run(name, func(t *testing.T) {
			sheet := slip.Sheet{SheetID: slip.SheetID{Station: "s", Batch: "b", Sequence: 4}, SHA256: slip.HashOf([]byte(c.file)), Imprint: c.imprint, DPI: 300}
			store := &memoryStore{images: map[slip.Hash][]byte{sheet.SHA256: []byte(c.file)}, pages: map[slip.SheetID][]slip.PageDecision{}}
			desk := &worker.Desk{
				Store: store, Reader: pool, Logger: slog.New(slog.DiscardHandler),
				Decide: func(context.Context, slip.Sheet, slip.PageReading) (slip.Decision, error) {
					return slip.Decision{Outcome: c.decided, Reasons: []slip.Reason{slip.ReasonUncertain}}, nil
				},
			}
			if err := desk.ReadSheet(t.Context(), sheet); err != nil {
				t.Fatal(err)
			}
			page := store.pages[sheet.SheetID][0]
			if page.Decision.Outcome != c.outcome || fmt.Sprint(page.Decision.Reasons) != c.reasons {
				t.Errorf("decided %s for %v, want %s for %s", page.Decision.Outcome, page.Decision.Reasons, c.outcome, c.reasons)
			}
			if (page.Reading.Imprint != nil) != (c.imprint != "") {
				t.Errorf("imprint %+v", page.Reading.Imprint)
			}
		})
	}
}
