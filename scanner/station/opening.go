package station

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"

	"sesshu/ledger/slip"
)

// Description is what the operator says of a batch as a whole.
type Description = slip.BatchDescription

// Describer is an intake that takes descriptions of batches. It is safe to
// repeat.
type Describer interface {
	DescribeBatch(ctx context.Context, station, batch string, description slip.BatchDescription) error
}

// Opening announces a batch before its first sheet.
type Opening struct {
	Batch       string // see ValidName; must be new
	Declared    *int   // sheets counted by hand, 1 or more; nil when unknown
	Description Description
	// Hold keeps the sheets here until somebody has looked at them and calls
	// Release or Discard.
	Hold bool
}

// The forms of a description's parts; both may be empty.
var (
	facilityForm = regexp.MustCompile(`^([0-9]{10})?$`)
	monthForm    = regexp.MustCompile(`^([0-9]{4}-(0[1-9]|1[0-2]))?$`)
)

// Errors of an opening.
var (
	ErrFacilityForm = errors.New("medical institution code must have 10 digits")
	ErrMonthForm    = errors.New("month must be of the form 2026-04")
	ErrCountForm    = errors.New("declared count must be 1 or more")
)

// OpenBatch makes a batch durably, so that feeding, closing and what the
// operator said of it survive everything. It refuses with ErrBatchExists when
// this spool ever held a batch of this name.
func (s *Station) OpenBatch(opening Opening) error {
	switch {
	case opening.Declared != nil && *opening.Declared < 1:
		return fmt.Errorf("open batch: %w", ErrCountForm)
	case !facilityForm.MatchString(opening.Description.FacilityCode):
		return fmt.Errorf("open batch: %w", ErrFacilityForm)
	case !monthForm.MatchString(opening.Description.Month):
		return fmt.Errorf("open batch: %w", ErrMonthForm)
	}
	if !s.feeding.TryLock() {
		return fmt.Errorf("open batch %s: %w", opening.Batch, ErrFeeding)
	}
	defer s.feeding.Unlock()
	if _, found := s.spool.find(opening.Batch); found {
		return fmt.Errorf("open batch %s: %w", opening.Batch, ErrBatchExists)
	}
	if _, err := s.spool.create(opening, s.config.Now()); err != nil {
		return fmt.Errorf("open batch %s: %w", opening.Batch, err)
	}
	s.tell(Event{Kind: BatchOpened, Sheet: slip.SheetID{Station: s.config.Name, Batch: opening.Batch}, Declared: opening.Declared})
	s.signal()
	return nil
}

// describe tells the intake what the operator said of the batch. A description
// that the intake refuses is no reason to keep sheets back: it is noted for the
// operator, and the sheets go on.
func (s *Station) describe(ctx context.Context, b *spoolBatch) error {
	b.mu.Lock()
	state := b.state
	b.mu.Unlock()
	describer, able := s.config.Intake.(Describer)
	if !able || state.Described || state.DescriptionRefused != "" || state.Description == (Description{}) {
		return nil
	}
	err := describer.DescribeBatch(ctx, s.config.Name, b.name, state.Description)
	if err != nil && !errors.Is(err, ErrRefused) && !errors.Is(err, ErrConflict) {
		return fmt.Errorf("describe batch %s: %w", b.name, err)
	}
	if err != nil {
		s.log.LogAttrs(ctx, slog.LevelWarn, "the service refuses what was said of the batch",
			slog.String("batch", b.name), slog.String("error", err.Error()))
		return b.update(func(state *batchState) { state.DescriptionRefused = err.Error() })
	}
	return b.update(func(state *batchState) { state.Described = true })
}
