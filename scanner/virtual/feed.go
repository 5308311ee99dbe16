package virtual

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// nextDocument delivers the next side of a job, or ends the feed.
func (d *Device) nextDocument(w http.ResponseWriter, r *http.Request, id string) {
	if !d.pace(r) {
		return
	}
	d.mu.Lock()
	job := d.find(id)
	if job != nil && job.asking {
		d.mu.Unlock()
		http.Error(w, "busy with the last image", http.StatusServiceUnavailable)
		return
	}
	if job == nil || !job.alive() {
		d.mu.Unlock()
		d.endOfFeed(w)
		return
	}
	side, more := d.pull(job)
	if !more {
		d.mu.Unlock()
		d.endOfFeed(w)
		return
	}
	job.asking = true
	release := d.release
	gone := d.gone
	d.mu.Unlock()
	defer func() {
		d.mu.Lock()
		job.asking = false
		d.mu.Unlock()
	}()
	if gone {
		panic(http.ErrAbortHandler)
	}
	if side.fault == Stall {
		select {
		case <-r.Context().Done():
		case <-release:
		}
		panic(http.ErrAbortHandler)
	}
	d.deliver(w, job, side)
}

// pace waits as long as the mechanics take; it reports false when the client
// has gone.
func (d *Device) pace(r *http.Request) bool {
	if d.config.Pace <= 0 {
		return true
	}
	timer := time.NewTimer(d.config.Pace)
	defer timer.Stop()
	select {
	case <-r.Context().Done():
		return false
	case <-timer.C:
		return true
	}
}

func (d *Device) endOfFeed(w http.ResponseWriter) {
	http.Error(w, "no more documents", d.config.EndStatus)
}

// pull returns the next side of a job; it pulls a sheet in when the last one
// is delivered. It reports false when the job has ended. d.mu is held.
func (d *Device) pull(job *job) (side image, more bool) {
	if len(job.sides) == 0 && !d.feed(job) {
		return image{}, false
	}
	side, job.sides = job.sides[0], job.sides[1:]
	return side, true
}

// feed pulls one sheet in, unless the script or an empty feeder is against it.
// d.mu is held.
func (d *Device) feed(job *job) bool {
	for {
		if len(d.feeder) == 0 {
			job.finish("Completed", "JobCompletedSuccessfully")
			return false
		}
		before := d.due(EmptyTooEarly, JobTooShort, OperatorStop, Vanish)
		switch {
		case before[Vanish]:
			d.gone = true
			return d.take(job, "")
		case before[OperatorStop]:
			job.finish("Canceled", "JobCanceledByUser")
			return false
		case before[EmptyTooEarly]:
			job.finish("Completed", "JobCompletedSuccessfully")
			d.lying = true
			return false
		case before[JobTooShort]:
			job.finish("Completed", "JobCompletedSuccessfully")
			return false
		}
		due := d.due(Jam, LateState, DoubleFeed, DoubleFeedUnseen, CoverOpen, LosePage, RepeatPage,
			Stall, DropConnection, TruncatedImage, WrongLength)
		if due[DoubleFeed] && !job.multipick {
			due[DoubleFeed], due[DoubleFeedUnseen] = false, true
		}
		switch {
		case due[Jam], due[LateState], due[CoverOpen], due[DoubleFeed]:
			d.block(job, due)
			return false
		case due[DoubleFeedUnseen]:
			d.take(job, "")
			if len(d.feeder) > 0 {
				d.remove(1)
			}
			return true
		case due[LosePage]:
			d.take(job, "")
			job.sides = nil
			continue
		case due[RepeatPage]:
			d.take(job, "")
			job.sides = append(job.sides, job.sides...)
			return true
		}
		for _, kind := range []Kind{Stall, DropConnection, TruncatedImage, WrongLength} {
			if due[kind] {
				return d.take(job, kind)
			}
		}
		return d.take(job, "")
	}
}

// block ends a job with paper in the path. d.mu is held.
func (d *Device) block(job *job, due map[Kind]bool) {
	pulled := 1
	switch {
	case due[DoubleFeed]:
		d.adf = "ScannerAdfMultipickDetected"
		pulled = min(2, len(d.feeder))
	case due[CoverOpen]:
		d.adf = "ScannerAdfHatchOpen"
	default:
		d.adf = "ScannerAdfJam"
	}
	if due[LateState] {
		d.late = hiddenAnswers
	}
	d.remove(pulled)
	d.stuck = pulled
	job.finish("Aborted", "AbortedBySystem")
}

// remove moves sheets out of the feeder. d.mu is held.
func (d *Device) remove(count int) {
	d.pulled = append(d.pulled, d.feeder[:count]...)
	d.feeder = d.feeder[count:]
	d.fed += count
}

// take moves the next sheet from the feeder into a job. d.mu is held.
func (d *Device) take(job *job, fault Kind) bool {
	sheet := d.feeder[0]
	d.remove(1)
	job.sides = []image{{data: d.stamped(d.endorsed(job, sheet.Front)), fault: fault}}
	if job.duplex {
		back := sheet.Back
		if back == nil {
			back = sheet.Front
		}
		job.sides = append(job.sides, image{data: d.stamped(back)})
	}
	return true
}

// stamped returns the image with a number of its own where that is asked for:
// in a comment segment behind the start of the JPEG (ISO/IEC 10918-1, B.2.4.5).
// d.mu is held.
func (d *Device) stamped(data []byte) []byte {
	if !d.config.Stamp || len(data) < 2 || data[0] != 0xff || data[1] != 0xd8 {
		return data
	}
	d.images++
	text := fmt.Sprintf("image %d", d.images)
	length := len(text) + 2
	segment := append([]byte{0xff, 0xd8, 0xff, 0xfe, byte(length >> 8), byte(length)}, text...)
	return append(segment, data[2:]...)
}

// deliver sends one side, damaged as the script wants it.
func (d *Device) deliver(w http.ResponseWriter, job *job, side image) {
	w.Header().Set("Content-Type", d.config.MediaType)
	w.Header().Set("Content-Length", strconv.Itoa(len(side.data)))
	send := side.data
	switch side.fault {
	case DropConnection:
		send = send[:len(send)/2]
	case TruncatedImage:
		send = send[:len(send)/2]
		w.Header().Set("Content-Length", strconv.Itoa(len(send)))
	case WrongLength:
		w.Header().Set("Content-Length", strconv.Itoa(len(send)+1000))
	default: // the other faults do not touch the image
	}
	if d.config.Chunked && side.fault != WrongLength {
		w.Header().Del("Content-Length")
	}
	err := d.send(w, send)
	brokeByScript := side.fault == DropConnection || side.fault == WrongLength
	d.mu.Lock()
	if (err != nil || side.fault == DropConnection) && !d.config.Forgetful && job.alive() {
		job.sides = append([]image{{data: side.data}}, job.sides...)
	} else {
		job.sent++
	}
	d.mu.Unlock()
	if brokeByScript {
		if flusher, ok := w.(http.Flusher); ok {
			flusher.Flush() // the half image is seen before the connection breaks
		}
		panic(http.ErrAbortHandler)
	}
}

// send writes an image, in pieces when the device does.
func (d *Device) send(w http.ResponseWriter, data []byte) error {
	flusher, streams := w.(http.Flusher)
	piece := max(len(data)/8, 1)
	for d.config.Chunked && streams && len(data) > piece {
		if _, err := w.Write(data[:piece]); err != nil {
			return err
		}
		flusher.Flush()
		data = data[piece:]
	}
	_, err := w.Write(data)
	return err
}
