package virtual

import (
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
)

// job is one scan job.
type job struct {
	id     string
	state  string // Processing, Completed, Canceled, Aborted
	reason string
	duplex bool
	// multipick: double feeds are to be noticed.
	multipick bool
	sides     []image // of the sheet in the path, not delivered yet
	sent      int
	imprint   string // what the endorser prints in front of its number; empty for nothing
	number    int    // that it prints on the next sheet
	asking    bool   // one NextDocument at a time
}

// image is one side on its way out, with the fault that will befall it.
type image struct {
	data  []byte
	fault Kind
}

func (j *job) alive() bool { return j.state == "Processing" }

func (j *job) finish(state, reason string) { j.state, j.reason = state, reason }

// scanSettings is what the device reads of a job request.
type scanSettings struct {
	XMLName     xml.Name `xml:"ScanSettings"`
	InputSource string   `xml:"InputSource"`
	Duplex      bool     `xml:"Duplex"`
	Multipick   bool     `xml:"MultipickDetection"`
	XResolution int      `xml:"XResolution"`
	Format      string   `xml:"DocumentFormat"`
	Imprint     string   `xml:"Imprint"`
	ImprintFrom int      `xml:"ImprintFrom"`
}

func (d *Device) createJob(w http.ResponseWriter, r *http.Request) {
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		http.Error(w, "request too large", http.StatusRequestEntityTooLarge)
		return
	}
	var settings scanSettings
	if err := xml.Unmarshal(text, &settings); err != nil || settings.InputSource != "Feeder" ||
		(settings.XResolution != 0 && settings.XResolution != d.config.Resolution) {
		http.Error(w, "settings not supported", http.StatusConflict)
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	due := d.due(BusyForever, WarmingUp)
	d.busy = d.busy || due[BusyForever]
	if due[WarmingUp] {
		d.waking = hiddenAnswers
	}
	switch {
	case d.waking > 0:
		d.waking--
		http.Error(w, "warming up", http.StatusServiceUnavailable)
		return
	case d.busy || d.working():
		http.Error(w, "busy", http.StatusServiceUnavailable)
		return
	case d.adf != "" || len(d.feeder) == 0:
		http.Error(w, "feeder not ready", http.StatusConflict)
		return
	}
	d.lying = false
	d.serial++
	created := &job{id: fmt.Sprintf("%d", d.serial), state: "Processing", duplex: settings.Duplex, multipick: settings.Multipick}
	if d.config.Imprinter {
		created.imprint, created.number = settings.Imprint, settings.ImprintFrom
	}
	d.jobs = append(d.jobs, created)
	const remembered = 5
	if len(d.jobs) > remembered {
		d.jobs = d.jobs[len(d.jobs)-remembered:]
	}
	host := r.Host
	if d.due(UnreachableAddress)[UnreachableAddress] {
		host = "scanner.invalid:9095"
	}
	w.Header().Set("Location", "http://"+host+"/eSCL/ScanJobs/"+created.id)
	w.WriteHeader(http.StatusCreated)
}

// working reports a job that is alive. d.mu is held.
func (d *Device) working() bool {
	for _, job := range d.jobs {
		if job.alive() {
			return true
		}
	}
	return false
}

func (d *Device) find(id string) *job {
	for _, job := range d.jobs {
		if job.id == id {
			return job
		}
	}
	return nil
}

func (d *Device) deleteJob(w http.ResponseWriter, id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	job := d.find(id)
	if job == nil {
		http.Error(w, "no such job", http.StatusNotFound)
		return
	}
	if job.alive() {
		job.finish("Canceled", "JobCanceledByUser")
	}
	job.sides = nil // their sheet lies in the output tray like any other
	w.WriteHeader(http.StatusOK)
}
