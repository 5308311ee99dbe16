package station

import (
	"fmt"
	"time"
)

// Batch is the account of one batch, for the station's own page.
type Batch struct {
	Name     string
	Declared *int
	Safe     int // sheets fed and safely in
	HandedIn int // of these, confirmed by the intake
	OpenedAt time.Time
	Closing  *Closing
	ClosedAt *time.Time
	Stuck    error // why a person must look at it; nil when all is well
}

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

// Waiting returns how many sheets lie in the spool.
func (s *Station) Waiting() int {
	waiting := 0
	for _, b := range s.Batches() {
		waiting += b.Safe - b.HandedIn
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
// were fed than declared, unless a person gives the reason.
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
	if account.Closing != nil {
		return nil
	}
	if account.Declared != nil && *account.Declared != account.Safe && (closing.Person == "" || closing.Reason == "") {
		return fmt.Errorf("close batch %s: %d declared, %d fed: %w", name, *account.Declared, account.Safe, ErrCountsDisagree)
	}
	closing.At = s.config.Now().UTC()
	if err := b.update(func(state *batchState) { state.Closing = &closing }); err != nil {
		return fmt.Errorf("close batch %s: %w", name, err)
	}
	s.signal()
	return nil
}
