package ledger

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"sesshu/ledger/slip"
)

// OpenBatch makes a batch known before its sheets arrive. Opening it again
// changes only the declared count, and that only when one is given.
// ErrBatchDiscarded, see DiscardBatch.
func (s *Store) OpenBatch(ctx context.Context, station, batch string, declared *int) error {
	err := s.transact(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `
			insert into batches (station, batch, declared, opened_at) values ($1, $2, $3, $4)
			on conflict (station, batch) do update set declared = coalesce(excluded.declared, batches.declared)`,
			station, batch, declared, s.now()); err != nil {
			return err
		}
		return refuseDiscarded(ctx, tx, station, batch)
	})
	if err != nil {
		return fmt.Errorf("open batch %s/%s: %w", station, batch, namedError(err))
	}
	return nil
}

// DescribeBatch says whose slips a batch holds; what the description leaves
// empty stays as it was. It may be called before the batch is opened, and
// replaces an earlier description, unless the batch is closed or its header
// sheet has been read: then saying something else is ErrBatchDescribed.
// ErrInvalid.
func (s *Store) DescribeBatch(ctx context.Context, station, batch string, description slip.BatchDescription) error {
	if err := description.Validate(); err != nil {
		return fmt.Errorf("describe batch %s/%s: %w: %w", station, batch, ErrInvalid, err)
	}
	err := s.transact(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `
			insert into batches (station, batch, opened_at) values ($1, $2, $3) on conflict do nothing`,
			station, batch, s.now()); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `
			update batches set facility_code = coalesce(nullif($3, ''), facility_code), month = coalesce(nullif($4, ''), month)
			where station = $1 and batch = $2 and (closed_at is null and header is null
				or (nullif($3, '') is null or facility_code = $3) and (nullif($4, '') is null or month = $4))`,
			station, batch, description.FacilityCode, description.Month)
		if err == nil && tag.RowsAffected() == 0 {
			err = ErrBatchDescribed
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("describe batch %s/%s: %w", station, batch, namedError(err))
	}
	return nil
}

// Batch returns the account of one batch. ErrNotFound.
func (s *Store) Batch(ctx context.Context, station, batch string) (slip.BatchCount, error) {
	count, err := loadBatch(ctx, s.pool, station, batch)
	if err != nil {
		return slip.BatchCount{}, fmt.Errorf("count batch %s/%s: %w", station, batch, namedError(err))
	}
	return count, nil
}

// Totals returns the account over all batches.
func (s *Store) Totals(ctx context.Context) (slip.Totals, error) {
	var totals slip.Totals
	err := s.pool.QueryRow(ctx, `
		select count(*),
		       count(*) filter (where state = 'waiting'),
		       count(*) filter (where state = 'accepted'),
		       count(*) filter (where state = 'review'),
		       count(*) filter (where state = 'rejected'),
		       count(*) filter (where duplicate),
		       (select count(*) from entries),
		       coalesce(percentile_cont(0.5) within group (order by extract(epoch from decided_at - captured_at)::float8), 0),
		       coalesce(max(extract(epoch from decided_at - captured_at)::float8), 0)
		from sheets`).
		Scan(&totals.Stored, &totals.Waiting, &totals.Accepted, &totals.Review, &totals.Rejected,
			&totals.Duplicates, &totals.Entries, &totals.MedianSeconds, &totals.MaxSeconds)
	if err != nil {
		return slip.Totals{}, fmt.Errorf("count sheets: %w", err)
	}
	return totals, nil
}
