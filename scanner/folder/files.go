package folder

import (
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
}

// extensions of the files that are looked at. Capture programs write under
// another extension first, or should.
var extensions = []string{".jpg", ".jpeg", ".png", ".tif", ".tiff", ".pdf"}

// list returns the image files of a folder, in the order in which they were
// written; files of the same moment by name.
func list(directory string) ([]entry, error) {
	entries, err := os.ReadDir(directory)
	if err != nil {
		return nil, err
	}
	var files []entry
	for _, found := range entries {
		name := found.Name()
		if !found.Type().IsRegular() || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "~") || strings.ContainsAny(name, "\n\r") ||
			!slices.Contains(extensions, strings.ToLower(filepath.Ext(name))) {
			continue
		}
		info, err := found.Info()
		if err != nil {
			continue // renamed or deleted since
		}
		files = append(files, entry{name: name, size: info.Size(), modified: info.ModTime()})
	}
	slices.SortFunc(files, func(a, b entry) int {
		if order := a.modified.Compare(b.modified); order != 0 {
			return order
		}
		return strings.Compare(a.name, b.name)
	})
	return files, nil
}

// observe notes since when each file has looked as it does now. What is known of
// files that are gone is dropped, so that a new one of the same name starts
// afresh.
func (b *batch) observe(files []entry) {
	now := time.Now()
	seen := make(map[string]sighting, len(files))
	for _, file := range files {
		last, known := b.seen[file.name]
		if !known || last.size != file.size || !last.modified.Equal(file.modified) {
			last = sighting{entry: file, since: now}
		}
		seen[file.name] = last
	}
	b.seen = seen
}

// moveAway moves a file into one of the folder's own folders, under a name that
// is free there. A file that cannot be moved stays: the journal knows it.
func (b *batch) moveAway(name, into string) {
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
		if err := os.Rename(from, to); err != nil {
			b.device.log.Warn("file stays in the watched folder", slog.String("into", into), slog.String("error", err.Error()))
			return
		}
		delete(b.offered, name)
		return
	}
}

// nameOf returns the file name of a source: all but its last three parts.
func nameOf(source string) string {
	parts := strings.Split(source, " ")
	if len(parts) < 4 || !fs.ValidPath(strings.Join(parts[:len(parts)-3], " ")) {
		return ""
	}
	return strings.Join(parts[:len(parts)-3], " ")
}
