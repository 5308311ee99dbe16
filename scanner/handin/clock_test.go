package handin_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"sesshu/scanner/handin"
)

func TestClock(t *testing.T) {
	moment := time.Date(2026, 4, 2, 7, 0, 0, 0, time.UTC)
	c := client(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", moment.Format(http.TimeFormat))
	}))
	if got, err := c.Clock(t.Context()); err != nil || !got.Equal(moment) {
		t.Errorf("%v, %v", got, err)
	}
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	away, err := handin.New(handin.Config{URL: gone.URL, Token: "secret"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = away.Close() })
	if _, err := away.Clock(t.Context()); err == nil {
		t.Error("a service that is away has a clock")
	}
}
