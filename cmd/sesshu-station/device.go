package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"sesshu/scanner"
	"sesshu/scanner/escl"
	"sesshu/scanner/folder"
	"sesshu/scanner/pin"
	"sesshu/scanner/sane"
	"sesshu/scanner/station"
)

// folderIdle is how long a watched folder may stay without a new file before
// the stack counts as through.
const folderIdle = 15 * time.Second

// settings are what every feed asks of the scanner.
func (c *commands) settings() (scanner.Settings, error) {
	drop, err := parseDropOut(c.DropOut)
	return scanner.Settings{DPI: c.DPI, Duplex: c.Duplex, Endorse: c.Endorse, DoubleFeedDetection: true, DropOut: drop, BlackBacking: c.Black}, err
}

func parseDropOut(text string) (scanner.DropOut, error) {
	for _, colour := range []scanner.DropOut{scanner.DropNone, scanner.DropRed, scanner.DropGreen, scanner.DropBlue} {
		if colour.String() == text {
			return colour, nil
		}
	}
	return scanner.DropNone, fmt.Errorf("drop-out colour %q is none of none, red, green and blue", text)
}

// parseSANEOptions reads NAME=VALUE; NAME=VALUE.
func parseSANEOptions(text string) ([]sane.Option, error) {
	var options []sane.Option
	for part := range strings.SplitSeq(text, ";") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		name, value, found := strings.Cut(part, "=")
		if name = strings.TrimSpace(name); !found || name == "" || strings.HasPrefix(name, "-") {
			return nil, fmt.Errorf("option %q is not of the form NAME=VALUE", part)
		}
		options = append(options, sane.Option{Name: name, Value: strings.TrimSpace(value)})
	}
	return options, nil
}

// openDevice opens the scanner that the configuration names. Its job file and
// its pages lie in the spool: after a crash the next start frees the scanner and
// leaves no copy of a slip that nobody knows of.
func (c *commands) openDevice() (scanner.Device, error) {
	if err := checkDevice(c.Device); err != nil {
		return nil, fmt.Errorf("device: %w", err)
	}
	kind, address, _ := strings.Cut(c.Device, ":")
	switch kind {
	case "sane":
		options, err := parseSANEOptions(c.SANEOptions)
		if err != nil {
			return nil, err
		}
		return sane.New(sane.Config{Device: address, Options: options, WorkDir: station.PagesDir(c.Spool), Logger: c.logger})
	case "folder":
		return folder.New(folder.Config{Dir: address, Idle: folderIdle, Logger: c.logger}), nil
	}
	config := escl.Config{URL: address, JobFile: filepath.Join(c.Spool, "escl-job"), Logger: c.logger}
	if c.DevicePin != "" {
		key, err := pin.Parse(c.DevicePin)
		if err != nil {
			return nil, fmt.Errorf("device pin: %w", err)
		}
		config.TLS = key.TLS()
	}
	return escl.New(config)
}
