package handin_test

import (
	"fmt"
	"io"
	"net/http"
	"testing"
)

func TestSheetsOfABatch(t *testing.T) {
	c := client(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if got, want := r.Method+" "+r.URL.RequestURI(), "GET /v1/stations/desk-1/batches/b%201/sheets?after=5"; got != want {
			t.Errorf("request %s, want %s", got, want)
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"sheets":[
			{"sequence":6,"state":"review","duplicate":false,"same_paper":null},
			{"sequence":7,"state":"rejected","duplicate":true,"same_paper":{"station":"desk-1","batch":"b 0","sequence":3}}]}`)
	}))
	states, err := c.Sheets(t.Context(), "desk-1", "b 1", 5)
	if err != nil || len(states) != 2 {
		t.Fatalf("sheets: %+v, %v", states, err)
	}
	if got := fmt.Sprint(states[0], states[1].SamePaper); got != "{6 review false <nil>} desk-1/b 0/3" {
		t.Errorf("sheets: %s", got)
	}
}
