package sane

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"sesshu/scanner"
	"sesshu/scanner/media"
)

// Scan starts scanimage in batch mode.
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

func (d *Device) scan(ctx context.Context, settings scanner.Settings) (_ *batch, err error) {
	options, err := d.ready(ctx)
	if err != nil {
		return nil, err
	}
	list, err := arguments(settings, d.config.Options, options)
	if err != nil {
		return nil, err
	}
	if d.config.WorkDir != "" {
		if err := os.MkdirAll(d.config.WorkDir, 0o700); err != nil {
			return nil, fmt.Errorf("make work directory: %w", err)
		}
	}
	directory, err := os.MkdirTemp(d.config.WorkDir, "sane-*")
	if err != nil {
		return nil, fmt.Errorf("make work directory: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(directory))
		}
	}()
	// The context covers the start only, and the child must outlive it.
	command := d.command(context.WithoutCancel(ctx), append(list, "--batch="+filepath.Join(directory, "%d.page"), "--batch-print")...)
	endWithParent(command)
	b := &batch{device: d, settings: settings, directory: directory, command: command,
		hopper: options.has(hopperSensor), names: make(chan string), quit: make(chan struct{}), exited: make(chan struct{})}
	command.Stderr = &b.complaints
	output, err := command.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start scanimage: %w", err)
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("start scanimage: %w", err)
	}
	go b.follow(output)
	return b, nil
}

// batch is one run of scanimage.
type batch struct {
	device     *Device
	settings   scanner.Settings
	hopper     bool // the device can tell whether paper is left
	directory  string
	command    *exec.Cmd
	complaints bytes.Buffer  // stderr; read after exited
	names      chan string   // pages as they are finished; closed at the end of output
	quit       chan struct{} // closed by Close: nobody takes names any more
	exited     chan struct{} // closed when the child is gone
	failure    error         // of the child; read after exited

	delivered int
	end       error
	closing   sync.Once
	closed    error
}

// follow passes on the names that scanimage prints and waits for its end.
func (b *batch) follow(output io.Reader) {
	defer close(b.exited)
	lines := bufio.NewScanner(output)
	for lines.Scan() {
		select {
		case b.names <- lines.Text():
		case <-b.quit:
		}
	}
	close(b.names)
	b.failure = b.command.Wait()
}

// Next returns the next side.
func (b *batch) Next(ctx context.Context) (scanner.Image, error) {
	if b.end != nil {
		return scanner.Image{}, b.end
	}
	image, err := b.next(ctx)
	if err != nil {
		b.end = err
	}
	return image, err
}

func (b *batch) next(ctx context.Context) (scanner.Image, error) {
	stalled := time.NewTimer(b.device.config.StallPatience)
	defer stalled.Stop()
	select {
	case <-ctx.Done():
		return scanner.Image{}, ctx.Err()
	case <-stalled.C:
		return scanner.Image{}, &scanner.Fault{Condition: scanner.Stalled, Protocol: protocol,
			Raw: "no page for " + b.device.config.StallPatience.String()}
	case name, more := <-b.names:
		if !more {
			<-b.exited
			return scanner.Image{}, b.ending(ctx)
		}
		return b.take(name)
	}
}

// take reads a finished page and removes its file.
func (b *batch) take(name string) (scanner.Image, error) {
	if filepath.Dir(name) != b.directory {
		return scanner.Image{}, &scanner.Fault{Condition: scanner.Unknown, Protocol: protocol, Raw: "page in an unexpected place"}
	}
	data, err := os.ReadFile(name)
	if err == nil {
		err = os.Remove(name)
	}
	if err != nil {
		return scanner.Image{}, fmt.Errorf("take page: %w", err)
	}
	kind, err := media.Check(data)
	if err != nil {
		return scanner.Image{}, &scanner.Fault{Condition: scanner.BrokenTransfer, Protocol: protocol, Cause: err}
	}
	image := scanner.Image{Bytes: data, MediaType: kind, DPI: b.settings.DPI, CapturedAt: time.Now().UTC()}
	switch {
	case !b.settings.Duplex:
		image.Imprint = b.settings.ImprintOn(b.delivered)
	case b.delivered%2 == 1:
		image.Side = scanner.Back
	default:
		image.Imprint = b.settings.ImprintOn(b.delivered / 2)
	}
	b.delivered++
	return image, nil
}

// The sensors that are read after a stop (sane-fujitsu(5)).
const (
	hopperSensor     = "page-loaded"
	coverSensor      = "cover-open"
	doubleFeedSensor = "double-feed"
)

// ending names how the child ended. The status alone does not tell: a double
// feed is a jam to the drivers, an open cover may be an I/O error, and "out of
// documents" is also what the device's stop button gives.
func (b *batch) ending(ctx context.Context) error {
	code := exitCode(b.failure)
	if code == statusGood || code == statusNoDocs {
		return b.empty(ctx)
	}
	fault := faultOf(code, b.complaint())
	switch fault.Condition {
	case scanner.Jam, scanner.Unplugged, scanner.Unknown:
		now, err := b.device.options(ctx)
		switch {
		case err != nil:
		case now.sensor(doubleFeedSensor):
			fault.Condition = scanner.DoubleFeed
			fault.Raw += ", sensor " + doubleFeedSensor
		case now.sensor(coverSensor):
			fault.Condition = scanner.CoverOpen
			fault.Raw += ", sensor " + coverSensor
		}
	default: // the status says all there is
	}
	return fault
}

// empty checks the driver's word that the feeder is empty against the hopper's
// sensor, where there is one.
func (b *batch) empty(ctx context.Context) error {
	complaint := lastLine(b.complaints.String())
	if b.hopper {
		now, err := b.device.options(ctx)
		switch {
		case err != nil: // the count will show it
			b.device.log.LogAttrs(ctx, slog.LevelWarn, "the feeder's sensor could not be read", slog.String("error", err.Error()))
		case now.sensor(hopperSensor) && b.delivered == 0:
			return &scanner.Fault{Condition: scanner.Mispick, Protocol: protocol, Raw: complaint + ", sensor " + hopperSensor}
		case now.sensor(hopperSensor):
			return &scanner.Fault{Condition: scanner.OperatorStop, Protocol: protocol, Raw: complaint + ", sensor " + hopperSensor}
		}
	}
	if b.delivered == 0 {
		return faultOf(statusNoDocs, complaint)
	}
	return io.EOF
}

// complaint returns scanimage's last message that is not mere progress.
func (b *batch) complaint() string {
	last := ""
	for _, line := range strings.Split(b.complaints.String(), "\n") {
		if strings.HasPrefix(line, "scanimage:") {
			last = strings.TrimSpace(line)
		}
	}
	return last
}

// Close stops scanimage when it still runs: first politely, so that it cancels
// the scan and the driver lets go of the device.
func (b *batch) Close() error {
	b.closing.Do(func() {
		if b.end == nil {
			b.end = &scanner.Fault{Condition: scanner.OperatorStop, Protocol: protocol, Raw: "batch closed by the station"}
		}
		close(b.quit)
		b.stop()
		b.closed = os.RemoveAll(b.directory)
		b.device.release()
	})
	return b.closed
}

func (b *batch) stop() {
	select {
	case <-b.exited:
		return
	default:
	}
	// A signal fails only when the child has just ended, or cannot be sent on
	// this system; then it is killed.
	if b.command.Process.Signal(os.Interrupt) == nil {
		patience := time.NewTimer(b.device.config.StopPatience)
		defer patience.Stop()
		select {
		case <-b.exited:
			return
		case <-patience.C:
		}
	}
	_ = b.command.Process.Kill()
	<-b.exited
}
