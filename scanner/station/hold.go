package station

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sesshu/ledger/slip"
)

// Releasing says who looked at a held batch and let it go on.
type Releasing struct {
	At     time.Time `json:"at"`
	Person string    `json:"person"`
}

// Discard says who threw a batch away, and why. Sheets is how many were in.
type Discard = slip.Discard

// Discarder is an intake that wants to know which batches were thrown away here,
// also those that it never heard of: paper was fed, and somebody answers for it.
// It is safe to repeat.
type Discarder interface {
	DiscardBatch(ctx context.Context, station, batch string, declared *int, discard slip.Discard) error
}

// Release lets a held batch be handed in. A person answers for it by name.
func (s *Station) Release(name, person string) error {
	b, err := s.lockIdle("release", name)
	if err != nil {
		return err
	}
	defer s.feeding.Unlock()
	switch account := b.account(); {
	case strings.TrimSpace(person) == "":
		return fmt.Errorf("release batch %s: %w", name, ErrUnanswered)
	case !account.Held:
		return fmt.Errorf("release batch %s: %w", name, ErrHandedOver)
	}
	releasing := Releasing{At: s.config.Now().UTC(), Person: person}
	if err := b.update(func(state *batchState) { state.Released = &releasing }); err != nil {
		return fmt.Errorf("release batch %s: %w", name, err)
	}
	s.tell(Event{Kind: BatchOpened, Sheet: slip.SheetID{Station: s.config.Name, Batch: name}})
	s.signal()
	return nil
}

// Discard throws a batch away that is held, or that is stuck and of which the
// intake has confirmed nothing. That it was done, by whom and why is durable
// before the first image is deleted, and stays in the account of batches for
// ever; Run tells the intake of it, as soon as that can be reached. Batches that
// are handed over cannot be discarded here.
func (s *Station) Discard(name, person, reason string) error {
	b, err := s.lockIdle("discard", name)
	if err != nil {
		return err
	}
	defer s.feeding.Unlock()
	account := b.account()
	switch {
	case strings.TrimSpace(person) == "" || strings.TrimSpace(reason) == "":
		return fmt.Errorf("discard batch %s: %w", name, ErrUnanswered)
	case account.Discarded != nil || account.ClosedAt != nil:
		return fmt.Errorf("discard batch %s: %w", name, ErrBatchClosed)
	case !account.Held && (account.Stuck == nil || account.HandedIn > 0):
		return fmt.Errorf("discard batch %s: %w", name, ErrHandedOver)
	}
	discard := Discard{At: s.config.Now().UTC(), Person: strings.TrimSpace(person), Reason: strings.TrimSpace(reason), Sheets: account.Safe}
	if err := discard.Validate(); err != nil {
		return fmt.Errorf("discard batch %s: %w: %w", name, ErrUnanswered, err)
	}
	if err := b.update(func(state *batchState) { state.Discarded = &discard }); err != nil {
		return fmt.Errorf("discard batch %s: %w", name, err)
	}
	s.log.Warn("batch discarded before it was handed in", slog.String("batch", name), slog.Int("sheets", discard.Sheets))
	if err := b.clear(); err != nil {
		return fmt.Errorf("discard batch %s: %w", name, err)
	}
	s.tell(Event{Kind: Discarded, Sheet: slip.SheetID{Station: s.config.Name, Batch: name}, Declared: account.Declared, Safe: account.Safe})
	s.signal()
	return nil
}

// tellDiscard tells the intake that a batch was thrown away.
func (s *Station) tellDiscard(ctx context.Context, b *spoolBatch, account Batch) error {
	discarder, able := s.config.Intake.(Discarder)
	if !able || account.DiscardTold {
		return nil
	}
	if err := discarder.DiscardBatch(ctx, s.config.Name, account.Name, account.Declared, *account.Discarded); err != nil {
		return fmt.Errorf("tell that batch %s was discarded: %w", account.Name, err)
	}
	if err := b.update(func(state *batchState) { state.DiscardTold = true }); err != nil {
		return err
	}
	s.log.LogAttrs(ctx, slog.LevelInfo, "the service knows that the batch was discarded", slog.String("batch", account.Name))
	s.tell(Event{Kind: Discarded, Sheet: slip.SheetID{Station: s.config.Name, Batch: account.Name}, Declared: account.Declared, Safe: account.Safe})
	s.signal()
	return nil
}

// lockIdle finds a batch and takes the feeding lock, which the caller gives back.
func (s *Station) lockIdle(act, name string) (*spoolBatch, error) {
	b, found := s.spool.find(name)
	if !found {
		return nil, fmt.Errorf("%s batch %s: %w", act, name, ErrUnknownBatch)
	}
	if !s.feeding.TryLock() {
		return nil, fmt.Errorf("%s batch %s: %w", act, name, ErrFeeding)
	}
	return b, nil
}

// clear deletes the sheets of a discarded batch. Files that stay are removed by
// the next start.
func (b *spoolBatch) clear() error {
	entries, err := os.ReadDir(b.directory)
	if err != nil {
		return err
	}
	var failures []error
	for _, entry := range entries {
		if entry.Name() == batchFile {
			continue
		}
		if err := os.Remove(filepath.Join(b.directory, entry.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			failures = append(failures, err)
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.highest, b.stuck, b.sources, b.last = b.state.Discarded.Sheets, nil, map[string]int{}, slip.Hash{}
	return errors.Join(failures...)
}
