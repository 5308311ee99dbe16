package station

import (
	"os"
	"path/filepath"
	"sync"
)

// reserveBytes lie idle in the spool, so that a full disk can be emptied again:
// to forget a sheet that was handed in, the station first writes down that it
// was, and that needs room. The sheets themselves never get this room.
const reserveBytes = 64 << 10

// reserve is that room.
type reserve struct {
	mu   sync.Mutex
	path string
	held bool
}

func newReserve(directory string) *reserve {
	return &reserve{path: filepath.Join(directory, "reserve")}
}

// keep takes the room when it is not held. It fails on a disk that has none.
func (r *reserve) keep() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.held {
		return nil
	}
	if err := os.WriteFile(r.path, make([]byte, reserveBytes), 0o600); err != nil {
		_ = os.Remove(r.path) // half of it is of no use
		return err
	}
	r.held = true
	return nil
}

// give frees the room and reports whether there was any.
func (r *reserve) give() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	held := r.held
	r.held = false
	return os.Remove(r.path) == nil || held
}
