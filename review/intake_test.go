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

func TestClosingAndDescribing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	token := d.token("station-1", "station")
	send := func(method, path, body string) answered {
		return d.request(method, batchPath+path, token, strings.NewReader(body), nil)
	}
	if got := send(http.MethodPut, "", `{"declared": 2}`); got.status != http.StatusCreated {
		t.Fatalf("open: %d %s", got.status, got.body)
	}
	content := []byte("paper")
	if got := d.put(batchPath+"/sheets/1", token, content, map[string]string{"Sesshu-Imprint": "desk 000481"}); got.status != http.StatusCreated {
		t.Fatalf("sheet: %d %s", got.status, got.body)
	}
	wantProblem(t, d.put(batchPath+"/sheets/2", token, content, map[string]string{"Sesshu-Imprint": strings.Repeat("x", 101)}), http.StatusBadRequest, "bad_header")
	sheet, err := d.store.Sheet(t.Context(), slip.SheetID{Station: "station-1", Batch: "b1", Sequence: 1})
	if err != nil || sheet.Imprint != "desk 000481" {
		t.Errorf("imprint %q, %v", sheet.Imprint, err)
	}
	described := send(http.MethodPut, "/description", `{"facility_code": "0410113719", "month": "2026-11"}`)
	if described.status != http.StatusOK || !strings.Contains(described.body, `"facility_code":"0410113719","month":"2026-11"`) {
		t.Errorf("describe: %d %s", described.status, described.body)
	}
	wantProblem(t, send(http.MethodPut, "/description", `{"month": "11/2026"}`), http.StatusBadRequest, "bad_request")

	refused := send(http.MethodPost, "/close", `{"fed": 1}`)
	wantProblem(t, refused, http.StatusConflict, "batch_counts")
	for _, words := range []string{"2 slips were declared, 1 came in.", "申告は2枚ですが、届いた予診票は1枚です。"} {
		if !strings.Contains(refused.body, words) {
			t.Errorf("refusal %s, want %q in it", refused.body, words)
		}
	}
	wantProblem(t, send(http.MethodPost, "/close", ""), http.StatusConflict, "batch_counts")
	wantProblem(t, send(http.MethodPost, "/close", `{"person": "Suzuki", "reason": "  "}`), http.StatusConflict, "batch_counts")
	wantProblem(t, send(http.MethodPost, "/close", `{"fed": -1}`), http.StatusBadRequest, "bad_request")
	wantProblem(t, send(http.MethodPost, "/close", `{"why": "x"}`), http.StatusBadRequest, "bad_request")
	closed := send(http.MethodPost, "/close", `{"fed": 1, "person": "Suzuki", "reason": "one slip went back to the clinic"}`)
	if closed.status != http.StatusOK || !strings.Contains(closed.body, `"closed_by":"Suzuki"`) {
		t.Errorf("close: %d %s", closed.status, closed.body)
	}
	wantProblem(t, send(http.MethodPut, "/description", `{"month": "2026-12"}`), http.StatusConflict, "batch_described")

	// One slip more than declared, not read yet: it may be a separator.
	other := "/v1/stations/station-1/batches/b2"
	if got := d.request(http.MethodPut, other, token, strings.NewReader(`{"declared": 0}`), nil); got.status != http.StatusCreated {
		t.Fatalf("open: %d %s", got.status, got.body)
	}
	if got := d.put(other+"/sheets/1", token, content, nil); got.status != http.StatusCreated {
		t.Fatalf("sheet: %d %s", got.status, got.body)
	}
	early := d.request(http.MethodPost, other+"/close", token, nil, nil)
	wantProblem(t, early, http.StatusServiceUnavailable, "batch_reading")
	if early.header.Get("Retry-After") == "" {
		t.Error("no word when to try again")
	}
}

type neverRead struct{}

func (neverRead) Read([]byte) (int, error) { panic("the body was asked for") }
