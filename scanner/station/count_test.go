package station_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"sesshu/ledger/slip"
	"sesshu/scanner/station"
)

// readingLedger has read all its sheets, and counts them as the service does.
type readingLedger struct {
	*memoryLedger
	control int  // of the sheets
	header  *int // what the header sheet declares
}

func (l *readingLedger) Batch(ctx context.Context, name, batch string) (slip.BatchCount, error) {
	count, err := l.memoryLedger.Batch(ctx, name, batch)
	count.Control = min(l.control, count.Stored)
	count.Accepted = count.Stored
	if l.header != nil {
		count.Declared = l.header
	}
	return count, err
}

func (l *readingLedger) CloseBatchAs(ctx context.Context, name, batch string, closing slip.Closing) (slip.BatchCount, error) {
	count, err := l.Batch(ctx, name, batch)
	if count.Declared != nil && *count.Declared != count.Slips() && !closing.Answered() {
		return slip.BatchCount{}, errors.Join(&slip.CountsError{Count: count, Fed: closing.Fed}, err)
	}
	return count, err
}

// learn asks the service as the station's page does.
func learn(t *testing.T, s *station.Station, ledger *readingLedger, batch string) station.Batch {
	t.Helper()
	settle(t, s)
	count, err := ledger.Batch(t.Context(), stationName, batch)
	if err == nil {
		err = s.NoteCount(batch, count)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, account := range s.Batches() {
		if account.Name == batch {
			return account
		}
	}
	t.Fatal("no such batch")
	return station.Batch{}
}

func TestAHeaderSheetIsFedAndNotDeclared(t *testing.T) {
	ledger := &readingLedger{memoryLedger: newLedger(), control: 1}
	s := open(t, t.TempDir(), ledger, nil)
	run(t, s)
	openBatch(t, s, station.Opening{Batch: "b1", Declared: count(3)})
	report := feed(t, s, "b1", 1, 2, 3, 4)
	if report.Missing != -1 || !report.Undecided || !strings.Contains(report.Steps.English, "close the batch: the server reads them") {
		t.Errorf("report %+v", report)
	}
	if err := s.CloseBatch("b1", station.Closing{}); err != nil {
		t.Fatalf("the service may still find a header among them: %v", err)
	}
	settle(t, s)
	if account := s.Batches()[0]; account.ClosedAt == nil || account.Count.Slips() != 3 || account.Closing.Reason != "" {
		t.Errorf("account %+v", account)
	}
	// Everything is read, and one is too many all the same.
	openBatch(t, s, station.Opening{Batch: "b2", Declared: count(3)})
	feed(t, s, "b2", 1, 2, 3, 4, 5)
	if account := learn(t, s, ledger, "b2"); account.Missing() != -1 || account.Undecided() || account.Slips() != 4 {
		t.Errorf("account %+v", account)
	}
	if err := s.CloseBatch("b2", station.Closing{}); !errors.Is(err, station.ErrCountsDisagree) {
		t.Errorf("closed with a slip too many: %v", err)
	}
}

// A header makes up for a slip that is missing until the service has read it.
func TestAHeaderSheetHidesNoMissingSlip(t *testing.T) {
	ledger, directory := &readingLedger{memoryLedger: newLedger(), control: 1}, t.TempDir()
	s := open(t, directory, ledger, nil)
	run(t, s)
	openBatch(t, s, station.Opening{Batch: "b1", Declared: count(3)})
	if report := feed(t, s, "b1", 1, 2, 3); !report.Complete() {
		t.Errorf("nothing is known yet: %+v", report)
	}
	account := learn(t, s, ledger, "b1")
	if account.Missing() != 1 || account.Agrees() || account.Unread != 0 {
		t.Errorf("account %+v", account)
	}
	if title, steps := station.CountWords(account); !strings.Contains(title.English, "1 sheets are missing: 3 declared, 2 in") || !strings.Contains(steps.Japanese, "見出し紙・仕切り紙・二度取り込んだ紙1枚は除いてあります") {
		t.Errorf("words %+v %+v", title, steps)
	}
	if err := s.CloseBatch("b1", station.Closing{}); !errors.Is(err, station.ErrCountsDisagree) {
		t.Errorf("closed with a slip missing: %v", err)
	}
	if report, err := s.Report("b1"); err != nil || !errors.Is(report.Fault, station.ErrInterrupted) {
		t.Errorf("report %+v, %v", report, err)
	}
	if report := feed(t, s, "b1", 4); !report.Complete() {
		t.Errorf("report %+v", report)
	}
	if err := s.CloseBatch("b1", station.Closing{}); err != nil {
		t.Error(err)
	}
	settle(t, s)
}

// What the header declares is taken over where nobody counted, stays over a
// restart, and does not overrule who did.
func TestAHeaderSheetDeclares(t *testing.T) {
	ledger, directory := &readingLedger{memoryLedger: newLedger(), control: 1, header: count(4)}, t.TempDir()
	s := open(t, directory, ledger, nil)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	openBatch(t, s, station.Opening{Batch: "b1"})
	openBatch(t, s, station.Opening{Batch: "b2", Declared: count(3)})
	feed(t, s, "b1", 1, 2, 3)
	feed(t, s, "b2", 4, 5, 6, 7)
	account := learn(t, s, ledger, "b1")
	if account.Declared == nil || *account.Declared != 4 || !account.DeclaredByHeader || account.Missing() != 2 {
		t.Errorf("account %+v", account)
	}
	if account := learn(t, s, ledger, "b2"); *account.Declared != 3 || account.DeclaredByHeader {
		t.Errorf("account %+v", account)
	}
	stop()
	if err := errors.Join(<-ended, s.Close()); err != nil {
		t.Fatal(err)
	}
	s = open(t, directory, ledger, nil)
	if account := s.Batches()[0]; *account.Declared != 4 || !account.DeclaredByHeader || account.Control != 1 || account.Unread != 3 {
		t.Errorf("account after a restart %+v", account)
	}
}
