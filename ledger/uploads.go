package ledger

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5"

	"sesshu/ledger/slip"
)

// StoreUpload takes in a file that a person hands in at the desk, once: it
// becomes the next sheet of its batch. stored is false, without an error, when
// the same account has handed in this upload before; the sheet is the one that
// it became then. The same bytes under another upload's id are a second sheet,
// flagged as a duplicate.
//
// Errors are those of StoreSheet; ErrSheetConflict says that the upload's id
// stands for other bytes.
func (s *Store) StoreUpload(ctx context.Context, upload slip.Upload, file io.Reader) (sheet slip.SheetID, stored bool, err error) {
	counted := &countingReader{reader: file}
	if err := s.images.Put(ctx, upload.SHA256, counted); err != nil {
		return slip.SheetID{}, false, fmt.Errorf("store upload %s: %w", upload.ID, err)
	}
	err = s.transact(ctx, func(tx pgx.Tx) error {
		sheet, stored, err = s.insertUpload(ctx, tx, upload, counted.bytes)
		return err
	})
	if err != nil {
		return slip.SheetID{}, false, fmt.Errorf("store upload %s: %w", upload.ID, namedError(err))
	}
	return sheet, stored, nil
}

func (s *Store) insertUpload(ctx context.Context, tx pgx.Tx, upload slip.Upload, bytes int64) (slip.SheetID, bool, error) {
	// Two requests with one id come one after the other, whatever their batches.
	if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('sesshu upload ' || current_schema() || ' ' || $1 || ' ' || $2, 0))`,
		upload.Account, upload.ID); err != nil {
		return slip.SheetID{}, false, err
	}
	var known slip.Sheet
	err := tx.QueryRow(ctx, `
		select `+sheetColumns+` from uploads join sheets on sheets.id = uploads.sheet where account = $1 and upload = $2`,
		upload.Account, upload.ID).Scan(sheetFields(&known)...)
	switch {
	case err == nil && known.SHA256 != upload.SHA256:
		return slip.SheetID{}, false, ErrSheetConflict
	case err == nil:
		return known.SheetID, false, nil
	case !isNoRows(err):
		return slip.SheetID{}, false, err
	}
	sheet := slip.Sheet{
		SheetID: slip.SheetID{Station: slip.DeskStation, Batch: upload.Batch}, SHA256: upload.SHA256, Bytes: bytes,
		MediaType: upload.MediaType, CapturedAt: upload.At,
	}
	if sheet.Sequence, err = nextSequence(ctx, tx, sheet.SheetID, s.now()); err != nil {
		return slip.SheetID{}, false, err
	}
	if _, err := s.insertSheet(ctx, tx, sheet); err != nil {
		return slip.SheetID{}, false, err
	}
	_, err = tx.Exec(ctx, `
		insert into uploads (account, upload, sheet, file_name)
		select $1, $2, id, $3 from sheets where station = $4 and batch = $5 and sequence = $6`,
		upload.Account, upload.ID, upload.FileName, sheet.Station, sheet.Batch, sheet.Sequence)
	return sheet.SheetID, true, err
}

// nextSequence opens the batch if need be and returns its next free place. The
// batch stays locked until the transaction ends.
func nextSequence(ctx context.Context, tx pgx.Tx, id slip.SheetID, now time.Time) (next int, err error) {
	if _, err := tx.Exec(ctx, `
		insert into batches (station, batch, opened_at) values ($1, $2, $3) on conflict do nothing`,
		id.Station, id.Batch, now); err != nil {
		return 0, err
	}
	if err := tx.QueryRow(ctx, `
		select from batches where station = $1 and batch = $2 for update`, id.Station, id.Batch).Scan(); err != nil {
		return 0, err
	}
	err = tx.QueryRow(ctx, `
		select coalesce(max(sequence), 0) + 1 from sheets where station = $1 and batch = $2`, id.Station, id.Batch).Scan(&next)
	return next, err
}

// Uploads returns what became of an account's uploads with these ids, oldest
// first; ids that it never stored are left out.
func (s *Store) Uploads(ctx context.Context, account string, ids []string) ([]slip.UploadState, error) {
	return s.uploads(ctx, `uploads.account = $1 and uploads.upload = any ($2) order by sheets.id`, account, ids)
}

// RecentUploads returns what became of the last of an account's uploads in a
// batch of the desk, oldest first, at most limit.
func (s *Store) RecentUploads(ctx context.Context, account, batch string, limit int) ([]slip.UploadState, error) {
	return s.uploads(ctx, `sheets.id in (
		select id from uploads join sheets on sheets.id = uploads.sheet
		where account = $1 and station = '`+slip.DeskStation+`' and batch = $2 order by id desc limit $3) order by sheets.id`, account, batch, limit)
}

// uploads loads uploads with their pages. condition is SQL from this file, never
// from outside.
func (s *Store) uploads(ctx context.Context, condition string, arguments ...any) ([]slip.UploadState, error) {
	rows, err := s.pool.Query(ctx, `
		select uploads.upload, uploads.file_name, sheets.state, sheets.duplicate, first.station, first.batch, first.sequence, (
			select jsonb_agg(jsonb_build_object(
				'Reading', reading, 'Decision', decision, 'Item', coalesce(review_items.id, 0), 'ItemState', coalesce(review_items.state, ''),
				'Entry', coalesce((select max(sequence) from entries where entries.sheet = pages.sheet and entries.page = pages.page), 0)
			) order by page)
			from pages left join review_items using (sheet, page) where pages.sheet = sheets.id), `+sheetColumns+`
		from uploads
		join sheets on sheets.id = uploads.sheet
		left join lateral (
			select station, batch, sequence from sheets other
			where other.sha256 = sheets.sha256 and other.id < sheets.id order by other.id limit 1) first on true
		where `+condition, arguments...)
	if err != nil {
		return nil, fmt.Errorf("uploads: %w", err)
	}
	states, err := pgx.CollectRows(rows, scanUpload)
	if err != nil {
		return nil, fmt.Errorf("uploads: %w", err)
	}
	return states, nil
}

func scanUpload(row pgx.CollectableRow) (slip.UploadState, error) {
	var state slip.UploadState
	var station, batch *string
	var sequence *int
	var pages []byte
	destinations := append([]any{&state.ID, &state.FileName, &state.State, &state.Duplicate, &station, &batch, &sequence, &pages},
		sheetFields(&state.Sheet)...)
	if err := row.Scan(destinations...); err != nil {
		return slip.UploadState{}, err
	}
	if sequence != nil {
		state.SameFile = &slip.SheetID{Station: *station, Batch: *batch, Sequence: *sequence}
	}
	if pages == nil {
		return state, nil
	}
	if err := json.Unmarshal(pages, &state.Pages); err != nil {
		return slip.UploadState{}, fmt.Errorf("stored pages of sheet %s: %w", state.Sheet.SheetID, err)
	}
	return state, nil
}
