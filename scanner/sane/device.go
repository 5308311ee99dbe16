// Package sane drives scanners through SANE, by Debian's scanimage as a child
// process: no C code in this program, a backend that crashes takes down only
// the child, and the child's exit code is the SANE status. scanimage writes a
// page under another name until it is whole, and prints its name only then; what
// was not printed is no page.
//
// SANE has no status for a double feed: the drivers say JAMMED, so the sensor is
// read after a stop. And most drivers detect double feeds only when told to:
// the options for it are set wherever the backend has them.
package sane

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"sesshu/scanner"
)

const protocol = "SANE"

// Config says which device to use.
type Config struct {
	Device    string // SANE's name for it, such as fujitsu:fi-8170:100027
	Program   string // empty means scanimage
	ConfigDir string // SANE_CONFIG_DIR; empty means the system's
	// Options are set besides those that follow from the settings, in this
	// order, by name, where the backend has them.
	Options []Option
	// WorkDir holds pages between scanimage and the spool, and is made when it is
	// not there. A batch leaves nothing in it, but a process that is killed does:
	// who names it clears it. Empty means the system's temporary directory.
	WorkDir string
	// BusyPatience is how long to keep asking a device that another program
	// holds. Zero means 20 s.
	BusyPatience time.Duration
	// StallPatience is how long a page may take. Zero means 3 minutes.
	StallPatience time.Duration
	// StopPatience is how long scanimage may take to stop when told to, before
	// it is killed. Zero means 15 s.
	StopPatience time.Duration
	Logger       *slog.Logger // nil discards
}

// Option is one backend option, such as {"df-action", "Stop"}.
type Option struct{ Name, Value string }

// Device is one SANE scanner. It implements scanner.Device.
type Device struct {
	config Config
	log    *slog.Logger

	mu      sync.Mutex
	feeding bool
}

// New returns the device. It does not talk to it yet.
func New(config Config) (*Device, error) {
	if config.Device == "" || strings.HasPrefix(config.Device, "-") {
		return nil, fmt.Errorf("SANE device name %q", config.Device)
	}
	if config.Program == "" {
		config.Program = "scanimage"
	}
	if config.BusyPatience <= 0 {
		config.BusyPatience = 20 * time.Second
	}
	if config.StallPatience <= 0 {
		config.StallPatience = 3 * time.Minute
	}
	if config.StopPatience <= 0 {
		config.StopPatience = 15 * time.Second
	}
	device := &Device{config: config, log: config.Logger}
	if device.log == nil {
		device.log = slog.New(slog.DiscardHandler)
	}
	return device, nil
}

// Capabilities asks the backend for its options and reads from them what the
// device can do.
func (d *Device) Capabilities(ctx context.Context) (scanner.Capabilities, error) {
	options, err := d.options(ctx)
	if err != nil {
		return scanner.Capabilities{}, err
	}
	return options.capabilities(d.config.Device), nil
}

// options lists what the backend offers for this device at this moment, with
// its sensors.
func (d *Device) options(ctx context.Context) (optionList, error) {
	command := d.command(ctx, "-A")
	var complaints bytes.Buffer
	command.Stderr = &complaints
	text, err := command.Output()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if errors.Is(err, exec.ErrNotFound) {
		return nil, &scanner.Fault{Condition: scanner.Unplugged, Protocol: protocol, Raw: "scanimage is not installed", Cause: err}
	}
	if err != nil {
		// scanimage fails here only when it cannot open the device.
		return nil, openFault(exitCode(err), lastLine(complaints.String()))
	}
	return parseOptions(string(text)), nil
}

// ready lists the options as soon as the device can be opened. After a crash of
// the station the last scanimage may hold it for some seconds more.
func (d *Device) ready(ctx context.Context) (optionList, error) {
	deadline := time.Now().Add(d.config.BusyPatience)
	for {
		options, err := d.options(ctx)
		if !errors.Is(err, scanner.Busy) || time.Now().After(deadline) {
			return options, err
		}
		timer := time.NewTimer(time.Second)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil, ctx.Err()
		case <-timer.C:
		}
	}
}

// command makes a scanimage command for this device.
func (d *Device) command(ctx context.Context, arguments ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, d.config.Program, append([]string{"-d", d.config.Device}, arguments...)...)
	command.Env = append(os.Environ(), "LC_ALL=C")
	if d.config.ConfigDir != "" {
		command.Env = append(command.Env, "SANE_CONFIG_DIR="+d.config.ConfigDir)
	}
	return command
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}
