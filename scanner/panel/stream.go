package panel

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

const (
	// streamPause bounds how often a page is told: more often than this nobody
	// can see.
	streamPause = 150 * time.Millisecond
	// streamBeat is sent when nothing happens, so that a page notices when the
	// station is gone.
	streamBeat = 10 * time.Second
)

// message is one server-sent event.
type message struct {
	Snapshot
	Tiles []tile `json:"tiles"` // those that changed since the last message; all of them in the first
	// Whole: the tiles are all there are, and replace those on the page.
	Whole bool `json:"whole"`
}

// stream tells a page of everything that changes.
func (p *Panel) stream(w http.ResponseWriter, r *http.Request) {
	control := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	revision, shown := -1, ""
	for first := true; ; first = false {
		p.mu.Lock()
		changed := p.changed
		p.mu.Unlock()
		now, tiles, latest := p.snapshot(revision)
		batch := ""
		if now.Batch != nil {
			batch = now.Batch.Name
		}
		if batch != shown && !first {
			now, tiles, latest = p.snapshot(-1)
		}
		if err := send(w, message{Snapshot: now, Tiles: tiles, Whole: first || batch != shown}); err != nil {
			return // the page has gone
		}
		if control.Flush() != nil {
			return
		}
		revision, shown = latest, batch
		if !wait(r, changed) {
			return
		}
	}
}

// wait returns true when the page is to be told again.
func wait(r *http.Request, changed <-chan struct{}) bool {
	beat := time.NewTimer(streamBeat)
	defer beat.Stop()
	select {
	case <-r.Context().Done():
		return false
	case <-beat.C:
		return true
	case <-changed:
	}
	pause := time.NewTimer(streamPause)
	defer pause.Stop()
	select {
	case <-r.Context().Done():
		return false
	case <-pause.C:
		return true
	}
}

func send(w http.ResponseWriter, what message) error {
	text, err := json.Marshal(what)
	if err != nil {
		return fmt.Errorf("encode event: %w", err)
	}
	if _, err := fmt.Fprintf(w, "data: %s\n\n", text); err != nil {
		return fmt.Errorf("send event: %w", err)
	}
	return nil
}
