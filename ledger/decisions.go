package ledger

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"sesshu/ledger/slip"
)

// PageRecord is the machine's decision on one page, as it was recorded.
type PageRecord struct {
	Row      int64 // of the sheet; grows with the order in which sheets came in
	Page     int
	Form     string // that the page was registered to; empty for none
	Decision slip.Decision
}

// Decisions returns the recorded decisions on the sheets after a row, in the
// order of sheets and pages, at most limit pages. Sheets are not decided in the
// order in which they came in: one that is still waiting has none yet.
func (s *Store) Decisions(ctx context.Context, after int64, limit int) ([]PageRecord, error) {
	rows, err := s.pool.Query(ctx, `
		select sheet, page, coalesce(reading #>> '{registration,form}', ''), decision
		from pages where sheet > $1 order by sheet, page limit $2`, after, limit)
	if err != nil {
		return nil, fmt.Errorf("decisions after row %d: %w", after, err)
	}
	records, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (PageRecord, error) {
		var record PageRecord
		var decision []byte
		if err := row.Scan(&record.Row, &record.Page, &record.Form, &decision); err != nil {
			return record, err
		}
		return record, json.Unmarshal(decision, &record.Decision)
	})
	if err != nil {
		return nil, fmt.Errorf("decisions after row %d: %w", after, err)
	}
	return records, nil
}

// LastRow returns the row of the newest sheet; 0 when there is none.
func (s *Store) LastRow(ctx context.Context) (int64, error) {
	var row int64
	if err := s.pool.QueryRow(ctx, `select coalesce(max(id), 0) from sheets`).Scan(&row); err != nil {
		return 0, fmt.Errorf("last sheet: %w", err)
	}
	return row, nil
}
