package folder

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
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
	looks     int
	failing   time.Time         // since when the folder cannot be read; zero when it can
	content   map[string]string // name of each file handed out and not moved away, by what it holds
	alias     map[string]string // the names that files handed out have now, by those they had
	delivered int               // files
	sides     int               // of these, the ones that are one side each
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
	files, err := b.device.list()
	if err != nil {
		return nil, true, b.away(err)
	}
	b.failing = time.Time{}
	for _, file := range b.observe(files) {
		if b.offered[file.name] {
			continue
		}
		// Later files wait for this one: the order is the stack's.
		image, err := b.consider(file)
		return image, image == nil, err
	}
	return nil, false, nil
}

// away lets a folder be that cannot be read, until its time is up: network shares
// go away for moments (EAGAIN, ESTALE) and come back.
func (b *batch) away(err error) error {
	if b.failing.IsZero() {
		b.failing = time.Now()
		b.device.log.Warn("the watched folder cannot be read, waiting", slog.String("error", err.Error()))
	}
	if time.Since(b.failing) < b.device.config.Broken {
		return nil
	}
	return unreadable(err)
}

// consider takes the next file when it has come to rest and is whole.
func (b *batch) consider(file entry) (*scanner.Image, error) {
	atRest := time.Since(b.seen[file.name].since)
	if atRest < b.device.config.Stable {
		return nil, nil
	}
	if file.size > scanner.LargestImage {
		// It stays where it is, and the feed stops here until a person has taken it
		// out: a sheet would be missing in the order of the stack.
		return nil, &scanner.Fault{Condition: scanner.TooLarge, Protocol: protocol, Raw: "file " + file.name}
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
	if err == nil && writtenTo(path) {
		err = errStillOpen
	}
	if err != nil {
		return nil, b.tooLong(file, atRest, err)
	}
	holds := fmt.Sprintf("%d %d %s", file.size, file.modified.UnixNano(), slip.HashOf(data))
	source := file.name + " " + holds
	if b.journal.has(source) {
		b.moveAway(file.name, takenFolder)
		return nil, nil
	}
	if before, known := b.content[holds]; known && b.seen[before].name == "" {
		return nil, b.renamed(before, file.name, holds)
	}
	b.content[holds] = file.name
	b.offered[file.name] = true
	return &scanner.Image{Bytes: data, MediaType: kind, DPI: b.settings.DPI, CapturedAt: file.modified.UTC(), Source: source}, nil
}

// renamed follows a file that was handed out under a name that is gone: the
// capture program renamed it in between. It is the same sheet, and is taken when
// that one is confirmed, which may have been already.
func (b *batch) renamed(before, now, holds string) error {
	b.content[holds] = now
	b.offered[now] = true
	if !b.journal.has(before + " " + holds) {
		b.alias[before] = now
		return nil
	}
	if err := b.journal.add(now + " " + holds); err != nil {
		return unreadable(err)
	}
	b.moveAway(now, takenFolder)
	return nil
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
func (b *batch) Confirm(ctx context.Context, images ...scanner.Image) error {
	sources := make([]string, 0, len(images))
	for _, image := range images {
		sources = append(sources, image.Source)
		if now, renamed := b.alias[nameOf(image.Source)]; renamed {
			delete(b.alias, nameOf(image.Source))
			sources = append(sources, now+" "+heldBy(image.Source))
		}
	}
	if err := b.journal.add(sources...); err != nil {
		return unreadable(err)
	}
	for _, source := range sources {
		name := nameOf(source)
		if b.grown(source) {
			// A program that appends pages has gone on. What was taken is safe;
			// the file comes again, with all its pages, and a person sees both.
			b.device.log.WarnContext(ctx, "file was added to after it had been taken, it is taken again")
			delete(b.offered, name)
			continue
		}
		if b.moveAway(name, takenFolder) {
			delete(b.content, heldBy(source))
		}
	}
	return nil
}

// grown reports whether a file is no longer what was taken of it.
func (b *batch) grown(source string) bool {
	now, err := os.Stat(filepath.Join(b.device.config.Dir, nameOf(source)))
	if err != nil {
		return false
	}
	return !strings.HasPrefix(heldBy(source), fmt.Sprintf("%d %d ", now.Size(), now.ModTime().UnixNano()))
}

// errStillOpen says that another program has the file open for writing.
var errStillOpen = errors.New("file is still open for writing")

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
