package worker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"sesshu/ledger/slip"
	"sesshu/ocr/paper"
)

// Store is where sheets come from and decisions go. *ledger.Store is one.
type Store interface {
	Image(ctx context.Context, hash slip.Hash) (io.ReadSeekCloser, error)
	RecordPages(ctx context.Context, sheet slip.Sheet, pages []slip.PageDecision) error
	RecordCrash(ctx context.Context, id slip.SheetID) (crashes int, err error)
	// Earlier returns the pages of earlier sheets with a dose of this name that
	// may stand for a paper scanned again.
	Earlier(ctx context.Context, id slip.SheetID, name slip.DoseName) ([]slip.EarlierPage, error)
	RecordSamePaper(ctx context.Context, sheet slip.Sheet, pages []slip.PageDecision, first slip.SheetID) error
}

// Reader turns a file's bytes into readings, and tells scans of one paper from
// scans of two. *Pool is one.
type Reader interface {
	ReadPrinted(ctx context.Context, file []byte, printed *Printed) (Result, error)
	Compare(ctx context.Context, first, second Scan) (paper.Verdict, error)
}

// maxCrashes is how often a sheet may kill its reading process before a person
// gets it.
const maxCrashes = 2

// Desk does the work on one sheet: fetch the stored bytes, read, decide,
// record. It keeps nothing between sheets.
type Desk struct {
	Store  Store
	Reader Reader
	Decide func(ctx context.Context, sheet slip.Sheet, page slip.PageReading) (slip.Decision, error)
	Logger *slog.Logger
}

// ReadSheet works on one sheet. An error means that it should be tried again
// later; everything else, a page that nobody can read included, ends in a
// recorded decision.
func (d *Desk) ReadSheet(ctx context.Context, sheet slip.Sheet) error {
	started := time.Now()
	file, err := d.fetch(ctx, sheet.SHA256)
	if err != nil {
		return err
	}
	result, err := d.Reader.ReadPrinted(ctx, file, printedOn(sheet))
	switch {
	case errors.Is(err, ErrCrashed):
		crashes, countErr := d.Store.RecordCrash(ctx, sheet.SheetID)
		if countErr != nil {
			return errors.Join(err, countErr)
		}
		d.Logger.WarnContext(ctx, "sheet killed its reading process", slog.String("sheet", sheet.String()), slog.Int("crashes", crashes))
		if crashes >= maxCrashes {
			return nil // RecordCrash has given it to a person
		}
		return err
	case err != nil:
		return fmt.Errorf("read sheet: %w", err)
	}
	pages := make([]slip.PageDecision, 0, len(result.Pages))
	for _, page := range result.Pages {
		if page.SHA256 != sheet.SHA256 {
			return fmt.Errorf("reading of sheet %s speaks of another image", sheet.SheetID)
		}
		decision, err := d.decide(ctx, sheet, page)
		if err != nil {
			return fmt.Errorf("decide sheet: %w", err)
		}
		pages = append(pages, slip.PageDecision{Reading: page, Decision: decision})
	}
	d.askOther(ctx, sheet, pages)
	first, same, err := d.samePaper(ctx, sheet, file, pages)
	if err != nil {
		return err
	}
	if same {
		err = d.Store.RecordSamePaper(ctx, sheet, pages, first)
	} else {
		err = d.Store.RecordPages(ctx, sheet, pages)
	}
	if err != nil {
		return fmt.Errorf("record sheet: %w", err)
	}
	d.Logger.InfoContext(ctx, "sheet read", slog.String("sheet", sheet.String()), slog.Int("pages", len(pages)), slog.Duration("took", time.Since(started)))
	return nil
}

// decide decides on one page. What a batch's header and separators are is no
// question of policy.
func (d *Desk) decide(ctx context.Context, sheet slip.Sheet, page slip.PageReading) (slip.Decision, error) {
	if control, ok := slip.BatchSheetOf(page); ok {
		return control.Decision(), nil
	}
	return d.Decide(ctx, sheet, page)
}

// fetch reads the stored bytes and proves that they are the scanner's own.
func (d *Desk) fetch(ctx context.Context, hash slip.Hash) ([]byte, error) {
	image, err := d.Store.Image(ctx, hash)
	if err != nil {
		return nil, fmt.Errorf("fetch image: %w", err)
	}
	defer image.Close()
	file, err := io.ReadAll(image)
	if err != nil {
		return nil, fmt.Errorf("fetch image: %w", err)
	}
	if slip.HashOf(file) != hash {
		return nil, fmt.Errorf("image %s is damaged in the store", hash)
	}
	return file, nil
}
