package review_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"sesshu/ledger/slip"
)

// answered is one HTTP answer, read whole.
type answered struct {
	status int
	header http.Header
	body   string
}

// request sends one request as a program would, without a browser.
func (d *desk) request(method, path, token string, body io.Reader, header map[string]string) answered {
	d.t.Helper()
	request, err := http.NewRequestWithContext(d.t.Context(), method, d.url(path), body)
	if err != nil {
		d.t.Fatal(err)
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	for name, value := range header {
		request.Header.Set(name, value)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(request)
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return answered{answer.StatusCode, answer.Header, string(text)}
}

func (d *desk) put(path, token string, content []byte, change map[string]string) answered {
	d.t.Helper()
	header := map[string]string{
		"Content-Type": "image/jpeg", "Sesshu-SHA256": slip.HashOf(content).String(),
		"Sesshu-Captured-At": time.Now().UTC().Format(time.RFC3339), "Sesshu-DPI": "300",
	}
	for name, value := range change {
		header[name] = value
	}
	return d.request(http.MethodPut, path, token, bytes.NewReader(content), header)
}

// wantProblem checks that an answer is a problem in both languages and nothing
// else.
func wantProblem(t *testing.T, got answered, status int, code string) {
	t.Helper()
	if got.status != status {
		t.Errorf("status %d, want %d (%s): %s", got.status, status, code, got.body)
		return
	}
	if kind := got.header.Get("Content-Type"); kind != "application/problem+json" {
		t.Errorf("%s: content type %q", code, kind)
	}
	var problem struct {
		Type, Title, Detail string
		Status              int
		DetailJA            string `json:"detail_ja"`
	}
	decoder := json.NewDecoder(strings.NewReader(got.body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&problem); err != nil {
		t.Fatalf("%s: %v: %s", code, err, got.body)
	}
	if problem.Type != "urn:sesshu:problem:"+code || problem.Status != status || problem.Title == "" || problem.Detail == "" || problem.DetailJA == "" {
		t.Errorf("problem %+v, want %s", problem, code)
	}
}

const batchPath = "/v1/stations/station-1/batches/b1"

func TestHandIn(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	token := d.token("station-1", "station")
	open := func() answered {
		return d.request(http.MethodPut, batchPath, token, strings.NewReader(`{"declared": 2}`), nil)
	}
	if first, again := open(), open(); first.status != http.StatusCreated || again.status != http.StatusOK {
		t.Fatalf("open: %d %s, again %d", first.status, first.body, again.status)
	}
	content := []byte("\xff\xd8\xff these bytes need not be an image")
	if got := d.put(batchPath+"/sheets/1", token, content, nil); got.status != http.StatusCreated {
		t.Fatalf("sheet: %d %s", got.status, got.body)
	}
	if got := d.put(batchPath+"/sheets/1", token, content, nil); got.status != http.StatusOK {
		t.Errorf("same sheet again: %d %s", got.status, got.body)
	}
	if got := d.put(batchPath+"/sheets/2", token, content, nil); got.status != http.StatusCreated {
		t.Errorf("second sheet with the same bytes: %d %s", got.status, got.body)
	}
	wantProblem(t, d.put(batchPath+"/sheets/1", token, []byte("other bytes"), nil), http.StatusConflict, "sheet_conflict")

	for _, path := range []string{"", "/close"} {
		method := map[string]string{"": http.MethodGet, "/close": http.MethodPost}[path]
		got := d.request(method, batchPath+path, token, nil, nil)
		var count slip.BatchCount
		if err := json.Unmarshal([]byte(got.body), &count); err != nil {
			t.Fatalf("%v: %s", err, got.body)
		}
		if got.status != http.StatusOK || *count.Declared != 2 || count.Stored != 2 || count.Waiting != 2 || (count.ClosedAt != nil) != (path == "/close") {
			t.Errorf("%s %s: %d %+v", method, path, got.status, count)
		}
	}
}

func TestHandInRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	token, feed := d.token("station-1", "station"), d.token("consumer", "feed")
	if got := d.request(http.MethodPut, batchPath, token, strings.NewReader(`{"declared": null}`), nil); got.status != http.StatusCreated {
		t.Fatalf("open: %d %s", got.status, got.body)
	}
	content := []byte("some bytes")
	sheet := batchPath + "/sheets/7"
	wrong := slip.HashOf([]byte("others")).String()
	for name, change := range map[string]map[string]string{
		"no hash": {"Sesshu-SHA256": ""}, "short hash": {"Sesshu-SHA256": "abc"}, "no time": {"Sesshu-Captured-At": ""},
		"local time": {"Sesshu-Captured-At": "2021-06-30 10:00"}, "no dpi": {"Sesshu-DPI": ""}, "negative dpi": {"Sesshu-DPI": "-1"},
		"foreign type": {"Content-Type": "text/html"},
	} {
		t.Run(name, func(t *testing.T) {
			wantProblem(t, d.put(sheet, token, content, change), http.StatusBadRequest, "bad_header")
		})
	}
	wantProblem(t, d.put(sheet, token, content, map[string]string{"Sesshu-SHA256": wrong}), http.StatusBadRequest, "hash_mismatch")
	wantProblem(t, d.put(sheet, "", content, nil), http.StatusUnauthorized, "token")
	wantProblem(t, d.put(sheet, "no such token", content, nil), http.StatusUnauthorized, "token")
	wantProblem(t, d.put(sheet, feed, content, nil), http.StatusForbidden, "forbidden")
	wantProblem(t, d.put("/v1/stations/station-2/batches/b1/sheets/1", token, content, nil), http.StatusForbidden, "forbidden")
	wantProblem(t, d.put(batchPath+"/sheets/0", token, content, nil), http.StatusBadRequest, "bad_request")
	wantProblem(t, d.put("/v1/stations/station-1/batches/b%20x/sheets/1", token, content, nil), http.StatusBadRequest, "bad_request")
	wantProblem(t, d.request(http.MethodGet, "/v1/stations/station-1/batches/none", token, nil, nil), http.StatusNotFound, "not_found")
	wantProblem(t, d.request(http.MethodPut, batchPath, token, strings.NewReader(`{"declared": "two"}`), nil), http.StatusBadRequest, "bad_request")
	wantProblem(t, d.request(http.MethodPut, batchPath, token, strings.NewReader(`{"declared": -1}`), nil), http.StatusBadRequest, "bad_request")
	wantProblem(t, d.request(http.MethodDelete, batchPath, token, nil, nil), http.StatusMethodNotAllowed, "method")
	wantProblem(t, d.request(http.MethodGet, "/v1/nothing", token, nil, nil), http.StatusNotFound, "not_found")

	// A reader of unknown length makes the client send no Content-Length.
	unknown := d.request(http.MethodPut, sheet, token, io.MultiReader(bytes.NewReader(content)), map[string]string{"Content-Type": "image/jpeg"})
	wantProblem(t, unknown, http.StatusLengthRequired, "length_required")

	count, err := d.store.Batch(t.Context(), "station-1", "b1")
	if err != nil || count.Stored != 0 {
		t.Errorf("stored %d sheets (%v), want none", count.Stored, err)
	}
}

// The announced length decides before a byte is read.
func TestHandInTooLarge(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	token := d.token("station-1", "station")
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPut, d.url(batchPath+"/sheets/1"), neverRead{})
	if err != nil {
		t.Fatal(err)
	}
	request.ContentLength = 64<<20 + 1
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Expect", "100-continue")
	transport := &http.Transport{ExpectContinueTimeout: time.Hour}
	defer transport.CloseIdleConnections()
	answer, err := (&http.Client{Transport: transport}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d", answer.StatusCode)
	}
}

type neverRead struct{}

func (neverRead) Read([]byte) (int, error) { panic("the body was asked for") }
