package ledger

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"sesshu/ledger/slip"
)

// Entries returns the entries after a sequence number, in order, at most limit.
// Reading on from the last number seen misses nothing and repeats nothing:
// entries become visible in their order.
func (s *Store) Entries(ctx context.Context, after int64, limit int) ([]slip.Entry, error) {
	rows, err := s.pool.Query(ctx, `
		select `+entryColumns+` from entries join sheets on sheets.id = entries.sheet
		where entries.sequence > $1 order by entries.sequence limit $2`, after, limit)
	if err != nil {
		return nil, fmt.Errorf("entries after %d: %w", after, err)
	}
	entries, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (slip.Entry, error) { return scanEntry(row) })
	if err != nil {
		return nil, fmt.Errorf("entries after %d: %w", after, err)
	}
	return entries, nil
}

// Evidence returns all that led to an entry: the sheet, what was read on the
// page, what the machine decided, what people answered. ErrNotFound.
func (s *Store) Evidence(ctx context.Context, sequence int64) (slip.Evidence, error) {
	evidence, err := s.evidence(ctx, sequence)
	if err != nil {
		return slip.Evidence{}, fmt.Errorf("evidence of entry %d: %w", sequence, namedError(err))
	}
	return evidence, nil
}

func (s *Store) evidence(ctx context.Context, sequence int64) (evidence slip.Evidence, err error) {
	evidence.Entry, err = scanEntry(s.pool.QueryRow(ctx, `
		select `+entryColumns+` from entries join sheets on sheets.id = entries.sheet where entries.sequence = $1`, sequence))
	if err != nil {
		return slip.Evidence{}, err
	}
	if evidence.Sheet, err = s.Sheet(ctx, evidence.Entry.Sheet); err != nil {
		return slip.Evidence{}, err
	}
	var item int64
	var reading, decision []byte
	err = s.pool.QueryRow(ctx, `
		select pages.reading, pages.decision, coalesce(review_items.id, 0)
		from entries join pages using (sheet, page) left join review_items using (sheet, page)
		where entries.sequence = $1`, sequence).Scan(&reading, &decision, &item)
	if err != nil {
		return slip.Evidence{}, err
	}
	if err := json.Unmarshal(reading, &evidence.Page); err != nil {
		return slip.Evidence{}, fmt.Errorf("stored reading: %w", err)
	}
	if err := json.Unmarshal(decision, &evidence.Decision); err != nil {
		return slip.Evidence{}, fmt.Errorf("stored decision: %w", err)
	}
	evidence.Answers, err = loadAnswers(ctx, s.pool, item)
	return evidence, err
}

const entryColumns = `entries.sequence, sheets.station, sheets.batch, sheets.sequence, entries.sha256, entries.page, entries.fields,
	entries.actor_kind, entries.actor_name, coalesce(entries.replaces, 0), entries.recorded_at, entries.previous, entries.hash`

func scanEntry(row pgx.Row) (slip.Entry, error) {
	var entry slip.Entry
	var fields []byte
	err := row.Scan(&entry.Sequence, &entry.Sheet.Station, &entry.Sheet.Batch, &entry.Sheet.Sequence,
		hashColumn{&entry.SHA256}, &entry.Page, &fields, &entry.DecidedBy.Kind, &entry.DecidedBy.Name,
		&entry.Replaces, timeColumn{&entry.RecordedAt}, hashColumn{&entry.Previous}, hashColumn{&entry.Hash})
	if err != nil {
		return slip.Entry{}, err
	}
	if err := json.Unmarshal(fields, &entry.Values); err != nil {
		return slip.Entry{}, fmt.Errorf("stored values: %w", err)
	}
	return entry, nil
}
