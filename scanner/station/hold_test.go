package station_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sesshu/ledger/slip"
	"sesshu/scanner"
	"sesshu/scanner/station"
	"sesshu/scanner/virtual"
)

// describedLedger also takes descriptions.
type describedLedger struct {
	*memoryLedger
	refuse    error
	described map[string]station.Description
}

func (l *describedLedger) DescribeBatch(_ context.Context, _, batch string, description station.Description) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.refuse != nil {
		return l.refuse
	}
	l.described[batch] = description
	return nil
}

func openBatch(t *testing.T, s *station.Station, opening station.Opening) {
	t.Helper()
	if err := s.OpenBatch(opening); err != nil {
		t.Fatal(err)
	}
}

func feed(t *testing.T, s *station.Station, batch string, numbers ...int) station.Report {
	t.Helper()
	device := virtual.New(virtual.Config{})
	device.Load(cards(numbers...)...)
	report, err := s.Scan(t.Context(), scannerFor(t, device), scanner.Settings{}, batch, nil)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func TestHeldBatchWaitsForAPerson(t *testing.T) {
	ledger, directory := newLedger(), t.TempDir()
	s := open(t, directory, ledger, nil)
	run(t, s)
	openBatch(t, s, station.Opening{Batch: "b1", Declared: count(3), Hold: true})
	if report := feed(t, s, "b1", 1, 2, 3); !report.Complete() {
		t.Fatalf("report %+v", report)
	}
	settle(t, s)
	if len(ledger.declared) != 0 || len(ledger.sheets) != 0 || s.Waiting() != 0 {
		t.Errorf("a held batch was handed in: %v, %d sheets", ledger.declared, len(ledger.sheets))
	}
	if err := s.CloseBatch("b1", station.Closing{}); !errors.Is(err, station.ErrHeld) {
		t.Errorf("closing a held batch: %v", err)
	}
	if err := s.Release("b1", " "); !errors.Is(err, station.ErrUnanswered) {
		t.Errorf("released by nobody: %v", err)
	}
	if err := s.Release("b1", "佐藤"); err != nil {
		t.Fatal(err)
	}
	if err := s.Discard("b1", "佐藤", "wrong side"); !errors.Is(err, station.ErrHandedOver) {
		t.Errorf("discarded after its release: %v", err)
	}
	if err := s.CloseBatch("b1", station.Closing{}); err != nil {
		t.Fatal(err)
	}
	settle(t, s)
	ledger.wantSheets(t, stationName, "b1", 1, 2, 3)
	if account := s.Batches()[0]; account.Count == nil || account.Count.Stored != 3 || account.Released.Person != "佐藤" {
		t.Errorf("account %+v", account)
	}
}

// A discarded batch is gone from the disk and never from the account, also when
// the station dies between the two.
func TestDiscardedBatchIsRemembered(t *testing.T) {
	ledger, directory := newLedger(), t.TempDir()
	s := open(t, directory, ledger, nil)
	openBatch(t, s, station.Opening{Batch: "b1", Hold: true})
	feed(t, s, "b1", 1, 2)
	if err := s.Discard("b1", "佐藤", ""); !errors.Is(err, station.ErrUnanswered) {
		t.Errorf("discarded without a reason: %v", err)
	}
	kept, err := os.ReadFile(filepath.Join(directory, "b1", "000001.image"))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Discard("b1", "佐藤", "裏返しだった"); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Close(), os.WriteFile(filepath.Join(directory, "b1", "000001.image"), kept, 0o600)); err != nil {
		t.Fatal(err)
	}
	s = open(t, directory, ledger, nil)
	run(t, s)
	settle(t, s)
	account := s.Batches()[0]
	if account.Discarded == nil || account.Discarded.Person != "佐藤" || account.Discarded.Sheets != 2 || account.Safe != 2 || len(ledger.sheets) != 0 {
		t.Errorf("account %+v", account)
	}
	if left, _ := filepath.Glob(filepath.Join(directory, "b1", "0*")); len(left) != 0 {
		t.Errorf("left on the disk: %v", left)
	}
	if err := s.OpenBatch(station.Opening{Batch: "b1"}); !errors.Is(err, station.ErrBatchExists) {
		t.Errorf("its name came again: %v", err)
	}
	device := virtual.New(virtual.Config{})
	device.Load(cards(1)...)
	if _, err := s.Scan(t.Context(), scannerFor(t, device), scanner.Settings{}, "b1", nil); !errors.Is(err, station.ErrBatchClosed) {
		t.Errorf("feeding into a discarded batch: %v", err)
	}
}

// discardLedger also wants to know what was thrown away.
type discardLedger struct {
	*memoryLedger
	told map[string][]station.Discard
	lost int // answers that get lost after the notice was taken
}

func (l *discardLedger) DiscardBatch(_ context.Context, _, batch string, declared *int, discard station.Discard) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fail != nil {
		return l.fail
	}
	if declared == nil || *declared != 2 {
		return station.ErrRefused
	}
	l.told[batch] = append(l.told[batch], discard)
	if l.lost--; l.lost >= 0 {
		return errors.New("the answer was lost on the way")
	}
	return nil
}

// The intake learns of a discarded batch though it was away, though the station
// was started again in between, and though an answer got lost; and not once more
// after that.
func TestTheIntakeLearnsOfADiscardedBatch(t *testing.T) {
	ledger, directory := &discardLedger{memoryLedger: newLedger(), told: map[string][]station.Discard{}, lost: 2}, t.TempDir()
	ledger.setFailure(errors.New("away"))
	s := open(t, directory, ledger, nil)
	openBatch(t, s, station.Opening{Batch: "b1", Declared: count(2), Hold: true})
	feed(t, s, "b1", 1, 2)
	if err := s.Discard("b1", " 佐藤 ", "裏返しだった"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	for s.Trouble() == nil {
		time.Sleep(time.Millisecond)
	}
	cancel()
	if err := errors.Join(<-ended, s.Close()); err != nil {
		t.Fatal(err)
	}
	ledger.setFailure(nil)
	for range 2 {
		s = open(t, directory, ledger, nil)
		stopped := errors.New("stopped")
		ctx, cancel := context.WithCancelCause(t.Context())
		go func() { ended <- s.Run(ctx) }()
		settle(t, s)
		cancel(stopped)
		if err := errors.Join(<-ended, s.Close()); err != nil {
			t.Fatal(err)
		}
		account := s.Batches()[0]
		if !account.DiscardTold || len(ledger.told["b1"]) != 3 {
			t.Fatalf("told %d times, account %+v", len(ledger.told["b1"]), account)
		}
	}
	for _, discard := range ledger.told["b1"] {
		if discard.Person != "佐藤" || discard.Reason != "裏返しだった" || discard.Sheets != 2 || !discard.Same(ledger.told["b1"][0]) {
			t.Errorf("told %+v", discard)
		}
	}
	if len(ledger.sheets) != 0 || len(ledger.declared) != 0 {
		t.Error("the intake was told more of a discarded batch than that")
	}
}

func TestOpeningIsCheckedAndDescribed(t *testing.T) {
	ledger := &describedLedger{memoryLedger: newLedger(), described: map[string]station.Description{}}
	s, err := station.Open(station.Config{Name: stationName, Dir: t.TempDir(), Intake: ledger})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	run(t, s)
	for want, opening := range map[error]station.Opening{
		station.ErrCountForm:    {Batch: "b1", Declared: count(0)},
		station.ErrFacilityForm: {Batch: "b1", Description: station.Description{FacilityCode: "123"}},
		station.ErrMonthForm:    {Batch: "b1", Description: station.Description{Month: "2026-13"}},
	} {
		if err := s.OpenBatch(opening); !errors.Is(err, want) {
			t.Errorf("%+v: %v", opening, err)
		}
		if title, steps := station.Words(want, 0); title == scanner.Unknown.Title() || steps.Japanese == "" {
			t.Errorf("%v has no words", want)
		}
	}
	description := station.Description{FacilityCode: "0312705304", Month: "2026-04"}
	openBatch(t, s, station.Opening{Batch: "b1", Declared: count(2), Description: description})
	feed(t, s, "b1", 1, 2)
	settle(t, s)
	if ledger.described["b1"] != description || *ledger.declared["b1"] != 2 {
		t.Errorf("described %+v", ledger.described)
	}
	ledger.mu.Lock()
	ledger.refuse = station.ErrRefused
	ledger.mu.Unlock()
	openBatch(t, s, station.Opening{Batch: "b2", Description: description})
	feed(t, s, "b2", 3)
	settle(t, s)
	ledger.wantSheets(t, stationName, "b2", 3)
	if account := s.Batches()[1]; account.DescriptionRefused == "" || account.Stuck != nil {
		t.Errorf("account %+v", account)
	}
}

// countingLedger closes a batch only when the counts agree or a person answers.
type countingLedger struct {
	*memoryLedger
	missing int // papers that were fed twice instead of others
	asked   []slip.Closing
}

func (l *countingLedger) CloseBatchAs(ctx context.Context, name, batch string, closing slip.Closing) (slip.BatchCount, error) {
	l.mu.Lock()
	l.asked = append(l.asked, closing)
	missing := l.missing
	l.mu.Unlock()
	if missing > 0 && !closing.Answered() {
		count, err := l.Batch(ctx, name, batch)
		count.Again = missing
		return slip.BatchCount{}, errors.Join(&slip.CountsError{Count: count, Fed: closing.Fed}, err)
	}
	return l.CloseBatch(ctx, name, batch)
}

// The service knows that one paper was fed twice and another not at all: the
// batch opens again, in the service's words, and the next one is not held up.
func TestServiceCountsOtherwise(t *testing.T) {
	ledger := &countingLedger{memoryLedger: newLedger(), missing: 1}
	s := open(t, t.TempDir(), ledger, nil)
	run(t, s)
	openBatch(t, s, station.Opening{Batch: "b1", Declared: count(3)})
	feed(t, s, "b1", 1, 2, 3)
	if err := s.CloseBatch("b1", station.Closing{}); err != nil {
		t.Fatal(err)
	}
	settle(t, s)
	account := s.Batches()[0]
	if account.Disagreement == nil || !strings.Contains(account.Disagreement.English, "3 slips were declared, 2 came in") || !account.Open() || account.Stuck != nil {
		t.Fatalf("account %+v", account)
	}
	feed(t, s, "b2", 4)
	settle(t, s)
	ledger.wantSheets(t, stationName, "b2", 4)
	if err := s.CloseBatch("b1", station.Closing{}); !errors.Is(err, station.ErrCountsDisagree) {
		t.Errorf("closed although the service counts otherwise: %v", err)
	}
	if err := s.CloseBatch("b1", station.Closing{Person: "佐藤", Reason: "one is lost"}); err != nil {
		t.Fatal(err)
	}
	settle(t, s)
	if last := ledger.asked[len(ledger.asked)-1]; *last.Fed != 3 || last.Person != "佐藤" || last.Reason != "one is lost" {
		t.Errorf("the service was told %+v", last)
	}
	if account := s.Batches()[0]; account.ClosedAt == nil || account.Disagreement != nil {
		t.Errorf("account %+v", account)
	}
}

// What stopped a batch, its repeats and where to go on are known after a restart.
func TestReportAfterARestart(t *testing.T) {
	directory := t.TempDir()
	s := open(t, directory, nil, nil)
	device := virtual.New(virtual.Config{Script: []virtual.Fault{{Kind: virtual.Jam, Sheet: 4}}})
	device.Load(cards(1, 2, 2, 3)...)
	if _, err := s.Scan(t.Context(), scannerFor(t, device), scanner.Settings{}, "b1", count(4)); !errors.Is(err, scanner.Jam) {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, directory, nil, nil)
	report, err := s.Report("b1")
	if err != nil || !errors.Is(report.Fault, station.ErrInterrupted) || report.Safe != 3 || len(report.LastImage) == 0 ||
		!strings.Contains(report.Steps.English, "number 3") {
		t.Errorf("%v %+v", err, report)
	}
	account := s.Batches()[0]
	if len(account.Stops) != 1 || account.Stops[0].Title() != scanner.Jam.Title() || account.Stops[0].Safe != 3 {
		t.Errorf("stops %+v", account.Stops)
	}
	feed(t, s, "b1", 4)
	if err := s.CloseBatch("b1", station.Closing{}); !errors.Is(err, station.ErrRepeats) {
		t.Errorf("closed with a repeat that nobody looked at: %v", err)
	}
	if err := s.CloseBatch("b1", station.Closing{Person: "佐藤", Reason: "two papers, same picture"}); err != nil {
		t.Error(err)
	}
	if _, err := s.Image("b1", 4); err != nil {
		t.Error(err)
	}
	if _, err := s.Image("b1", 9); !errors.Is(err, station.ErrNoImage) {
		t.Errorf("image that never was: %v", err)
	}
}

// Two stations with one name: whoever comes second sticks, loudly and with all
// its bytes.
func TestTwoStationsWithOneName(t *testing.T) {
	ledger := newLedger()
	first, second := open(t, t.TempDir(), ledger, nil), open(t, t.TempDir(), ledger, nil)
	run(t, first)
	feed(t, first, "b1", 1, 2)
	settle(t, first)
	run(t, second)
	feed(t, second, "b1", 3, 4)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	err := second.Settled(ctx)
	if !errors.Is(err, station.ErrConflict) {
		t.Fatalf("settled: %v", err)
	}
	ledger.wantSheets(t, stationName, "b1", 1, 2)
	for _, sequence := range []int{1, 2} {
		if _, err := second.Image("b1", sequence); err != nil {
			t.Error(err)
		}
	}
	if _, steps := station.TroubleWords(err); !strings.Contains(steps.English, "same name") {
		t.Errorf("words %q", steps.English)
	}
	if err := second.Discard("b1", "佐藤", "fed again as b2"); err != nil {
		t.Error(err)
	}
}

func TestSpoolOfTheFirstVersionIsTakenOver(t *testing.T) {
	directory := t.TempDir()
	s := open(t, directory, nil, nil)
	feed(t, s, "b1", 1, 2)
	marker := filepath.Join(directory, "station.json")
	if err := errors.Join(s.Close(), os.WriteFile(marker, []byte(`{"version":1,"station":"desk-1"}`), 0o600)); err != nil {
		t.Fatal(err)
	}
	ledger := newLedger()
	s = open(t, directory, ledger, nil)
	run(t, s)
	settle(t, s)
	ledger.wantSheets(t, stationName, "b1", 1, 2)
	if text, err := os.ReadFile(marker); err != nil || !strings.Contains(string(text), `"version": 2`) {
		t.Errorf("marker %s, %v", text, err)
	}
}
