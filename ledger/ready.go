package ledger

import (
	"context"
	"fmt"

	"sesshu/ledger/migrations"
)

// Ready reports whether the ledger can work: the database answers, in the
// service's role, and its schema is at least this program's. ErrNotMigrated.
func (s *Store) Ready(ctx context.Context) error {
	var version int64
	err := s.pool.QueryRow(ctx, `select coalesce(max(version_id), 0) from goose_db_version where is_applied`).Scan(&version)
	switch {
	case isCode(err, "42P01"): // undefined_table
		return ErrNotMigrated
	case err != nil:
		return fmt.Errorf("database: %w", err)
	case version < migrations.Latest():
		return fmt.Errorf("%w: it is at %d, wanted %d", ErrNotMigrated, version, migrations.Latest())
	}
	return nil
}

// HoldsSheets reports whether any sheet was ever stored here, and with it its
// image: an image store that holds none is then not the one it should be.
func (s *Store) HoldsSheets(ctx context.Context) (bool, error) {
	var held bool
	if err := s.pool.QueryRow(ctx, `select exists (select from sheets)`).Scan(&held); err != nil {
		return false, fmt.Errorf("look for sheets: %w", err)
	}
	return held, nil
}
