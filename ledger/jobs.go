package ledger

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"sesshu/ledger/slip"
)

// JobsConfig says how RunJobs works.
type JobsConfig struct {
	Concurrency int    // sheets read at once, at least 1
	ClientID    string // names this process over its restarts; processes that work at once have different ones

	// Read reads one sheet and records it with RecordPages, or records its
	// worker's death with RecordCrash and returns an error. It may be called
	// again for a sheet, but not for one that is decided. Its error goes to
	// the log: ids only. One that is images.ErrAway does not count against the
	// sheet, which waits until the store is back.
	Read   func(ctx context.Context, sheet slip.Sheet) error
	Logger *slog.Logger // the store's when nil
}

// How sheets are read and read again.
const (
	readTimeout  = 3 * time.Minute
	readAttempts = 5 // failures after which a person is asked
	stopPatience = 5 * time.Second

	// The queue's own limit must never be reached: it would drop the job.
	queueAttempts = 10_000

	// A job that the queue believes to run for longer has lost its process.
	rescueAfter = readTimeout + time.Minute

	// How long a database that went away while the work began is waited for.
	beginPatience = time.Minute

	// A reading process waits this long at most between two sheets. The queue's own
	// default, a tenth of a second, is more than a slip takes to read.
	fetchCooldown = 5 * time.Millisecond

	// The queue's client needs connections of its own: sharing those that
	// readers use can starve it.
	queueConnections = 8
)

// backOff is the pause after each failure of one sheet.
var backOff = [...]time.Duration{time.Second, 5 * time.Second, 15 * time.Second, time.Minute}

// readSheet is the job of reading one sheet.
type readSheet struct{ slip.SheetID }

// Kind implements river.JobArgs.
func (readSheet) Kind() string { return "read_sheet" }

// InsertOpts implements river.JobArgsWithInsertOpts.
func (readSheet) InsertOpts() river.InsertOpts { return river.InsertOpts{MaxAttempts: queueAttempts} }

// RunJobs reads the sheets that wait, and those that come, until ctx ends. Then
// it lets running reads finish for five seconds and puts the others back.
//
// Jobs that a killed predecessor with the same ClientID was running, and jobs
// whose end could not be recorded because the database was away, become
// available at once. ErrAlreadyRunning says that another process works under
// this ClientID.
//
// A database that goes away before the work begins is waited for, for a minute;
// later the queue waits by itself.
func (s *Store) RunJobs(ctx context.Context, config JobsConfig) error {
	for deadline := time.Now().Add(beginPatience); ; {
		err := s.runJobs(ctx, config)
		if err == nil {
			return nil
		}
		if !databaseAway(err) || time.Now().After(deadline) {
			return fmt.Errorf("run jobs as %q: %w", config.ClientID, err)
		}
		s.logger.WarnContext(ctx, "the database went away before sheets could be read, trying again", slog.Any("error", err))
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(time.Second):
		}
	}
}

// databaseAway reports whether an error says that the server cannot be reached, or
// is going down or coming up (SQLSTATE classes 08 and 57P), and not that it refuses.
func databaseAway(err error) bool {
	var server *pgconn.PgError
	if errors.As(err, &server) {
		return strings.HasPrefix(server.Code, "57P") || strings.HasPrefix(server.Code, "08")
	}
	var connecting *pgconn.ConnectError
	return errors.As(err, &connecting) || errors.Is(err, io.ErrUnexpectedEOF) || pgconn.SafeToRetry(err)
}

func (s *Store) runJobs(ctx context.Context, config JobsConfig) error {
	if config.Concurrency < 1 || config.ClientID == "" || config.Read == nil {
		return errors.New("concurrency, client id and reader must be given")
	}
	if config.Logger == nil {
		config.Logger = s.logger
	}
	pool, err := openPool(ctx, s.url, serviceRole, queueConnections)
	if err != nil {
		return err
	}
	defer pool.Close()

	custody := &custody{pool: pool, client: config.ClientID, logger: config.Logger}
	defer custody.release(ctx)
	if err := custody.take(ctx); err != nil {
		if ctx.Err() != nil {
			return nil // asked to end while waiting
		}
		return err
	}
	if err := s.enqueueForgotten(ctx); err != nil {
		return err
	}
	workers := river.NewWorkers()
	if err := river.AddWorkerSafely(workers, &sheetWorker{store: s, config: config, custody: custody}); err != nil {
		return err
	}
	client, err := river.NewClient(riverpgxv5.New(pool), &river.Config{
		ID:                   config.ClientID,
		Logger:               riverLogger(config.Logger),
		Workers:              workers,
		Queues:               map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: config.Concurrency}},
		FetchCooldown:        fetchCooldown,
		JobTimeout:           readTimeout,
		RescueStuckJobsAfter: rescueAfter,
		SoftStopTimeout:      stopPatience,
		MaxAttempts:          queueAttempts,
		ReindexerIndexNames:  []string{}, // the service owns no indexes
	})
	if err != nil {
		return err
	}
	if err := client.Start(ctx); err != nil {
		return err
	}
	custody.run(ctx)
	<-client.Stopped()
	return nil
}

// enqueueForgotten gives a job to every waiting sheet that has none. None
// should be; but a job table that was emptied must not strand paper.
func (s *Store) enqueueForgotten(ctx context.Context) error {
	rows, err := s.pool.Query(ctx, `
		select station, batch, sequence from sheets
		where state = 'waiting' and not exists (
			select from river_job
			where kind = 'read_sheet' and finalized_at is null
			  and args @> jsonb_build_object('station', sheets.station, 'batch', sheets.batch, 'sequence', sheets.sequence))`)
	if err != nil {
		return fmt.Errorf("look for sheets without a job: %w", err)
	}
	defer rows.Close()
	var jobs []river.InsertManyParams
	for rows.Next() {
		var id slip.SheetID
		if err := rows.Scan(&id.Station, &id.Batch, &id.Sequence); err != nil {
			return fmt.Errorf("look for sheets without a job: %w", err)
		}
		jobs = append(jobs, river.InsertManyParams{Args: readSheet{id}})
	}
	if err := rows.Err(); err != nil || len(jobs) == 0 {
		return err
	}
	s.logger.WarnContext(ctx, "waiting sheets had no job; they get one", slog.Int("sheets", len(jobs)))
	if _, err := s.jobs.InsertMany(ctx, jobs); err != nil {
		return fmt.Errorf("give jobs to sheets without one: %w", err)
	}
	return nil
}
