// Package station feeds sheets from a scanner into a crash-safe spool and hands
// them in to the ledger's intake.
//
// The two halves meet only in the spool: Scan returns when the paper is safely
// on disk, whether or not a server can be reached, and Run hands in what lies
// there, for days if need be. Nothing leaves the spool before the intake has
// confirmed that it stored the sheet, so a sheet is handed in at least once; its
// identity (station, batch, sequence) lets the intake store it exactly once.
//
// Sheets that are safely in are always the first ones of the stack. That is why
// recovery is simple to say: put back everything behind the last safe sheet.
package station

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"sesshu/ledger/slip"
	"sesshu/scanner"
)

// Intake takes sheets in. *ledger.Store satisfies it inside one process,
// *handin.Client over HTTP. Every method is safe to repeat.
type Intake interface {
	OpenBatch(ctx context.Context, station, batch string, declared *int) error
	// StoreSheet returns without an error only when the sheet is durable.
	StoreSheet(ctx context.Context, sheet slip.Sheet, image io.Reader) (stored bool, err error)
	CloseBatch(ctx context.Context, station, batch string) (slip.BatchCount, error)
	Batch(ctx context.Context, station, batch string) (slip.BatchCount, error)
}

// Closer is an intake that wants to know, at closing, how many sheets were fed
// and who answers for counts that disagree.
type Closer interface {
	CloseBatchAs(ctx context.Context, station, batch string, closing slip.Closing) (slip.BatchCount, error)
}

// Errors that an intake may wrap to say what repeating can and cannot mend. Any
// other error is taken for a server that is away, and is repeated for ever.
var (
	// ErrConflict: the identity holds other bytes. Never repeated; the bytes
	// stay in the spool for a person to look at.
	ErrConflict = errors.New("another sheet was handed in under this identity")
	// ErrRefused: the request itself is at fault. Repeated a few times, because
	// bytes can be damaged on the way, then kept for a person.
	ErrRefused = errors.New("the server refuses this sheet")
	// ErrUnauthorized: the station's credential is wrong. Repeated, because an
	// administrator can mend it.
	ErrUnauthorized = errors.New("the server does not accept this station's credential")
)

// Errors of the station itself.
var (
	ErrBatchClosed     = errors.New("batch is closed")
	ErrCountsDisagree  = errors.New("sheets fed are not as many as declared")
	ErrDeclaredDiffers = errors.New("batch was opened with another declared count")
	ErrFeeding         = errors.New("station is feeding")
	ErrUnknownBatch    = errors.New("station knows no such batch")
	ErrLedgerDisagrees = errors.New("ledger holds another number of sheets than were handed in")
	ErrBatchExists     = errors.New("batch exists already")
	ErrHeld            = errors.New("batch is held until somebody has looked at it")
	ErrHandedOver      = errors.New("batch is not held, its sheets are handed over")
	ErrRepeats         = errors.New("a picture came twice in a row")
	ErrUnanswered      = errors.New("a name and a reason are needed")
	ErrInterrupted     = errors.New("feeding was cut off when the station stopped")
	ErrNoImage         = errors.New("image is not in the spool")
)

// Config describes a station.
type Config struct {
	Name   string // the station's identity, see ValidName
	Dir    string // the spool; made when missing; belongs to this station alone
	Intake Intake // may be nil for a station that only feeds
	Now    func() time.Time
	Logger *slog.Logger // nil discards
	// Progress is told of everything that happens, one event at a time, in
	// order. It must return soon and must not call the station.
	Progress func(Event)
	// RetryFirst and RetryMost bound the pause after the intake failed. Zero
	// means 500 ms and 30 s.
	RetryFirst, RetryMost time.Duration
}

// Station is one feeding place. All methods may be called at any time; one Scan
// runs at a time.
type Station struct {
	config Config
	spool  *spool
	log    *slog.Logger

	feeding  sync.Mutex
	progress sync.Mutex
	wake     chan struct{} // holds one token when there may be work for Run

	mu      sync.Mutex
	changed chan struct{} // closed and replaced when the backlog changes
	trouble error         // why nothing is handed in at the moment; nil when all is well
	closed  bool
}

// Open opens the station's spool, repairs what a crash left half done, and
// locks it against a second process. It starts nothing.
func Open(config Config) (*Station, error) {
	if err := ValidName(config.Name); err != nil {
		return nil, fmt.Errorf("station: %w", err)
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	if config.Progress == nil {
		config.Progress = func(Event) {}
	}
	if config.RetryFirst <= 0 {
		config.RetryFirst = 500 * time.Millisecond
	}
	if config.RetryMost <= 0 {
		config.RetryMost = 30 * time.Second
	}
	opened, err := openSpool(config.Dir, config.Name, config.Logger)
	if err != nil {
		return nil, err
	}
	return &Station{config: config, spool: opened, log: config.Logger,
		wake: make(chan struct{}, 1), changed: make(chan struct{})}, nil
}

// Close unlocks the spool. Scan and Run must have returned. It is safe to call
// twice.
func (s *Station) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	return s.spool.close()
}

// signal wakes Run and whoever waits for the backlog to change.
func (s *Station) signal() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
	s.mu.Lock()
	close(s.changed)
	s.changed = make(chan struct{})
	s.mu.Unlock()
}

// Settled waits until everything in the spool is handed in, but for batches that
// are held, every batch whose closing was asked for is closed, and the intake
// knows of every batch that was discarded. It returns an error when a batch is
// stuck or the context ends.
func (s *Station) Settled(ctx context.Context) error {
	_, tells := s.config.Intake.(Discarder)
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		busy := false
		var stuck []error
		for _, b := range s.Batches() {
			if b.Stuck != nil {
				stuck = append(stuck, fmt.Errorf("batch %s: %w", b.Name, b.Stuck))
				continue
			}
			busy = busy || b.Waiting() > 0 || b.Closing != nil && b.ClosedAt == nil && b.Discarded == nil ||
				tells && b.Discarded != nil && !b.DiscardTold
		}
		if !busy {
			return errors.Join(stuck...)
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), s.Trouble())
		case <-changed:
		}
	}
}

// spoolFault names a failure of the spool's disk for the operator.
func spoolFault(err error) error {
	var fault *scanner.Fault
	if errors.As(err, &fault) {
		return err
	}
	return &scanner.Fault{Condition: diskCondition(err), Protocol: "spool", Cause: err}
}
