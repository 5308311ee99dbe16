package ledger

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"sesshu/ledger/slip"
)

// Municipalities lists the codes whose tickets the register holds. It hops from
// one code to the next in the index: the register has hundreds of thousands of
// tickets and one or two codes, and this is asked for every slip.
func (s *Store) Municipalities(ctx context.Context) ([]string, error) {
	rows, err := s.pool.Query(ctx, `
		with recursive hop(code) as (
			select min(municipality_code) from tickets
			union all
			select (select min(municipality_code) from tickets where municipality_code > code) from hop where code is not null
		)
		select code from hop where code is not null`)
	if err != nil {
		return nil, fmt.Errorf("municipalities: %w", err)
	}
	codes, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("municipalities: %w", err)
	}
	return codes, nil
}

// Tickets returns the register's rows for these numbers of a municipality, in
// the order of number and dose. A number may have several, one a dose.
func (s *Store) Tickets(ctx context.Context, municipality string, numbers []string) ([]slip.Ticket, error) {
	rows, err := s.pool.Query(ctx, `
		select municipality_code, ticket_number, ticket_type, dose, birth_date, name_kana, status
		from tickets where municipality_code = $1 and ticket_number = any ($2) order by ticket_number, dose`, municipality, numbers)
	if err != nil {
		return nil, fmt.Errorf("tickets: %w", err)
	}
	tickets, err := pgx.CollectRows(rows, pgx.RowToStructByPos[slip.Ticket])
	if err != nil {
		return nil, fmt.Errorf("tickets: %w", err)
	}
	return tickets, nil
}

// Given returns the doses of a ticket number that are in the ledger now, in
// their order.
func (s *Store) Given(ctx context.Context, municipality, number string) ([]slip.GivenDose, error) {
	rows, err := s.pool.Query(ctx, `
		select entries.dose, coalesce(entries.fields ->> 'vaccination_date', '')
		from dose_claims join entries on entries.sequence = dose_claims.entry
		where dose_claims.municipality_code = $1 and dose_claims.ticket_number = $2 order by entries.dose`, municipality, number)
	if err != nil {
		return nil, fmt.Errorf("doses given: %w", err)
	}
	doses, err := pgx.CollectRows(rows, pgx.RowToStructByPos[slip.GivenDose])
	if err != nil {
		return nil, fmt.Errorf("doses given: %w", err)
	}
	return doses, nil
}

// Lots returns the lot master.
func (s *Store) Lots(ctx context.Context) ([]slip.Lot, error) {
	rows, err := s.pool.Query(ctx, `
		select manufacturer, product, lot_number, first_shipped from lots order by lot_number, manufacturer, product`)
	if err != nil {
		return nil, fmt.Errorf("lots: %w", err)
	}
	lots, err := pgx.CollectRows(rows, pgx.RowToStructByPos[slip.Lot])
	if err != nil {
		return nil, fmt.Errorf("lots: %w", err)
	}
	return lots, nil
}

// Facilities returns the medical institutions with these codes, in their order.
func (s *Store) Facilities(ctx context.Context, codes []string) ([]slip.Facility, error) {
	rows, err := s.pool.Query(ctx, `
		select facility_code, name from facilities where facility_code = any ($1) order by facility_code`, codes)
	if err != nil {
		return nil, fmt.Errorf("facilities: %w", err)
	}
	facilities, err := pgx.CollectRows(rows, pgx.RowToStructByPos[slip.Facility])
	if err != nil {
		return nil, fmt.Errorf("facilities: %w", err)
	}
	return facilities, nil
}
