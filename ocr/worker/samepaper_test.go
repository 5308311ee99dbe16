package worker_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"

	"sesshu/ledger/slip"
	"sesshu/ocr/paper"
	"sesshu/ocr/worker"
)

func TestPoolCompares(t *testing.T) {
	pool := startPool(t, worker.Config{Size: 1})
	scan := func(file string) worker.Scan {
		return worker.Scan{File: []byte(file), Page: 1, Registration: slip.Registration{Form: "f"}}
	}
	for _, c := range []struct {
		first, second string
		want          paper.Verdict
	}{{"abc", "axyz", paper.Same}, {"abc", "xyz", paper.Different}, {"", "xyz", paper.Different}} {
		if got, err := pool.Compare(t.Context(), scan(c.first), scan(c.second)); err != nil || got != c.want {
			t.Errorf("%q and %q: %v, %v", c.first, c.second, got, err)
		}
	}
	if got, err := pool.Compare(t.Context(), scan("fault"), scan("f")); err == nil || got != paper.Unsure {
		t.Errorf("a broken comparison: %v, %v", got, err)
	}
}

// pagesOf is a reader whose pages are given; it compares as the scripted reading
// process does.
type pagesOf struct {
	scripted
	pages []slip.PageReading
}

func (p pagesOf) ReadPrinted(_ context.Context, file []byte, _ *worker.Printed) (worker.Result, error) {
	result := worker.Result{}
	for i, page := range p.pages {
		page.SHA256, page.Page = slip.HashOf(file), i+1
		result.Pages = append(result.Pages, page)
	}
	return result, nil
}

func (p pagesOf) Compare(_ context.Context, first, second worker.Scan) (paper.Verdict, error) {
	return p.scripted.Compare(first, second)
}

func TestDeskRecognisesTheSamePaper(t *testing.T) {
	front := slip.PageReading{Registration: slip.Registration{Form: "f"}}
	blank := slip.PageReading{Blank: true}
	note := slip.PageReading{Faults: []slip.Reason{slip.ReasonFormUnknown}}
	known := map[slip.Value]string{slip.MunicipalityCode: "041009", slip.TicketNumber: "0000000001", slip.Dose: "1"}
	nameless := map[slip.Value]string{slip.MunicipalityCode: "041009", slip.Dose: "1"}
	for name, c := range map[string]struct {
		pages   []slip.PageReading
		fields  map[slip.Value]string
		earlier []string // their files, oldest first
		first   int      // sequence of the one recognised; 0 for none
		asked   bool
	}{
		"nothing earlier":             {[]slip.PageReading{front}, known, nil, 0, true},
		"the second of two":           {[]slip.PageReading{front, blank}, known, []string{"other", "again"}, 2, true},
		"another paper":               {[]slip.PageReading{front}, known, []string{"other"}, 0, true},
		"one that cannot be compared": {[]slip.PageReading{front}, known, []string{"fault", "again"}, 2, true},
		"no ticket read":              {[]slip.PageReading{front}, nameless, []string{"again"}, 0, false},
		"a note on the back":          {[]slip.PageReading{front, note}, known, []string{"again"}, 0, false},
		"two slips on one sheet":      {[]slip.PageReading{front, front}, known, []string{"again"}, 0, false},
		"nothing on it":               {[]slip.PageReading{blank}, known, []string{"again"}, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			sheet := slip.Sheet{SheetID: slip.SheetID{Station: "s", Batch: "b", Sequence: 9}, SHA256: slip.HashOf([]byte("a slip"))}
			store := &memoryStore{
				images: map[slip.Hash][]byte{sheet.SHA256: []byte("a slip")},
				pages:  map[slip.SheetID][]slip.PageDecision{}, same: map[slip.SheetID]slip.SheetID{},
			}
			for i, file := range c.earlier {
				hash := slip.HashOf([]byte(file))
				store.images[hash] = []byte(file)
				page := front
				page.SHA256, page.Page = hash, 1
				store.earlier = append(store.earlier, slip.EarlierPage{Sheet: slip.SheetID{Station: "s", Batch: "b", Sequence: i + 1}, Page: page})
			}
			desk := &worker.Desk{
				Store: store, Reader: pagesOf{pages: c.pages}, Logger: slog.New(slog.DiscardHandler),
				Decide: func(context.Context, slip.Sheet, slip.PageReading) (slip.Decision, error) {
					decision := slip.Decision{Outcome: slip.NeedsReview, Fields: map[slip.Value]slip.FieldDecision{}}
					for value, text := range c.fields {
						decision.Fields[value] = slip.FieldDecision{Value: text}
					}
					return decision, nil
				},
			}
			if err := desk.ReadSheet(t.Context(), sheet); err != nil {
				t.Fatal(err)
			}
			if got := store.same[sheet.SheetID].Sequence; got != c.first {
				t.Errorf("the same paper as %d, want %d", got, c.first)
			}
			if recorded := len(store.pages[sheet.SheetID]) > 0; recorded != (c.first == 0) {
				t.Errorf("recorded as a paper of its own: %t", recorded)
			}
			if got, want := fmt.Sprint(store.asked), "[s/b/9 041009 0000000001 1]"; c.asked && got != want || !c.asked && len(store.asked) > 0 {
				t.Errorf("asked %s", got)
			}
		})
	}
}

// A header or separator sheet is no question of policy.
func TestDeskDecidesOnBatchSheets(t *testing.T) {
	sheet := slip.Sheet{SheetID: slip.SheetID{Station: "s", Batch: "b", Sequence: 1}, SHA256: slip.HashOf([]byte("x"))}
	store := &memoryStore{images: map[slip.Hash][]byte{sheet.SHA256: []byte("x")}, pages: map[slip.SheetID][]slip.PageDecision{}}
	header := slip.PageReading{Readings: []slip.Reading{slip.BatchSheetReading(slip.BatchSheet{Kind: slip.BatchHeader, Declared: 3}, 1, "test")}}
	desk := &worker.Desk{
		Store: store, Reader: pagesOf{pages: []slip.PageReading{header}}, Logger: slog.New(slog.DiscardHandler),
		Decide: func(context.Context, slip.Sheet, slip.PageReading) (slip.Decision, error) {
			t.Error("a batch header was decided on as a slip")
			return slip.Decision{}, nil
		},
	}
	if err := desk.ReadSheet(t.Context(), sheet); err != nil {
		t.Fatal(err)
	}
	page := store.pages[sheet.SheetID][0]
	if page.Decision.Outcome != slip.Rejected || fmt.Sprint(page.Decision.Reasons) != "[batch_header]" {
		t.Errorf("decision %+v", page.Decision)
	}
}
