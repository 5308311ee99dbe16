package ledger

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// What a token is for.
const (
	TokenStation = "station" // hands sheets in
	TokenFeed    = "feed"    // reads entries
)

// AddToken makes a secret for a program and returns it; only its digest is
// kept, so this is the one time that it can be seen. A name may have several.
// ErrInvalid for an unknown purpose.
func (s *Store) AddToken(ctx context.Context, name, purpose string) (secret string, err error) {
	secret = rand.Text() // 130 bits: nothing to guess, so a plain digest will do
	err = s.transact(ctx, func(tx pgx.Tx) error {
		now := s.now()
		if _, err := tx.Exec(ctx, `
			insert into tokens (sha256, name, purpose, created_at) values ($1, $2, $3, $4)`, digest(secret), name, purpose, now); err != nil {
			return err
		}
		return logAccess(ctx, tx, "", "add token", "token/"+purpose+"/"+name, now)
	})
	if err != nil {
		return "", fmt.Errorf("add token for %q: %w", name, namedError(err))
	}
	return secret, nil
}

// RevokeTokens makes all secrets of a name for a purpose useless and returns how
// many they were.
func (s *Store) RevokeTokens(ctx context.Context, name, purpose string) (revoked int, err error) {
	err = s.transact(ctx, func(tx pgx.Tx) error {
		now := s.now()
		tag, err := tx.Exec(ctx, `
			update tokens set revoked_at = $3 where name = $1 and purpose = $2 and revoked_at is null`, name, purpose, now)
		if err != nil {
			return err
		}
		revoked = int(tag.RowsAffected())
		return logAccess(ctx, tx, "", "revoke tokens", "token/"+purpose+"/"+name, now)
	})
	if err != nil {
		return 0, fmt.Errorf("revoke tokens of %q: %w", name, err)
	}
	return revoked, nil
}

// Token returns whose secret this is and what it is for. ErrNotFound, also when
// it was revoked.
func (s *Store) Token(ctx context.Context, secret string) (name, purpose string, err error) {
	err = s.pool.QueryRow(ctx, `select name, purpose from tokens where sha256 = $1 and revoked_at is null`, digest(secret)).Scan(&name, &purpose)
	if err != nil {
		return "", "", fmt.Errorf("token: %w", namedError(err))
	}
	return name, purpose, nil
}

// digest is what is kept of a secret.
func digest(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}
