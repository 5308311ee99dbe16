package ledger

import (
	"context"
	"fmt"
	"time"

	"github.com/alexedwards/scs/v2"
)

// Sessions keeps the sessions of signed-in people, under a digest of their
// token.
type Sessions struct{ store *Store }

var _ scs.CtxStore = Sessions{}

// Sessions returns the store of sessions.
func (s *Store) Sessions() Sessions { return Sessions{s} }

// FindCtx implements scs.CtxStore.
func (s Sessions) FindCtx(ctx context.Context, token string) (data []byte, found bool, err error) {
	err = s.store.pool.QueryRow(ctx, `
		select data from sessions where sha256 = $1 and expires_at > $2`, digest(token), s.store.now()).Scan(&data)
	if isNoRows(err) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("find session: %w", err)
	}
	return data, true, nil
}

// CommitCtx implements scs.CtxStore. It also removes sessions that have expired.
func (s Sessions) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	_, err := s.store.pool.Exec(ctx, `
		with expired as (delete from sessions where expires_at <= $4 and sha256 <> $1)
		insert into sessions (sha256, data, expires_at) values ($1, $2, $3)
		on conflict (sha256) do update set data = excluded.data, expires_at = excluded.expires_at`,
		digest(token), data, expiry.UTC(), s.store.now())
	if err != nil {
		return fmt.Errorf("store session: %w", err)
	}
	return nil
}

// DeleteCtx implements scs.CtxStore.
func (s Sessions) DeleteCtx(ctx context.Context, token string) error {
	if _, err := s.store.pool.Exec(ctx, `delete from sessions where sha256 = $1`, digest(token)); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

// Find implements scs.Store, which asks for it although it is not called.
func (s Sessions) Find(token string) (data []byte, found bool, err error) {
	return s.FindCtx(context.Background(), token)
}

// Commit implements scs.Store.
func (s Sessions) Commit(token string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expiry)
}

// Delete implements scs.Store.
func (s Sessions) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }
