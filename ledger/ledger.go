// Package ledger is where everything that must not be lost is kept: the sheets
// as they were scanned, what was read and decided, the queue of doubtful pages,
// and the entries themselves. One Store stands for one PostgreSQL schema and
// one image store.
//
// Rules that hold throughout:
//
//   - Images are durable before the sheet's row is, and the row and its job are
//     written in one transaction. What StoreSheet has acknowledged survives any
//     crash.
//   - A sheet is stored once, decided once and entered once, however often it
//     is handed in or read. Every method may be called again after an error.
//   - Entries enter through one function, whether the machine decided or a
//     person. They are numbered without gaps, chained by hash, and no role of
//     the running service may change them.
//   - Invariants are constraints of the schema (package migrations); the checks
//     here only make for better messages.
//   - Times are UTC, cut to microseconds, one per transaction.
package ledger

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"sesshu/ledger/slip"
)

// ImageStore keeps scanners' bytes under their hash. Put must not return before
// the bytes are durable and known to match the hash; putting the same image
// again is harmless.
type ImageStore interface {
	Put(ctx context.Context, hash slip.Hash, r io.Reader) error
	Open(ctx context.Context, hash slip.Hash) (io.ReadSeekCloser, error)
}

// Config is what a Store needs.
type Config struct {
	// DatabaseURL names the database and, through search_path, the schema. The
	// store works as the role sesshu_service: either the URL's user is that
	// role, or it may become it.
	DatabaseURL string
	Images      ImageStore
	Logger      *slog.Logger     // slog.Default when nil
	Now         func() time.Time // time.Now when nil

	// Validate says whether a text may stand for a value when a person
	// confirms a slip. Nil accepts everything. Its error must not quote the
	// text.
	Validate func(value slip.Value, text string) error
}

// Store is the ledger. Its methods are safe for concurrent use.
type Store struct {
	url      string
	pool     *pgxpool.Pool
	jobs     *river.Client[pgx.Tx] // inserts only; RunJobs works with a client and a pool of its own
	images   ImageStore
	logger   *slog.Logger
	clock    func() time.Time
	validate func(value slip.Value, text string) error
}

// Open connects to a schema that Migrate has prepared. The caller closes the
// store.
func Open(ctx context.Context, config Config) (*Store, error) {
	if config.Images == nil {
		return nil, errors.New("open ledger: no image store given")
	}
	store := &Store{
		url:      config.DatabaseURL,
		images:   config.Images,
		logger:   config.Logger,
		clock:    config.Now,
		validate: config.Validate,
	}
	if store.logger == nil {
		store.logger = slog.Default()
	}
	if store.clock == nil {
		store.clock = time.Now
	}
	if store.validate == nil {
		store.validate = func(slip.Value, string) error { return nil }
	}
	pool, err := openPool(ctx, config.DatabaseURL, serviceRole, 0)
	if err != nil {
		return nil, fmt.Errorf("open ledger: %w", err)
	}
	store.pool = pool
	store.jobs, err = river.NewClient(riverpgxv5.New(pool), &river.Config{Logger: riverLogger(store.logger)})
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("open ledger: job queue: %w", err)
	}
	if err := store.Ready(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("open ledger: %w", err)
	}
	return store, nil
}

// Close ends all connections, after what is under way. It may be called twice.
func (s *Store) Close() { s.pool.Close() }

// now is the one timestamp of a transaction, in the precision that PostgreSQL
// keeps, so that what is hashed is what is stored.
func (s *Store) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }

// transact runs one business fact in one transaction. The error of act comes
// back as it is; nothing of a failed act remains.
func (s *Store) transact(ctx context.Context, act func(tx pgx.Tx) error) error {
	return pgx.BeginFunc(ctx, s.pool, act)
}
