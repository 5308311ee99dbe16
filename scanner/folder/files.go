package folder

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// entry is a file as the folder shows it.
type entry struct {
	name     string
	size     int64
	modified time.Time
}

// sighting is an entry and when it was first seen like that, by this process's
// own clock: a share's clock may be off.
type sighting struct {
	entry
	since time.Time
	look  int // in which the name was there first
}

// extensions of the files that are looked at. Capture programs write under
// another extension first, or should.
var extensions = []string{".jpg", ".jpeg", ".png", ".tif", ".tiff", ".pdf"}

// temporary are the middle names under which programs write what they rename
// later: scan.part.jpg.
var temporary = []string{".part", ".partial", ".tmp", ".temp", ".crdownload"}

// list returns the image files of the folder, in no order.
func (d *Device) list() ([]entry, error) {
	entries, err := d.readDir(d.config.Dir)
	if err != nil {
		return nil, err
	}
	var files []entry
	for _, found := range entries {
		name := found.Name()
		stem := strings.ToLower(strings.TrimSuffix(name, filepath.Ext(name)))
		if !found.Type().IsRegular() || slices.ContainsFunc(temporary, func(end string) bool { return strings.HasSuffix(stem, end) }) || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "~") || strings.ContainsAny(name, "\n\r") ||
			!slices.Contains(extensions, strings.ToLower(filepath.Ext(name))) {
			continue
		}
		info, err := found.Info()
		if err != nil {
			continue // renamed or deleted since
		}
		files = append(files, entry{name: name, size: info.Size(), modified: info.ModTime()})
	}
	return files, nil
}

// observe notes since when each file has looked as it does now, and in which
// look it was there first. What is known of files that are gone is dropped, so
// that a new one of the same name starts afresh. The files are returned in the
// order of the stack.
func (b *batch) observe(files []entry) []entry {
	now := time.Now()
	b.looks++
	seen := make(map[string]sighting, len(files))
	for _, file := range files {
		last, known := b.seen[file.name]
		if !known {
			last.look = b.looks
		}
		if !known || last.size != file.size || !last.modified.Equal(file.modified) {
			last.entry, last.since = file, now
		}
		seen[file.name] = last
	}
	b.seen = seen
	return b.inOrder(files)
}

// moveAway moves a file into one of the folder's own folders, under a name that
// is free there. A file that cannot be moved stays: the journal knows it. It
// reports false when there is no such file.
func (b *batch) moveAway(name, into string) bool {
	from := filepath.Join(b.device.config.Dir, name)
	extension := filepath.Ext(name)
	for number := 0; ; number++ {
		target := name
		if number > 0 {
			target = fmt.Sprintf("%s-%d%s", strings.TrimSuffix(name, extension), number, extension)
		}
		to := filepath.Join(b.device.config.Dir, into, target)
		if _, err := os.Lstat(to); err == nil {
			continue
		}
		err := os.Rename(from, to)
		if errors.Is(err, fs.ErrNotExist) {
			return false
		}
		if err != nil {
			b.device.log.Warn("file stays in the watched folder", slog.String("into", into), slog.String("error", err.Error()))
			return true
		}
		delete(b.offered, name)
		return true
	}
}

// heldBy returns what a source's file held: its last three parts.
func heldBy(source string) string {
	return strings.TrimPrefix(source, nameOf(source)+" ")
}

// nameOf returns the file name of a source: all but its last three parts.
func nameOf(source string) string {
	parts := strings.Split(source, " ")
	if len(parts) < 4 || !fs.ValidPath(strings.Join(parts[:len(parts)-3], " ")) {
		return ""
	}
	return strings.Join(parts[:len(parts)-3], " ")
}
