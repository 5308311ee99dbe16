package ledger

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"sesshu/ledger/slip"
)

// loadChunk is how many rows go to the database at once.
const loadChunk = 20_000

// ReplaceTickets brings tickets into the register: new ones are added, known
// ones (municipality, number, dose) take the given row, others stay. All or
// nothing. Of rows with one key the last counts. ErrInvalid for a status that
// is none.
func (s *Store) ReplaceTickets(ctx context.Context, rows []slip.Ticket) error {
	return load(ctx, s, "tickets", rows, func(row slip.Ticket) []string {
		return []string{row.MunicipalityCode, row.TicketNumber, row.Dose, row.TicketType, row.BirthDate, row.NameKana, row.Status}
	}, 3, `
		insert into tickets (municipality_code, ticket_number, dose, ticket_type, birth_date, name_kana, status)
		select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
		on conflict (municipality_code, ticket_number, dose) do update
		set ticket_type = excluded.ticket_type, birth_date = excluded.birth_date, name_kana = excluded.name_kana, status = excluded.status`)
}

// ReplaceLots does the same for lots (lot number, manufacturer, product).
func (s *Store) ReplaceLots(ctx context.Context, rows []slip.Lot) error {
	return load(ctx, s, "lots", rows, func(row slip.Lot) []string {
		return []string{row.LotNumber, row.Manufacturer, row.Product, row.FirstShipped}
	}, 3, `
		insert into lots (lot_number, manufacturer, product, first_shipped)
		select * from unnest($1::text[], $2::text[], $3::text[], $4::text[])
		on conflict (lot_number, manufacturer, product) do update set first_shipped = excluded.first_shipped`)
}

// ReplaceFacilities does the same for medical institutions (code).
func (s *Store) ReplaceFacilities(ctx context.Context, rows []slip.Facility) error {
	return load(ctx, s, "facilities", rows, func(row slip.Facility) []string {
		return []string{row.FacilityCode, row.Name}
	}, 1, `
		insert into facilities (facility_code, name)
		select * from unnest($1::text[], $2::text[])
		on conflict (facility_code) do update set name = excluded.name`)
}

// load upserts rows in one transaction. split cuts a row into columns, of which
// the first so many, key, make the key; rows that share it are one row to PostgreSQL, so only the last is sent.
func load[R any](ctx context.Context, s *Store, table string, rows []R, split func(R) []string, key int, statement string) error {
	place := map[string]int{}
	var unique [][]string
	for _, row := range rows {
		cells := split(row)
		id := fmt.Sprintf("%q", cells[:key])
		at, known := place[id]
		if !known {
			at = len(unique)
			place[id] = at
			unique = append(unique, nil)
		}
		unique[at] = cells
	}
	err := s.transact(ctx, func(tx pgx.Tx) error {
		for len(unique) > 0 {
			chunk := unique[:min(loadChunk, len(unique))]
			unique = unique[len(chunk):]
			if _, err := tx.Exec(ctx, statement, turned(chunk)...); err != nil {
				return err
			}
		}
		return logAccess(ctx, tx, "", "load master", table, s.now())
	})
	if err != nil {
		return fmt.Errorf("load %s: %w", table, namedError(err))
	}
	return nil
}

// turned makes one array a column out of rows.
func turned(rows [][]string) []any {
	arrays := make([]any, len(rows[0]))
	for column := range arrays {
		array := make([]string, len(rows))
		for i, row := range rows {
			array[i] = row[column]
		}
		arrays[column] = array
	}
	return arrays
}
