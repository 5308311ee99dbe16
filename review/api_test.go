package review_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"sesshu/ledger/slip"
)

func TestFeed(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	token := d.token("consumer", "feed")
	const count = 5
	for i := range count {
		d.slip(fmt.Sprintf("21900000%02d", i))
	}
	read := func(path string) (sequences []int64, next int64) {
		t.Helper()
		got := d.request(http.MethodGet, path, token, nil, nil)
		if got.status != http.StatusOK {
			t.Fatalf("%s: %d %s", path, got.status, got.body)
		}
		var page struct {
			Entries []slip.Entry
			Next    int64
		}
		if err := json.Unmarshal([]byte(got.body), &page); err != nil {
			t.Fatal(err)
		}
		for _, entry := range page.Entries {
			sequences = append(sequences, entry.Sequence)
		}
		return sequences, page.Next
	}
	want := func(path, sequences string, next int64) {
		t.Helper()
		if got, cursor := read(path); fmt.Sprint(got) != sequences || cursor != next {
			t.Errorf("%s: %v, next %d; want %s, next %d", path, got, cursor, sequences, next)
		}
	}
	want("/v1/entries", "[1 2 3 4 5]", 5)
	want("/v1/entries?after=0&limit=2", "[1 2]", 2)
	want("/v1/entries?after=2&limit=2", "[3 4]", 4)
	want("/v1/entries?after=2&limit=2", "[3 4]", 4) // replayed
	want("/v1/entries?after=4&limit=1000", "[5]", 5)
	want("/v1/entries?after=5", "[]", 5)
	if got := d.request(http.MethodGet, "/v1/entries?after=5", token, nil, nil); !strings.Contains(got.body, `"entries":[]`) {
		t.Errorf("an empty page is no empty list: %s", got.body)
	}
	for _, query := range []string{"after=-1", "after=x", "limit=0", "limit=-5", "limit=x", "limit=1001", "limit=99999"} {
		got := d.request(http.MethodGet, "/v1/entries?"+query, token, nil, nil)
		wantProblem(t, got, http.StatusBadRequest, "feed_range")
		for _, said := range []string{"from 1 to 1000", "1〜1000", "0 or more", "0 以上"} {
			if !strings.Contains(got.body, said) {
				t.Errorf("%s: %q is not in %s", query, said, got.body)
			}
		}
	}

	// Who saw which entries stays on record; who asked in vain saw none.
	if got := strings.Join(d.lookedAt("feed"), " "); got != "entries:1-5 entries:1-2 entries:3-4 entries:3-4 entries:5-5" {
		t.Errorf("looks at the feed: %q", got)
	}

	got := d.request(http.MethodGet, "/v1/entries/3", token, nil, nil)
	var evidence slip.Evidence
	if err := json.Unmarshal([]byte(got.body), &evidence); err != nil {
		t.Fatalf("%v: %s", err, got.body)
	}
	if evidence.Entry.Sequence != 3 || evidence.Sheet.SHA256 != evidence.Entry.SHA256 || evidence.Page.Registration.Form != d.form.Name ||
		evidence.Decision.Fields[slip.TicketNumber].Value != "2190000002" {
		t.Errorf("evidence %+v", evidence)
	}
	for _, missing := range []string{"6", "0", "x"} {
		wantProblem(t, d.request(http.MethodGet, "/v1/entries/"+missing, token, nil, nil), http.StatusNotFound, "not_found")
	}
	wantProblem(t, d.request(http.MethodGet, "/v1/entries", "", nil, nil), http.StatusUnauthorized, "token")
	wantProblem(t, d.request(http.MethodGet, "/v1/entries", d.token("station-9", "station"), nil, nil), http.StatusForbidden, "forbidden")
}

// The state of an item holds every value of it, and is shown to whoever may
// answer: each look stays on record.
func TestStateIsALook(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.slip("2190000001", slip.LotNumber)
	_, cookie := d.signIn("hanako", password)
	state := func(item string) answered {
		return d.request(http.MethodGet, "/items/"+item+"/state", "", nil, map[string]string{"Cookie": cookie})
	}
	for range 2 {
		if got := state("1"); got.status != http.StatusOK || !strings.Contains(got.body, "2190000001") {
			t.Fatalf("%d %s", got.status, got.body)
		}
	}
	wantProblem(t, state("2"), http.StatusNotFound, "not_found")
	if got := strings.Join(d.lookedAt("review"), " "); got != "item:1 item:1" {
		t.Errorf("looks on record: %q", got)
	}
}

// signIn signs in without a browser and returns the cookie to send.
func (d *desk) signIn(name, secret string) (answered, string) {
	d.t.Helper()
	form := url.Values{"account": {name}, "password": {secret}}
	got := d.request(http.MethodPost, "/sign-in", "", strings.NewReader(form.Encode()), map[string]string{"Content-Type": "application/x-www-form-urlencoded"})
	cookie, _, _ := strings.Cut(got.header.Get("Set-Cookie"), ";")
	return got, cookie
}

func TestImages(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	sheet := d.slip("2190000001", slip.LotNumber)
	broken := d.handIn([]byte("no picture"), slip.PageReading{Page: 1}, slip.Decision{Reasons: []slip.Reason{slip.ReasonUnreadable}})
	_, cookie := d.signIn("hanako", password)
	get := func(hash slip.Hash, rest string) answered {
		return d.request(http.MethodGet, "/v1/sheets/"+hash.String()+rest, "", nil, map[string]string{"Cookie": cookie})
	}
	for _, path := range []string{"/image", "/pages/1"} {
		got := get(sheet.SHA256, path)
		if got.status != http.StatusOK || got.header.Get("Content-Type") != "image/jpeg" || slip.HashOf([]byte(got.body)) != sheet.SHA256 {
			t.Errorf("%s: %d %s, %d bytes", path, got.status, got.header.Get("Content-Type"), len(got.body))
		}
		if got.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: cached as %q", path, got.header.Get("Cache-Control"))
		}
	}
	if got := get(broken.SHA256, "/image"); got.header.Get("Content-Type") != "application/octet-stream" ||
		!strings.HasPrefix(got.header.Get("Content-Disposition"), "attachment") {
		t.Errorf("bytes that are no image are shown, not saved: %v", got.header)
	}
	wantProblem(t, get(broken.SHA256, "/pages/1"), http.StatusUnprocessableEntity, "not_showable")
	wantProblem(t, get(sheet.SHA256, "/pages/0"), http.StatusNotFound, "not_found")
	wantProblem(t, get(slip.HashOf([]byte("nowhere")), "/image"), http.StatusNotFound, "not_found")
	cookie = ""
	wantProblem(t, get(sheet.SHA256, "/image"), http.StatusUnauthorized, "signed_out")
	wantProblem(t, get(sheet.SHA256, "/pages/1"), http.StatusUnauthorized, "signed_out")
}

func TestHealth(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.slip("2190000001", slip.LotNumber)
	d.slip("2190000002")
	for _, path := range []string{"/livez", "/readyz"} {
		if got := d.request(http.MethodGet, path, "", nil, nil); got.status != http.StatusOK {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
	got := d.request(http.MethodGet, "/metrics", "", nil, nil)
	for _, line := range []string{
		`sesshu_sheets{state="accepted"} 1`, `sesshu_sheets{state="review"} 1`, `sesshu_sheets{state="rejected"} 0`,
		`sesshu_review_waiting 1`, `sesshu_entries 1`, `sesshu_review_oldest_seconds`,
		`sesshu_http_request_duration_seconds_count{method="GET",route="/readyz",status="200"} 1`,
	} {
		if !strings.Contains(got.body, line) {
			t.Errorf("no metric %s", line)
		}
	}
	d.store.Close()
	wantProblem(t, d.request(http.MethodGet, "/readyz", "", nil, nil), http.StatusServiceUnavailable, "unavailable")
	if got := d.request(http.MethodGet, "/livez", "", nil, nil); got.status != http.StatusOK {
		t.Errorf("not alive without a database: %d", got.status)
	}
	if got := d.request(http.MethodGet, "/metrics", "", nil, nil); got.status != http.StatusOK || !strings.Contains(got.body, "sesshu_http_request") {
		t.Errorf("no metrics without a database: %d", got.status)
	}
}
