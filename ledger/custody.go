package ledger

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// custody is the right to speak for a client id. The queue marks a job as
// running with the id of the client that runs it. When that process is killed,
// or the database was away as the job ended, the mark stays; only who holds the
// id may say that it is stale. The right is a session's advisory lock: it goes
// with the process, or with its connection.
type custody struct {
	pool   *pgxpool.Pool
	client string
	logger *slog.Logger
	held   *pgxpool.Conn // the session with the lock; nil without

	mutex   sync.Mutex
	running map[int64]struct{} // jobs that run in this process
}

const (
	custodyPatience = 30 * time.Second // for the session of a killed predecessor to go
	sweepInterval   = 2 * time.Second
	sweepGrace      = 10 * time.Second // between the queue's mark and add, and between remove and the mark's end
)

func (c *custody) add(job int64) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.running == nil {
		c.running = map[int64]struct{}{}
	}
	c.running[job] = struct{}{}
}

func (c *custody) remove(job int64) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	delete(c.running, job)
}

// take waits for the lock and frees the predecessor's jobs.
func (c *custody) take(ctx context.Context) error {
	deadline := time.Now().Add(custodyPatience)
	for {
		err := c.try(ctx)
		if err != nil {
			return err
		}
		if c.held != nil {
			return c.sweep(ctx, 0)
		}
		if time.Now().After(deadline) {
			return ErrAlreadyRunning
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// try takes the lock if it is free.
func (c *custody) try(ctx context.Context) error {
	connection, err := c.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	var locked bool
	err = connection.QueryRow(ctx, `
		select pg_try_advisory_lock(hashtextextended('sesshu jobs ' || current_schema() || ' ' || $1, 0))`, c.client).Scan(&locked)
	if err != nil || !locked {
		connection.Release()
		return err
	}
	c.held = connection
	return nil
}

// run frees stale jobs again and again until ctx ends.
func (c *custody) run(ctx context.Context) {
	ticker := time.NewTicker(sweepInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if err := c.check(ctx); err != nil && ctx.Err() == nil {
			c.logger.WarnContext(ctx, "could not look after jobs, will try again", slog.Any("error", err))
		}
	}
}

// check sweeps, after taking the lock again when the database took it away.
func (c *custody) check(ctx context.Context) error {
	if c.held == nil {
		if err := c.try(ctx); err != nil || c.held == nil {
			return err
		}
	}
	err := c.sweep(ctx, sweepGrace)
	if err != nil {
		c.release(ctx)
	}
	return err
}

// sweep makes jobs available that are marked as running by this client since
// at least grace and do not run here. A job freed by mistake does no harm: its
// sheet is decided once.
func (c *custody) sweep(ctx context.Context, grace time.Duration) error {
	c.mutex.Lock()
	running := slices.AppendSeq([]int64{}, maps.Keys(c.running))
	c.mutex.Unlock()
	tag, err := c.held.Exec(ctx, `
		update river_job set state = 'available', scheduled_at = now()
		where state = 'running' and kind = 'read_sheet'
		  and attempted_by[cardinality(attempted_by)] = $1
		  and attempted_at <= now() - $2::interval
		  and id <> all ($3)`, c.client, grace, running)
	if err != nil {
		return fmt.Errorf("free stale jobs: %w", err)
	}
	if tag.RowsAffected() > 0 {
		c.logger.InfoContext(ctx, "freed jobs that no process was running", slog.Int64("jobs", tag.RowsAffected()))
	}
	return nil
}

// release closes the session and with it the lock, also when ctx has ended.
func (c *custody) release(ctx context.Context) {
	if c.held == nil {
		return
	}
	connection := c.held.Hijack()
	c.held = nil
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	_ = connection.Close(ctx) // closed in any case
}
