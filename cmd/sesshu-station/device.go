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
)

// folderIdle is how long a watched folder may stay without a new file before
// the stack counts as through.
const folderIdle = 15 * time.Second

// settings are what every feed asks of the scanner.
func (c *commands) settings() scanner.Settings {
	return scanner.Settings{DPI: c.DPI, Duplex: c.Duplex, DoubleFeedDetection: true}
}

// openDevice opens the scanner that the configuration names. Its job file lies
// in the spool: a scanner left busy by a crash is freed by the next start.
func (c *commands) openDevice() (scanner.Device, error) {
	if err := checkDevice(c.Device); err != nil {
		return nil, fmt.Errorf("device: %w", err)
	}
	kind, address, _ := strings.Cut(c.Device, ":")
	switch kind {
	case "sane":
		return sane.New(sane.Config{Device: address, Logger: c.logger})
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
