package review_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestAStationAsksWhatBecameOfItsSheets(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	token := d.token("station-1", "station")
	for _, sheet := range []string{"/sheets/1", "/sheets/2"} {
		if got := d.put(batchPath+sheet, token, []byte("paper "+sheet), nil); got.status != http.StatusCreated {
			t.Fatalf("%s: %d %s", sheet, got.status, got.body)
		}
	}
	for query, want := range map[string]string{
		"":                   `{"sheets":[{"sequence":1,"state":"waiting","duplicate":false,"same_paper":null},{"sequence":2,"state":"waiting","duplicate":false,"same_paper":null}]}`,
		"?after=1":           `{"sheets":[{"sequence":2,"state":"waiting","duplicate":false,"same_paper":null}]}`,
		"?after=2":           `{"sheets":[]}`,
		"?after=99999999999": `{"sheets":[]}`,
	} {
		got := d.request(http.MethodGet, batchPath+"/sheets"+query, token, nil, nil)
		if got.status != http.StatusOK || strings.TrimSpace(got.body) != want {
			t.Errorf("%q: %d %s, want %s", query, got.status, got.body, want)
		}
	}
	wantProblem(t, d.request(http.MethodGet, batchPath+"/sheets?after=x", token, nil, nil), http.StatusBadRequest, "bad_request")
	wantProblem(t, d.request(http.MethodGet, batchPath+"/sheets?after=-1", token, nil, nil), http.StatusBadRequest, "bad_request")
	wantProblem(t, d.request(http.MethodGet, batchPath+"x/sheets", token, nil, nil), http.StatusNotFound, "not_found")
	wantProblem(t, d.request(http.MethodGet, "/v1/stations/station-2/batches/b1/sheets", token, nil, nil), http.StatusForbidden, "forbidden")
	wantProblem(t, d.request(http.MethodGet, batchPath+"/sheets", "", nil, nil), http.StatusUnauthorized, "token")
}
