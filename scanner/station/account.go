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
	Declared *int
	// Description is what the operator said of the batch; DescriptionRefused is
	// why the intake does not want to know it, empty when all is well.
	Description        Description
	DescriptionRefused string
	Safe               int // sheets fed and safely in
	HandedIn           int // of these, confirmed by the intake
	Control            int // of the sheets, those that the service has read as no slips of their own: headers, separators
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

// Agrees reports whether as many slips were fed as declared. Batch headers and
// separators are not declared.
func (b Batch) Agrees() bool { return b.Declared == nil || *b.Declared == b.Safe-b.Control }

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
// A held batch must be released first.
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
	case !account.Agrees() && !answered:
		return fmt.Errorf("close batch %s: %d declared, %d fed: %w", name, *account.Declared, account.Safe, ErrCountsDisagree)
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

// NoteControl notes how many of a batch's sheets are no slips of their own, as
// the service has read them: batch headers, separators. They are fed and not
// declared.
func (s *Station) NoteControl(name string, control int) error {
	b, found := s.spool.find(name)
	if !found {
		return fmt.Errorf("note separators of batch %s: %w", name, ErrUnknownBatch)
	}
	if b.account().Control == control {
		return nil
	}
	if err := b.update(func(state *batchState) { state.Control = control }); err != nil {
		return fmt.Errorf("note separators of batch %s: %w", name, err)
	}
	return nil
}
