package station

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"sesshu/ledger/slip"
	"sesshu/scanner"
)

// batchState is batch.json.
type batchState struct {
	Station  string `json:"station"`
	Batch    string `json:"batch"`
	Declared *int   `json:"declared"`
	// DeclaredByHeader: the declared number was read on the batch's header sheet.
	DeclaredByHeader bool      `json:"declared_by_header,omitempty"`
	OpenedAt         time.Time `json:"opened_at"`
	// Opened: the intake knows the batch.
	Opened bool `json:"opened"`
	// HandedIn: the intake has confirmed the sheets 1 to HandedIn. It is written
	// before their files are deleted; those of the last one stay until the batch
	// is closed.
	HandedIn int `json:"handed_in"`
	// LastSource is the source of sheet HandedIn: a device that stopped between
	// spooling and forgetting it offers it again.
	LastSource string     `json:"last_source,omitempty"`
	Closing    *Closing   `json:"closing,omitempty"`
	ClosedAt   *time.Time `json:"closed_at,omitempty"`
	// Count is the intake's account at closing.
	Count *slip.BatchCount `json:"count,omitempty"`

	// Description is what the operator said of the batch; Described: the intake
	// knows it; DescriptionRefused: why it does not want to.
	Description        Description `json:"description,omitzero"`
	Described          bool        `json:"described,omitempty"`
	DescriptionRefused string      `json:"description_refused,omitempty"`
	// Hold: nothing is handed in before Released or after Discarded.
	Hold      bool       `json:"hold,omitempty"`
	Released  *Releasing `json:"released,omitempty"`
	Discarded *Discard   `json:"discarded,omitempty"`
	// DiscardTold: the intake knows that the batch was discarded.
	DiscardTold bool `json:"discard_told,omitempty"`
	// Repeats are the sheets whose image equals the one before to the last bit.
	Repeats []int  `json:"repeats,omitempty"`
	Stops   []Stop `json:"stops,omitempty"`
	// Control is how many of the sheets are batch headers, separators and papers
	// fed once more, as far as the service has read them: they are fed and not
	// declared.
	Control int `json:"control,omitempty"`
	// Disagreement is why the service would not close the batch, in its own words.
	Disagreement *scanner.Words `json:"disagreement,omitempty"`
}

// record is NNNNNN.json.
type record struct {
	slip.Sheet
	Source string `json:"source,omitempty"`
}

// spoolBatch is one batch's directory. One goroutine appends (the one that
// feeds), one takes out (the one that hands in).
type spoolBatch struct {
	spool     *spool
	name      string
	directory string

	mu      sync.Mutex // also held while batch.json is written
	state   batchState
	highest int            // sequence of the last sheet that is safely in
	sources map[string]int // source → sequence, of the sheets in the spool
	last    slip.Hash      // of sheet highest; zero when not known
	stuck   error          // why a person must look at it
	refused int            // times the intake refused the sheet in turn
	read    int            // sheets that the service has read, as far as it was asked
}

const (
	imageSuffix  = ".image"
	recordSuffix = ".json"
	batchFile    = "batch.json"
)

// open makes the batch's directory, or returns the batch that is there.
func (s *spool) open(name string, declared *int, now time.Time) (*spoolBatch, error) {
	if b, found := s.find(name); found {
		return b, b.mayFeed(declared)
	}
	return s.create(Opening{Batch: name, Declared: declared}, now)
}

// create makes the batch's directory.
func (s *spool) create(opening Opening, now time.Time) (*spoolBatch, error) {
	name := opening.Batch
	if err := ValidName(name); err != nil {
		return nil, fmt.Errorf("batch: %w", err)
	}
	b := &spoolBatch{spool: s, name: name, directory: filepath.Join(s.directory, name), sources: map[string]int{},
		state: batchState{Station: s.station, Batch: name, Declared: opening.Declared, OpenedAt: now.UTC(),
			Description: opening.Description, Hold: opening.Hold}}
	if err := os.MkdirAll(b.directory, 0o700); err != nil {
		return nil, spoolFault(err)
	}
	if err := writeJSON(filepath.Join(b.directory, batchFile), b.state, s.write); err != nil {
		return nil, spoolFault(err)
	}
	if err := syncDirectory(s.directory); err != nil {
		return nil, spoolFault(err)
	}
	s.mu.Lock()
	s.batches = append(s.batches, b)
	s.mu.Unlock()
	return b, nil
}

func (b *spoolBatch) mayFeed(declared *int) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.state.Closing != nil, b.state.Discarded != nil:
		return fmt.Errorf("batch %s: %w", b.name, ErrBatchClosed)
	case b.stuck != nil:
		return fmt.Errorf("batch %s: %w", b.name, b.stuck)
	case declared != nil && (b.state.Declared == nil || *b.state.Declared != *declared):
		return fmt.Errorf("batch %s: %w", b.name, ErrDeclaredDiffers)
	}
	return nil
}

// update changes batch.json; the change holds only when it is durable.
func (b *spoolBatch) update(change func(*batchState)) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	next := b.state
	change(&next)
	path := filepath.Join(b.directory, batchFile)
	err := writeJSON(path, next, b.spool.write)
	if err != nil && diskCondition(err) == scanner.SpoolFull && b.spool.reserve.give() {
		err = writeJSON(path, next, b.spool.write)
	}
	if err != nil {
		return spoolFault(err)
	}
	b.state = next
	return nil
}

func (b *spoolBatch) holdsSource(source string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, held := b.sources[source]
	return held || b.state.LastSource == source
}

func (b *spoolBatch) account() Batch {
	b.mu.Lock()
	defer b.mu.Unlock()
	state := b.state
	return Batch{Name: b.name, Declared: state.Declared, Description: state.Description, Safe: b.highest, HandedIn: state.HandedIn,
		OpenedAt: state.OpenedAt, Held: state.Hold && state.Released == nil && state.Discarded == nil, Released: state.Released, Discarded: state.Discarded, DiscardTold: state.DiscardTold,
		Repeats: slices.Clone(state.Repeats), Stops: slices.Clone(state.Stops),
		Closing: state.Closing, ClosedAt: state.ClosedAt, Count: state.Count,
		DeclaredByHeader: state.DeclaredByHeader, Control: state.Control, Unread: max(0, b.highest-b.read), Disagreement: state.Disagreement, Stuck: b.stuck, DescriptionRefused: state.DescriptionRefused}
}

func (b *spoolBatch) opened() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.state.Opened
}

func (b *spoolBatch) lastHash() slip.Hash {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.last
}
