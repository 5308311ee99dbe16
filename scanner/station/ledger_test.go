package station_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"

	"sesshu/ledger/slip"
	"sesshu/scanner/internal/testcard"
	"sesshu/scanner/station"
)

// memoryLedger is an intake that keeps its sheets in memory by the rules of the
// real one: a sheet is its identity, the same one twice changes nothing, other
// bytes under it are refused. It also serves them as the hand-in API.
type memoryLedger struct {
	mu        sync.Mutex
	declared  map[string]*int
	closed    map[string]bool
	sheets    map[slip.SheetID][]byte
	handed    int   // calls of StoreSheet that succeeded, repeated ones too
	fail      error // answered to everything when set
	countOnly bool  // keeps no bytes, for long runs
	lose      int   // StoreSheet stores this many and then answers with an error all the same
}

func newLedger() *memoryLedger {
	return &memoryLedger{declared: map[string]*int{}, closed: map[string]bool{}, sheets: map[slip.SheetID][]byte{}}
}

func (l *memoryLedger) setFailure(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fail = err
}

func (l *memoryLedger) OpenBatch(_ context.Context, _, batch string, declared *int) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fail != nil {
		return l.fail
	}
	l.declared[batch] = declared
	return nil
}

func (l *memoryLedger) StoreSheet(_ context.Context, sheet slip.Sheet, image io.Reader) (bool, error) {
	data, err := io.ReadAll(image)
	if err != nil {
		return false, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fail != nil {
		return false, l.fail
	}
	if slip.HashOf(data) != sheet.SHA256 || int64(len(data)) != sheet.Bytes {
		return false, station.ErrRefused
	}
	before, known := l.sheets[sheet.SheetID]
	if known && !bytes.Equal(before, data) {
		return false, station.ErrConflict
	}
	if _, opened := l.declared[sheet.Batch]; !opened {
		return false, station.ErrRefused
	}
	if l.countOnly {
		data = nil
	}
	l.sheets[sheet.SheetID] = data
	if l.lose > 0 {
		l.lose--
		return false, fmt.Errorf("the answer was lost on the way")
	}
	l.handed++
	return !known, nil
}

func (l *memoryLedger) CloseBatch(ctx context.Context, name, batch string) (slip.BatchCount, error) {
	l.mu.Lock()
	fail := l.fail
	l.closed[batch] = fail == nil
	l.mu.Unlock()
	if fail != nil {
		return slip.BatchCount{}, fail
	}
	return l.Batch(ctx, name, batch)
}

func (l *memoryLedger) Batch(_ context.Context, name, batch string) (slip.BatchCount, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	count := slip.BatchCount{Station: name, Batch: batch, Declared: l.declared[batch]}
	for id := range l.sheets {
		if id.Station == name && id.Batch == batch {
			count.Stored++
		}
	}
	return count, nil
}

// wantSheets requires that the batch holds exactly the cards with these
// numbers, in this order.
func (l *memoryLedger) wantSheets(t *testing.T, name, batch string, numbers ...int) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	held := 0
	for id := range l.sheets {
		if id.Station == name && id.Batch == batch {
			held++
		}
	}
	if held != len(numbers) {
		t.Errorf("ledger holds %d sheets, want %d", held, len(numbers))
	}
	for i, number := range numbers {
		id := slip.SheetID{Station: name, Batch: batch, Sequence: i + 1}
		if !bytes.Equal(l.sheets[id], testcard.JPEG(number)) {
			t.Errorf("%s is not card %d", id, number)
		}
	}
}

// ServeHTTP is the hand-in API.
func (l *memoryLedger) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var err error
	status := http.StatusOK
	mux := http.NewServeMux()
	mux.HandleFunc("PUT /v1/stations/{station}/batches/{batch}", func(w http.ResponseWriter, r *http.Request) {
		var body struct{ Declared *int }
		if err = json.NewDecoder(r.Body).Decode(&body); err == nil {
			err = l.OpenBatch(r.Context(), r.PathValue("station"), r.PathValue("batch"), body.Declared)
		}
		_ = json.NewEncoder(w).Encode(slip.BatchCount{Station: r.PathValue("station"), Batch: r.PathValue("batch"), Declared: body.Declared})
	})
	mux.HandleFunc("PUT /v1/stations/{station}/batches/{batch}/sheets/{sequence}", func(w http.ResponseWriter, r *http.Request) {
		sheet := slip.Sheet{SheetID: slip.SheetID{Station: r.PathValue("station"), Batch: r.PathValue("batch")}, Bytes: r.ContentLength}
		sheet.Sequence, _ = strconv.Atoi(r.PathValue("sequence"))
		_ = sheet.SHA256.UnmarshalText([]byte(r.Header.Get("Sesshu-SHA256")))
		if _, timeErr := time.Parse(time.RFC3339, r.Header.Get("Sesshu-Captured-At")); timeErr != nil {
			err = station.ErrRefused
			return
		}
		var stored bool
		if stored, err = l.StoreSheet(r.Context(), sheet, r.Body); stored {
			status = http.StatusCreated
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"sha256": sheet.SHA256, "stored": stored})
	})
	mux.HandleFunc("POST /v1/stations/{station}/batches/{batch}/close", func(w http.ResponseWriter, r *http.Request) {
		var count slip.BatchCount
		if count, err = l.CloseBatch(r.Context(), r.PathValue("station"), r.PathValue("batch")); err == nil {
			_ = json.NewEncoder(w).Encode(count)
		}
	})
	answer := &delayed{ResponseWriter: w}
	mux.ServeHTTP(answer, r)
	if err != nil {
		status = http.StatusServiceUnavailable
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(answer.body.Bytes())
}

// delayed holds an answer back until its status is known.
type delayed struct {
	http.ResponseWriter
	body bytes.Buffer
}

func (d *delayed) Write(p []byte) (int, error) { return d.body.Write(p) }
func (d *delayed) WriteHeader(int)             {}
