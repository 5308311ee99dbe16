package ledger

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"sesshu/ledger/slip"
)

// CloseBatch notes that the operator has fed everything and returns the
// account. It closes a batch only when the account is whole, see
// slip.BatchCount, or when a person answers for the difference; otherwise it
// returns a *slip.CountsError, which says where the counts disagree, which sheets
// bear another's imprint, and whether reading the sheets that wait may mend it.
// Who answers, and why, stays with the batch, also where nothing disagrees.
// Closing again keeps the first time.
// A sheet that arrives later is still taken in: paper is never refused.
// ErrNotFound, ErrInvalid, ErrBatchDiscarded.
func (s *Store) CloseBatch(ctx context.Context, station, batch string, closing slip.Closing) (count slip.BatchCount, err error) {
	err = s.transact(ctx, func(tx pgx.Tx) error {
		count, _, err = closeBatch(ctx, tx, station, batch, closing, s.now())
		return err
	})
	if err != nil {
		return slip.BatchCount{}, fmt.Errorf("close batch %s/%s: %w", station, batch, namedError(err))
	}
	return count, nil
}

// CloseBatchAtDesk closes a batch that no station will close: its station is
// gone, the batch is stuck there, or it came in at the desk itself. The law is
// that of CloseBatch, with one thing more: the account answers for it by name
// and reason whatever the counts say, because nobody here knows how many sheets
// were fed. Both stay with the batch, and the access log has a line of it.
// Closing again keeps the first closing. ErrNotFound, ErrBatchDiscarded;
// ErrInvalid for a reason that is empty or longer than slip.LongestReason.
func (s *Store) CloseBatchAtDesk(ctx context.Context, station, batch, account, reason string) (count slip.BatchCount, err error) {
	closing := slip.Closing{Person: account, Reason: strings.TrimSpace(reason)}
	err = s.transact(ctx, func(tx pgx.Tx) error {
		if !closing.Answered() {
			return ErrInvalid
		}
		now := s.now()
		var closed bool
		if count, closed, err = closeBatch(ctx, tx, station, batch, closing, now); err != nil || !closed {
			return err
		}
		return logAccess(ctx, tx, account, "close", "batch:"+station+"/"+batch, now)
	})
	if err != nil {
		return slip.BatchCount{}, fmt.Errorf("close batch %s/%s at the desk: %w", station, batch, namedError(err))
	}
	return count, nil
}

// closeBatch is the one way in which a batch is closed. closed is false for one
// that was closed before.
func closeBatch(ctx context.Context, tx pgx.Tx, station, batch string, closing slip.Closing, now time.Time) (count slip.BatchCount, closed bool, err error) {
	missing, err := lockBatch(ctx, tx, station, batch)
	if err != nil {
		return slip.BatchCount{}, false, err
	}
	if count, err = loadBatch(ctx, tx, station, batch); err != nil || count.ClosedAt != nil {
		return count, false, err
	}
	if err := refuseDiscarded(ctx, tx, station, batch); err != nil {
		return slip.BatchCount{}, false, err
	}
	disagreement := disagreement(count, closing.Fed, missing)
	if disagreement != nil && count.Imprints.Other > 0 {
		if disagreement.Imprints, err = loadImprints(ctx, tx, station, batch); err != nil {
			return slip.BatchCount{}, false, err
		}
	}
	if !closing.Answered() {
		if disagreement != nil {
			return slip.BatchCount{}, false, disagreement
		}
		closing.Person, closing.Reason = "", "" // half an answer is none
	}
	if _, err := tx.Exec(ctx, `
		update batches set closed_at = $3, fed = $4, closed_by = nullif($5, ''), closing_reason = nullif($6, ''), counts_differ = $7
		where station = $1 and batch = $2`,
		station, batch, now, closing.Fed, closing.Person, closing.Reason, disagreement != nil); err != nil {
		return slip.BatchCount{}, false, err
	}
	count, err = loadBatch(ctx, tx, station, batch)
	return count, true, err
}

// lockBatch keeps sheets from coming into a batch until the transaction's end
// and returns how many numbers below the highest have no sheet.
func lockBatch(ctx context.Context, tx pgx.Tx, station, batch string) (missing int, err error) {
	if err := tx.QueryRow(ctx, `
		select from batches where station = $1 and batch = $2 for update`, station, batch).Scan(); err != nil {
		return 0, err
	}
	err = tx.QueryRow(ctx, `
		select coalesce(max(sequence), 0) - count(*) from sheets where station = $1 and batch = $2`, station, batch).Scan(&missing)
	return missing, err
}

// disagreement says where the account is not whole, nil when it is.
func disagreement(count slip.BatchCount, fed *int, missing int) *slip.CountsError {
	whole := missing == 0 && (fed == nil || *fed == count.Stored) && (count.Declared == nil || *count.Declared == count.Slips()) &&
		count.Imprints.Other == 0 && count.Imprints.Unread == 0
	if whole {
		return nil
	}
	return &slip.CountsError{Count: count, Fed: fed, Missing: missing}
}
