package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"sesshu/ledger/slip"
)

// RecordPages stores what was read on a sheet and what follows from it, all in
// one transaction: an accepted page becomes an entry, a doubtful one an item of
// the review queue, a rejected one is on record. A page whose dose is in the
// ledger already waits for a person, beside the first. An accepted page that
// lacks a required value, or the values that name its dose, waits too.
//
// The sheet counts once: as review while any page waits, else as accepted when
// any page was, else as rejected. Recording a sheet again changes nothing.
func (s *Store) RecordPages(ctx context.Context, sheet slip.Sheet, pages []slip.PageDecision) error {
	err := s.transact(ctx, func(tx pgx.Tx) error {
		row, err := lockSheet(ctx, tx, sheet.SheetID)
		if err != nil {
			return err
		}
		if row.sha256 != sheet.SHA256 {
			return ErrSheetConflict // read from other bytes than those that are stored
		}
		if row.state != slip.SheetWaiting {
			return nil
		}
		return s.recordPages(ctx, tx, row, pages)
	})
	if err != nil {
		return fmt.Errorf("record pages of sheet %s: %w", sheet.SheetID, namedError(err))
	}
	return nil
}

// crashLimit is how many readers a sheet may kill.
const crashLimit = 2

// RecordCrash notes that a reader died on the sheet and returns how many did.
// At the second the sheet goes to a person as unreadable. ErrNotFound.
func (s *Store) RecordCrash(ctx context.Context, id slip.SheetID) (crashes int, err error) {
	err = s.transact(ctx, func(tx pgx.Tx) error {
		row, err := lockSheet(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `
			update sheets set crashes = crashes + 1 where id = $1 returning crashes`, row.id).Scan(&crashes); err != nil {
			return err
		}
		if row.state != slip.SheetWaiting || crashes < crashLimit {
			return nil
		}
		return s.recordPages(ctx, tx, row, unreadable(row.sha256))
	})
	if err != nil {
		return 0, fmt.Errorf("record a crash on sheet %s: %w", id, err)
	}
	return crashes, nil
}

// recordUnreadable gives a sheet that cannot be read to a person.
func (s *Store) recordUnreadable(ctx context.Context, id slip.SheetID) error {
	return s.transact(ctx, func(tx pgx.Tx) error {
		row, err := lockSheet(ctx, tx, id)
		if err != nil || row.state != slip.SheetWaiting {
			return err
		}
		return s.recordPages(ctx, tx, row, unreadable(row.sha256))
	})
}

// decided reports whether the sheet is past waiting. ErrNotFound.
func (s *Store) decided(ctx context.Context, id slip.SheetID) (bool, error) {
	var state string
	err := s.pool.QueryRow(ctx, `
		select state from sheets where station = $1 and batch = $2 and sequence = $3`,
		id.Station, id.Batch, id.Sequence).Scan(&state)
	return state != slip.SheetWaiting, namedError(err)
}

// sheetRow is a sheet in a transaction that holds its lock.
type sheetRow struct {
	id     int64
	sheet  slip.SheetID
	sha256 slip.Hash
	state  string
}

func lockSheet(ctx context.Context, tx pgx.Tx, id slip.SheetID) (sheetRow, error) {
	row := sheetRow{sheet: id}
	err := tx.QueryRow(ctx, `
		select id, sha256, state from sheets where station = $1 and batch = $2 and sequence = $3 for update`,
		id.Station, id.Batch, id.Sequence).Scan(&row.id, hashColumn{&row.sha256}, &row.state)
	return row, namedError(err)
}

// recordPages does the work of RecordPages on a locked, waiting sheet.
func (s *Store) recordPages(ctx context.Context, tx pgx.Tx, row sheetRow, pages []slip.PageDecision) error {
	if len(pages) == 0 {
		pages = unreadable(row.sha256) // a reader without a word has not read
	}
	control, pages, err := s.recordControl(ctx, tx, row, pages)
	if err != nil {
		return fmt.Errorf("batch sheet: %w", err)
	}
	now := s.now()
	state, duplicate := slip.SheetRejected, false
	for _, page := range pages {
		outcome, doubled, err := s.recordPage(ctx, tx, row, page, now)
		if err != nil {
			return fmt.Errorf("page %d: %w", page.Reading.Page, err)
		}
		duplicate = duplicate || doubled
		switch {
		case outcome == slip.NeedsReview:
			state = slip.SheetReview
		case outcome == slip.Accepted && state == slip.SheetRejected:
			state = slip.SheetAccepted
		}
	}
	_, err = tx.Exec(ctx, `
		update sheets set state = $2, duplicate = duplicate or $3, decided_at = $4, control = nullif($5, '') where id = $1`,
		row.id, state, duplicate, now, string(control))
	if err != nil {
		return err
	}
	return recordImprint(ctx, tx, row.id, pages)
}

func (s *Store) recordPage(ctx context.Context, tx pgx.Tx, row sheetRow, page slip.PageDecision, now time.Time) (outcome slip.Outcome, doubled bool, err error) {
	reading, readingErr := encode(page.Reading)
	decision, decisionErr := encode(page.Decision)
	if err := errors.Join(readingErr, decisionErr); err != nil {
		return 0, false, err
	}
	if _, err := tx.Exec(ctx, `
		insert into pages (sheet, page, reading, decision, outcome, recorded_at) values ($1, $2, $3, $4, $5, $6)`,
		row.id, page.Reading.Page, reading, decision, page.Decision.Outcome.String(), now); err != nil {
		return 0, false, err
	}
	outcome = page.Decision.Outcome
	values := slip.Current(page.Decision, nil)
	if outcome == slip.Accepted && len(missing(page.Decision, values)) > 0 {
		outcome = slip.NeedsReview
	}
	switch outcome {
	case slip.Accepted:
		_, err := s.append(ctx, tx, draft{
			row: row.id, sheet: row.sheet, sha256: row.sha256, page: page.Reading.Page,
			values: values, decidedBy: slip.Actor{Kind: slip.ActorMachine},
		})
		if !errors.Is(err, ErrDuplicateDose) {
			return outcome, false, err
		}
		outcome, doubled = slip.NeedsReview, true
	case slip.NeedsReview:
		holders, err := doseHolders(ctx, tx, values)
		if err != nil {
			return 0, false, err
		}
		doubled = len(holders) > 0
	case slip.Rejected:
		return outcome, false, nil
	}
	_, err = tx.Exec(ctx, `insert into review_items (sheet, page, created_at) values ($1, $2, $3)`, row.id, page.Reading.Page, now)
	return outcome, doubled, err
}
