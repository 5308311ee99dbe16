package station

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"sesshu/ledger/slip"
	"sesshu/scanner"
	"sesshu/scanner/media"
)

// Scan feeds a stack into a batch until the feeder is empty or a fault stops
// it. It can be called again for the same batch, to go on after a fault or with
// the next stack. declared is how many sheets the operator counted, nil when
// unknown or when an opened batch goes on.
//
// A device that says "empty" before the declared count is reached is asked
// again: devices have been seen to say so with half the stack left.
//
// The report is valid whatever the error is. The error is nil when the feeder
// ran empty, also when the counts disagree (see Report.Missing); otherwise it
// is what stopped the feed, and everything up to Report.Safe is in.
func (s *Station) Scan(ctx context.Context, device scanner.Device, settings scanner.Settings, batch string, declared *int) (Report, error) {
	report := Report{Station: s.config.Name, Batch: batch, Declared: declared}
	if !s.feeding.TryLock() {
		report.Fault = ErrFeeding
		report.explain()
		return report, fmt.Errorf("scan batch %s: %w", batch, ErrFeeding)
	}
	defer s.feeding.Unlock()
	into, err := s.spool.open(batch, declared, s.config.Now())
	if err == nil && into.account().Disagreement != nil { // more sheets may mend it
		err = into.update(func(state *batchState) { state.Disagreement = nil })
	}
	if err == nil {
		s.signal() // the intake can learn of the batch while the first sheet moves
		feed := feed{station: s, into: into, settings: settings, report: &report}
		err = feed.run(ctx, device)
		if err != nil {
			s.noteStop(ctx, into, err)
		}
		account := into.account()
		report.Declared, report.Safe, report.LastImage = account.Declared, account.Safe, into.lastImage()
		report.Missing, report.Control, report.Undecided = account.Missing(), account.Control, account.Undecided()
	}
	report.Fault = err
	report.explain()
	if err != nil {
		s.log.LogAttrs(ctx, slog.LevelWarn, "feeding stopped", slog.String("batch", batch),
			slog.Int("safe", report.Safe), slog.String("error", err.Error()))
		s.tell(Event{Kind: Stopped, Sheet: slip.SheetID{Station: report.Station, Batch: batch},
			Declared: report.Declared, Safe: report.Safe, Err: err})
		return report, fmt.Errorf("scan batch %s: %w", batch, err)
	}
	return report, nil
}

// feed is one call of Scan.
type feed struct {
	station  *Station
	into     *spoolBatch
	settings scanner.Settings
	report   *Report
}

// run feeds until the device says "empty" and the count does not contradict.
func (f *feed) run(ctx context.Context, device scanner.Device) error {
	for {
		before := f.report.Fed
		err := f.once(ctx, device)
		account := f.into.account()
		short := account.Missing() > 0
		switch {
		case err == nil && short && f.report.Fed > before:
			f.station.log.LogAttrs(ctx, slog.LevelInfo, "device says empty before the declared count, asking again",
				slog.String("batch", account.Name), slog.Int("safe", account.Safe), slog.Int("declared", *account.Declared))
			continue
		case errors.Is(err, scanner.FeederEmpty) && f.report.Fed > 0:
			return nil
		}
		return err
	}
}

// once runs the feeder once.
func (f *feed) once(ctx context.Context, device scanner.Device) (err error) {
	settings := f.settings
	if settings.Endorse {
		settings.Imprint, settings.ImprintFrom = f.imprint()
	}
	batch, err := device.Scan(ctx, settings)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, batch.Close()) }()
	var front *scanner.Image // waits for its back
	defer func() {
		if front != nil {
			f.report.HalfImage = front.Bytes
		}
	}()
	for {
		image, err := batch.Next(ctx)
		// The contract promises io.EOF itself. One that is wrapped in something
		// is an error of that something.
		empty := err == io.EOF //nolint:errorlint // said above
		switch {
		case empty && front != nil:
			return &scanner.Fault{Condition: scanner.OddSides, Protocol: "feed", Raw: "feeder empty after a front"}
		case empty:
			return nil
		case err != nil:
			return err
		case (image.Side == scanner.Back) != (front != nil):
			return &scanner.Fault{Condition: scanner.OddSides, Protocol: "feed", Raw: "sides out of turn"}
		case f.settings.Duplex && image.Side == scanner.Front && image.MediaType != media.PDF && image.MediaType != media.TIFF:
			front = &image
			continue
		}
		sides := []scanner.Image{image}
		if front != nil {
			sides = []scanner.Image{*front, image}
			if image, err = pair(*front, image); err != nil {
				return err
			}
		}
		if len(image.Bytes) > scanner.LargestImage {
			// The service would refuse it for ever, and with it the batch.
			return &scanner.Fault{Condition: scanner.TooLarge, Protocol: "feed", Raw: fmt.Sprintf("%d bytes", len(image.Bytes))}
		}
		if err := f.keep(ctx, image); err != nil {
			return err
		}
		front = nil
		if confirmer, ok := batch.(scanner.Confirmer); ok {
			if err := confirmer.Confirm(ctx, sides...); err != nil {
				return err
			}
		}
	}
}

// imprint returns the text for the endorser, which names station and batch as
// far as there is room, and the next sheet's number.
func (f *feed) imprint() (text string, from int) {
	account := f.into.account()
	text = f.station.config.Name + " " + account.Name + " "
	if len(text) > scanner.LongestImprint {
		text = account.Name + " "
	}
	return text[max(0, len(text)-scanner.LongestImprint):], account.Safe + 1
}

// pair joins front and back into one object, so that they stay together.
func pair(front, back scanner.Image) (scanner.Image, error) {
	both, err := media.Pair(front.Bytes, back.Bytes, front.DPI)
	if err != nil {
		return scanner.Image{}, &scanner.Fault{Condition: scanner.Unsupported, Protocol: "feed", Cause: err}
	}
	back.Bytes, back.MediaType, back.Imprint = both, media.PDF, front.Imprint
	return back, nil
}

// keep spools one sheet and tells of it.
func (f *feed) keep(ctx context.Context, image scanner.Image) error {
	if image.Source != "" && f.station.spool.holdsSource(image.Source) {
		return nil // spooled before a crash, and not confirmed to its device
	}
	repeated := slip.HashOf(image.Bytes) == f.into.lastHash()
	if repeated {
		// Before the sheet: a crash in between may ask a person needlessly, but
		// never lets a repeat pass.
		if err := f.into.noteRepeat(true); err != nil {
			return err
		}
	}
	sheet, err := f.into.append(image.Bytes, slip.Sheet{MediaType: image.MediaType, CapturedAt: image.CapturedAt.UTC(), DPI: image.DPI, Imprint: image.Imprint}, image.Source)
	if err != nil {
		if repeated {
			err = errors.Join(err, f.into.noteRepeat(false))
		}
		return err
	}
	f.report.Fed++
	if repeated {
		f.report.Repeats = append(f.report.Repeats, sheet.Sequence)
	}
	f.station.log.LogAttrs(ctx, slog.LevelDebug, "sheet spooled", slog.String("sheet", sheet.String()), slog.Int64("bytes", sheet.Bytes))
	account := f.into.account()
	f.station.tell(Event{Kind: Spooled, Sheet: sheet.SheetID, Declared: account.Declared, Safe: account.Safe, HandedIn: account.HandedIn, Image: image.Bytes})
	f.station.signal()
	return nil
}
