package ledger

import (
	"bytes"
	"encoding/json"
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
	case isCode(err, "53100"): // disk_full
		return fmt.Errorf("%w: %w", ErrStorageFull, err)
	}
	return err
}

func isNoRows(err error) bool { return errors.Is(err, pgx.ErrNoRows) }

// encode writes a value as JSON that PostgreSQL takes. PostgreSQL has no place
// for the character U+0000, which a damaged QR code can well hold; it becomes
// U+FFFD, as bytes that are no UTF-8 do.
func encode(value any) ([]byte, error) {
	text, err := json.Marshal(value)
	if err != nil || !bytes.Contains(text, []byte(`\u0000`)) {
		return text, err
	}
	for at := 0; at < len(text); at++ {
		if text[at] != '\\' {
			continue
		}
		if bytes.HasPrefix(text[at:], []byte(`\u0000`)) {
			copy(text[at:], `\ufffd`)
		}
		at++ // the escaped character, which may be a backslash itself
	}
	return text, nil
}
