package escl

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"sesshu/scanner"
)

// explain finds out what an answer without an image means. It returns again
// when the next image is worth asking for (the job in hand is alive, or a new
// one was started because paper is left), neither when the feeder is empty, and
// an error for every other end.
//
// The device is asked until it has come to rest and has said the same thing
// twice: a jam is often shown only a second after the feed has ended, and in
// between some devices claim an empty feeder.
func (b *batch) explain(ctx context.Context, code int) (again bool, err error) {
	device := b.device
	deadline := b.progress.Add(device.config.StallPatience)
	settle := time.Now().Add(device.config.SettlePatience)
	var last status
	for asked := 0; ; asked++ {
		now, err := device.status(ctx)
		if err != nil {
			return false, err
		}
		if fault := now.fault(); fault != nil {
			return false, fault
		}
		entry, known := now.job(b.path)
		if fault := now.jobFault(entry); known && fault != nil {
			return false, fault
		}
		alive := known && entry.alive()
		switch {
		case alive && now.moving() && (code == http.StatusServiceUnavailable || now.Adf != "ScannerAdfEmpty"):
			// Not ready yet. Asking again is how one learns that it is.
			if time.Now().After(deadline) {
				return b.unsettled(ctx, now)
			}
			return true, nil
		case !now.moving() && asked > 0 && now.State == last.State && now.Adf == last.Adf:
			return b.settled(ctx, now, code)
		}
		if time.Now().After(settle) {
			return b.unsettled(ctx, now)
		}
		last = now
		if err := pause(ctx, device.config.Poll); err != nil {
			return false, err
		}
	}
}

// settled decides at rest.
func (b *batch) settled(ctx context.Context, now status, code int) (again bool, err error) {
	switch now.Adf {
	case "ScannerAdfLoaded", "ScannerAdfProcessing":
		switch {
		case b.inJob > 0:
			return b.nextJob(ctx)
		case now.Adf == "ScannerAdfProcessing" && b.delivered > 0:
			// Some devices never say more than "processing". A job of its own
			// that fed nothing is their way of saying "empty".
			return false, nil
		}
		return false, now.named(scanner.Mispick) // a second job would end as this one did
	case "ScannerAdfEmpty", "":
		if code >= http.StatusInternalServerError && code != http.StatusServiceUnavailable {
			return false, httpFault(code)
		}
		if b.delivered == 0 {
			return false, now.named(scanner.FeederEmpty)
		}
		return false, nil
	}
	return false, now.named(scanner.Unknown)
}

// unsettled decides for a device that does not come to rest by itself. Some
// stay at work until the job is deleted, so that is done first.
func (b *batch) unsettled(ctx context.Context, before status) (again bool, err error) {
	if err := b.dropJob(ctx); err != nil {
		return false, err
	}
	now, err := b.device.status(ctx)
	if err != nil {
		return false, err
	}
	if fault := now.fault(); fault != nil {
		return false, fault
	}
	if now.moving() || b.delivered == 0 || now.Adf != "ScannerAdfEmpty" {
		return false, before.named(scanner.Stalled)
	}
	return false, nil
}

// nextJob goes on with the rest of the stack: the device has ended its job
// with paper left in the feeder (some end after one sheet, some after fifty).
func (b *batch) nextJob(ctx context.Context) (again bool, err error) {
	b.device.log.InfoContext(ctx, "device ended its job with paper left, going on", slog.Int("delivered", b.delivered))
	if err := b.dropJob(ctx); err != nil {
		return false, err
	}
	settings := b.settings
	settings.ImprintFrom += b.sheets() // the endorser counts from anew
	request, err := writeSettings(settings, b.can)
	if err != nil {
		return false, err
	}
	path, err := b.device.startJob(ctx, request)
	if errors.Is(err, scanner.FeederEmpty) {
		return false, nil // the state "loaded" was late
	}
	if err != nil {
		return false, err
	}
	b.path, b.inJob, b.progress = path, 0, time.Now()
	return true, nil
}
