package handin_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"sesshu/ledger/slip"
	"sesshu/scanner/handin"
	"sesshu/scanner/pin"
	"sesshu/scanner/station"
)

var _ station.Intake = (*handin.Client)(nil)

func client(t *testing.T, handler http.Handler) *handin.Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	opened, err := handin.New(handin.Config{URL: server.URL + "/", Token: "secret-token"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Close() })
	return opened
}

var captured = time.Date(2026, 4, 1, 9, 30, 0, 250_000_000, time.FixedZone("JST", 9*3600))

func sheetOf(image []byte) slip.Sheet {
	return slip.Sheet{SheetID: slip.SheetID{Station: "desk-1", Batch: "b 1", Sequence: 7}, SHA256: slip.HashOf(image),
		Bytes: int64(len(image)), MediaType: "image/jpeg", CapturedAt: captured, DPI: 300}
}

// receipt answers as the service does to a sheet that it has stored.
func receipt(w http.ResponseWriter, r *http.Request, status int) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"sha256": r.Header.Get("Sesshu-SHA256"), "stored": status == http.StatusCreated})
}

// Every request as the contract of the hand-in API has it.
func TestRequests(t *testing.T) {
	var seen []string
	var header http.Header
	var body []byte
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.Method+" "+r.URL.EscapedPath())
		header = r.Header
		body, _ = io.ReadAll(r.Body)
		if r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/sheets/") {
			if r.ContentLength != int64(len(body)) {
				t.Errorf("length %d announced, %d sent", r.ContentLength, len(body))
			}
			receipt(w, r, http.StatusCreated)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(slip.BatchCount{Station: "desk-1", Batch: "b 1", Stored: 7})
	})
	c := client(t, handler)
	declared := 40
	if err := c.OpenBatch(t.Context(), "desk-1", "b 1", &declared); err != nil || string(body) != `{"declared":40}` {
		t.Errorf("open: %v, body %s", err, body)
	}
	if err := c.OpenBatch(t.Context(), "desk-1", "b 1", nil); err != nil || string(body) != `{"declared":null}` {
		t.Errorf("open: %v, body %s", err, body)
	}
	image := []byte("the scanner's own bytes")
	stored, err := c.StoreSheet(t.Context(), sheetOf(image), bytes.NewReader(image))
	if err != nil || !stored || !bytes.Equal(body, image) {
		t.Errorf("store: %t, %v", stored, err)
	}
	for name, want := range map[string]string{
		"Authorization": "Bearer secret-token", "Content-Type": "image/jpeg", "Sesshu-SHA256": slip.HashOf(image).String(),
		"Sesshu-Captured-At": "2026-04-01T00:30:00.25Z", "Sesshu-DPI": "300",
	} {
		if got := header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if count, err := c.CloseBatch(t.Context(), "desk-1", "b 1"); err != nil || count.Stored != 7 {
		t.Errorf("close: %+v, %v", count, err)
	}
	if count, err := c.Batch(t.Context(), "desk-1", "b 1"); err != nil || count.Stored != 7 {
		t.Errorf("batch: %+v, %v", count, err)
	}
	const root = "/v1/stations/desk-1/batches/b%201"
	want := []string{"PUT " + root, "PUT " + root, "PUT " + root + "/sheets/7", "POST " + root + "/close", "GET " + root}
	if fmt.Sprint(seen) != fmt.Sprint(want) {
		t.Errorf("requests %v, want %v", seen, want)
	}
}

func TestAnswers(t *testing.T) {
	ours := http.Header{"Content-Type": {"application/problem+json"}}
	problem := `{"type":"about:blank","title":"Conflict","status":409,"detail":"other bytes","detail_ja":"別の画像です"}`
	cases := []struct {
		status  int
		header  http.Header
		body    string
		want    error // nil when only repeating helps
		pause   time.Duration
		message string
	}{
		{status: 409, header: ours, body: problem, want: station.ErrConflict, message: "service answers 409 Conflict: other bytes"},
		{status: 400, header: ours, body: `{}`, want: station.ErrRefused},
		{status: 413, header: ours, body: `{}`, want: station.ErrRefused},
		{status: 401, header: ours, body: `{}`, want: station.ErrUnauthorized},
		{status: 403, header: ours, body: `{}`, want: station.ErrUnauthorized},
		{status: 503, header: http.Header{"Retry-After": {"7"}}, pause: 7 * time.Second},
		{status: 502, header: http.Header{"Content-Type": {"text/html"}}, body: "<html>proxy</html>", message: "service answers 502 Bad Gateway"},
	}
	for _, c := range cases {
		opened := client(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			for name, values := range c.header {
				w.Header()[name] = values
			}
			w.WriteHeader(c.status)
			_, _ = io.WriteString(w, c.body)
		}))
		stored, err := opened.StoreSheet(t.Context(), sheetOf([]byte("x")), strings.NewReader("x"))
		var refusal *handin.Problem
		if stored || !errors.As(err, &refusal) || refusal.Status != c.status {
			t.Errorf("%d: %t, %v", c.status, stored, err)
			continue
		}
		for _, kind := range []error{station.ErrConflict, station.ErrRefused, station.ErrUnauthorized} {
			if errors.Is(err, kind) != (kind == c.want) { //nolint:errorlint // identity of sentinels is what is compared
				t.Errorf("%d: is %v: %t", c.status, kind, errors.Is(err, kind))
			}
		}
		if refusal.RetryAfter() != c.pause {
			t.Errorf("%d: pause %v", c.status, refusal.RetryAfter())
		}
		if c.message != "" && err.Error() != c.message {
			t.Errorf("%d: %q, want %q", c.status, err, c.message)
		}
		if c.status == 409 && refusal.Words().Japanese != "別の画像です" {
			t.Errorf("words %+v", refusal.Words())
		}
	}
}

func TestSameSheetAgain(t *testing.T) {
	c := client(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		receipt(w, r, http.StatusOK)
	}))
	if stored, err := c.StoreSheet(t.Context(), sheetOf([]byte("x")), strings.NewReader("x")); err != nil || stored {
		t.Errorf("stored %t, %v", stored, err)
	}
}

// A sheet that is shorter or longer than its record is never sent as if whole.
func TestLengthMustAgree(t *testing.T) {
	c := client(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		receipt(w, r, http.StatusCreated)
	}))
	sheet := sheetOf([]byte("four"))
	for _, image := range []string{"fou", "fourteen"} {
		if _, err := c.StoreSheet(t.Context(), sheet, strings.NewReader(image)); err == nil {
			t.Errorf("%q was sent as a sheet of four bytes", image)
		}
	}
}

func TestBadConfiguration(t *testing.T) {
	for _, config := range []handin.Config{
		{URL: "service", Token: "t"}, {URL: "https://192.0.2.1"}, {URL: "ftp://192.0.2.1", Token: "t"},
		{URL: "http://192.0.2.1", Token: "t"}, {URL: "http://localhost.example", Token: "t"}, // would travel open
		{URL: "http://127.0.0.1", Token: "t", ServerPin: pin.Key{1}.String()}, {URL: "https://192.0.2.1", Token: "t", ServerPin: "sha256//short"},
		{URL: "https://192.0.2.1", Token: "t", Certificate: "a.pem"}, {URL: "https://192.0.2.1", Token: "t", Certificate: "no.pem", Key: "no.pem"},
	} {
		if _, err := handin.New(config); err == nil {
			t.Errorf("%+v is taken", config)
		}
	}
}

// A token must not appear in an error, nor may the address of a sheet.
func TestErrorsHoldNoSecrets(t *testing.T) {
	c, err := handin.New(handin.Config{URL: "http://127.0.0.1:1", Token: "secret-token"})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, err = c.StoreSheet(t.Context(), sheetOf([]byte("x")), strings.NewReader("x"))
	if err == nil || strings.Contains(err.Error(), "secret-token") {
		t.Errorf("%v", err)
	}
}
