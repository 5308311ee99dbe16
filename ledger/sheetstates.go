package ledger

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"sesshu/ledger/slip"
)

// sheetStatesLimit is the most that Sheets returns at once.
const sheetStatesLimit = 1000

// Sheets returns what became of a batch's sheets with larger sequences than
// after, ascending, at most 1,000 of them. ErrNotFound when there is no such
// batch.
func (s *Store) Sheets(ctx context.Context, station, batch string, after int) ([]slip.SheetState, error) {
	rows, err := s.pool.Query(ctx, `
		select sheets.sequence, sheets.state, sheets.duplicate, first.station, first.batch, first.sequence,
		       coalesce(sheets.imprint_verdict, ''), coalesce(sheets.imprint_read, ''), imprinted.*
		from sheets left join sheets first on first.id = sheets.same_paper left join lateral `+imprinted+` on true
		where sheets.station = $1 and sheets.batch = $2 and sheets.sequence > $3
		order by sheets.sequence limit $4`, station, batch, after, sheetStatesLimit)
	if err != nil {
		return nil, fmt.Errorf("sheets of batch %s/%s: %w", station, batch, err)
	}
	states, err := pgx.CollectRows(rows, scanSheetState)
	if err == nil && len(states) == 0 {
		err = s.pool.QueryRow(ctx, `select from batches where station = $1 and batch = $2`, station, batch).Scan()
	}
	if err != nil {
		return nil, fmt.Errorf("sheets of batch %s/%s: %w", station, batch, namedError(err))
	}
	return states, nil
}

func scanSheetState(row pgx.CollectableRow) (slip.SheetState, error) {
	var state slip.SheetState
	var first, imprinted sheetOrNone
	if err := row.Scan(&state.Sequence, &state.State, &state.Duplicate, &first.station, &first.batch, &first.sequence,
		&state.Imprint, &state.ImprintRead, &imprinted.station, &imprinted.batch, &imprinted.sequence); err != nil {
		return slip.SheetState{}, err
	}
	state.SamePaper, state.ImprintOf = first.id(), imprinted.id()
	return state, nil
}

// sheetOrNone is the identity of a sheet from an outer join.
type sheetOrNone struct {
	station, batch *string
	sequence       *int
}

func (s sheetOrNone) id() *slip.SheetID {
	if s.sequence == nil {
		return nil
	}
	return &slip.SheetID{Station: *s.station, Batch: *s.batch, Sequence: *s.sequence}
}
