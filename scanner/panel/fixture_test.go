package panel_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/jpeg"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"sesshu/ledger"
	"sesshu/ledger/ledgertest"
	"sesshu/ledger/slip"
	"sesshu/review"
	"sesshu/scanner"
	"sesshu/scanner/escl"
	"sesshu/scanner/handin"
	"sesshu/scanner/internal/testcard"
	"sesshu/scanner/panel"
	"sesshu/scanner/station"
	"sesshu/scanner/virtual"
)

const stationName = "desk-1"

// place is a whole scanning place for one test: a virtual scanner behind real
// eSCL, a real station, its page, and behind real HTTP the real door of the
// service with a real ledger.
type place struct {
	t       *testing.T
	store   *ledger.Store
	device  *virtual.Device
	scanner *escl.Device
	intake  *handin.Client
	station *station.Station
	spool   string
	address string // of the page, the same over restarts
	door    string // of the service, the same over restarts
	token   string
	shift   time.Duration // of the station's clock

	stopStation, stopService func()
}

// newPlace opens a place whose scanner does what the script says.
func newPlace(t *testing.T, config virtual.Config, shift time.Duration) *place {
	t.Helper()
	p := &place{t: t, store: ledgertest.NewStore(t), device: virtual.New(config), spool: t.TempDir(), address: "127.0.0.1:0", door: "127.0.0.1:0", shift: shift}
	var err error
	if p.token, err = p.store.AddToken(t.Context(), stationName, "station"); err != nil {
		t.Fatal(err)
	}
	p.openService()
	t.Cleanup(func() { p.stopService() })
	server := httptest.NewServer(p.device)
	t.Cleanup(server.Close)
	p.scanner, err = escl.New(escl.Config{URL: server.URL + "/eSCL", JobFile: filepath.Join(t.TempDir(), "job"), Poll: 2 * time.Millisecond,
		BusyPatience: 2 * time.Second, StallPatience: 10 * time.Second, SettlePatience: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.scanner.Close() })
	p.openStation()
	t.Cleanup(func() { p.stopStation() })
	return p
}

// openService opens the service's door, on the same port as before when there
// was one.
func (p *place) openService() {
	p.t.Helper()
	door, err := review.New(review.Config{
		Store: p.store, Sessions: p.store.Sessions(), Page: func(file []byte, _ int) ([]byte, error) { return file, nil },
		Faults: review.Faults{
			NotFound: ledger.ErrNotFound, SheetConflict: ledger.ErrSheetConflict, HashMismatch: ledger.ErrHashMismatch,
			Truncated: ledger.ErrTruncated, StorageFull: ledger.ErrStorageFull, Invalid: ledger.ErrInvalid,
			NoItem: ledger.ErrNoItem, Leased: ledger.ErrLeased, NotLeased: ledger.ErrNotLeased, Stale: ledger.ErrStale,
			NothingToUndo: ledger.ErrNothingToUndo, Incomplete: ledger.ErrIncomplete, DuplicateDose: ledger.ErrDuplicateDose,
			BatchDescribed: ledger.ErrBatchDescribed, BatchDiscarded: ledger.ErrBatchDiscarded,
		},
		Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		p.t.Fatal(err)
	}
	listener := p.listen(&p.door)
	p.stopService = p.run(func(ctx context.Context) error { return door.Run(ctx, listener) }, func() {})
}

// openStation starts the station and its page, as after a restart.
func (p *place) openStation() {
	p.t.Helper()
	var err error
	if p.intake, err = handin.New(handin.Config{URL: "http://" + p.door, Token: p.token}); err != nil {
		p.t.Fatal(err)
	}
	now := func() time.Time { return time.Now().Add(p.shift) }
	page, err := panel.New(panel.Config{Name: stationName, Device: p.scanner, Settings: scanner.Settings{DoubleFeedDetection: true},
		Service: p.intake, Poll: 50 * time.Millisecond, Now: now})
	if err != nil {
		p.t.Fatal(err)
	}
	p.station, err = station.Open(station.Config{Name: stationName, Dir: p.spool, Intake: p.intake, Progress: page.Notice, Now: now,
		RetryFirst: 20 * time.Millisecond, RetryMost: 100 * time.Millisecond})
	if err != nil {
		p.t.Fatal(err)
	}
	page.Attach(p.station)
	listener := p.listen(&p.address)
	running := p.station
	server := &http.Server{Handler: page, ReadHeaderTimeout: 10 * time.Second}
	p.stopStation = p.run(func(ctx context.Context) error {
		ended := make(chan error, 3)
		go func() { ended <- page.Run(ctx) }()
		go func() { ended <- running.Run(ctx) }()
		go func() { ended <- server.Serve(listener) }()
		<-ctx.Done()
		err := server.Close()
		for range 3 {
			if one := <-ended; !errors.Is(one, http.ErrServerClosed) {
				err = errors.Join(err, one)
			}
		}
		return err
	}, func() {
		if err := errors.Join(running.Close(), p.intake.Close()); err != nil {
			p.t.Error(err)
		}
	})
}

// listen listens where it did before, or anywhere the first time.
func (p *place) listen(address *string) net.Listener {
	p.t.Helper()
	listener, err := net.Listen("tcp", *address)
	if err != nil {
		p.t.Fatal(err)
	}
	*address = listener.Addr().String()
	return listener
}

// run runs something and returns how to stop it and wait for it.
func (p *place) run(what func(context.Context) error, after func()) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(p.t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- what(ctx) }()
	return sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			p.t.Errorf("stop: %v", err)
		}
		after()
	})
}

// stack returns the papers with the numbers first to last, of at most 255.
func stack(first, last int) []virtual.Sheet {
	var sheets []virtual.Sheet
	for number := first; number <= last; number++ {
		sheets = append(sheets, virtual.Sheet{Name: fmt.Sprint(number), Front: testcard.JPEG(number)})
	}
	return sheets
}

// numberOn reads the number off a picture of a card, as an operator reads the
// name off a slip: see testcard.Draw.
func numberOn(t *testing.T, picture []byte) int {
	t.Helper()
	card, err := jpeg.Decode(bytes.NewReader(picture))
	if err != nil {
		t.Fatalf("picture: %v", err)
	}
	size, number := card.Bounds().Size(), 0
	for bit := range 8 {
		lightness, _, _, _ := card.At(size.X/2, (2*(2*bit+1)+1)*size.Y/32).RGBA()
		if lightness < 0x8000 {
			number |= 1 << bit
		}
	}
	return number
}

// wantLedger requires that the batch holds exactly the cards 1 to last, in order.
func (p *place) wantLedger(batch string, last int) {
	p.t.Helper()
	count, err := p.store.Batch(p.t.Context(), stationName, batch)
	if err != nil || count.Stored != last {
		p.t.Fatalf("ledger holds %d sheets of %s, want %d: %v", count.Stored, batch, last, err)
	}
	for number := 1; number <= last; number++ {
		sheet, err := p.store.Sheet(p.t.Context(), slip.SheetID{Station: stationName, Batch: batch, Sequence: number})
		if err != nil || sheet.SHA256 != slip.HashOf(testcard.JPEG(number)) {
			p.t.Errorf("sheet %d is another paper: %v", number, err)
		}
	}
}

// decide records what reading a sheet came to, as a worker does.
func (p *place) decide(batch string, sequence int, outcome slip.Outcome) {
	p.t.Helper()
	sheet, err := p.store.Sheet(p.t.Context(), slip.SheetID{Station: stationName, Batch: batch, Sequence: sequence})
	if err != nil {
		p.t.Fatal(err)
	}
	decision := slip.Decision{Outcome: outcome, Fields: map[slip.Value]slip.FieldDecision{}}
	for value, text := range map[slip.Value]string{
		slip.TicketType: "2", slip.Dose: "1", slip.MunicipalityCode: "041009", slip.TicketNumber: fmt.Sprintf("%010d", sequence),
		slip.VaccinationDate: "2021-06-30", slip.LotNumber: "EY5420", slip.Manufacturer: "ファイザー",
		slip.FacilityCode: "0410113719", slip.Consent: "yes",
	} {
		decision.Fields[value] = slip.FieldDecision{Value: text, P: 0.99999, Outcome: slip.Accepted, Required: true}
	}
	switch outcome {
	case slip.NeedsReview:
		decision.Reasons = []slip.Reason{slip.ReasonUncertain}
	case slip.Rejected:
		decision.Fields, decision.Reasons = nil, []slip.Reason{slip.ReasonBlankPage}
	case slip.Accepted:
	}
	reading := slip.PageReading{SHA256: sheet.SHA256, Page: 1, Width: 124, Height: 175, Registration: slip.Registration{Form: "covid19-preprinted"}}
	if err := p.store.RecordPages(p.t.Context(), sheet, []slip.PageDecision{{Reading: reading, Decision: decision}}); err != nil {
		p.t.Fatal(err)
	}
}

// readHeader records that a sheet is the header of its batch, as a worker does.
func (p *place) readHeader(batch string, sequence, declared int) {
	p.t.Helper()
	// The station may still be handing it in.
	id := slip.SheetID{Station: stationName, Batch: batch, Sequence: sequence}
	sheet, err := p.store.Sheet(p.t.Context(), id)
	for end := time.Now().Add(patience); err != nil && time.Now().Before(end); sheet, err = p.store.Sheet(p.t.Context(), id) {
		time.Sleep(50 * time.Millisecond)
	}
	if err != nil {
		p.t.Fatal(err)
	}
	header := slip.BatchSheet{Kind: slip.BatchHeader, Declared: declared}
	reading := slip.PageReading{SHA256: sheet.SHA256, Page: 1, Width: 124, Height: 175, Readings: []slip.Reading{slip.BatchSheetReading(header, 1, "test")}}
	if err := p.store.RecordPages(p.t.Context(), sheet, []slip.PageDecision{{Reading: reading, Decision: header.Decision()}}); err != nil {
		p.t.Fatal(err)
	}
}
