package ledger

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"sesshu/ledger/migrations"
)

// Migrate brings the schema that the URL's search_path names up to this
// program's version: roles, the ledger's tables, the job queue's tables,
// grants. It may run again, and in several processes at once. The URL's user
// is sesshu_owner, or a role that may create and take on that role.
func Migrate(ctx context.Context, ownerURL string) (err error) {
	connection, err := pgx.Connect(ctx, ownerURL)
	if err != nil {
		return fmt.Errorf("migrate: database: %w", err)
	}
	// Closing gives the lock up. The context may have ended by then.
	defer func() { err = errors.Join(err, connection.Close(context.WithoutCancel(ctx))) }()

	var schema *string
	if err := connection.QueryRow(ctx, "select current_schema()").Scan(&schema); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if schema == nil {
		return errors.New("migrate: the schema that search_path names does not exist")
	}
	if _, err := connection.Exec(ctx, "select pg_advisory_lock(hashtextextended('sesshu migrate ' || $1, 0))", *schema); err != nil {
		return fmt.Errorf("migrate: wait for other migrations: %w", err)
	}
	if err := prepareRoles(ctx, connection, *schema); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	pool, err := openPool(ctx, ownerURL, ownerRole, 2)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	defer pool.Close()
	if err := migrateLedger(ctx, pool); err != nil {
		return fmt.Errorf("migrate ledger: %w", err)
	}
	if err := migrateQueue(ctx, pool); err != nil {
		return fmt.Errorf("migrate job queue: %w", err)
	}
	if err := grant(ctx, pool, *schema); err != nil {
		return fmt.Errorf("migrate: grant: %w", err)
	}
	return nil
}

func migrateLedger(ctx context.Context, pool *pgxpool.Pool) (err error) {
	database := stdlib.OpenDBFromPool(pool)
	defer func() { err = errors.Join(err, database.Close()) }()
	provider, err := goose.NewProvider(goose.DialectPostgres, database, migrations.Files)
	if err != nil {
		return err
	}
	_, err = provider.Up(ctx)
	return err
}

func migrateQueue(ctx context.Context, pool *pgxpool.Pool) error {
	migrator, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	_, err = migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}

// grant gives the service what is not the ledger's own tables, which grant
// themselves in their migrations.
func grant(ctx context.Context, pool *pgxpool.Pool, schema string) error {
	for _, statement := range []string{
		"grant usage on schema " + pgx.Identifier{schema}.Sanitize() + " to " + serviceRole,
		"grant select on goose_db_version to " + serviceRole,
		"grant select, insert, update, delete on river_job, river_leader, river_queue, river_notification to " + serviceRole,
		"grant usage, select on sequence river_job_id_seq, river_notification_id_seq to " + serviceRole,
	} {
		if _, err := pool.Exec(ctx, statement); err != nil && !grantedByOther(err) {
			return err
		}
	}
	return nil
}
