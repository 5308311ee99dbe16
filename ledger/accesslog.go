package ledger

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// LogAccess notes that somebody looked at something, for ever. account is empty
// for the operator at the command line; object is an id such as "item/12",
// never a value. What somebody changes is logged with the change itself.
func (s *Store) LogAccess(ctx context.Context, account, action, object string) error {
	return logAccess(ctx, s.pool, account, action, object, s.now())
}

// executor is a transaction or the pool.
type executor interface {
	Exec(ctx context.Context, sql string, arguments ...any) (pgconn.CommandTag, error)
}

func logAccess(ctx context.Context, to executor, account, action, object string, at time.Time) error {
	_, err := to.Exec(ctx, `insert into access_log (at, account, action, object) values ($1, $2, $3, $4)`, at, account, action, object)
	if err != nil {
		return fmt.Errorf("log access: %w", err)
	}
	return nil
}
