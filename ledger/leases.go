package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"sesshu/ledger/slip"
)

// leaseTime is how long an item stays with the account that opened it. Every
// act on the item begins it anew.
const leaseTime = 2 * time.Minute

// LeaseNext opens the oldest waiting item with a larger id than after that
// nobody else has open. ErrNoItem.
func (s *Store) LeaseNext(ctx context.Context, account string, after int64) (item slip.ReviewItem, err error) {
	err = s.transact(ctx, func(tx pgx.Tx) error {
		now := s.now()
		var id int64
		err := tx.QueryRow(ctx, `
			select id from review_items
			where state = 'waiting' and id > $1 and (leased_by is null or leased_by = $2 or leased_till <= $3)
			order by id limit 1 for update skip locked`, after, account, now).Scan(&id)
		if isNoRows(err) {
			return ErrNoItem
		}
		if err != nil {
			return err
		}
		item, err = s.lease(ctx, tx, id, account, now)
		return err
	})
	if err != nil {
		return slip.ReviewItem{}, fmt.Errorf("open next item: %w", err)
	}
	return item, nil
}

// Lease opens an item, or renews the account's own lease of it. ErrLeased when
// another account has it open, ErrStale when it is finished, ErrNotFound.
func (s *Store) Lease(ctx context.Context, id int64, account string) (item slip.ReviewItem, err error) {
	err = s.transact(ctx, func(tx pgx.Tx) error {
		row, err := lockItem(ctx, tx, id)
		if err != nil {
			return err
		}
		now := s.now()
		switch {
		case row.state != slip.ReviewWaiting:
			return ErrStale
		case row.leasedToOther(account, now):
			return ErrLeased
		}
		item, err = s.lease(ctx, tx, id, account, now)
		return err
	})
	if err != nil {
		return slip.ReviewItem{}, fmt.Errorf("open item %d: %w", id, err)
	}
	return item, nil
}

// Release gives an item back. Releasing what one does not have changes nothing.
func (s *Store) Release(ctx context.Context, id int64, account string) error {
	_, err := s.pool.Exec(ctx, `
		update review_items set leased_by = null, leased_till = null where id = $1 and leased_by = $2`, id, account)
	if err != nil {
		return fmt.Errorf("release item %d: %w", id, err)
	}
	return nil
}

func (s *Store) lease(ctx context.Context, tx pgx.Tx, id int64, account string, now time.Time) (slip.ReviewItem, error) {
	if _, err := tx.Exec(ctx, `
		update review_items set leased_by = $2, leased_till = $3 where id = $1`, id, account, now.Add(leaseTime)); err != nil {
		return slip.ReviewItem{}, err
	}
	return loadItem(ctx, tx, id)
}

// itemRow is an item in a transaction that holds its lock.
type itemRow struct {
	id         int64
	sheet      int64
	version    int
	state      slip.ReviewState
	finishedBy string
	leasedBy   string
	leasedTill time.Time
}

func lockItem(ctx context.Context, tx pgx.Tx, id int64) (itemRow, error) {
	row := itemRow{id: id}
	err := tx.QueryRow(ctx, `
		select sheet, version, state, coalesce(finished_by, ''), coalesce(leased_by, ''), leased_till
		from review_items where id = $1 for update`, id).
		Scan(&row.sheet, &row.version, &row.state, &row.finishedBy, &row.leasedBy, timeColumn{&row.leasedTill})
	return row, namedError(err)
}

func (r itemRow) leasedToOther(account string, now time.Time) bool {
	return r.leasedBy != "" && r.leasedBy != account && r.leasedTill.After(now)
}

// change runs one act of a person on an item that the person has open and has
// seen in this version; the item's version grows by one. A lease that ran out
// while nobody else took the item still counts: the version says that nothing
// happened since.
func (s *Store) change(ctx context.Context, id int64, version int, account string, act func(tx pgx.Tx, row itemRow, now time.Time) error) error {
	return s.transact(ctx, func(tx pgx.Tx) error {
		row, err := lockItem(ctx, tx, id)
		if err != nil {
			return err
		}
		now := s.now()
		switch {
		case row.leasedToOther(account, now):
			return ErrNotLeased
		case row.version != version:
			return ErrStale
		case row.state == slip.ReviewWaiting && row.leasedBy != account:
			return ErrNotLeased
		}
		if err := act(tx, row, now); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `update review_items set version = version + 1 where id = $1`, id)
		return err
	})
}

// settle makes a sheet's state follow from its pages after one of its items
// has changed.
func settle(ctx context.Context, tx pgx.Tx, sheet int64) error {
	_, err := tx.Exec(ctx, `
		update sheets set state = case
			when exists (select from review_items where sheet = $1 and state = 'waiting') then 'review'
			when exists (select from entries where sheet = $1) then 'accepted'
			else 'rejected' end
		where id = $1`, sheet)
	if err != nil {
		return errors.Join(errors.New("settle the sheet's state"), err)
	}
	return nil
}
