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
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"sesshu/ledger/slip"
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
	log     *slog.Logger
	mu      sync.Mutex
	feeding bool
}

// New returns the device. The folder must exist when it is scanned.
func New(config Config) (*Device, error) {
	if config.Dir == "" {
		return nil, errors.New("watched folder has no name")
	}
	defaults := func(value *time.Duration, otherwise time.Duration) {
		if *value <= 0 {
			*value = otherwise
		}
	}
	defaults(&config.Stable, 3*time.Second)
	defaults(&config.Broken, time.Minute)
	defaults(&config.Poll, 500*time.Millisecond)
	device := &Device{config: config, log: config.Logger}
	if device.log == nil {
		device.log = slog.New(slog.DiscardHandler)
	}
	return device, nil
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
	return &batch{device: d, settings: settings, journal: taken, seen: map[string]sighting{}, offered: map[string]bool{}}, nil
}

// batch is one watch.
type batch struct {
	device    *Device
	settings  scanner.Settings
	journal   *journal
	seen      map[string]sighting // by name
	offered   map[string]bool     // names handed out and not confirmed
	delivered int                 // files
	sides     int                 // of these, the ones that are one side each
	end       error
	closing   sync.Once
	closed    error
}

// Next waits for the next complete file.
func (b *batch) Next(ctx context.Context) (scanner.Image, error) {
	if b.end != nil {
		return scanner.Image{}, b.end
	}
	image, err := b.next(ctx)
	if err != nil {
		b.end = err
		return scanner.Image{}, err
	}
	if b.settings.Duplex && image.MediaType != media.PDF && image.MediaType != media.TIFF {
		if b.sides%2 == 1 {
			image.Side = scanner.Back
		}
		b.sides++
	}
	b.delivered++
	return image, nil
}

func (b *batch) next(ctx context.Context) (scanner.Image, error) {
	quiet := time.Now()
	for {
		found, waiting, err := b.look()
		if err != nil {
			return scanner.Image{}, err
		}
		if found != nil {
			return *found, nil
		}
		if waiting {
			quiet = time.Now()
		}
		if idle := b.device.config.Idle; idle > 0 && time.Since(quiet) >= idle {
			if b.delivered == 0 {
				return scanner.Image{}, &scanner.Fault{Condition: scanner.FeederEmpty, Protocol: protocol}
			}
			return scanner.Image{}, io.EOF
		}
		timer := time.NewTimer(b.device.config.Poll)
		select {
		case <-ctx.Done():
			timer.Stop()
			return scanner.Image{}, ctx.Err()
		case <-timer.C:
		}
	}
}

// look returns the oldest file when it is complete. waiting reports that files
// are there which are not.
func (b *batch) look() (found *scanner.Image, waiting bool, err error) {
	files, err := list(b.device.config.Dir)
	if err != nil {
		return nil, false, unreadable(err)
	}
	b.observe(files)
	for _, file := range files {
		if b.offered[file.name] {
			continue
		}
		// Later files wait for this one: the order is the stack's.
		image, err := b.consider(file)
		return image, image == nil, err
	}
	return nil, false, nil
}

// consider takes the next file when it has come to rest and is whole.
func (b *batch) consider(file entry) (*scanner.Image, error) {
	atRest := time.Since(b.seen[file.name].since)
	if atRest < b.device.config.Stable {
		return nil, nil
	}
	path := filepath.Join(b.device.config.Dir, file.name)
	data, err := os.ReadFile(path)
	if err != nil {
		// Capture programs lock what they write; a share can be away.
		return nil, b.tooLong(file, atRest, err)
	}
	after, err := os.Stat(path)
	if err != nil {
		return nil, b.tooLong(file, atRest, err)
	}
	if after.Size() != int64(len(data)) || !after.ModTime().Equal(file.modified) {
		delete(b.seen, file.name) // it is being written to after all
		return nil, nil
	}
	kind, err := media.Check(data)
	if err != nil {
		return nil, b.tooLong(file, atRest, err)
	}
	source := fmt.Sprintf("%s %d %d %s", file.name, file.size, file.modified.UnixNano(), slip.HashOf(data))
	if b.journal.has(source) {
		b.moveAway(file.name, takenFolder)
		return nil, nil
	}
	b.offered[file.name] = true
	return &scanner.Image{Bytes: data, MediaType: kind, DPI: b.settings.DPI, CapturedAt: file.modified.UTC(), Source: source}, nil
}

// tooLong lets an incomplete file be, until its time is up; then it is put aside
// and the feed stops, because a sheet is missing in the order of the stack.
func (b *batch) tooLong(file entry, atRest time.Duration, cause error) error {
	if atRest < b.device.config.Broken {
		return nil
	}
	b.moveAway(file.name, brokenFolder)
	return &scanner.Fault{Condition: scanner.BrokenTransfer, Protocol: protocol, Raw: "file " + file.name, Cause: cause}
}

// Confirm writes down that the files are taken and moves them away.
func (b *batch) Confirm(_ context.Context, images ...scanner.Image) error {
	sources := make([]string, 0, len(images))
	for _, image := range images {
		sources = append(sources, image.Source)
	}
	if err := b.journal.add(sources...); err != nil {
		return unreadable(err)
	}
	for _, image := range images {
		b.moveAway(nameOf(image.Source), takenFolder)
	}
	return nil
}

// Close ends the watch.
func (b *batch) Close() error {
	b.closing.Do(func() {
		if b.end == nil {
			b.end = &scanner.Fault{Condition: scanner.OperatorStop, Protocol: protocol, Raw: "batch closed by the station"}
		}
		b.closed = b.journal.close()
		b.device.mu.Lock()
		b.device.feeding = false
		b.device.mu.Unlock()
	})
	return b.closed
}
