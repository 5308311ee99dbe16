package sane

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
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
	options, err := d.options(ctx)
	if err != nil {
		return nil, err
	}
	list, err := arguments(settings, d.config.Options, options)
	if err != nil {
		return nil, err
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
		names: make(chan string), quit: make(chan struct{}), exited: make(chan struct{})}
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
	if b.settings.Duplex && b.delivered%2 == 1 {
		image.Side = scanner.Back
	}
	b.delivered++
	return image, nil
}

// ending names how the child ended.
func (b *batch) ending(ctx context.Context) error {
	code := exitCode(b.failure)
	if code == statusGood || code == statusNoDocs {
		if b.delivered == 0 {
			return faultOf(statusNoDocs, lastLine(b.complaints.String()))
		}
		return io.EOF
	}
	fault := faultOf(code, b.complaint())
	if code == statusJammed {
		// The drivers' word for a double feed, too; the sensor knows.
		if now, err := b.device.options(ctx); err == nil && now.sensor("double-feed") {
			fault.Condition = scanner.DoubleFeed
			fault.Raw += ", sensor double-feed"
		}
	}
	return fault
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
