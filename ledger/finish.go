package ledger

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"sesshu/ledger/slip"
)

// rejectReasons is the closed list of Reject.
var rejectReasons = []string{"not_a_slip", duplicateReason, "unreadable", "no_vaccination", "other_municipality", "other"}

const duplicateReason = "duplicate"

const markDuplicate = `update sheets set duplicate = true where id = $1`

// RejectReasons lists why a person may reject a slip.
func RejectReasons() []string { return slices.Clone(rejectReasons) }

// Confirm enters a slip into the ledger with the machine's accepted values and
// the person's answers, through the same function as the machine's own.
// ErrIncomplete names the values that a person must still say, and those that
// Config.Validate does not let pass; ErrDuplicateDose says that the dose is in
// the ledger already, which the item shows from then on. Also ErrStale,
// ErrNotLeased, ErrNotFound.
func (s *Store) Confirm(ctx context.Context, id int64, version int, account string) (entry slip.Entry, err error) {
	var doubled int64
	err = s.change(ctx, id, version, account, func(tx pgx.Tx, row itemRow, now time.Time) error {
		if row.state != slip.ReviewWaiting {
			return ErrStale
		}
		item, err := loadItem(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := s.complain(item); err != nil {
			return err
		}
		entry, err = s.append(ctx, tx, draft{
			row: row.sheet, sheet: item.Sheet.SheetID, sha256: item.Sheet.SHA256, page: item.Page.Page,
			values: item.Current, decidedBy: slip.Actor{Kind: slip.ActorPerson, Name: account},
		})
		if errors.Is(err, ErrDuplicateDose) {
			doubled = row.sheet
		}
		if err != nil {
			return err
		}
		return s.finish(ctx, tx, row, slip.ReviewConfirmed, "", account, "confirm", now)
	})
	if doubled != 0 {
		if _, markErr := s.pool.Exec(ctx, markDuplicate, doubled); markErr != nil {
			err = errors.Join(err, markErr)
		}
	}
	if err != nil {
		return slip.Entry{}, fmt.Errorf("confirm item %d: %w", id, namedError(err))
	}
	return entry, nil
}

// Reject finishes an item without an entry. ErrUnknownReason, ErrStale,
// ErrNotLeased, ErrNotFound.
func (s *Store) Reject(ctx context.Context, id int64, version int, account, reason string) error {
	if !slices.Contains(rejectReasons, reason) {
		return fmt.Errorf("reject item %d: %w", id, ErrUnknownReason)
	}
	err := s.change(ctx, id, version, account, func(tx pgx.Tx, row itemRow, now time.Time) error {
		if row.state != slip.ReviewWaiting {
			return ErrStale
		}
		return s.finish(ctx, tx, row, slip.ReviewRejected, reason, account, "reject", now)
	})
	if err != nil {
		return fmt.Errorf("reject item %d: %w", id, namedError(err))
	}
	return nil
}

// complain names the values that keep an item from the ledger: also a doubtful
// one that the slip could do without, until somebody has said that nothing is
// there. Doubt that nobody looked at would be dropped in silence.
func (s *Store) complain(item slip.ReviewItem) error {
	bad := slices.Clone(item.Open)
	for _, value := range slices.Sorted(maps.Keys(item.Current)) {
		if text := item.Current[value]; text != "" && s.validate(value, text) != nil {
			bad = append(bad, value)
		}
	}
	if len(bad) == 0 {
		return nil
	}
	names := make([]string, len(bad))
	for i, value := range bad {
		names[i] = string(value)
	}
	return fmt.Errorf("%w: %s", ErrIncomplete, strings.Join(names, ", "))
}

func (s *Store) finish(ctx context.Context, tx pgx.Tx, row itemRow, state slip.ReviewState, reason, account, action string, now time.Time) error {
	if _, err := tx.Exec(ctx, `
		update review_items
		set state = $2, reason = nullif($3, ''), finished_by = $4, finished_at = $5, leased_by = null, leased_till = null
		where id = $1`, row.id, string(state), reason, account, now); err != nil {
		return err
	}
	if err := settle(ctx, tx, row.sheet); err != nil {
		return err
	}
	if reason == "unreadable" || reason == "other" {
		if err := s.reviveSame(ctx, tx, row.sheet); err != nil {
			return fmt.Errorf("revive the other pictures of the paper: %w", err)
		}
	}
	if reason == duplicateReason {
		if _, err := tx.Exec(ctx, markDuplicate, row.sheet); err != nil {
			return err
		}
	}
	return logAccess(ctx, tx, account, action, "item/"+fmt.Sprint(row.id), now)
}
