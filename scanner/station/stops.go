package station

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"time"

	"sesshu/scanner"
)

// Stop is one time that feeding stopped with a fault.
type Stop struct {
	At        time.Time `json:"at"`
	Condition string    `json:"condition"` // the condition's short English name
	Safe      int       `json:"safe"`      // sheets that were in
}

// Title says to the operator what happened.
func (s Stop) Title() scanner.Words {
	for _, condition := range scanner.Conditions() {
		if condition.Error() == s.Condition {
			return condition.Title()
		}
	}
	return scanner.Unknown.Title()
}

// maxStops bounds what a batch remembers: a device that fails all day must not
// make batch.json grow for ever. The last ones are kept.
const maxStops = 100

// noteStop remembers why feeding stopped. A full disk may be the reason, so
// failing to note it is no further fault.
func (s *Station) noteStop(ctx context.Context, b *spoolBatch, cause error) {
	condition := scanner.ConditionOf(cause)
	if condition == scanner.Unknown && (errors.Is(cause, context.Canceled) || errors.Is(cause, context.DeadlineExceeded)) {
		condition = scanner.OperatorStop
	}
	stop := Stop{At: s.config.Now().UTC(), Condition: condition.Error(), Safe: b.account().Safe}
	err := b.update(func(state *batchState) {
		state.Stops = append(slices.Clone(state.Stops), stop)
		state.Stops = state.Stops[max(0, len(state.Stops)-maxStops):]
	})
	if err != nil {
		s.log.LogAttrs(ctx, slog.LevelWarn, "stop is not remembered", slog.String("batch", b.name), slog.String("error", err.Error()))
	}
}

// noteRepeat notes, or takes back, that the next sheet's image equals the last
// one's.
func (b *spoolBatch) noteRepeat(repeated bool) error {
	b.mu.Lock()
	next := b.highest + 1
	b.mu.Unlock()
	return b.update(func(state *batchState) {
		state.Repeats = slices.DeleteFunc(slices.Clone(state.Repeats), func(sequence int) bool { return sequence == next })
		if repeated {
			state.Repeats = append(state.Repeats, next)
		}
	})
}

// Report returns the words and the picture for going on with a batch that was
// opened before: after a restart of the station, or when the operator comes
// back to it. Its fault is ErrInterrupted unless the counts agree or the batch
// is over.
func (s *Station) Report(name string) (Report, error) {
	b, found := s.spool.find(name)
	if !found {
		return Report{}, fmt.Errorf("report batch %s: %w", name, ErrUnknownBatch)
	}
	account := b.account()
	report := Report{Station: s.config.Name, Batch: name, Declared: account.Declared, Safe: account.Safe,
		Missing: account.Missing(), Control: account.Control, Undecided: account.Undecided(), Repeats: account.Repeats, LastImage: b.lastImage()}
	switch {
	case account.Stuck != nil:
		report.Fault = account.Stuck
	case account.Closing != nil || account.Discarded != nil:
	case account.Declared == nil || account.Missing() > 0:
		report.Fault = ErrInterrupted
	}
	report.explain()
	return report, nil
}

// Image returns a sheet's own bytes as long as they are in the spool, an error
// that wraps ErrNoImage afterwards.
func (s *Station) Image(name string, sequence int) ([]byte, error) {
	b, found := s.spool.find(name)
	if !found {
		return nil, fmt.Errorf("image of batch %s: %w", name, ErrUnknownBatch)
	}
	image, err := os.ReadFile(b.path(sequence, imageSuffix))
	if err != nil {
		return nil, fmt.Errorf("image of sheet %d: %w: %w", sequence, ErrNoImage, err)
	}
	return image, nil
}
