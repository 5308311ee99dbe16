package station

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// spoolVersion is the layout written here:
//
//	DIR/lock, DIR/station.json      one process, one station
//	DIR/reserve                     room for emptying a full disk
//	DIR/.pages                      pages on their way from the scanner, see PagesDir
//	DIR/BATCH/batch.json            the batch, kept after closing: its sequence numbers must never come again
//	DIR/BATCH/000001.image          the scanner's own bytes
//	DIR/BATCH/000001.json           the sheet's record; the sheet exists once both are there
//
// Version 2 added what batch.json says of holding, discarding, repeats and
// stops. A spool of version 1 is taken over; a program that knows only version
// 1 must not open one of version 2, since it would hand in what is held.
const (
	spoolVersion  = 2
	spoolTakeOver = 1
)

// Errors of opening a spool.
var (
	ErrSpoolInUse   = errors.New("spool is in use by another process")
	ErrSpoolForeign = errors.New("spool belongs to another station")
	ErrSpoolVersion = errors.New("spool was written by another version")
	ErrSpoolDamaged = errors.New("spool is damaged")
)

// errName says that a text may not name a batch or station; it has words for the
// operator.
var errName = errors.New("not a name")

// ValidName reports whether a text may name a station or a batch: 1 to 64
// letters, digits, dots, dashes and underscores of ASCII, beginning with a
// letter or digit. Names become path elements of files and URLs.
func ValidName(name string) error {
	if len(name) == 0 || len(name) > 64 || strings.ContainsRune("._-", rune(name[0])) {
		return fmt.Errorf("name %q must have 1 to 64 characters and begin with a letter or digit: %w", name, errName)
	}
	for _, char := range name {
		switch {
		case char >= 'a' && char <= 'z', char >= 'A' && char <= 'Z', char >= '0' && char <= '9', strings.ContainsRune("._-", char):
		default:
			return fmt.Errorf("name %q may hold only letters, digits, dots, dashes and underscores: %w", name, errName)
		}
	}
	return nil
}

// PagesDir is the folder of a spool in which a device may keep pages that are not
// sheets of the spool yet. Opening the spool removes it: what lies there then was
// left by a process that died, and no sheet is made of it any more, since the
// operator is told to feed that paper again. The process that has the spool is
// the only one that may feed into it, so no page of a running feed lies there.
func PagesDir(spool string) string { return filepath.Join(spool, ".pages") }

// spool is the directory with all batches.
type spool struct {
	directory string
	station   string
	lock      *os.File
	log       *slog.Logger
	reserve   *reserve
	// write is writeDurably; tests put a failing disk in its place.
	write func(path string, data []byte) error

	mu      sync.Mutex
	batches []*spoolBatch // oldest first
}

type stationFile struct {
	Version int    `json:"version"`
	Station string `json:"station"`
}

// openSpool opens or makes the spool of a station.
func openSpool(directory, station string, log *slog.Logger) (*spool, error) {
	s := &spool{directory: directory, station: station, log: log, reserve: newReserve(directory), write: writeDurably}
	if err := os.MkdirAll(directory, 0o700); err != nil {
		return nil, fmt.Errorf("make spool: %w", spoolFault(err))
	}
	lock, err := os.OpenFile(filepath.Join(directory, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock spool: %w", spoolFault(err))
	}
	if err := lockFile(lock); err != nil {
		return nil, errors.Join(fmt.Errorf("lock spool %s: %w", directory, err), lock.Close())
	}
	s.lock = lock
	if err := s.load(); err != nil {
		return nil, errors.Join(err, s.close())
	}
	if err := os.RemoveAll(PagesDir(directory)); err != nil {
		// They take room and are nobody's, but the sheets in the spool come first.
		log.Warn("pages of a feed that died are still there", slog.String("error", err.Error()))
	}
	_ = s.reserve.keep() // a disk that is full must be opened to be emptied; append asks again
	return s, nil
}

func (s *spool) close() error { return s.lock.Close() } // which unlocks

// load reads what is there, and marks a new spool as this station's.
func (s *spool) load() error {
	marker := filepath.Join(s.directory, "station.json")
	var owner stationFile
	err := readJSON(marker, &owner)
	if err == nil && owner.Version == spoolTakeOver && owner.Station == s.station {
		owner.Version = spoolVersion
		if err := writeJSON(marker, owner, s.write); err != nil {
			return fmt.Errorf("take over spool: %w", spoolFault(err))
		}
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := writeJSON(marker, stationFile{Version: spoolVersion, Station: s.station}, s.write); err != nil {
			return fmt.Errorf("make spool: %w", spoolFault(err))
		}
	case err != nil:
		return fmt.Errorf("open spool: %w: %w", ErrSpoolDamaged, err)
	case owner.Version != spoolVersion:
		return fmt.Errorf("open spool: version %d, this program knows %d: %w", owner.Version, spoolVersion, ErrSpoolVersion)
	case owner.Station != s.station:
		return fmt.Errorf("open spool: it is the one of %q, not of %q: %w", owner.Station, s.station, ErrSpoolForeign)
	}
	entries, err := os.ReadDir(s.directory)
	if err != nil {
		return fmt.Errorf("open spool: %w", err)
	}
	for _, entry := range entries {
		if !entry.IsDir() {
			if strings.HasPrefix(entry.Name(), temporaryPrefix) {
				_ = os.Remove(filepath.Join(s.directory, entry.Name())) // left by a crash; harmless if it stays
			}
			continue
		}
		b, err := s.loadBatch(entry.Name())
		if err != nil {
			return fmt.Errorf("open spool: batch %s: %w", entry.Name(), err)
		}
		if b != nil {
			s.batches = append(s.batches, b)
		}
	}
	slices.SortStableFunc(s.batches, func(a, b *spoolBatch) int { return a.state.OpenedAt.Compare(b.state.OpenedAt) })
	return nil
}

func (s *spool) all() []*spoolBatch {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.batches)
}

func (s *spool) find(name string) (*spoolBatch, bool) {
	for _, b := range s.all() {
		if b.name == name {
			return b, true
		}
	}
	return nil, false
}

// holdsSource reports whether a sheet made from this source is in the spool, or
// was the last one handed in.
func (s *spool) holdsSource(source string) bool {
	for _, b := range s.all() {
		if b.holdsSource(source) {
			return true
		}
	}
	return false
}
