package handin_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"sesshu/ledger/slip"
)

func TestSheetsOfABatch(t *testing.T) {
	c := client(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if got, want := r.Method+" "+r.URL.RequestURI(), "GET /v1/stations/desk-1/batches/b%201/sheets?after=5"; got != want {
			t.Errorf("request %s, want %s", got, want)
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"sheets":[
			{"sequence":6,"state":"review","duplicate":false,"same_paper":null,"imprint":"other","imprint_read":"desk-1 00003","imprint_of":{"station":"desk-1","batch":"b 0","sequence":4}},
			{"sequence":7,"state":"rejected","duplicate":true,"same_paper":{"station":"desk-1","batch":"b 0","sequence":3}}]}`)
	}))
	states, err := c.Sheets(t.Context(), "desk-1", "b 1", 5)
	if err != nil || len(states) != 2 {
		t.Fatalf("sheets: %+v, %v", states, err)
	}
	if got := fmt.Sprint(states[0], states[1].SamePaper); got != "{6 review false <nil> other desk-1 00003 desk-1/b 0/4} desk-1/b 0/3" {
		t.Errorf("sheets: %s", got)
	}
}

func TestClosingAndDescribingABatch(t *testing.T) {
	var seen []string
	c := client(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		seen = append(seen, r.Method+" "+r.URL.Path+" "+string(body))
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"station":"desk-1","batch":"b1","stored":7,"closed_by":"Suzuki"}`)
	}))
	if err := c.DescribeBatch(t.Context(), "desk-1", "b1", slip.BatchDescription{FacilityCode: "0410113719"}); err != nil {
		t.Error(err)
	}
	fed := 7
	count, err := c.CloseBatchAs(t.Context(), "desk-1", "b1", slip.Closing{Fed: &fed, Person: "Suzuki", Reason: "one is torn"})
	if err != nil || count.Stored != 7 || count.ClosedBy != "Suzuki" {
		t.Errorf("close: %+v, %v", count, err)
	}
	const root = "/v1/stations/desk-1/batches/b1"
	want := []string{
		"PUT " + root + `/description {"facility_code":"0410113719"}`,
		"POST " + root + `/close {"fed":7,"person":"Suzuki","reason":"one is torn"}`,
	}
	if fmt.Sprint(seen) != fmt.Sprint(want) {
		t.Errorf("requests %q, want %q", seen, want)
	}
}

func TestADiscardIsToldAndAnswered(t *testing.T) {
	discard := slip.Discard{At: time.Date(2026, 11, 23, 9, 30, 0, 1, time.UTC), Person: "佐藤", Reason: "x", Sheets: 4}
	answers := []string{
		`{"discard":{"at":"2026-11-23T09:30:00Z","person":"佐藤","reason":"x","sheets":4,"stored":1}}`,
		`{}`, `{"discard":{"at":"2026-11-23T09:30:00Z","person":"鈴木","reason":"x","sheets":4}}`,
	}
	for i, answer := range answers {
		c := client(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			const want = `PUT /v1/stations/desk-1/batches/b1/discard {"declared":null,"at":"2026-11-23T09:30:00.000000001Z","person":"佐藤","reason":"x","sheets":4}`
			if got := r.Method + " " + r.URL.Path + " " + string(body); got != want {
				t.Errorf("request %s", got)
			}
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, answer)
		}))
		if err := c.DiscardBatch(t.Context(), "desk-1", "b1", nil, discard); (err == nil) != (i == 0) {
			t.Errorf("answer %s: %v", answer, err)
		}
	}
}

func TestTheImprintGoesWithItsSheet(t *testing.T) {
	var sent []string
	c := client(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		sent = append(sent, fmt.Sprint(r.Header.Values("Sesshu-Imprint")))
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprintf(w, `{"sha256":%q}`, r.Header.Get("Sesshu-SHA256"))
	}))
	sheet := sheetOf([]byte("x"))
	for _, imprint := range []string{"", "2026-11-23 000481"} {
		sheet.Imprint = imprint
		if _, err := c.StoreSheet(t.Context(), sheet, strings.NewReader("x")); err != nil {
			t.Error(err)
		}
	}
	if got := fmt.Sprint(sent); got != "[[] [2026-11-23 000481]]" {
		t.Errorf("imprints %s", got)
	}
}
