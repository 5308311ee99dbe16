// Package virtual is an eSCL scanner made of software: a feeder that holds
// sheets (image files), behind the same protocol that a real device speaks on
// the network. It serves the demo, the tests and the training of operators, and
// by a script it jams, double-feeds, stalls, lies and vanishes as real devices
// do.
//
// It shares no code with the eSCL client, so that a misunderstanding of the
// protocol does not cancel itself out; SANE's own client (sane-airscan) scans
// from it as well. It stores nothing: who restarts it says which sheets are
// still in the feeder.
package virtual

import (
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Sheet is one paper in the feeder.
type Sheet struct {
	Name  string // for messages and tests
	Front []byte // the image file that scanning the front gives
	Back  []byte // nil makes a duplex scan deliver the front's file again, so give one
}

// Config describes the device.
type Config struct {
	Model string // empty means "Sesshu Virtual Feeder"
	// MediaType is the one format of all sheets; empty means image/jpeg.
	MediaType string
	// PixelWidth and PixelHeight of the sheets at Resolution; zero means A4 at
	// 300 dpi. They bound what a client may ask for.
	PixelWidth, PixelHeight, Resolution int
	// Pace is the time that one image takes; zero delivers as fast as asked.
	Pace time.Duration
	// Script is what goes wrong, and when.
	Script []Fault
	// EndStatus is the HTTP status that ends a feed; makers differ. Zero
	// means 404.
	EndStatus int
	// Chunked sends images in pieces without announcing their length, as
	// devices do that compress while they scan.
	Chunked bool
	// Stamp writes a running number into each JPEG, as a comment, so that no two
	// images share their bytes, as no two scans do, however often a sheet is
	// loaded.
	Stamp bool
	// Imprinter gives the device an endorser, which prints on the front of each
	// JPEG at the bottom edge what the client asks for, and a running number.
	Imprinter bool
	// Forgetful drops an image whose transfer broke instead of offering it
	// again.
	Forgetful bool
	Logger    *slog.Logger // nil discards
}

// Device is the scanner. It is an http.Handler whose root is /eSCL; mount it at
// "/". All methods may be called at any time.
type Device struct {
	config Config
	log    *slog.Logger

	mu      sync.Mutex
	feeder  []Sheet // still to be fed, next one first
	pulled  []Sheet // left the feeder, first one first: in the output tray or stuck in the path
	stuck   int     // how many of these, the last ones, block the path
	fed     int     // sheets pulled in since the device was made
	images  int     // stamped since then
	adf     string  // fault state of the feeder; empty when it has none
	late    int     // status answers that still hide adf
	lying   bool    // reports an empty feeder until the next job
	busy    bool    // for ever
	gone    bool    // answers nobody
	waking  int     // refusals left before a job is taken
	script  []Fault
	jobs    []*job
	serial  int
	release chan struct{} // closed by Clear: ends a stall
}

// New returns a device with an empty feeder.
func New(config Config) *Device {
	if config.Model == "" {
		config.Model = "Sesshu Virtual Feeder"
	}
	if config.MediaType == "" {
		config.MediaType = "image/jpeg"
	}
	if config.Resolution == 0 {
		config.Resolution = 300
	}
	if config.PixelWidth == 0 || config.PixelHeight == 0 {
		config.PixelWidth = 2480 * config.Resolution / 300
		config.PixelHeight = 3508 * config.Resolution / 300
	}
	if config.EndStatus == 0 {
		config.EndStatus = http.StatusNotFound
	}
	device := &Device{config: config, log: config.Logger, script: config.Script, release: make(chan struct{})}
	if device.log == nil {
		device.log = slog.New(slog.DiscardHandler)
	}
	return device
}

// Load puts sheets behind those in the feeder.
func (d *Device) Load(sheets ...Sheet) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.feeder = append(d.feeder, sheets...)
}

// Feeder returns the sheets still in the feeder, next one first.
func (d *Device) Feeder() []Sheet {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]Sheet(nil), d.feeder...)
}

// Places says where the loaded sheets are, each in the order of the stack.
type Places struct {
	Feeder []Sheet // still to be fed
	Path   []Sheet // stuck in the paper path
	Tray   []Sheet // went through
}

// Places returns where the sheets are.
func (d *Device) Places() Places {
	d.mu.Lock()
	defer d.mu.Unlock()
	through := len(d.pulled) - d.stuck
	return Places{Feeder: slices.Clone(d.feeder), Path: slices.Clone(d.pulled[through:]), Tray: slices.Clone(d.pulled[:through])}
}

// Clear does what an operator does at the device after a fault: opens it, takes
// everything out of feeder, paper path and output tray, closes it and wakes it.
// It returns all sheets loaded since the last Clear, in their old order, so that
// the caller can put back those that are not safely in.
func (d *Device) Clear() []Sheet {
	d.mu.Lock()
	defer d.mu.Unlock()
	stack := slices.Concat(d.pulled, d.feeder)
	d.pulled, d.feeder, d.stuck = nil, nil, 0
	d.adf, d.late, d.lying, d.busy, d.gone, d.waking = "", 0, false, false, false, 0
	for _, job := range d.jobs {
		if job.alive() {
			job.finish("Aborted", "JobCanceledBySystem")
		}
		job.sides = nil
	}
	close(d.release)
	d.release = make(chan struct{})
	return stack
}

// ServeHTTP answers as the device.
func (d *Device) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	gone := d.gone
	d.mu.Unlock()
	if gone {
		panic(http.ErrAbortHandler) // closes the connection without a word
	}
	path, found := strings.CutPrefix(r.URL.Path, "/eSCL/")
	if !found {
		http.NotFound(w, r)
		return
	}
	rest, inJobs := strings.CutPrefix(path, "ScanJobs/")
	switch {
	case path == "ScannerCapabilities" && r.Method == http.MethodGet:
		d.writeXML(w, capabilitiesTemplate, d.capabilityView())
	case path == "ScannerStatus" && r.Method == http.MethodGet:
		d.writeXML(w, statusTemplate, d.snapshot())
	case path == "ScanJobs" && r.Method == http.MethodPost:
		d.createJob(w, r)
	case inJobs && strings.HasSuffix(rest, "/NextDocument") && r.Method == http.MethodGet:
		d.nextDocument(w, r, strings.TrimSuffix(rest, "/NextDocument"))
	case inJobs && r.Method == http.MethodDelete:
		d.deleteJob(w, rest)
	default:
		http.NotFound(w, r)
	}
}
