package ledger

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/riverqueue/river"

	"sesshu/ledger/images"
)

// sheetWorker is what the queue calls for each job.
type sheetWorker struct {
	river.WorkerDefaults[readSheet]
	store   *Store
	config  JobsConfig
	custody *custody
	away    atomic.Bool // the image store was away when last a sheet was read
}

// errNotRecorded is a reader's fault: it says it is done and recorded nothing.
var errNotRecorded = errors.New("the sheet was read but nothing was recorded")

// Work reads one sheet. Whatever happens, the sheet ends up decided or its job
// stays in the queue.
func (w *sheetWorker) Work(ctx context.Context, job *river.Job[readSheet]) error {
	w.custody.add(job.ID)
	defer w.custody.remove(job.ID)

	id := job.Args.SheetID
	logger := w.config.Logger.With(slog.String("sheet", id.String()), slog.Int64("job", job.ID))
	decided, err := w.store.decided(ctx, id)
	switch {
	case errors.Is(err, ErrNotFound):
		return river.JobCancel(err) // no such paper
	case err != nil:
		return river.JobSnooze(time.Second) // the database's trouble is not the sheet's
	case decided:
		return nil
	}
	sheet, err := w.store.Sheet(ctx, id)
	if err != nil {
		return river.JobSnooze(time.Second)
	}
	if err = w.config.Read(ctx, sheet); err == nil {
		if decided, err = w.store.decided(ctx, id); err == nil && !decided {
			err = errNotRecorded
		}
	}
	failures := len(job.Errors) + 1
	switch {
	case err == nil:
		if w.away.Swap(false) {
			logger.InfoContext(ctx, "the image store is back, sheets are read again")
		}
		return nil
	case errors.Is(ctx.Err(), context.Canceled): // we are stopping; not the sheet's fault
		return river.JobSnooze(0)
	case errors.Is(err, images.ErrAway): // nor is this
		if !w.away.Swap(true) {
			logger.ErrorContext(ctx, "the image store is away, sheets wait until it is back", slog.Any("error", err))
		}
		return w.waitForImages(ctx)
	case failures < readAttempts:
		logger.WarnContext(ctx, "reading a sheet failed, it is tried again", slog.Int("failures", failures), slog.Any("error", err))
		return err
	}
	logger.ErrorContext(ctx, "reading a sheet failed for good, a person is asked", slog.Int("failures", failures), slog.Any("error", err))
	// The read may have used up its time; asking a person must not fail for that.
	asking, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	if err := w.store.recordUnreadable(asking, id); err != nil {
		return river.JobSnooze(time.Second)
	}
	return nil
}

// awayPause is the time between two tries of one reading place while the image
// store is away.
const awayPause = 2 * time.Second

// waitForImages puts a sheet back behind the others, for as often as it takes.
// The place that had it rests first: no other sheet could be read either, and a
// long queue would go round and round.
func (w *sheetWorker) waitForImages(ctx context.Context) error {
	select {
	case <-ctx.Done():
	case <-time.After(awayPause):
	}
	return river.JobSnooze(0)
}

// Timeout implements river.Worker.
func (w *sheetWorker) Timeout(*river.Job[readSheet]) time.Duration { return readTimeout }

// NextRetry implements river.Worker.
func (w *sheetWorker) NextRetry(job *river.Job[readSheet]) time.Time {
	failures := min(len(job.Errors), len(backOff)-1)
	return time.Now().Add(backOff[failures])
}
