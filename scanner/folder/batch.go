package folder

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"sesshu/ledger/slip"
	"sesshu/scanner"
	"sesshu/scanner/media"
)

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
