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
	rows, err := s.pool.Query(ctx, selectBatch+` order by opened_at desc, batches.station, batches.batch limit $1`, limit)
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
	select batches.station, batches.batch, opened_at, declared, fed, closed_at, coalesce(closed_by, ''), coalesce(closing_reason, ''), counts_differ,
	       coalesce(facility_code, ''), coalesce(month, ''), counts.*,
	       discards.discarded_at, coalesce(discards.person, ''), coalesce(discards.reason, ''), coalesce(discards.sheets, 0), coalesce(discards.stored, 0)
	from batches left join discards on discards.station = batches.station and discards.batch = batches.batch, lateral (
		select count(*),
		       count(*) filter (where state = 'waiting'),
		       count(*) filter (where state = 'accepted'),
		       count(*) filter (where state = 'review'),
		       count(*) filter (where state = 'rejected'),
		       count(*) filter (where duplicate),
		       count(control),
		       count(*) filter (where exists (
		           select from sheets f where f.id = sheets.same_paper and f.station = sheets.station and f.batch = sheets.batch)),
		       count(imprint),
		       count(imprint) filter (where state = 'waiting'),
		       count(*) filter (where imprint_verdict = 'same'),
		       count(*) filter (where imprint_verdict = 'unreadable'),
		       count(*) filter (where imprint_verdict = 'other')
		from sheets where sheets.station = batches.station and sheets.batch = batches.batch
	) counts`

func scanBatch(row pgx.Row) (slip.BatchCount, error) {
	var count slip.BatchCount
	var discard slip.Discard
	err := row.Scan(&count.Station, &count.Batch, timeColumn{&count.OpenedAt}, &count.Declared, &count.Fed, &count.ClosedAt,
		&count.ClosedBy, &count.ClosingReason, &count.CountsDiffer, &count.FacilityCode, &count.Month, &count.Stored, &count.Waiting,
		&count.Accepted, &count.Review, &count.Rejected, &count.Duplicates, &count.Control, &count.Again,
		&count.Imprints.Printed, &count.Imprints.Unread, &count.Imprints.Same, &count.Imprints.Unreadable, &count.Imprints.Other,
		timeColumn{&discard.At}, &discard.Person, &discard.Reason, &discard.Sheets, &discard.Stored)
	if !discard.At.IsZero() {
		count.Discard = &discard
	}
	if count.ClosedAt != nil {
		*count.ClosedAt = count.ClosedAt.UTC()
	}
	return count, err
}

func loadBatch(ctx context.Context, from querier, station, batch string) (slip.BatchCount, error) {
	return scanBatch(from.QueryRow(ctx, selectBatch+` where batches.station = $1 and batches.batch = $2`, station, batch))
}
