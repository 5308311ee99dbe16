package ledger

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"sesshu/ledger/slip"
)

// ReviewCount returns how many items wait, and since when the oldest does.
func (s *Store) ReviewCount(ctx context.Context) (waiting int, oldest time.Time, err error) {
	err = s.pool.QueryRow(ctx, `select count(*), min(created_at) from review_items where state = 'waiting'`).
		Scan(&waiting, timeColumn{&oldest})
	if err != nil {
		return 0, time.Time{}, fmt.Errorf("count the review queue: %w", err)
	}
	return waiting, oldest, nil
}

// ReviewQueue returns waiting items with larger ids than afterID, oldest first,
// at most limit.
func (s *Store) ReviewQueue(ctx context.Context, afterID int64, limit int) ([]slip.ReviewItem, error) {
	items, err := selectItems(ctx, s.pool, `review_items.state = 'waiting' and review_items.id > $1 order by review_items.id limit $2`, afterID, limit)
	if err != nil {
		return nil, fmt.Errorf("review queue: %w", err)
	}
	return items, nil
}

// ReviewItem returns one item in whatever state. ErrNotFound.
func (s *Store) ReviewItem(ctx context.Context, id int64) (slip.ReviewItem, error) {
	return loadItem(ctx, s.pool, id)
}

func loadItem(ctx context.Context, from querier, id int64) (slip.ReviewItem, error) {
	items, err := selectItems(ctx, from, `review_items.id = $1`, id)
	if err == nil && len(items) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return slip.ReviewItem{}, fmt.Errorf("review item %d: %w", id, err)
	}
	return items[0], nil
}

// selectItems loads items with all that belongs to them. condition is SQL from
// this package, never from outside.
func selectItems(ctx context.Context, from querier, condition string, arguments ...any) ([]slip.ReviewItem, error) {
	rows, err := from.Query(ctx, `
		select review_items.id, version, review_items.state, coalesce(leased_by, ''), leased_till, review_items.created_at,
		       reading, decision, coalesce(uploads.file_name, ''), `+sheetColumns+`
		from review_items
		join pages using (sheet, page)
		join sheets on sheets.id = review_items.sheet
		left join uploads on uploads.sheet = sheets.id
		where `+condition, arguments...)
	if err != nil {
		return nil, err
	}
	items, err := pgx.CollectRows(rows, scanItem)
	if err != nil {
		return nil, err
	}
	for i := range items {
		if err := complete(ctx, from, &items[i]); err != nil {
			return nil, err
		}
	}
	return items, nil
}

func scanItem(row pgx.CollectableRow) (slip.ReviewItem, error) {
	var item slip.ReviewItem
	var reading, decision []byte
	destinations := append([]any{
		&item.ID, &item.Version, &item.State, &item.LeasedBy, timeColumn{&item.LeasedTill}, timeColumn{&item.CreatedAt},
		&reading, &decision, &item.FileName,
	}, sheetFields(&item.Sheet)...)
	if err := row.Scan(destinations...); err != nil {
		return slip.ReviewItem{}, err
	}
	if err := json.Unmarshal(reading, &item.Page); err != nil {
		return slip.ReviewItem{}, fmt.Errorf("stored reading of item %d: %w", item.ID, err)
	}
	if err := json.Unmarshal(decision, &item.Decision); err != nil {
		return slip.ReviewItem{}, fmt.Errorf("stored decision of item %d: %w", item.ID, err)
	}
	return item, nil
}

// complete adds the answers and what follows from them. Whether the dose is in
// the ledger already is asked anew each time: an answer may make it so, and a
// correction elsewhere may end it.
func complete(ctx context.Context, from querier, item *slip.ReviewItem) error {
	var err error
	if item.Answers, err = loadAnswers(ctx, from, item.ID); err != nil {
		return err
	}
	item.Current = slip.Current(item.Decision, item.Answers)
	item.Open = open(item.Decision, item.Current)
	if item.State == slip.ReviewConfirmed {
		return nil
	}
	if item.First, err = firstOf(ctx, from, *item); err != nil || item.First == nil {
		return err
	}
	item.Decision.Outcome = slip.NeedsReview
	if !slices.Contains(item.Decision.Reasons, slip.ReasonDuplicate) {
		item.Decision.Reasons = slices.Insert(item.Decision.Reasons, 0, slip.ReasonDuplicate)
	}
	return nil
}

func loadAnswers(ctx context.Context, from querier, item int64) ([]slip.Answer, error) {
	rows, err := from.Query(ctx, `
		select value, text, answered_by, answered_at, answer_undos.answer is not null
		from answers left join answer_undos on answer_undos.answer = answers.id
		where item = $1 order by answers.id`, item)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (answer slip.Answer, err error) {
		err = row.Scan(&answer.Value, &answer.Text, &answer.By, timeColumn{&answer.At}, &answer.Undone)
		return answer, err
	})
}

// firstOf finds the entry that holds the item's dose, if any does.
func firstOf(ctx context.Context, from querier, item slip.ReviewItem) (*slip.DuplicateOf, error) {
	for _, name := range slip.DoseNames(item.Current) {
		var first slip.DuplicateOf
		err := from.QueryRow(ctx, `
			select entries.sequence, sheets.station, sheets.batch, sheets.sequence, entries.sha256, entries.page,
			       coalesce((pages.reading -> 'registration' ->> 'turn')::integer, 0)
			from dose_claims
			join entries on entries.sequence = dose_claims.entry
			join sheets on sheets.id = entries.sheet
			join pages on pages.sheet = entries.sheet and pages.page = entries.page
			where `+claimOf, claimArguments(name)...).
			Scan(&first.Entry, &first.Sheet.Station, &first.Sheet.Batch, &first.Sheet.Sequence, hashColumn{&first.SHA256}, &first.Page, &first.Turn)
		switch {
		case err == nil:
			return &first, nil
		case !isNoRows(err):
			return nil, fmt.Errorf("look for the first slip of the dose: %w", err)
		}
	}
	return nil, nil
}
