package ledger

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"sesshu/ledger/slip"
)

// Batches returns the accounts of the batches that were opened last, newest
// first, at most limit.
func (s *Store) Batches(ctx context.Context, limit int) ([]slip.BatchCount, error) {
	rows, err := s.pool.Query(ctx, selectBatch+` order by opened_at desc, station, batch limit $1`, limit)
	if err != nil {
		return nil, fmt.Errorf("list batches: %w", err)
	}
	counts, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (slip.BatchCount, error) { return scanBatch(row) })
	if err != nil {
		return nil, fmt.Errorf("list batches: %w", err)
	}
	return counts, nil
}

// selectBatch counts batches, for scanBatch.
const selectBatch = `
	select station, batch, opened_at, declared, fed, closed_at, coalesce(closed_by, ''), coalesce(closing_reason, ''),
	       coalesce(facility_code, ''), coalesce(month, ''), counts.*
	from batches, lateral (
		select count(*),
		       count(*) filter (where state = 'waiting'),
		       count(*) filter (where state = 'accepted'),
		       count(*) filter (where state = 'review'),
		       count(*) filter (where state = 'rejected'),
		       count(*) filter (where duplicate),
		       count(control),
		       count(*) filter (where exists (
		           select from sheets f where f.id = sheets.same_paper and f.station = sheets.station and f.batch = sheets.batch))
		from sheets where sheets.station = batches.station and sheets.batch = batches.batch
	) counts`

func scanBatch(row pgx.Row) (slip.BatchCount, error) {
	var count slip.BatchCount
	err := row.Scan(&count.Station, &count.Batch, timeColumn{&count.OpenedAt}, &count.Declared, &count.Fed, &count.ClosedAt,
		&count.ClosedBy, &count.ClosingReason, &count.FacilityCode, &count.Month, &count.Stored, &count.Waiting,
		&count.Accepted, &count.Review, &count.Rejected, &count.Duplicates, &count.Control, &count.Again)
	if count.ClosedAt != nil {
		*count.ClosedAt = count.ClosedAt.UTC()
	}
	return count, err
}

func loadBatch(ctx context.Context, from querier, station, batch string) (slip.BatchCount, error) {
	return scanBatch(from.QueryRow(ctx, selectBatch+` where station = $1 and batch = $2`, station, batch))
}
