package station_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sesshu/ledger/slip"
	"sesshu/scanner"
	"sesshu/scanner/escl"
	"sesshu/scanner/internal/testcard"
	"sesshu/scanner/media"
	"sesshu/scanner/station"
	"sesshu/scanner/virtual"
)

const stationName = "desk-1"

func cards(numbers ...int) []virtual.Sheet {
	var sheets []virtual.Sheet
	for _, number := range numbers {
		sheets = append(sheets, virtual.Sheet{Name: fmt.Sprint(number), Front: testcard.JPEG(number), Back: testcard.JPEG(1000 + number)})
	}
	return sheets
}

func upTo(last int) []int {
	var numbers []int
	for number := 1; number <= last; number++ {
		numbers = append(numbers, number)
	}
	return numbers
}

func count(n int) *int { return &n }

// scannerFor serves a virtual device and returns the eSCL client for it.
func scannerFor(t *testing.T, device *virtual.Device) *escl.Device {
	t.Helper()
	server := httptest.NewServer(device)
	t.Cleanup(server.Close)
	client, err := escl.New(escl.Config{URL: server.URL + "/eSCL", Poll: 2 * time.Millisecond,
		BusyPatience: 300 * time.Millisecond, StallPatience: 500 * time.Millisecond, SettlePatience: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// open opens a station whose Run is stopped and waited for at the test's end.
func open(t *testing.T, directory string, ledger station.Intake, progress func(station.Event)) *station.Station {
	t.Helper()
	s, err := station.Open(station.Config{Name: stationName, Dir: directory, Intake: ledger, Progress: progress,
		RetryFirst: time.Millisecond, RetryMost: 5 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(s.Close(), s.Close()); err != nil {
			t.Error(err)
		}
	})
	return s
}

func run(t *testing.T, s *station.Station) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("run: %v", err)
		}
	})
}

func settle(t *testing.T, s *station.Station) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := s.Settled(ctx); err != nil {
		t.Fatal(err)
	}
}

func TestPaperToLedger(t *testing.T) {
	device := virtual.New(virtual.Config{})
	device.Load(cards(upTo(12)...)...)
	ledger := newLedger()
	var mu sync.Mutex
	seen := map[station.EventKind]int{}
	s := open(t, t.TempDir(), ledger, func(event station.Event) {
		mu.Lock()
		defer mu.Unlock()
		seen[event.Kind]++
	})
	run(t, s)
	report, err := s.Scan(t.Context(), scannerFor(t, device), scanner.Settings{}, "b1", count(12))
	if err != nil {
		t.Fatal(err)
	}
	if !report.Complete() || report.Fed != 12 || report.Safe != 12 || report.Title.Japanese == "" {
		t.Errorf("report %+v", report)
	}
	if err := s.CloseBatch("b1", station.Closing{}); err != nil {
		t.Fatal(err)
	}
	settle(t, s)
	ledger.wantSheets(t, stationName, "b1", upTo(12)...)
	if !ledger.closed["b1"] || s.Waiting() != 0 {
		t.Errorf("closed %t, waiting %d", ledger.closed["b1"], s.Waiting())
	}
	report, err = s.Scan(t.Context(), scannerFor(t, device), scanner.Settings{}, "b1", nil)
	if !errors.Is(err, station.ErrBatchClosed) || !strings.Contains(report.Steps.English, "new batch") {
		t.Errorf("feeding into a closed batch: %v, %q", err, report.Steps.English)
	}
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	report, err = s.Scan(canceled, scannerFor(t, device), scanner.Settings{}, "b2", nil)
	if !errors.Is(err, context.Canceled) || report.Title != scanner.OperatorStop.Title() {
		t.Errorf("feeding that was stopped: %v, %q", err, report.Title.English)
	}
	mu.Lock()
	defer mu.Unlock()
	if seen[station.Spooled] != 12 || seen[station.HandedIn] != 12 || seen[station.BatchClosed] != 1 {
		t.Errorf("events %v", seen)
	}
}

// The operator follows the report: whatever went wrong, everything behind the
// last safe sheet goes back into the feeder, and the batch comes home whole.
func TestEveryFaultComesHome(t *testing.T) {
	for _, kind := range virtual.Kinds() {
		for _, forgetful := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/%t", kind, forgetful), func(t *testing.T) {
				t.Parallel()
				sheet := 4
				if kind == virtual.UnreachableAddress || kind == virtual.WarmingUp || kind == virtual.BusyForever {
					sheet = 0
				}
				stack := cards(upTo(8)...)
				device := virtual.New(virtual.Config{Forgetful: forgetful, Script: []virtual.Fault{{Kind: kind, Sheet: sheet}}})
				device.Load(stack...)
				ledger := newLedger()
				s := open(t, t.TempDir(), ledger, nil)
				run(t, s)
				client := scannerFor(t, device)
				report, err := s.Scan(t.Context(), client, scanner.Settings{DoubleFeedDetection: true}, "b1", count(8))
				silent := kind == virtual.RepeatPage || kind == virtual.LosePage || kind == virtual.DoubleFeedUnseen
				if silent {
					if err != nil || report.Complete() {
						t.Fatalf("a silent fault was not found by the count: %v %+v", err, report)
					}
					if err := s.CloseBatch("b1", station.Closing{}); !errors.Is(err, station.ErrCountsDisagree) {
						t.Fatalf("batch with wrong count: %v", err)
					}
					if kind == virtual.RepeatPage && (len(report.Repeats) != 1 || report.Repeats[0] != 5) {
						t.Errorf("repeats %v, want [5]", report.Repeats)
					}
					return
				}
				for round := 0; err != nil; round++ {
					if round == 3 {
						t.Fatalf("not home after %d rounds: %v", round, err)
					}
					if report.Steps.Japanese == "" || !strings.Contains(report.Steps.English, fmt.Sprintf("number %d ", report.Safe)) &&
						!strings.Contains(report.Steps.English, fmt.Sprintf("number %d", report.Safe)) {
						t.Errorf("steps do not name sheet %d: %q", report.Safe, report.Steps.English)
					}
					device.Clear()
					device.Load(stack[report.Safe:]...)
					report, err = s.Scan(t.Context(), client, scanner.Settings{DoubleFeedDetection: true}, "b1", nil)
				}
				if !report.Complete() {
					t.Errorf("report %+v", report)
				}
				if err := s.CloseBatch("b1", station.Closing{}); err != nil {
					t.Fatal(err)
				}
				settle(t, s)
				ledger.wantSheets(t, stationName, "b1", upTo(8)...)
			})
		}
	}
}

func TestSamePaperTwiceIsTwoSheets(t *testing.T) {
	device := virtual.New(virtual.Config{})
	device.Load(cards(1, 2, 2, 3)...)
	ledger := newLedger()
	s := open(t, t.TempDir(), ledger, nil)
	run(t, s)
	report, err := s.Scan(t.Context(), scannerFor(t, device), scanner.Settings{}, "b1", count(4))
	if err != nil || len(report.Repeats) != 1 || report.Repeats[0] != 3 {
		t.Errorf("%v, repeats %v", err, report.Repeats)
	}
	settle(t, s)
	ledger.wantSheets(t, stationName, "b1", 1, 2, 2, 3)
}

func TestBothSidesStayTogether(t *testing.T) {
	device := virtual.New(virtual.Config{})
	device.Load(cards(1, 2)...)
	ledger := newLedger()
	s := open(t, t.TempDir(), ledger, nil)
	run(t, s)
	if _, err := s.Scan(t.Context(), scannerFor(t, device), scanner.Settings{Duplex: true}, "b1", count(2)); err != nil {
		t.Fatal(err)
	}
	settle(t, s)
	for sequence := 1; sequence <= 2; sequence++ {
		want, err := media.Pair(testcard.JPEG(sequence), testcard.JPEG(1000+sequence), 300)
		if err != nil {
			t.Fatal(err)
		}
		got := ledger.sheets[slip.SheetID{Station: stationName, Batch: "b1", Sequence: sequence}]
		if string(got) != string(want) {
			t.Errorf("sheet %d is not front and back of card %d", sequence, sequence)
		}
		if kind, err := media.Check(got); err != nil || kind != media.PDF {
			t.Errorf("sheet %d: %s %v", sequence, kind, err)
		}
	}
}

// A server that is away, and answers lost on the way, cost nothing but time.
func TestServerAway(t *testing.T) {
	device := virtual.New(virtual.Config{})
	device.Load(cards(upTo(6)...)...)
	ledger := newLedger()
	ledger.setFailure(errors.New("server is away"))
	ledger.lose = 4
	troubled := make(chan struct{})
	var once sync.Once
	s := open(t, t.TempDir(), ledger, func(event station.Event) {
		if event.Kind == station.Trouble {
			once.Do(func() { close(troubled) })
		}
	})
	run(t, s)
	if _, err := s.Scan(t.Context(), scannerFor(t, device), scanner.Settings{}, "b1", nil); err != nil {
		t.Fatal(err)
	}
	<-troubled
	if s.Waiting() != 6 || s.Trouble() == nil {
		t.Errorf("waiting %d, trouble %v", s.Waiting(), s.Trouble())
	}
	ledger.setFailure(nil)
	settle(t, s)
	ledger.wantSheets(t, stationName, "b1", upTo(6)...)
	if ledger.handed != 6 {
		t.Errorf("%d sheets confirmed", ledger.handed)
	}
}

// Other bytes under one identity: loud, the bytes stay, other batches go on.
func TestConflictKeepsTheBytes(t *testing.T) {
	ledger := newLedger()
	ledger.sheets[slip.SheetID{Station: stationName, Batch: "b1", Sequence: 2}] = []byte("something else")
	directory := t.TempDir()
	s := open(t, directory, ledger, nil)
	run(t, s)
	for _, batch := range []string{"b1", "b2"} {
		device := virtual.New(virtual.Config{})
		device.Load(cards(upTo(3)...)...)
		if _, err := s.Scan(t.Context(), scannerFor(t, device), scanner.Settings{}, batch, count(3)); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := s.Settled(ctx); !errors.Is(err, station.ErrConflict) {
		t.Errorf("settled: %v, want a conflict", err)
	}
	ledger.wantSheets(t, stationName, "b2", upTo(3)...)
	for _, sequence := range []int{2, 3} {
		if _, err := os.Stat(filepath.Join(directory, "b1", fmt.Sprintf("%06d.image", sequence))); err != nil {
			t.Errorf("bytes of sheet %d: %v", sequence, err)
		}
	}
}

func TestClosingNeedsACountOrAPerson(t *testing.T) {
	device := virtual.New(virtual.Config{})
	device.Load(cards(1, 2)...)
	ledger := newLedger()
	s := open(t, t.TempDir(), ledger, nil)
	run(t, s)
	report, err := s.Scan(t.Context(), scannerFor(t, device), scanner.Settings{}, "b1", count(3))
	if err != nil || report.Missing != 1 || report.Complete() {
		t.Fatalf("%v %+v", err, report)
	}
	if err := s.CloseBatch("b1", station.Closing{Reason: "somebody miscounted"}); !errors.Is(err, station.ErrCountsDisagree) {
		t.Errorf("without a name: %v", err)
	}
	if err := s.CloseBatch("b1", station.Closing{Person: "operator-7", Reason: "miscounted"}); err != nil {
		t.Error(err)
	}
	settle(t, s)
	if !ledger.closed["b1"] {
		t.Error("batch is not closed")
	}
}
