// Package panel is the station's own page: what the operator sees and presses
// while sheets go through the feeder. It is an http.Handler for the computer it
// runs on and nobody else (see guard), and it stores nothing: everything that
// must outlive a restart is in the station's spool, and everything about
// outcomes is in the ledger.
//
// The page holds no state of its own either. It shows what the stream of
// server-sent events says (see Snapshot), so that a page that was closed, a
// second page, and a station that was restarted show the same.
//
// Small pictures of sheets live in memory only. Files of them were rejected:
// they would be copies of people's slips that nobody accounts for.
package panel

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"sesshu/ledger/slip"
	"sesshu/scanner"
	"sesshu/scanner/practice"
	"sesshu/scanner/station"
)

// Service is asked what became of sheets that were handed in, and for its time.
// *handin.Client satisfies it.
type Service interface {
	// Sheets returns the sheets with larger sequences than after, ascending.
	Sheets(ctx context.Context, station, batch string, after int) ([]slip.SheetState, error)
	Batch(ctx context.Context, station, batch string) (slip.BatchCount, error)
	// Clock returns the service's time of day.
	Clock(ctx context.Context) (time.Time, error)
}

// Config is what the page needs. Name and Device must be set.
type Config struct {
	Name     string // the station's
	Device   scanner.Device
	Settings scanner.Settings
	Service  Service // nil shows no outcomes
	// Practice is the training mode that the device belongs to; nil for real
	// work. Every page says so then, and the operator's hands are on it.
	Practice *practice.Practice
	// Poll is the pause between two questions to the service; zero means 2 s.
	Poll   time.Duration
	Now    func() time.Time // time.Now when nil
	Logger *slog.Logger     // nil discards
}

// Panel is the page. Its Notice must be the station's Progress, and its Run
// must run for anything to be fed.
type Panel struct {
	config    Config
	station   *station.Station // see Attach
	log       *slog.Logger
	texts     texts
	templates *template.Template
	assets    map[string]asset
	routes    http.Handler
	pictures  *pictures
	orders    chan string // the batch to feed; one at a time
	arrived   chan arrival

	mu       sync.Mutex
	changed  chan struct{} // closed and replaced when anything changes
	revision int           // grows with every change of a tile
	shown    string        // the batch on the page; empty shows the form for a new one
	feeding  bool
	feeds    int                // that have ended
	stop     context.CancelFunc // ends the feed in hand; nil when none is
	report   *station.Report    // of the shown batch's last feed
	half     []byte             // a picture of the sheet that arrived but is not in
	pace     pace
	sheets   map[string]*sheets // by batch
	service  serviceState
}

// New makes the page. It starts nothing.
func New(config Config) (*Panel, error) {
	if config.Name == "" || config.Device == nil {
		return nil, errors.New("panel needs a name and a device")
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	if config.Poll <= 0 {
		config.Poll = 2 * time.Second
	}
	p := &Panel{config: config, log: config.Logger, pictures: newPictures(), orders: make(chan string, 1), arrived: make(chan arrival, 32),
		changed: make(chan struct{}), sheets: map[string]*sheets{}}
	var err error
	if p.texts, err = loadTexts(); err != nil {
		return nil, err
	}
	if config.Practice != nil {
		p.texts.practise()
	}
	if p.templates, err = loadTemplates(); err != nil {
		return nil, err
	}
	if p.assets, err = loadAssets(); err != nil {
		return nil, err
	}
	p.routes = p.router()
	return p, nil
}

// Attach gives the page its station. The station's Progress is the panel's
// Notice, so the panel is made first.
func (p *Panel) Attach(s *station.Station) { p.station = s }

// ServeHTTP answers the browser beside the scanner.
func (p *Panel) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.routes.ServeHTTP(w, r) }

// Run feeds what the page asks for, draws small pictures and asks the service
// for outcomes, until the context ends; then it returns nil.
func (p *Panel) Run(ctx context.Context) error {
	if p.station == nil {
		return errors.New("panel has no station")
	}
	p.resume()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return p.feedLoop(ctx) })
	group.Go(func() error { return p.pictureLoop(ctx) })
	if p.config.Service != nil {
		group.Go(func() error { return p.outcomeLoop(ctx) })
		group.Go(func() error { return p.clockLoop(ctx) })
	}
	if err := group.Wait(); err != nil {
		return fmt.Errorf("panel: %w", err)
	}
	return nil
}

// resume shows the batch that was in hand when the station stopped.
func (p *Panel) resume() {
	batches := p.station.Batches()
	for i := len(batches) - 1; i >= 0; i-- {
		if batches[i].Open() || batches[i].Stuck != nil {
			_ = p.show(batches[i].Name) // it was there a moment ago
			return
		}
	}
}

// touch tells every open page that something changed. p.mu is held.
func (p *Panel) touch() {
	close(p.changed)
	p.changed = make(chan struct{})
}

// Notice takes the station's progress in. It is the station's Progress.
func (p *Panel) Notice(event station.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.touch()
	known := p.sheets[event.Sheet.Batch]
	switch event.Kind {
	case station.Spooled:
		if known == nil {
			known = newSheets()
			p.sheets[event.Sheet.Batch] = known
		}
		p.revision++
		known.set(tile{Number: event.Sheet.Sequence, State: stateHere}, p.revision)
		p.pace.note(p.config.Now())
		select {
		case p.arrived <- arrival{pictureID{event.Sheet.Batch, event.Sheet.Sequence}, event.Image}:
		default: // drawn from the spool when the page asks, if it is still there then
			known.drawn(event.Sheet.Sequence, p.revision)
		}
	case station.HandedIn:
		if known != nil {
			p.revision++
			known.handedIn(event.Sheet.Sequence, p.revision)
		}
	case station.Stopped, station.Trouble, station.Recovered, station.BatchClosed, station.BatchOpened, station.Discarded:
		// The snapshot asks the station itself.
	}
}
