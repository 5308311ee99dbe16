package escl

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"sesshu/scanner"
)

// cleanUpPatience bounds the requests that give a device back; they are sent
// even when the caller's context has ended.
const cleanUpPatience = 10 * time.Second

// startJob asks for a job and returns its path. A device that is busy or warming
// up is asked again until the patience ends.
func (d *Device) startJob(ctx context.Context, settings []byte) (string, error) {
	deadline := time.Now().Add(d.config.BusyPatience)
	for {
		path, wait, err := d.askForJob(ctx, settings)
		if err == nil {
			return path, nil
		}
		switch scanner.ConditionOf(err) {
		case scanner.Busy, scanner.WarmingUp, scanner.PowerSave:
		default:
			return "", err
		}
		if time.Now().After(deadline) {
			return "", err
		}
		if err := pause(ctx, d.config.Poll+wait); err != nil {
			return "", err
		}
	}
}

// askForJob asks once. wait is for how long a refusing device asks to be left
// alone.
func (d *Device) askForJob(ctx context.Context, settings []byte) (path string, wait time.Duration, err error) {
	before, err := d.status(ctx)
	if err != nil {
		return "", 0, err
	}
	if fault := before.fault(); fault != nil {
		return "", 0, fault
	}
	note := jobNote{Device: d.root.String(), Before: []string{}}
	for _, entry := range before.Jobs {
		note.Before = append(note.Before, lastPart(entry.Path))
	}
	if err := d.jobs.write(note); err != nil {
		return "", 0, err
	}
	limited, cancel := context.WithTimeout(ctx, d.config.StallPatience)
	defer cancel()
	response, err := d.request(limited, d.client, http.MethodPost, d.root.Path+"/ScanJobs", bytes.NewReader(settings))
	if err != nil {
		// The device may have started all the same.
		return "", 0, errors.Join(err, d.abandon(context.WithoutCancel(ctx)))
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, maxDocument)) // so that the connection can be used again
	switch response.StatusCode {
	case http.StatusCreated, http.StatusOK, http.StatusAccepted:
		note.Path = d.jobPath(response.Header.Get("Location"))
		if note.Path == "" {
			err := &scanner.Fault{Condition: scanner.Unknown, Protocol: protocol, Raw: "job without an address"}
			return "", 0, errors.Join(err, d.abandon(context.WithoutCancel(ctx)))
		}
		return note.Path, 0, d.jobs.write(note)
	}
	return "", d.retryAfter(response), d.explainRefusal(ctx, response.StatusCode)
}

// explainRefusal finds out why the device refused a job.
func (d *Device) explainRefusal(ctx context.Context, code int) error {
	if err := d.jobs.remove(); err != nil {
		return err
	}
	now, err := d.status(ctx)
	if err != nil {
		return err
	}
	if fault := now.fault(); fault != nil {
		return fault
	}
	raw := fmt.Sprintf("HTTP %d %s %s", code, now.State, now.Adf)
	fault := &scanner.Fault{Condition: scanner.Busy, Protocol: protocol, Raw: raw}
	for _, reason := range now.StateReasons {
		if condition, known := reasonConditions[reason]; known {
			fault.Condition = condition
			return fault
		}
	}
	switch {
	case now.moving():
	case now.Adf == "ScannerAdfEmpty":
		fault.Condition = scanner.FeederEmpty
	case code == http.StatusConflict || code == http.StatusServiceUnavailable:
	default:
		return httpFault(code)
	}
	return fault
}

// jobPath makes the path of a job from a Location header. Its host is thrown
// away: devices answer with names and addresses that do not resolve.
func (d *Device) jobPath(location string) string {
	path := pathOf(strings.TrimSpace(location))
	switch {
	case lastPart(path) == "" || lastPart(path) == "ScanJobs":
		return ""
	case strings.HasPrefix(path, "/"):
		return path
	}
	return d.root.Path + "/ScanJobs/" + lastPart(path)
}

func pathOf(address string) string {
	parsed, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.TrimRight(parsed.Path, "/")
}

// deleteJob gives a job back. A device that no longer knows it is content. One
// that answers something else, or is busy, is told again until its status shows
// that the job is over: that alone matters, and some devices refuse to delete
// what has ended. An error leaves the job file, and the next start tries again.
func (d *Device) deleteJob(ctx context.Context, path string) error {
	for settle := time.Now().Add(d.config.SettlePatience); ; {
		wait, err := d.askToDelete(ctx, path)
		if err == nil {
			return d.jobs.remove()
		}
		if scanner.ConditionOf(err) == scanner.Unplugged {
			return err
		}
		if now, asked := d.status(ctx); asked == nil && now.over(path) {
			d.log.LogAttrs(ctx, slog.LevelWarn, "the scanner refuses to delete a job that is over", slog.String("error", err.Error()))
			return d.jobs.remove()
		}
		if time.Now().After(settle) {
			return err
		}
		if err := pause(ctx, d.config.Poll+wait); err != nil {
			return err
		}
	}
}

// askToDelete asks once. wait is for how long a refusing device asks to be left
// alone.
func (d *Device) askToDelete(ctx context.Context, path string) (wait time.Duration, err error) {
	limited, cancel := context.WithTimeout(ctx, cleanUpPatience)
	defer cancel()
	response, err := d.request(limited, d.client, http.MethodDelete, path, nil)
	if err != nil {
		return 0, fmt.Errorf("delete job: %w", err)
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, maxDocument))
	response.Body.Close()
	switch response.StatusCode {
	case http.StatusOK, http.StatusAccepted, http.StatusNoContent, http.StatusNotFound, http.StatusGone, http.StatusConflict, http.StatusMethodNotAllowed:
		return 0, nil
	}
	return d.retryAfter(response), fmt.Errorf("delete job: %w", httpFault(response.StatusCode))
}

// abandon frees the device from a job that an earlier run of this program left
// behind. When the crash came before the job's address was known, the jobs that
// are alive now and were not there before are taken for ours: a scanner serves
// one client at a time.
func (d *Device) abandon(ctx context.Context) error {
	note, found, err := d.jobs.read()
	if err != nil || !found {
		return err
	}
	if note.Device != d.root.String() {
		return d.jobs.remove() // the station was given another scanner since
	}
	d.log.LogAttrs(ctx, slog.LevelWarn, "freeing the scanner from a job left behind", slog.String("path", note.Path))
	if note.Path != "" {
		return d.deleteJob(ctx, note.Path)
	}
	now, err := d.status(ctx)
	if err != nil {
		return err
	}
	for _, entry := range now.Jobs {
		if !entry.alive() || slices.Contains(note.Before, lastPart(entry.Path)) {
			continue
		}
		if err := d.deleteJob(ctx, d.jobPath(entry.Path)); err != nil {
			return err
		}
	}
	return d.jobs.remove()
}
