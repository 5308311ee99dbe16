package escl

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"sesshu/scanner"
	"sesshu/scanner/media"
)

// Scan starts feeding.
func (d *Device) Scan(ctx context.Context, settings scanner.Settings) (scanner.Batch, error) {
	d.mu.Lock()
	if d.feeding {
		d.mu.Unlock()
		return nil, &scanner.Fault{Condition: scanner.Busy, Protocol: protocol, Raw: "fed by this station already"}
	}
	d.feeding = true
	d.mu.Unlock()

	batch, err := d.scan(ctx, settings.WithDefaults())
	if err != nil {
		d.release()
		return nil, err
	}
	return batch, nil
}

func (d *Device) release() {
	d.mu.Lock()
	d.feeding = false
	d.mu.Unlock()
}

func (d *Device) scan(ctx context.Context, settings scanner.Settings) (*batch, error) {
	if err := d.abandon(ctx); err != nil {
		return nil, err
	}
	can, err := d.capabilities(ctx)
	if err != nil {
		return nil, err
	}
	request, err := writeSettings(settings, can)
	if err != nil {
		return nil, err
	}
	path, err := d.startJob(ctx, request)
	if err != nil {
		return nil, err
	}
	return &batch{device: d, settings: settings, can: can, path: path, progress: time.Now()}, nil
}

// batch is one feed, over as many jobs as the device makes of it.
type batch struct {
	device   *Device
	settings scanner.Settings
	can      capabilities
	path     string // of the job in hand; empty when none is

	delivered int       // images in the whole batch
	inJob     int       // images in the job in hand
	progress  time.Time // of the last image or new job
	end       error

	closing sync.Once
	closed  error
}

// sheets returns how many whole sheets were delivered.
func (b *batch) sheets() int {
	if b.settings.Duplex {
		return b.delivered / 2
	}
	return b.delivered
}

// Next returns the next side.
func (b *batch) Next(ctx context.Context) (scanner.Image, error) {
	if b.end != nil {
		return scanner.Image{}, b.end
	}
	data, err := b.next(ctx)
	if err != nil {
		b.end = err
		return scanner.Image{}, err
	}
	image := scanner.Image{
		Bytes:      data,
		MediaType:  media.TypeOf(data),
		DPI:        b.settings.DPI,
		CapturedAt: time.Now().UTC(),
	}
	if b.settings.Duplex && b.inJob%2 == 1 {
		image.Side = scanner.Back
	} else {
		image.Imprint = b.settings.ImprintOn(b.sheets())
	}
	b.delivered++
	b.inJob++
	b.progress = time.Now()
	return image, nil
}

// next asks until an image has arrived whole or the feed has ended.
func (b *batch) next(ctx context.Context) ([]byte, error) {
	for {
		got := b.device.fetch(ctx, b.path)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case got.code == http.StatusOK && got.err == nil:
			return got.data, nil
		case got.code == http.StatusOK:
			return b.repeat(ctx, got)
		case !got.sent && time.Since(b.progress) < b.device.config.SettlePatience:
			// Nobody saw the request, so it costs no sheet to send it again.
		case got.code == 0:
			return nil, got.err
		default:
			again, err := b.explain(ctx, got.code)
			if err != nil {
				return nil, err
			}
			if !again {
				return nil, io.EOF
			}
		}
		if err := pause(ctx, b.device.config.Poll+got.wait); err != nil {
			return nil, err
		}
	}
}

// repeat asks once more for an image that arrived damaged. It is taken only
// when it proves to be the same sheet. If the device has gone on to the next
// sheet, that one is thrown away as well: the operator puts back everything
// behind the last good sheet, so keeping it would double it.
func (b *batch) repeat(ctx context.Context, first transfer) ([]byte, error) {
	if scanner.ConditionOf(first.err) != scanner.BrokenTransfer {
		return nil, first.err
	}
	if err := pause(ctx, b.device.config.Poll); err != nil {
		return nil, err
	}
	second := b.device.fetch(ctx, b.path)
	if second.code == http.StatusOK && second.err == nil && sameSheet(first.data, second.data) {
		b.device.log.WarnContext(ctx, "an image arrived damaged and was delivered again", slog.Int("bytes_first", len(first.data)))
		return second.data, nil
	}
	// Perhaps it was damaged because the sheet was: a jam says more.
	if now, err := b.device.status(ctx); err == nil {
		if fault := now.fault(); fault != nil {
			fault.Cause = first.err
			return nil, fault
		}
	}
	return nil, first.err
}

// Close ends the job and gives the device back.
func (b *batch) Close() error {
	b.closing.Do(func() {
		if b.end == nil {
			b.end = &scanner.Fault{Condition: scanner.OperatorStop, Protocol: protocol, Raw: "batch closed by the station"}
		}
		b.closed = b.dropJob(context.Background())
		b.device.release()
	})
	return b.closed
}

// dropJob deletes the job in hand.
func (b *batch) dropJob(ctx context.Context) error {
	if b.path == "" {
		return nil
	}
	err := b.device.deleteJob(ctx, b.path)
	if err != nil && errors.Is(err, scanner.Unplugged) {
		// It cannot be told now. The job file stays, and the next start tells it.
		b.device.log.WarnContext(ctx, "scanner could not be given back, the next start will", slog.String("error", err.Error()))
		err = nil
	}
	b.path = ""
	return err
}
