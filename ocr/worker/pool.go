// Package worker runs the reading: a pool of child processes that hold OpenCV
// and Tesseract, and the work on one sheet from its stored bytes to its stored
// decision.
//
// The C++ libraries can abort the whole process on a bad image and they leak;
// so the service never links its fate to theirs. A child that dies, hangs or
// grows too large is replaced, and the file it had is read again by another;
// the second death on one sheet sends the sheet to a person.
package worker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"
)

// Config says how to run the reading processes.
type Config struct {
	Command     []string      // program and arguments of one reading process
	Environment []string      // added to the little that is inherited, KEY=VALUE
	Size        int           // processes at a time; one per core
	Recycle     int           // files after which a process is replaced, because the libraries leak; 0: 2,000
	TimeLimit   time.Duration // for one file; 0: 60 s
	OpenLimit   time.Duration // for a new process to open its readers; 0: 5 min
	Stderr      io.Writer     // where the children's standard error goes; nil: nowhere
	Logger      *slog.Logger
}

// Pool is a set of reading processes. Run must be running for Read and Page to
// be answered.
type Pool struct {
	config Config
	tasks  chan task
}

type task struct {
	ctx   context.Context
	ask   request
	file  []byte
	reply chan outcome
	tries int // processes that died before they had it
}

type outcome struct {
	answer answer
	body   []byte
	err    error
}

// NewPool returns a pool that is not running yet.
func NewPool(config Config) *Pool {
	if config.Size < 1 {
		config.Size = 1
	}
	if config.Recycle < 1 {
		config.Recycle = 2000
	}
	if config.TimeLimit <= 0 {
		config.TimeLimit = time.Minute
	}
	if config.OpenLimit <= 0 {
		config.OpenLimit = 5 * time.Minute
	}
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	return &Pool{config: config, tasks: make(chan task)}
}

// Run keeps the processes running until ctx ends, then stops them. It returns
// nil then; an error means that a process could not even be started.
func (p *Pool) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	for range p.config.Size {
		group.Go(func() error { return p.slot(ctx) })
	}
	return group.Wait()
}

// Read reads every page of a file. ErrCrashed means that a process died on it.
// It waits for a free process as long as ctx lives.
func (p *Pool) Read(ctx context.Context, file []byte) (Result, error) {
	return p.ReadPrinted(ctx, file, nil)
}

// ReadPrinted is Read for a sheet on which the scanner has printed something,
// which is read back; nil for nothing.
func (p *Pool) ReadPrinted(ctx context.Context, file []byte, printed *Printed) (Result, error) {
	reply, err := p.do(ctx, request{Act: actRead, Bytes: len(file), Printed: printed}, file)
	if err != nil {
		return Result{}, err
	}
	if reply.answer.Read == nil {
		return Result{}, errors.New("reading process answered without a reading")
	}
	return *reply.answer.Read, nil
}

// Page turns one page of a file, counted from 1, into a JPEG.
func (p *Pool) Page(ctx context.Context, file []byte, page int) ([]byte, error) {
	reply, err := p.do(ctx, request{Act: actPage, Page: page, Bytes: len(file)}, file)
	return reply.body, err
}

// Versions names every reader of the reading processes and its version.
func (p *Pool) Versions(ctx context.Context) (map[string]string, error) {
	reply, err := p.do(ctx, request{Act: actVersions}, nil)
	return reply.answer.Versions, err
}

func (p *Pool) do(ctx context.Context, ask request, file []byte) (outcome, error) {
	t := task{ctx: ctx, ask: ask, file: file, reply: make(chan outcome, 1)}
	select {
	case p.tasks <- t:
	case <-ctx.Done():
		return outcome{}, ctx.Err()
	}
	reply := <-t.reply
	return reply, reply.err
}

// slot owns one process at a time.
func (p *Pool) slot(ctx context.Context) error {
	var child *process
	defer func() {
		if child != nil {
			child.stop()
		}
	}()
	var again *task // a task whose process died before it had it
	for {
		if child == nil {
			var err error
			if child, err = start(p.config); err != nil {
				again.give(outcome{err: err})
				return err
			}
		}
		var now task
		if again != nil {
			now, again = *again, nil
		} else {
			select {
			case <-ctx.Done():
				return nil
			case <-child.exited: // died idle: no file is to blame
				p.config.Logger.WarnContext(ctx, "idle reading process died", slog.Int("files", child.served))
				child.kill()
				child = nil
				if !pause(ctx) {
					return nil
				}
				continue
			case now = <-p.tasks:
			}
		}
		var reply outcome
		reply.answer, reply.body, reply.err = child.ask(now.ctx, p.config.OpenLimit, p.config.TimeLimit, now.ask, now.file) //nolint:contextcheck // a task lives as long as its asker, not as the pool
		if errors.Is(reply.err, errNotBegun) && now.tries < maxTries {
			now.tries++
			again = &now
		} else {
			now.give(reply)
		}
		switch {
		case reply.err != nil && !errors.Is(reply.err, ErrFault):
			p.config.Logger.WarnContext(ctx, "reading process replaced", slog.Int("files", child.served), slog.Any("error", reply.err))
			child.kill()
			child = nil
			if !pause(ctx) {
				again.give(outcome{err: ctx.Err()})
				return nil
			}
		case child.served >= p.config.Recycle:
			child.stop()
			child = nil
		}
	}
}

// maxTries is how many processes may die under one task before they had it.
const maxTries = 3

// give answers the asker; a nil task has none.
func (t *task) give(reply outcome) {
	if t == nil {
		return
	}
	if errors.Is(reply.err, errNotBegun) {
		reply.err = fmt.Errorf("%w: %w", ErrCrashed, reply.err)
	}
	t.reply <- reply
}

// pause keeps a process that dies at once from turning into a busy loop. It
// reports false when ctx ended.
func pause(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(100 * time.Millisecond):
		return true
	}
}
