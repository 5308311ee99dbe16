package station

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"sesshu/ledger/slip"
	"sesshu/scanner"
)

// maxRefusals is how often in turn a sheet may be refused before a person is
// asked: bytes can be damaged on the way, but not every time.
const maxRefusals = 3

// Run hands in what lies in the spool, in order, until the context ends; then
// it returns nil. While the intake fails it tries again with growing pauses.
// One Run runs at a time.
func (s *Station) Run(ctx context.Context) error {
	if s.config.Intake == nil {
		return errors.New("station has no intake to hand in to")
	}
	pause := s.config.RetryFirst
	for ctx.Err() == nil {
		trouble := s.handInAll(ctx)
		if ctx.Err() == nil {
			s.noteTrouble(ctx, trouble)
		}
		wake, retry := s.wake, (<-chan time.Time)(nil)
		if trouble == nil {
			pause = s.config.RetryFirst
		} else {
			// New sheets do not hurry a server that is away.
			wake, retry = nil, time.After(min(max(pause, retryAfter(trouble)), s.config.RetryMost))
			pause = min(2*pause, s.config.RetryMost)
		}
		select {
		case <-ctx.Done():
		case <-wake:
		case <-retry:
		}
	}
	return nil
}

// retryAfter returns how long the server asked to be left alone.
func retryAfter(err error) time.Duration {
	var polite interface{ RetryAfter() time.Duration }
	if errors.As(err, &polite) {
		return polite.RetryAfter()
	}
	return 0
}

// noteTrouble remembers and tells when handing in begins or ceases to fail.
func (s *Station) noteTrouble(ctx context.Context, err error) {
	s.mu.Lock()
	before := s.trouble
	s.trouble = err
	s.mu.Unlock()
	switch {
	case err != nil && (before == nil || before.Error() != err.Error()):
		s.log.LogAttrs(ctx, slog.LevelWarn, "handing in fails, will try again", slog.String("error", err.Error()))
		s.tell(Event{Kind: Trouble, Err: err})
	case err == nil && before != nil:
		s.log.LogAttrs(ctx, slog.LevelInfo, "handing in works again")
		s.tell(Event{Kind: Recovered})
	}
}

// closingError is a batch that cannot be closed yet; its sheets are handed in.
type closingError struct{ cause error }

func (e *closingError) Error() string { return e.cause.Error() }
func (e *closingError) Unwrap() error { return e.cause }

// handInAll hands in until nothing is left. A batch that is stuck or cannot be
// closed yet does not hold up the others; a server that is away does.
func (s *Station) handInAll(ctx context.Context) error {
	var unclosed error
	for _, b := range s.spool.all() {
		if b.account().Stuck != nil {
			continue
		}
		err := s.handInBatch(ctx, b)
		if err == nil || s.sticks(ctx, b, err) {
			continue
		}
		var closing *closingError
		if !errors.As(err, &closing) {
			return err
		}
		unclosed = err
	}
	return unclosed
}

// sticks decides whether an error is about this batch alone and for a person.
func (s *Station) sticks(ctx context.Context, b *spoolBatch, err error) bool {
	b.mu.Lock()
	if errors.Is(err, ErrRefused) {
		b.refused++
	}
	stuck := errors.Is(err, ErrConflict) || errors.Is(err, ErrSpoolDamaged) || errors.Is(err, ErrLedgerDisagrees) || b.refused >= maxRefusals
	if stuck {
		b.stuck = err
	}
	b.mu.Unlock()
	if !stuck {
		return false
	}
	s.log.LogAttrs(ctx, slog.LevelError, "batch is stuck, its sheets stay in the spool until a person has looked",
		slog.String("batch", b.name), slog.String("error", err.Error()))
	s.tell(Event{Kind: Trouble, Sheet: slip.SheetID{Station: s.config.Name, Batch: b.name}, Err: err})
	s.signal()
	return true
}

// handInBatch brings one batch as far as it can go.
func (s *Station) handInBatch(ctx context.Context, b *spoolBatch) error {
	account := b.account()
	if account.Discarded != nil {
		return s.tellDiscard(ctx, b, account)
	}
	if account.ClosedAt != nil || account.Held {
		return nil
	}
	if !b.opened() {
		if err := s.config.Intake.OpenBatch(ctx, s.config.Name, account.Name, account.Declared); err != nil {
			return fmt.Errorf("open batch %s: %w", account.Name, err)
		}
		if err := b.update(func(state *batchState) { state.Opened = true }); err != nil {
			return err
		}
	}
	if err := s.describe(ctx, b); err != nil {
		return err
	}
	for account.HandedIn < account.Safe {
		if err := s.handInSheet(ctx, b, account.HandedIn+1); err != nil {
			return err
		}
		account = b.account()
	}
	if account.Closing == nil {
		return nil
	}
	return s.closeBatch(ctx, b, account)
}

// handInSheet hands in one sheet and forgets it once it is confirmed.
func (s *Station) handInSheet(ctx context.Context, b *spoolBatch, sequence int) error {
	note, err := b.record(sequence)
	if err != nil {
		return fmt.Errorf("hand in sheet %d: %w: %w", sequence, ErrSpoolDamaged, err)
	}
	image, err := os.ReadFile(b.path(sequence, imageSuffix))
	if err != nil {
		return fmt.Errorf("hand in %s: %w: %w", note.SheetID, ErrSpoolDamaged, err)
	}
	if slip.HashOf(image) != note.SHA256 {
		return fmt.Errorf("hand in %s: image changed on disk: %w", note.SheetID, ErrSpoolDamaged)
	}
	if _, err := s.config.Intake.StoreSheet(ctx, note.Sheet, bytes.NewReader(image)); err != nil {
		return fmt.Errorf("hand in %s: %w", note.SheetID, err)
	}
	if err := b.confirmed(note); err != nil {
		return fmt.Errorf("forget %s: %w", note.SheetID, err)
	}
	account := b.account()
	s.tell(Event{Kind: HandedIn, Sheet: note.SheetID, Declared: account.Declared, Safe: account.Safe, HandedIn: account.HandedIn})
	s.signal()
	return nil
}

// closeBatch closes the batch at the intake and checks that the intake holds
// what was handed in.
func (s *Station) closeBatch(ctx context.Context, b *spoolBatch, account Batch) error {
	var count slip.BatchCount
	var err error
	if closer, able := s.config.Intake.(Closer); able {
		count, err = closer.CloseBatchAs(ctx, s.config.Name, account.Name,
			slip.Closing{Fed: &account.Safe, Person: account.Closing.Person, Reason: account.Closing.Reason})
	} else {
		count, err = s.config.Intake.CloseBatch(ctx, s.config.Name, account.Name)
	}
	if s.disagrees(err) {
		return s.reopen(ctx, b, err)
	}
	if err != nil {
		return &closingError{fmt.Errorf("close batch %s: %w", account.Name, err)}
	}
	if count.Stored != account.HandedIn {
		return fmt.Errorf("close batch %s: %d handed in, %d stored: %w", account.Name, account.HandedIn, count.Stored, ErrLedgerDisagrees)
	}
	now := s.config.Now().UTC()
	if err := b.update(func(state *batchState) { state.ClosedAt, state.Count = &now, &count }); err != nil {
		return err
	}
	if err := b.forget(account.HandedIn); err != nil {
		return fmt.Errorf("close batch %s: %w", account.Name, err)
	}
	s.tell(Event{Kind: BatchClosed, Sheet: slip.SheetID{Station: s.config.Name, Batch: account.Name},
		Declared: account.Declared, Safe: account.Safe, HandedIn: account.HandedIn, Count: &count})
	s.signal()
	return nil
}

// disagrees reports whether a refusal to close a batch is about its counts, and
// cannot be mended by reading the sheets that wait.
func (s *Station) disagrees(err error) bool {
	var counts *slip.CountsError
	if errors.As(err, &counts) {
		return !counts.Unread()
	}
	return errors.Is(err, ErrConflict)
}

// reopen takes the operator's wish to close a batch back, because the service
// counts otherwise: it knows which sheets are one paper fed twice. A person looks
// at it, and feeds what is missing or answers for it by name.
func (s *Station) reopen(ctx context.Context, b *spoolBatch, cause error) error {
	said := scanner.Words{
		Japanese: "サーバーの枚数が合いません。紙を数え、足りない紙を取り込むか、氏名と理由を添えて閉じてください。",
		English:  "The service counts otherwise. Count the paper, and feed what is missing, or close the batch with a name and a reason.",
	}
	var counts *slip.CountsError
	var worded interface{ Words() scanner.Words }
	switch {
	case errors.As(cause, &counts):
		said = scanner.Words{Japanese: counts.Japanese(), English: counts.English()}
	case errors.As(cause, &worded) && worded.Words().Japanese != "":
		said = worded.Words()
	}
	s.log.LogAttrs(ctx, slog.LevelWarn, "the service counts otherwise, the batch is open again",
		slog.String("batch", b.name), slog.String("error", cause.Error()))
	if err := b.update(func(state *batchState) { state.Closing, state.Disagreement = nil, &said }); err != nil {
		return err
	}
	s.tell(Event{Kind: Trouble, Sheet: slip.SheetID{Station: s.config.Name, Batch: b.name}, Err: cause})
	s.signal()
	return nil
}
