// Package folder takes sheets from a folder into which somebody else's capture
// program writes image files.
//
// Such programs create a file long before it is complete, append pages to it,
// and write over network shares that show a file's size before its content. So
// a file is taken only when it has not changed for a while and its format says
// that it is whole; in the order in which the files were written; and never
// twice: what was taken is written down before it is moved away, because a file
// that cannot be moved would come again. It leaves the folder only after the
// station has confirmed that it is durable in the spool.
package folder

import (
	"context"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"sesshu/scanner"
	"sesshu/scanner/media"
)

const protocol = "folder"

// Names that the folder's own files have; a capture program must not use them.
const (
	takenFolder  = "taken"             // files that are in the spool
	brokenFolder = "broken"            // files that never became whole, for a person
	journalFile  = ".sesshu-taken.log" // what was taken, one line a file
)

// Config says which folder, and how careful to be.
type Config struct {
	Dir string
	// Stable is how long a file must not have changed. Zero means 3 s.
	Stable time.Duration
	// Broken is how long a file that does not change may stay incomplete before
	// the feed stops for a person. Zero means 60 s.
	Broken time.Duration
	// Idle ends the feed, as an empty feeder would, when nothing new has come
	// for so long. Zero waits until the context ends.
	Idle time.Duration
	// Poll is the pause between two looks. Zero means 500 ms. Looking is chosen
	// over file system notices: network shares do not send them.
	Poll   time.Duration
	Logger *slog.Logger // nil discards
}

// Device is a watched folder. It implements scanner.Device.
type Device struct {
	config  Config
	readDir func(string) ([]fs.DirEntry, error) // os.ReadDir; tests put a failing share in its place
	log     *slog.Logger
	mu      sync.Mutex
	feeding bool
}

// New returns the device. The folder must exist when it is scanned.
func New(config Config) *Device {
	defaults := func(value *time.Duration, otherwise time.Duration) {
		if *value <= 0 {
			*value = otherwise
		}
	}
	defaults(&config.Stable, 3*time.Second)
	defaults(&config.Broken, time.Minute)
	defaults(&config.Poll, 500*time.Millisecond)
	device := &Device{config: config, readDir: os.ReadDir, log: config.Logger}
	if device.log == nil {
		device.log = slog.New(slog.DiscardHandler)
	}
	return device
}

// Capabilities returns the formats that are taken. What the capture program
// does is not known here.
func (d *Device) Capabilities(context.Context) (scanner.Capabilities, error) {
	if _, err := os.ReadDir(d.config.Dir); err != nil {
		return scanner.Capabilities{}, unreadable(err)
	}
	return scanner.Capabilities{Model: "watched folder", Feeder: true, Duplex: true,
		MediaTypes: []string{media.JPEG, media.PNG, media.TIFF, media.PDF}}, nil
}

func unreadable(err error) error {
	return &scanner.Fault{Condition: scanner.Unplugged, Protocol: protocol, Cause: err}
}

// Scan begins to watch. Of the settings, Duplex says that fronts and backs come
// as files of their own, one after the other, and DPI is noted with the sheets.
func (d *Device) Scan(_ context.Context, settings scanner.Settings) (scanner.Batch, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.feeding {
		return nil, &scanner.Fault{Condition: scanner.Busy, Protocol: protocol, Raw: "watched by this station already"}
	}
	for _, name := range []string{takenFolder, brokenFolder} {
		if err := os.MkdirAll(filepath.Join(d.config.Dir, name), 0o700); err != nil {
			return nil, unreadable(err)
		}
	}
	taken, err := openJournal(filepath.Join(d.config.Dir, journalFile))
	if err != nil {
		return nil, unreadable(err)
	}
	d.feeding = true
	return &batch{device: d, settings: settings, journal: taken, seen: map[string]sighting{}, offered: map[string]bool{}, content: map[string]string{}, alias: map[string]string{}}, nil
}
