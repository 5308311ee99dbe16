package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"sesshu/ledger/slip"
)

// earlierLimit bounds with how many papers a new one is compared.
const earlierLimit = 5

// stands is SQL: sheet f may stand for a paper that is scanned again. It is read
// and accounted for, stands for itself, and no person has found its picture
// wanting: of a paper whose picture was unreadable the second picture is the one
// that counts.
const stands = `
	f.state <> 'waiting' and f.same_paper is null and not exists (
		select from review_items where review_items.sheet = f.id and state = 'rejected' and reason in ('unreadable', 'other'))`

// Earlier returns the pages of other sheets that call their dose by this name, by
// the machine's word or a person's, the oldest sheet first, at most five. Sheets
// that wait to be read, that are themselves the same paper as another, or that a
// person rejected as unreadable are not among them.
func (s *Store) Earlier(ctx context.Context, id slip.SheetID, name slip.DoseName) ([]slip.EarlierPage, error) {
	number := `decision #>> '{fields,ticket_number,value}' = $2`
	if name.ReferenceNumber != "" {
		number = `decision #>> '{fields,reference_number,value}' = $3 and coalesce(decision #>> '{fields,vaccine,value}', '') = $4`
	}
	rows, err := s.pool.Query(ctx, `
		with named as (
			select sheet, page from pages
			where outcome <> 'reject' and `+number+`
			  and decision #>> '{fields,municipality_code,value}' = $1 and decision #>> '{fields,dose,value}' = $5
			union
			select entries.sheet, entries.page from dose_claims join entries on entries.sequence = dose_claims.entry
			where `+claimOf+`
		)
		select f.station, f.batch, f.sequence, pages.reading
		from named join pages using (sheet, page) join sheets f on f.id = pages.sheet
		where (f.station, f.batch, f.sequence) <> ($6, $7, $8) and `+stands+`
		order by f.id, pages.page limit $9`,
		append(claimArguments(name), id.Station, id.Batch, id.Sequence, earlierLimit)...)
	if err != nil {
		return nil, fmt.Errorf("look for earlier sheets of the dose of %s: %w", id, err)
	}
	pages, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (earlier slip.EarlierPage, err error) {
		var reading []byte
		if err := row.Scan(&earlier.Sheet.Station, &earlier.Sheet.Batch, &earlier.Sheet.Sequence, &reading); err != nil {
			return earlier, err
		}
		err = json.Unmarshal(reading, &earlier.Page)
		return earlier, err
	})
	if err != nil {
		return nil, fmt.Errorf("look for earlier sheets of the dose of %s: %w", id, err)
	}
	return pages, nil
}

// RecordSamePaper stores what was read on a sheet that is the same piece of
// paper as an earlier one. The earlier sheet stays as it is and stands for the
// paper; this one is a duplicate that needs nobody. The pages are recorded as
// RecordPages does when the earlier sheet does not stand any more, because a
// person has just found its picture unreadable, say; and when this sheet made up
// the count of a batch that is closed: then another paper is missing.
func (s *Store) RecordSamePaper(ctx context.Context, sheet slip.Sheet, pages []slip.PageDecision, first slip.SheetID) error {
	err := s.transact(ctx, func(tx pgx.Tx) error {
		// The earlier sheet's lock comes first: whoever rejects it later sees
		// that this one follows it.
		standing, err := lockStanding(ctx, tx, first)
		if err != nil {
			return err
		}
		row, err := lockSheet(ctx, tx, sheet.SheetID)
		if err != nil {
			return err
		}
		if row.sha256 != sheet.SHA256 {
			return ErrSheetConflict
		}
		if row.state != slip.SheetWaiting {
			return nil
		}
		missed, err := missed(ctx, tx, row.sheet, first)
		if err != nil {
			return err
		}
		if standing == 0 || standing == row.id || missed {
			return s.recordPages(ctx, tx, row, pages)
		}
		if err := s.recordPages(ctx, tx, row, rejectedAsSame(pages)); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `update sheets set duplicate = true, same_paper = $2 where id = $1`, row.id, standing)
		return err
	})
	if err != nil {
		return fmt.Errorf("record sheet %s as the same paper as %s: %w", sheet.SheetID, first, namedError(err))
	}
	return nil
}

// lockStanding locks a sheet and returns its row, or 0 when it does not stand.
// What people did of it is looked up only under the lock.
func lockStanding(ctx context.Context, tx pgx.Tx, id slip.SheetID) (standing int64, err error) {
	row, err := lockSheet(ctx, tx, id)
	if err == nil {
		err = tx.QueryRow(ctx, `select f.id from sheets f where f.id = $1 and `+stands, row.id).Scan(&standing)
	}
	if isNoRows(err) || errors.Is(err, ErrNotFound) {
		return 0, nil
	}
	return standing, err
}

// missed reports whether a batch that is closed holds a slip less than declared
// once this sheet is the same paper as another of its sheets. The batch stays
// locked.
func missed(ctx context.Context, tx pgx.Tx, id, first slip.SheetID) (bool, error) {
	if id.Station != first.Station || id.Batch != first.Batch {
		return false, nil
	}
	if _, err := lockBatch(ctx, tx, id.Station, id.Batch); err != nil {
		return false, err
	}
	count, err := loadBatch(ctx, tx, id.Station, id.Batch)
	return err == nil && isBound(count) && count.Declared != nil && *count.Declared != count.Slips()-1, err
}

// rejectedAsSame returns the pages with their decisions turned into rejections.
// What was read and decided of each value stays: a person may need it.
func rejectedAsSame(pages []slip.PageDecision) []slip.PageDecision {
	pages = slices.Clone(pages)
	for i := range pages {
		if decision := &pages[i].Decision; decision.Outcome != slip.Rejected {
			decision.Outcome = slip.Rejected
			decision.Reasons = slices.Insert(slices.Clone(decision.Reasons), 0, slip.ReasonSamePaper)
		}
	}
	return pages
}

// reviveSame gives the sheets that are the same paper as this one to a person,
// once a person has found this one's picture wanting: with the first picture
// gone, the paper is not accounted for.
func (s *Store) reviveSame(ctx context.Context, tx pgx.Tx, sheet int64) error {
	rows, err := tx.Query(ctx, `
		insert into review_items (sheet, page, created_at)
		select pages.sheet, pages.page, $2 from sheets join pages on pages.sheet = sheets.id
		where sheets.same_paper = $1 and decision -> 'reasons' ->> 0 = $3
		on conflict (sheet, page) do nothing
		returning sheet`, sheet, s.now(), string(slip.ReasonSamePaper))
	if err != nil {
		return err
	}
	revived, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return err
	}
	for _, again := range revived {
		if err := settle(ctx, tx, again); err != nil {
			return err
		}
	}
	return nil
}
