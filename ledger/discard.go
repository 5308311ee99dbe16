package ledger

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"sesshu/ledger/slip"
)

// DiscardBatch notes that a person threw a batch away at the station before it
// was handed in: once, with a line in the access log. A batch that was never
// announced becomes known by it, so that every batch that was fed is in the list
// of batches, and somebody answers for its paper there. declared is what the
// station knew of the batch; nil changes nothing.
//
// Sheets that came in under the batch's name all the same stay and count, and
// the batch goes on; how many they were is noted as Discard.Stored. Otherwise
// nothing can come into the batch any more: opening or closing it and storing a
// sheet of it are ErrBatchDiscarded.
//
// The same notice again changes nothing. Another one is ErrBatchDiscarded: two
// stations have the same name. ErrInvalid.
func (s *Store) DiscardBatch(ctx context.Context, station, batch string, declared *int, discard slip.Discard) error {
	if err := discard.Validate(); err != nil {
		return fmt.Errorf("discard batch %s/%s: %w: %w", station, batch, ErrInvalid, err)
	}
	err := s.transact(ctx, func(tx pgx.Tx) error {
		now := s.now()
		if _, err := tx.Exec(ctx, `
			insert into batches (station, batch, declared, opened_at) values ($1, $2, $3, $4) on conflict do nothing`,
			station, batch, declared, now); err != nil {
			return err
		}
		if _, err := lockBatch(ctx, tx, station, batch); err != nil {
			return err
		}
		count, err := loadBatch(ctx, tx, station, batch)
		if err != nil {
			return err
		}
		if count.Discard != nil {
			if !count.Discard.Same(discard) {
				return ErrBatchDiscarded
			}
			return nil
		}
		if _, err := tx.Exec(ctx, `
			insert into discards (station, batch, person, reason, sheets, stored, discarded_at, noted_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8)`,
			station, batch, discard.Person, discard.Reason, discard.Sheets, count.Stored, discard.At, now); err != nil {
			return err
		}
		return logAccess(ctx, tx, "station:"+station, "discard", "batch:"+station+"/"+batch, now)
	})
	if err != nil {
		return fmt.Errorf("discard batch %s/%s: %w", station, batch, namedError(err))
	}
	return nil
}

// refuseDiscarded returns ErrBatchDiscarded for a batch that was thrown away as
// a whole. The caller holds the batch's row, or a share of it.
func refuseDiscarded(ctx context.Context, tx pgx.Tx, station, batch string) error {
	var gone bool
	err := tx.QueryRow(ctx, `
		select exists (select from discards where station = $1 and batch = $2 and stored = 0)`, station, batch).Scan(&gone)
	if err == nil && gone {
		err = ErrBatchDiscarded
	}
	return err
}
