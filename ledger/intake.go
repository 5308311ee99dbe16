package ledger

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/jackc/pgx/v5"

	"sesshu/ledger/slip"
)

// StoreSheet takes a sheet in, once. The image is durable first; then the
// sheet's row and the job that reads it are written in one transaction. stored
// is false, without an error, when the very same sheet was stored before. The
// same bytes under another identity are a second sheet, flagged as a duplicate:
// no two pieces of paper give the same picture to the last bit.
//
// Errors: ErrHashMismatch, ErrTruncated and ErrStorageFull leave nothing
// behind; ErrSheetConflict says that this identity holds other bytes;
// ErrInvalid that the sheet's own data are impossible; ErrBatchDiscarded that
// its station has thrown the batch away. After any other error
// the caller hands the sheet in again.
func (s *Store) StoreSheet(ctx context.Context, sheet slip.Sheet, image io.Reader) (stored bool, err error) {
	counted := &countingReader{reader: image}
	if err := s.images.Put(ctx, sheet.SHA256, counted); err != nil {
		return false, fmt.Errorf("store sheet %s: %w", sheet.SheetID, err)
	}
	sheet.Bytes = counted.bytes
	err = s.transact(ctx, func(tx pgx.Tx) error {
		stored, err = s.insertSheet(ctx, tx, sheet)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("store sheet %s: %w", sheet.SheetID, namedError(err))
	}
	return stored, nil
}

func (s *Store) insertSheet(ctx context.Context, tx pgx.Tx, sheet slip.Sheet) (stored bool, err error) {
	now := s.now()
	// A station whose opening of the batch got lost must not lose its sheets.
	if _, err := tx.Exec(ctx, `
		insert into batches (station, batch, opened_at) values ($1, $2, $3) on conflict do nothing`,
		sheet.Station, sheet.Batch, now); err != nil {
		return false, err
	}
	// Sheets of the same bytes come in one after the other, or of two at once
	// neither would see the other.
	if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('sesshu bytes ' || current_schema() || ' ' || $1, 0))`,
		sheet.SHA256.String()); err != nil {
		return false, err
	}
	tag, err := tx.Exec(ctx, `
		insert into sheets (station, batch, sequence, sha256, bytes, media_type, captured_at, dpi, imprint, stored_at, duplicate)
		values ($1, $2, $3, $4, $5, $6, $7, $8, nullif($9, ''), $10, exists (select from sheets first where first.sha256 = $4))
		on conflict (station, batch, sequence) do nothing`,
		sheet.Station, sheet.Batch, sheet.Sequence, sheet.SHA256[:], sheet.Bytes, sheet.MediaType, sheet.CapturedAt, sheet.DPI, sheet.Imprint, now)
	if err != nil {
		return false, err
	}
	if tag.RowsAffected() == 1 {
		// The new row keeps its batch's from being discarded until the end.
		if err := refuseDiscarded(ctx, tx, sheet.Station, sheet.Batch); err != nil {
			return false, err
		}
		_, err := s.jobs.InsertTx(ctx, tx, readSheet{sheet.SheetID}, nil)
		return true, err
	}
	// The conflicting row is committed and never changes its hash.
	var same bool
	if err := tx.QueryRow(ctx, `
		select sha256 = $4 from sheets where station = $1 and batch = $2 and sequence = $3`,
		sheet.Station, sheet.Batch, sheet.Sequence, sheet.SHA256[:]).Scan(&same); err != nil {
		return false, err
	}
	if !same {
		return false, ErrSheetConflict
	}
	return false, nil
}

// Sheet returns what is known of a sheet's paper. ErrNotFound.
func (s *Store) Sheet(ctx context.Context, id slip.SheetID) (slip.Sheet, error) {
	sheet, err := scanSheet(s.pool.QueryRow(ctx, `
		select `+sheetColumns+` from sheets where station = $1 and batch = $2 and sequence = $3`,
		id.Station, id.Batch, id.Sequence))
	if err != nil {
		return slip.Sheet{}, fmt.Errorf("sheet %s: %w", id, namedError(err))
	}
	return sheet, nil
}

// Image opens a scanner's own bytes. The caller closes them. ErrNotFound.
func (s *Store) Image(ctx context.Context, hash slip.Hash) (io.ReadSeekCloser, error) {
	image, err := s.images.Open(ctx, hash)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %w", ErrNotFound, err)
	}
	return image, err
}

const sheetColumns = `sheets.station, sheets.batch, sheets.sequence, sheets.sha256, sheets.bytes, sheets.media_type, sheets.captured_at, sheets.dpi, coalesce(sheets.imprint, '')`

// sheetFields is where a row of sheetColumns goes.
func sheetFields(sheet *slip.Sheet) []any {
	return []any{&sheet.Station, &sheet.Batch, &sheet.Sequence, hashColumn{&sheet.SHA256}, &sheet.Bytes, &sheet.MediaType, timeColumn{&sheet.CapturedAt}, &sheet.DPI, &sheet.Imprint}
}

func scanSheet(row pgx.Row) (sheet slip.Sheet, err error) {
	err = row.Scan(sheetFields(&sheet)...)
	return sheet, err
}

// countingReader counts what passes: the sheet's true number of bytes.
type countingReader struct {
	reader io.Reader
	bytes  int64
}

func (c *countingReader) Read(buffer []byte) (int, error) {
	n, err := c.reader.Read(buffer)
	c.bytes += int64(n)
	return n, err
}
