package ledger

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"sesshu/ledger/slip"
)

// draft is an entry before it has its place in the chain.
type draft struct {
	row       int64 // the sheet's row
	sheet     slip.SheetID
	sha256    slip.Hash
	page      int
	values    map[slip.Value]string
	decidedBy slip.Actor
	replaces  int64 // the entry it corrects; 0 for none
}

// append is the one way into the ledger, for machine and people alike. It
// gives the entry its number and its place in the chain. ErrDuplicateDose says
// that another entry than the replaced one holds the dose, by any of its names;
// the transaction can go on then. Whoever appends waits for the appends before it to be committed,
// so numbers have no gaps and readers never see a later entry before an earlier
// one.
func (s *Store) append(ctx context.Context, tx pgx.Tx, draft draft) (slip.Entry, error) {
	if err := lockEntries(ctx, tx); err != nil {
		return slip.Entry{}, err
	}
	holders, err := doseHolders(ctx, tx, draft.values)
	if err != nil {
		return slip.Entry{}, err
	}
	if slices.ContainsFunc(holders, func(holder int64) bool { return holder != draft.replaces }) {
		return slip.Entry{}, ErrDuplicateDose
	}
	entry := slip.Entry{
		Sequence:   1,
		Sheet:      draft.sheet,
		SHA256:     draft.sha256,
		Page:       draft.page,
		Values:     written(draft.values),
		DecidedBy:  draft.decidedBy,
		Replaces:   draft.replaces,
		RecordedAt: s.now(),
	}
	var last int64
	err = tx.QueryRow(ctx, `select sequence, hash from entries order by sequence desc limit 1`).Scan(&last, hashColumn{&entry.Previous})
	switch {
	case err == nil:
		entry.Sequence = last + 1
	case !isNoRows(err):
		return slip.Entry{}, fmt.Errorf("find the last entry: %w", err)
	}
	entry.Hash = slip.EntryHash(entry)
	fields, err := json.Marshal(entry.Values)
	if err != nil {
		return slip.Entry{}, fmt.Errorf("encode entry: %w", err)
	}
	_, err = tx.Exec(ctx, `
		insert into entries (sequence, sheet, page, sha256, fields, actor_kind, actor_name, replaces, recorded_at, previous, hash)
		values ($1, $2, $3, $4, $5, $6, $7, nullif($8, 0::bigint), $9, $10, $11)`,
		entry.Sequence, draft.row, entry.Page, entry.SHA256[:], fields,
		entry.DecidedBy.Kind, entry.DecidedBy.Name, entry.Replaces, entry.RecordedAt, entry.Previous[:], entry.Hash[:])
	if err != nil {
		return slip.Entry{}, fmt.Errorf("append entry %d: %w", entry.Sequence, namedError(err))
	}
	return entry, nil
}

// lockEntries makes appends follow one another, until the transaction's end.
func lockEntries(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('sesshu entries ' || current_schema(), 0))`)
	if err != nil {
		return fmt.Errorf("wait for other entries: %w", err)
	}
	return nil
}

// querier is a transaction or the pool.
type querier interface {
	Query(ctx context.Context, sql string, arguments ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, arguments ...any) pgx.Row
}

// doseHolders returns the entries that hold the dose of these values now, by any
// of its names, in the order of the names: none or one as a rule.
func doseHolders(ctx context.Context, from querier, values map[slip.Value]string) ([]int64, error) {
	var holders []int64
	for _, name := range slip.DoseNames(values) {
		var holder int64
		err := from.QueryRow(ctx, `select entry from dose_claims where `+claimOf, claimArguments(name)...).Scan(&holder)
		switch {
		case err == nil:
			holders = append(holders, holder)
		case !isNoRows(err):
			return nil, fmt.Errorf("look for the dose: %w", err)
		}
	}
	return holders, nil
}

// claimOf is SQL: the claim of the name whose claimArguments are the first.
const claimOf = `
	dose_claims.municipality_code = $1 and dose_claims.ticket_number = $2 and dose_claims.reference_number = $3
	and dose_claims.vaccine = $4 and dose_claims.dose = $5`

func claimArguments(name slip.DoseName) []any {
	return []any{name.MunicipalityCode, name.TicketNumber, name.ReferenceNumber, name.Vaccine, name.Dose}
}

// written leaves out the values of which a person said that nothing is there.
func written(values map[slip.Value]string) map[slip.Value]string {
	kept := maps.Clone(values)
	maps.DeleteFunc(kept, func(_ slip.Value, text string) bool { return text == "" })
	return kept
}
