package panel

import (
	"context"
	"fmt"
	"time"

	"sesshu/scanner/station"
)

// begin asks Run to feed into the shown batch.
func (p *Panel) begin(batch string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.feeding {
		return fmt.Errorf("feed: %w", station.ErrFeeding)
	}
	p.feeding, p.shown, p.report, p.half = true, batch, nil, nil
	p.pace = pace{}
	p.touch()
	p.orders <- batch // has room: one feed at a time
	return nil
}

// feedLoop feeds, one batch at a time.
func (p *Panel) feedLoop(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case batch := <-p.orders:
			p.feed(ctx, batch)
		}
	}
}

// feed runs the feeder once, and leaves what it came to for the page. A fault is
// no error here: the operator mends it.
func (p *Panel) feed(ctx context.Context, batch string) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	p.mu.Lock()
	p.stop = cancel
	p.mu.Unlock()
	report, _ := p.station.Scan(ctx, p.config.Device, p.config.Settings, batch, nil) // the error is the report's fault
	var half []byte
	if len(report.HalfImage) > 0 {
		if drawn, err := drawBoth(report.HalfImage); err == nil {
			half = drawn.large
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.feeding, p.stop, p.half = false, nil, half
	p.feeds++
	report.LastImage, report.HalfImage = nil, nil
	if p.shown == batch {
		p.report = &report
	}
	p.touch()
}

// halt ends the feed in hand; the sheet that is on its way is fed again later.
func (p *Panel) halt() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stop != nil {
		p.stop()
	}
}

// show puts a batch of the spool on the page, with what to do to go on with it.
func (p *Panel) show(batch string) error {
	report, err := p.station.Report(batch)
	if err != nil {
		return err
	}
	report.LastImage = nil
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.feeding {
		return fmt.Errorf("show: %w", station.ErrFeeding)
	}
	p.shown, p.report, p.half, p.pace = batch, &report, nil, pace{}
	p.touch()
	return nil
}

// leave shows the form for a new batch. The batch that was shown stays as it is.
func (p *Panel) leave() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.feeding {
		return fmt.Errorf("leave: %w", station.ErrFeeding)
	}
	p.shown, p.report, p.half = "", nil, nil
	p.touch()
	return nil
}

// pace is the speed of the feed in hand, from the moments at which its last
// sheets were in.
type pace struct{ moments []time.Time }

// paceSheets is over how many sheets the speed is taken: enough to be steady,
// few enough to show a feeder that slows down.
const paceSheets = 20

func (p *pace) note(now time.Time) {
	p.moments = append(p.moments, now)
	p.moments = p.moments[max(0, len(p.moments)-paceSheets):]
}

// perMinute returns the speed in sheets a minute, 0 when it is not known yet.
func (p *pace) perMinute() float64 {
	if len(p.moments) < 2 {
		return 0
	}
	span := p.moments[len(p.moments)-1].Sub(p.moments[0])
	if span <= 0 {
		return 0
	}
	return float64(len(p.moments)-1) / span.Minutes()
}
