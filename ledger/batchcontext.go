package ledger

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"sesshu/ledger/slip"
)

// contextSlips is how many of the accepted slips in front of one speak for its
// batch: the feeder's order is the pile's, so the nearest say most.
const contextSlips = 30

// BatchContext returns what is known of a sheet's batch: its description, and
// what the nearest slips in front of it showed that the machine has accepted so
// far. Nothing of the sheet itself is in it. ErrNotFound when there is no such
// batch.
func (s *Store) BatchContext(ctx context.Context, id slip.SheetID) (slip.BatchContext, error) {
	var known slip.BatchContext
	err := s.pool.QueryRow(ctx, `
		select coalesce(facility_code, ''), coalesce(month, '') from batches where station = $1 and batch = $2`,
		id.Station, id.Batch).Scan(&known.FacilityCode, &known.Month)
	if errors.Is(err, pgx.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return slip.BatchContext{}, fmt.Errorf("context of batch %s/%s: %w", id.Station, id.Batch, namedError(err))
	}
	rows, err := s.pool.Query(ctx, `
		select p.decision -> 'fields' -> 'vaccination_date' ->> 'value',
			p.decision -> 'fields' -> 'lot_number' ->> 'value',
			p.decision -> 'fields' -> 'facility_code' ->> 'value'
		from sheets s join pages p on p.sheet = s.id
		where s.station = $1 and s.batch = $2 and s.sequence < $3 and p.outcome = 'accept'
		order by s.sequence desc, p.page desc limit $4`, id.Station, id.Batch, id.Sequence, contextSlips)
	if err != nil {
		return slip.BatchContext{}, fmt.Errorf("context of sheet %s: %w", id, err)
	}
	var shown [3]*string
	texts := map[slip.Value]map[string]int{}
	_, err = pgx.ForEachRow(rows, []any{&shown[0], &shown[1], &shown[2]}, func() error {
		known.Slips++
		for i, value := range slip.NeighbourValues() {
			if shown[i] == nil || *shown[i] == "" {
				continue
			}
			if texts[value] == nil {
				texts[value] = map[string]int{}
			}
			texts[value][*shown[i]]++
		}
		return nil
	})
	if err != nil {
		return slip.BatchContext{}, fmt.Errorf("context of sheet %s: %w", id, err)
	}
	if known.Slips > 0 {
		known.Shown = texts
	}
	return known, nil
}
