package ledger

import (
	"context"
	"fmt"

	"sesshu/ledger/slip"
)

// OpenBatch makes a batch known before its sheets arrive. Opening it again
// changes only the declared count, and that only when one is given.
func (s *Store) OpenBatch(ctx context.Context, station, batch string, declared *int) error {
	_, err := s.pool.Exec(ctx, `
		insert into batches (station, batch, declared, opened_at) values ($1, $2, $3, $4)
		on conflict (station, batch) do update set declared = coalesce(excluded.declared, batches.declared)`,
		station, batch, declared, s.now())
	if err != nil {
		return fmt.Errorf("open batch %s/%s: %w", station, batch, namedError(err))
	}
	return nil
}

// CloseBatch notes that the operator has fed everything and returns the
// account. Closing again keeps the first time. A sheet that arrives later is
// still taken in: paper is never refused. ErrNotFound.
func (s *Store) CloseBatch(ctx context.Context, station, batch string) (slip.BatchCount, error) {
	_, err := s.pool.Exec(ctx, `
		update batches set closed_at = $3 where station = $1 and batch = $2 and closed_at is null`,
		station, batch, s.now())
	if err != nil {
		return slip.BatchCount{}, fmt.Errorf("close batch %s/%s: %w", station, batch, err)
	}
	return s.Batch(ctx, station, batch)
}

// Batch returns the account of one batch. ErrNotFound.
func (s *Store) Batch(ctx context.Context, station, batch string) (slip.BatchCount, error) {
	count := slip.BatchCount{Station: station, Batch: batch}
	err := s.pool.QueryRow(ctx, `
		select declared, closed_at, count(sheets.id),
		       count(*) filter (where state = 'waiting'),
		       count(*) filter (where state = 'accepted'),
		       count(*) filter (where state = 'review'),
		       count(*) filter (where state = 'rejected'),
		       count(*) filter (where duplicate)
		from batches left join sheets using (station, batch)
		where station = $1 and batch = $2
		group by declared, closed_at`, station, batch).
		Scan(&count.Declared, &count.ClosedAt, &count.Stored,
			&count.Waiting, &count.Accepted, &count.Review, &count.Rejected, &count.Duplicates)
	if err != nil {
		return slip.BatchCount{}, fmt.Errorf("count batch %s/%s: %w", station, batch, namedError(err))
	}
	if count.ClosedAt != nil {
		*count.ClosedAt = count.ClosedAt.UTC()
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
