package ledger

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"

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
// that another entry than the replaced one holds the dose; the transaction can
// go on then. Whoever appends waits for the appends before it to be committed,
// so numbers have no gaps and readers never see a later entry before an earlier
// one.
func (s *Store) append(ctx context.Context, tx pgx.Tx, draft draft) (slip.Entry, error) {
	if err := lockEntries(ctx, tx); err != nil {
		return slip.Entry{}, err
	}
	if holder, err := doseHolder(ctx, tx, draft.values); err != nil {
		return slip.Entry{}, err
	} else if holder != 0 && holder != draft.replaces {
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
	err := tx.QueryRow(ctx, `select sequence, hash from entries order by sequence desc limit 1`).Scan(&last, hashColumn{&entry.Previous})
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

// doseHolder returns the entry that holds the dose of these values now, or 0.
func doseHolder(ctx context.Context, from querier, values map[slip.Value]string) (int64, error) {
	var holder int64
	err := from.QueryRow(ctx, `
		select entry from dose_claims where municipality_code = $1 and ticket_number = $2 and dose = $3`,
		values[slip.MunicipalityCode], values[slip.TicketNumber], values[slip.Dose]).Scan(&holder)
	if err != nil && !isNoRows(err) {
		return 0, fmt.Errorf("look for the dose: %w", err)
	}
	return holder, nil
}

// identity are the values without which nothing can be entered: they name the
// dose.
var identity = []slip.Value{slip.MunicipalityCode, slip.TicketNumber, slip.Dose}

// written leaves out the values of which a person said that nothing is there.
func written(values map[slip.Value]string) map[slip.Value]string {
	kept := maps.Clone(values)
	maps.DeleteFunc(kept, func(_ slip.Value, text string) bool { return text == "" })
	return kept
}
