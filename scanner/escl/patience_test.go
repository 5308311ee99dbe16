package escl

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sesshu/scanner"
	"sesshu/scanner/virtual"
)

// interposed is the virtual device behind a door that answers the first requests
// of one kind in its own way, as devices do that sleep or are at another task.
func interposed(t *testing.T, sheets int, answer func(w http.ResponseWriter, r *http.Request, count int) bool) *bench {
	t.Helper()
	device := virtual.New(virtual.Config{})
	device.Load(stack(1, sheets)...)
	counts := map[string]int{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kind := r.Method + " " + r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
		counts[kind]++ // one client, one request at a time
		if !answer(w, r, counts[kind]) {
			device.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(server.Close)
	b := &bench{device: device, url: server.URL + "/eSCL", jobs: filepath.Join(t.TempDir(), "job")}
	b.client = b.newClient(t)
	return b
}

// A device that sleeps says so in its status; it is asked until it is awake.
func TestWakesFromPowerSave(t *testing.T) {
	asleep := recorded(t, "status", "asleep.xml")
	b := interposed(t, 3, func(w http.ResponseWriter, r *http.Request, count int) bool {
		if r.URL.Path != "/eSCL/ScannerStatus" || count > 3 {
			return false
		}
		_, _ = w.Write(asleep)
		return true
	})
	images, err := b.feed(t, scanner.Settings{})
	if !errors.Is(err, io.EOF) {
		t.Errorf("ended with %v", err)
	}
	wantImages(t, images, 1, 2, 3)

	b = interposed(t, 3, func(w http.ResponseWriter, r *http.Request, _ int) bool {
		if r.URL.Path != "/eSCL/ScannerStatus" {
			return false
		}
		_, _ = w.Write(asleep)
		return true
	})
	b.client.config.BusyPatience = 50 * time.Millisecond
	if _, err := b.feed(t, scanner.Settings{}); !errors.Is(err, scanner.PowerSave) {
		t.Errorf("a device that does not wake: %v", err)
	}
}

// A device that asks for time is given it, for a job, an image or a status.
func TestRetryAfter(t *testing.T) {
	for _, kind := range []string{"ScanJobs", "NextDocument", "ScannerStatus"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			var refused, returned time.Time
			b := interposed(t, 2, func(w http.ResponseWriter, r *http.Request, count int) bool {
				switch {
				case !strings.HasSuffix(r.URL.Path, "/"+kind):
					return false
				case count == 1:
					refused = time.Now()
					w.Header().Set("Retry-After", "1")
					w.WriteHeader(http.StatusServiceUnavailable)
					return true
				case count == 2:
					returned = time.Now()
				}
				return false
			})
			images, err := b.feed(t, scanner.Settings{})
			if !errors.Is(err, io.EOF) {
				t.Errorf("ended with %v", err)
			}
			wantImages(t, images, 1, 2)
			if waited := returned.Sub(refused); waited < time.Second {
				t.Errorf("asked again after %v", waited)
			}
		})
	}
}

func TestRetryAfterIsBounded(t *testing.T) {
	device, err := New(Config{URL: "http://192.0.2.7/eSCL", BusyPatience: 40 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	soon := time.Now().Add(5 * time.Second).UTC().Format(http.TimeFormat)
	for text, want := range map[string][2]time.Duration{
		"": {0, 0}, "3": {3 * time.Second, 3 * time.Second}, "-5": {0, 0}, "86400": {10 * time.Second, 10 * time.Second},
		"99999999999999": {10 * time.Second, 10 * time.Second}, "Thu, 01 Jan 1970 00:00:00 GMT": {0, 0}, soon: {time.Millisecond, 5 * time.Second}, "soon": {0, 0},
	} {
		got := device.retryAfter(&http.Response{StatusCode: http.StatusServiceUnavailable, Header: http.Header{"Retry-After": {text}}})
		if got < want[0] || got > want[1] {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

// Devices that compress while they scan announce no length: an image is whole
// when its own structure says so.
func TestChunkedImages(t *testing.T) {
	for kind, c := range map[virtual.Kind]struct {
		want []int
		end  error
	}{
		"":                     {upTo(6), io.EOF},
		virtual.DropConnection: {upTo(6), io.EOF},
		virtual.TruncatedImage: {upTo(3), scanner.BrokenTransfer},
		virtual.Jam:            {upTo(3), scanner.Jam},
	} {
		t.Run(fmt.Sprint(kind), func(t *testing.T) {
			t.Parallel()
			config := virtual.Config{Chunked: true}
			if kind != "" {
				config.Script = []virtual.Fault{{Kind: kind, Sheet: 4}}
			}
			b := newBench(t, config, stack(1, 6))
			images, err := b.feed(t, scanner.Settings{})
			if !errors.Is(err, c.end) {
				t.Errorf("ended with %v, want %v", err, c.end)
			}
			wantImages(t, images, c.want...)
		})
	}
}
