package ledger

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// The two roles. The owner migrates and owns everything; the running service
// may do only what the migrations grant it.
const (
	ownerRole   = "sesshu_owner"
	serviceRole = "sesshu_service"
)

// openPool opens connections that all work as role. connections is their
// largest number; 0 leaves it to the URL (pool_max_conns) or to pgx.
func openPool(ctx context.Context, url, role string, connections int32) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		// pgx's error hides the password but repeats the rest of the URL.
		return nil, fmt.Errorf("database URL: %w", err)
	}
	if connections > 0 {
		config.MaxConns = connections
	}
	config.ConnConfig.RuntimeParams["application_name"] = "sesshu"
	config.ConnConfig.RuntimeParams["timezone"] = "UTC"
	config.AfterConnect = func(ctx context.Context, connection *pgx.Conn) error {
		return become(ctx, connection, role)
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("database: %w", err)
	}
	return pool, nil
}

// become takes on role, which a login that has the role's own name already is.
// With a single DATABASE_URL for everything this is what keeps the service from
// owning what it writes.
func become(ctx context.Context, connection *pgx.Conn, role string) error {
	_, err := connection.Exec(ctx, "set role "+pgx.Identifier{role}.Sanitize())
	if isCode(err, "42501", "22023") { // insufficient_privilege; invalid_parameter_value: no such role
		return fmt.Errorf("%w: take role %s: %w", ErrMissingRole, role, err)
	}
	if err != nil {
		return fmt.Errorf("take role %s: %w", role, err)
	}
	return nil
}

// riverLogger keeps the queue's own chatter out of the log: it speaks of every
// fetch, and what matters of a job is logged here with the sheet's id.
func riverLogger(logger *slog.Logger) *slog.Logger {
	return slog.New(warningsOnly{logger.Handler()}).With(slog.String("part", "queue"))
}

type warningsOnly struct{ slog.Handler }

func (h warningsOnly) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && h.Handler.Enabled(ctx, level)
}

func (h warningsOnly) WithAttrs(attributes []slog.Attr) slog.Handler {
	return warningsOnly{h.Handler.WithAttrs(attributes)}
}

func (h warningsOnly) WithGroup(name string) slog.Handler {
	return warningsOnly{h.Handler.WithGroup(name)}
}
