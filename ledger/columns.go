package ledger

import (
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"

	"sesshu/ledger/slip"
)

// hashColumn scans a bytea of 32 bytes.
type hashColumn struct{ hash *slip.Hash }

// ScanBytes implements pgtype.BytesScanner.
func (h hashColumn) ScanBytes(bytes []byte) error {
	if len(bytes) != len(h.hash) {
		return fmt.Errorf("hash of %d bytes", len(bytes))
	}
	copy(h.hash[:], bytes)
	return nil
}

// timeColumn scans a timestamptz as UTC; null is the zero time.
type timeColumn struct{ at *time.Time }

// ScanTimestamptz implements pgtype.TimestamptzScanner.
func (t timeColumn) ScanTimestamptz(value pgtype.Timestamptz) error {
	*t.at = time.Time{}
	if value.Valid {
		*t.at = value.Time.UTC()
	}
	return nil
}

// namedError translates what PostgreSQL says into this package's errors, once.
// PostgreSQL's own words are not passed on where they could quote a value.
func namedError(err error) error {
	var answer *pgconn.PgError
	switch {
	case isNoRows(err):
		return ErrNotFound
	case errors.As(err, &answer) && (answer.Code == "23514" || answer.Code[:2] == "22"): // check violation, data exception
		return fmt.Errorf("%w (SQLSTATE %s, constraint %q)", ErrInvalid, answer.Code, answer.ConstraintName)
	}
	return err
}

func isNoRows(err error) bool { return errors.Is(err, pgx.ErrNoRows) }
