package ledger

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"sesshu/ledger/slip"
)

// Answer stores what a person says of one value, at once and for ever. An empty
// text says that nothing is there. It returns the item as it is then. ErrStale,
// ErrNotLeased, ErrUnknownValue, ErrNotFound.
func (s *Store) Answer(ctx context.Context, id int64, version int, account string, value slip.Value, text string) (item slip.ReviewItem, err error) {
	if !slices.Contains(slip.Values(), value) {
		return slip.ReviewItem{}, fmt.Errorf("answer on item %d: %w", id, ErrUnknownValue)
	}
	err = s.change(ctx, id, version, account, func(tx pgx.Tx, row itemRow, now time.Time) error {
		if row.state != slip.ReviewWaiting {
			return ErrStale
		}
		if _, err := tx.Exec(ctx, `
			insert into answers (item, value, text, answered_by, answered_at) values ($1, $2, $3, $4, $5)`,
			id, string(value), text, account, now); err != nil {
			return err
		}
		return s.touch(ctx, tx, id, account, "answer", "item/"+fmt.Sprint(id)+"/"+string(value), now)
	})
	if err != nil {
		return slip.ReviewItem{}, fmt.Errorf("answer on item %d: %w", id, namedError(err))
	}
	return s.ReviewItem(ctx, id)
}

// Undo takes back the account's last answer on the item that still stands, or
// reopens the rejection with which the account has just finished it. It returns
// the item as it is then. ErrNothingToUndo, ErrStale, ErrNotLeased, ErrNotFound.
func (s *Store) Undo(ctx context.Context, id int64, version int, account string) (item slip.ReviewItem, err error) {
	err = s.change(ctx, id, version, account, func(tx pgx.Tx, row itemRow, now time.Time) error {
		if row.state == slip.ReviewWaiting {
			return s.undoAnswer(ctx, tx, id, account, now)
		}
		if row.state != slip.ReviewRejected || row.finishedBy != account {
			return ErrNothingToUndo
		}
		if _, err := tx.Exec(ctx, `
			update review_items set state = 'waiting', reason = null, finished_by = null, finished_at = null where id = $1`, id); err != nil {
			return err
		}
		if err := settle(ctx, tx, row.sheet); err != nil {
			return err
		}
		return s.touch(ctx, tx, id, account, "reopen", "item/"+fmt.Sprint(id), now)
	})
	if err != nil {
		return slip.ReviewItem{}, fmt.Errorf("undo on item %d: %w", id, namedError(err))
	}
	return s.ReviewItem(ctx, id)
}

func (s *Store) undoAnswer(ctx context.Context, tx pgx.Tx, id int64, account string, now time.Time) error {
	var value string
	err := tx.QueryRow(ctx, `
		with last as (
			select answers.id, value from answers left join answer_undos on answer_undos.answer = answers.id
			where item = $1 and answered_by = $2 and answer_undos.answer is null
			order by answers.id desc limit 1
		), undone as (
			insert into answer_undos (answer, undone_by, undone_at) select id, $2, $3 from last
		)
		select value from last`, id, account, now).Scan(&value)
	if isNoRows(err) {
		return ErrNothingToUndo
	}
	if err != nil {
		return err
	}
	return s.touch(ctx, tx, id, account, "undo", "item/"+fmt.Sprint(id)+"/"+value, now)
}

// touch renews the account's lease and logs what it did.
func (s *Store) touch(ctx context.Context, tx pgx.Tx, id int64, account, action, object string, now time.Time) error {
	if _, err := tx.Exec(ctx, `
		update review_items set leased_by = $2, leased_till = $3 where id = $1`, id, account, now.Add(leaseTime)); err != nil {
		return err
	}
	return logAccess(ctx, tx, account, action, object, now)
}
