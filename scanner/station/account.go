package station

import (
	"fmt"
	"time"

	"sesshu/ledger/slip"
	"sesshu/scanner"
)

// Batch is the account of one batch, for the station's own page.
type Batch struct {
	Name     string
	Declared *int // slips; nil when unknown
	// DeclaredByHeader: nobody counted the slips, the number is the one that the
	// service read on the batch's header sheet.
	DeclaredByHeader bool
	// Description is what the operator said of the batch; DescriptionRefused is
	// why the intake does not want to know it, empty when all is well.
	Description        Description
	DescriptionRefused string
	Safe               int // sheets fed and safely in
	HandedIn           int // of these, confirmed by the intake
	Control            int // of the sheets, those that the service has read as no slips of their own: headers, separators, papers fed twice
	Unread             int // of the sheets, those of which that is not known yet
	// Disagreement is why the service would not close the batch, in its own words,
	// nil when it did or was not asked. The batch is open again.
	Disagreement *scanner.Words
	OpenedAt     time.Time
	Held         bool // nothing is handed in until somebody has looked
	Released     *Releasing
	Discarded    *Discard // set when the batch was thrown away instead of handed in
	DiscardTold  bool     // the intake knows that it was
	Repeats      []int    // sheets whose image equals the one before to the last bit
	Stops        []Stop   // why feeding stopped, oldest first
	Closing      *Closing
	ClosedAt     *time.Time
	Count        *slip.BatchCount // the intake's account at closing; nil before
	Stuck        error            // why a person must look at it; nil when all is well
}

// Slips returns how many of the sheets are slips, as far as is known: a sheet
// that the service has not read counts as one.
func (b Batch) Slips() int { return b.Safe - b.Control }

// Missing returns how many declared slips are not in, negative when more were
// fed than declared, 0 when nothing was declared. Batch headers and separators
// are not declared.
func (b Batch) Missing() int {
	if b.Declared == nil {
		return 0
	}
	return *b.Declared - b.Slips()
}

// Agrees reports whether as many slips were fed as declared.
func (b Batch) Agrees() bool { return b.Missing() == 0 }

// Undecided reports whether there are more sheets than were declared, and not
// more than may turn out to be headers or separators once the service has read
// them. A picture that came twice in a row is a person's to judge.
func (b Batch) Undecided() bool {
	return b.Missing() < 0 && -b.Missing() <= b.Unread && len(b.Repeats) == 0
}

// Waiting returns how many of the batch's sheets are on their way to the intake.
func (b Batch) Waiting() int {
	if b.Held || b.Discarded != nil {
		return 0
	}
	return b.Safe - b.HandedIn
}

// Open reports whether sheets can still be fed into the batch.
func (b Batch) Open() bool { return b.Closing == nil && b.Discarded == nil && b.Stuck == nil }

// Batches returns the account of every batch that the spool remembers, oldest
// first.
func (s *Station) Batches() []Batch {
	var accounts []Batch
	for _, b := range s.spool.all() {
		accounts = append(accounts, b.account())
	}
	return accounts
}

// Trouble returns why nothing can be handed in at the moment, nil when all is
// well.
func (s *Station) Trouble() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.trouble
}

// Waiting returns how many sheets lie in the spool and are on their way to the
// intake. Held batches are not.
func (s *Station) Waiting() int {
	waiting := 0
	for _, b := range s.Batches() {
		waiting += b.Waiting()
	}
	return waiting
}

// Closing is the operator's wish to close a batch.
type Closing struct {
	At time.Time `json:"at"`
	// Person and Reason are required when the counts disagree: somebody answers
	// for it by name.
	Person string `json:"person,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// CloseBatch notes durably that the batch is to be closed once all its sheets
// are handed in. It refuses with ErrCountsDisagree when fewer or more sheets
// were fed than declared, and with ErrRepeats when a picture came twice in a
// row (which can hide a sheet that was lost), unless a person gives the reason.
// What is too many and may be a header sheet is the service's to count: it reads
// the sheets first, and the batch opens again when it counts otherwise. A held
// batch must be released first.
func (s *Station) CloseBatch(name string, closing Closing) error {
	b, found := s.spool.find(name)
	if !found {
		return fmt.Errorf("close batch %s: %w", name, ErrUnknownBatch)
	}
	if !s.feeding.TryLock() {
		return fmt.Errorf("close batch %s: %w", name, ErrFeeding)
	}
	defer s.feeding.Unlock()
	account := b.account()
	answered := closing.Person != "" && closing.Reason != ""
	switch {
	case account.Closing != nil:
		return nil
	case account.Discarded != nil:
		return fmt.Errorf("close batch %s: %w", name, ErrBatchClosed)
	case account.Held:
		return fmt.Errorf("close batch %s: %w", name, ErrHeld)
	case account.Disagreement != nil && !answered:
		return fmt.Errorf("close batch %s: by the service's count: %w", name, ErrCountsDisagree)
	case !account.Agrees() && !account.Undecided() && !answered:
		return fmt.Errorf("close batch %s: %d declared, %d fed: %w", name, *account.Declared, account.Slips(), ErrCountsDisagree)
	case len(account.Repeats) > 0 && !answered:
		return fmt.Errorf("close batch %s: sheets %v: %w", name, account.Repeats, ErrRepeats)
	}
	closing.At = s.config.Now().UTC()
	if err := b.update(func(state *batchState) { state.Closing, state.Disagreement = &closing, nil }); err != nil {
		return fmt.Errorf("close batch %s: %w", name, err)
	}
	s.signal()
	return nil
}

// NoteCount notes what the service counts in a batch: which of its sheets are no
// slips of their own, and how many slips its header sheet declares when nobody
// has counted them here.
func (s *Station) NoteCount(name string, count slip.BatchCount) error {
	b, found := s.spool.find(name)
	if !found {
		return fmt.Errorf("note count of batch %s: %w", name, ErrUnknownBatch)
	}
	b.mu.Lock()
	b.read = max(b.read, count.Stored-count.Waiting)
	state := b.state
	b.mu.Unlock()
	control := count.Stored - count.Slips()
	declares := state.Declared == nil && count.Declared != nil
	if state.Control == control && !declares {
		return nil
	}
	err := b.update(func(state *batchState) {
		state.Control = control
		if declares {
			state.Declared, state.DeclaredByHeader = count.Declared, true
		}
	})
	if err != nil {
		return fmt.Errorf("note count of batch %s: %w", name, err)
	}
	return nil
}
