package review_test

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"sesshu/ledger/slip"
)

// A batch in which a sheet bears another sheet's imprint is not closed: first
// because nobody has looked, then because somebody must answer for it. Its report
// names the sheet.
func TestABatchWithAnotherSheetsImprintIsShown(t *testing.T) {
	d := newDesk(t)
	token := d.token("station-1", "station")
	for i := 1; i <= 2; i++ {
		content := []byte(fmt.Sprint("paper ", i))
		imprint := map[string]string{"Sesshu-Imprint": fmt.Sprintf("station-1 b1 %05d", i)}
		if got := d.put(fmt.Sprintf("%s/sheets/%d", batchPath, i), token, content, imprint); got.status != http.StatusCreated {
			t.Fatalf("%d %s", got.status, got.body)
		}
	}
	closing := func() answered {
		return d.request(http.MethodPost, batchPath+"/close", token, strings.NewReader(`{}`), nil)
	}
	wantProblem(t, closing(), http.StatusServiceUnavailable, "batch_reading")
	for i, bears := range []int{1, 1} {
		sheet, err := d.store.Sheet(t.Context(), slip.SheetID{Station: "station-1", Batch: "b1", Sequence: i + 1})
		if err != nil {
			t.Fatal(err)
		}
		reading := slip.PageReading{SHA256: sheet.SHA256, Page: 1, Imprint: &slip.ImprintReading{Expected: sheet.Imprint, Verdict: slip.ImprintSame}}
		decision := slip.Decision{Outcome: slip.NeedsReview, Reasons: []slip.Reason{slip.ReasonUncertain}}
		if bears != i+1 {
			reading.Imprint.Verdict, reading.Imprint.Text = slip.ImprintOther, fmt.Sprintf("station-1 b1 %05d", bears)
			decision.Reasons = []slip.Reason{slip.ReasonImprintOther}
		}
		if err := d.store.RecordPages(t.Context(), sheet, []slip.PageDecision{{Reading: reading, Decision: decision}}); err != nil {
			t.Fatal(err)
		}
	}
	got := closing()
	wantProblem(t, got, http.StatusConflict, "batch_counts")
	if !strings.Contains(got.body, "Sheet 2 bears the imprint of sheet 1.") || !strings.Contains(got.body, "2枚目の紙に1枚目の印字があります。") {
		t.Errorf("refused with %s", got.body)
	}
	p := d.sit("hanako")
	p.open("/batches/station-1/b1")
	p.until(`document.querySelector(".report") !== null`)
	text := p.read(`document.querySelector("main").innerText`)
	for _, want := range []string{"別の紙の番号が印字された紙があります", "印字: station-1 b1 00001 (b1 / 1)"} {
		if !strings.Contains(text, want) {
			t.Errorf("report lacks %q:\n%s", want, text)
		}
	}
	if folder := os.Getenv("SESSHU_SHOTS"); folder != "" {
		p.picture(folder + "/batch-imprint.png")
	}
}
