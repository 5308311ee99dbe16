package ledger

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"sesshu/ledger/slip"
)

// AddAccount adds a person. CreatedAt and DisabledAt are the ledger's. ErrExists;
// ErrInvalid for a name that is not lower case or a role that is none.
func (s *Store) AddAccount(ctx context.Context, account slip.Account) error {
	err := s.transact(ctx, func(tx pgx.Tx) error {
		now := s.now()
		if _, err := tx.Exec(ctx, `
			insert into accounts (name, display_name, role, password_hash, created_at) values ($1, $2, $3, $4, $5)`,
			account.Name, account.DisplayName, string(account.Role), account.PasswordHash, now); err != nil {
			return err
		}
		return logAccess(ctx, tx, "", "add account", "account/"+account.Name, now)
	})
	if isCode(err, "23505") { // unique_violation
		err = ErrExists
	}
	if err != nil {
		return fmt.Errorf("add account %q: %w", account.Name, namedError(err))
	}
	return nil
}

// Account returns a person, disabled or not. ErrNotFound.
func (s *Store) Account(ctx context.Context, name string) (slip.Account, error) {
	account := slip.Account{Name: name}
	var disabled time.Time
	err := s.pool.QueryRow(ctx, `
		select display_name, role, password_hash, created_at, disabled_at from accounts where name = $1`, name).
		Scan(&account.DisplayName, &account.Role, &account.PasswordHash, timeColumn{&account.CreatedAt}, timeColumn{&disabled})
	if err != nil {
		return slip.Account{}, fmt.Errorf("account %q: %w", name, namedError(err))
	}
	if !disabled.IsZero() {
		account.DisabledAt = &disabled
	}
	return account, nil
}

// SetPassword replaces a password's hash. ErrNotFound.
func (s *Store) SetPassword(ctx context.Context, name, hash string) error {
	return s.changeAccount(ctx, name, "set password", func(tx pgx.Tx, _ time.Time) (pgconn.CommandTag, error) {
		return tx.Exec(ctx, `update accounts set password_hash = $2 where name = $1`, name, hash)
	})
}

// DisableAccount keeps a person out from now on. Accounts are never removed:
// the ledger names them. ErrNotFound.
func (s *Store) DisableAccount(ctx context.Context, name string) error {
	return s.changeAccount(ctx, name, "disable account", func(tx pgx.Tx, now time.Time) (pgconn.CommandTag, error) {
		return tx.Exec(ctx, `update accounts set disabled_at = coalesce(disabled_at, $2) where name = $1`, name, now)
	})
}

func (s *Store) changeAccount(ctx context.Context, name, action string, act func(tx pgx.Tx, now time.Time) (pgconn.CommandTag, error)) error {
	err := s.transact(ctx, func(tx pgx.Tx) error {
		now := s.now()
		tag, err := act(tx, now)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return ErrNotFound
		}
		return logAccess(ctx, tx, "", action, "account/"+name, now)
	})
	if err != nil {
		return fmt.Errorf("%s %q: %w", action, name, err)
	}
	return nil
}
