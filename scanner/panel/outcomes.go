package panel

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"sesshu/scanner/station"
)

// reviewRounds is in how many rounds a batch of which nothing waits to be read
// is asked for: people answer doubts in minutes, not in seconds.
const reviewRounds = 8

// outcomeLoop asks the service what became of the sheets on the page.
func (p *Panel) outcomeLoop(ctx context.Context) error {
	ticker := time.NewTicker(p.config.Poll)
	defer ticker.Stop()
	for {
		for _, batch := range p.curious() {
			if err := p.ask(ctx, batch.name, batch.first-1); err != nil {
				break // the service is away; clockLoop and the station say so
			}
		}
		p.askCount(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

type question struct {
	name  string
	first int
}

// curious returns the batches to ask for in this round, and from which sheet on.
func (p *Panel) curious() []question {
	p.mu.Lock()
	defer p.mu.Unlock()
	var questions []question
	for name, known := range p.sheets {
		first, unread := known.unsettled()
		known.asked++
		if first > 0 && (unread || known.asked >= reviewRounds) {
			known.asked = 0
			questions = append(questions, question{name, first})
		}
	}
	return questions
}

// ask takes in what the service says of a batch's sheets after one.
func (p *Panel) ask(ctx context.Context, batch string, after int) error {
	for {
		states, err := p.config.Service.Sheets(ctx, p.config.Name, batch, after)
		if errors.Is(err, station.ErrRefused) {
			return nil // the service knows no such batch yet
		}
		if err != nil || len(states) == 0 {
			return err
		}
		p.mu.Lock()
		if known := p.sheets[batch]; known != nil {
			p.revision++
			news := false
			for _, state := range states {
				news = known.learn(state, p.revision) || news
			}
			if news {
				p.touch()
			}
		}
		p.mu.Unlock()
		last := states[len(states)-1].Sequence
		if last <= after {
			return errors.New("service answers with sheets that were not asked for")
		}
		after = last
	}
}

// askCount learns how many of the shown batch's sheets are no slips of their own
// (headers, separators, and whatever else the service takes out of the count),
// and how many slips its header declares, as long as a sheet is not read that
// may say so.
func (p *Panel) askCount(ctx context.Context) {
	p.mu.Lock()
	shown := p.shown
	p.mu.Unlock()
	for _, account := range p.station.Batches() {
		if account.Name != shown || account.HandedIn == 0 || account.Closing != nil || account.Discarded != nil ||
			account.Unread == 0 && account.Missing() >= 0 {
			continue
		}
		count, err := p.config.Service.Batch(ctx, p.config.Name, shown)
		if err == nil {
			err = p.station.NoteCount(shown, count)
			p.mu.Lock()
			p.touch()
			p.mu.Unlock()
		}
		if err != nil {
			p.log.LogAttrs(ctx, slog.LevelDebug, "count not known", slog.String("batch", shown), slog.String("error", err.Error()))
		}
	}
}

// serviceState is what is known of the service beside what the station says.
type serviceState struct {
	err error         // of the last question; nil when it answered
	off time.Duration // how far this computer's clock is ahead of the service's
}

// The service's time comes in whole seconds and a question takes a while, so
// that less than this is no fault of a clock.
const clockTolerance = 2 * time.Minute

// clockLoop looks whether the service is there, and what time it has. A clock
// that is wrong is told and nothing else: the moments at which sheets were
// captured stay those of this computer.
func (p *Panel) clockLoop(ctx context.Context) error {
	for {
		asked := p.config.Now()
		limited, cancel := context.WithTimeout(ctx, 10*time.Second)
		moment, err := p.config.Service.Clock(limited)
		cancel()
		pause := 10 * p.config.Poll
		if err != nil {
			pause = 2 * p.config.Poll
		}
		if ctx.Err() == nil {
			p.mu.Lock()
			before := p.service
			p.service.err = err
			if err == nil {
				p.service.off = asked.Sub(moment).Truncate(time.Second)
			}
			if (before.err == nil) != (err == nil) || before.off != p.service.off {
				p.touch()
			}
			p.mu.Unlock()
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
	}
}
