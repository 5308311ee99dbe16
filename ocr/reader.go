// Package ocr reads slips: from a file's bytes to what every reader says of
// every field. It decodes the pages, recognises and registers the form, cuts
// the fields' crops out of the page and gives each to the readers of its type.
// It decides nothing; package decide does.
//
// A reading depends on the file, the forms and the readers' versions alone:
// the same bytes give the same answer bit for bit, whatever was read before.
// Nothing that was seen on one page is kept for the next.
package ocr

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
	"sesshu/ocr/digits"
	"sesshu/ocr/line"
	"sesshu/ocr/page"
	"sesshu/ocr/register"
	"sesshu/ocr/tesseract"
)

// Config says what a Reader reads.
type Config struct {
	Forms  []*form.Form
	Logger *slog.Logger // gets steps and faults, never anything that was read; slog.Default when nil
}

// Reader reads files. A process needs one; it is not safe for concurrent use.
type Reader struct {
	logger    *slog.Logger
	index     *register.Index
	tesseract *tesseract.Reader
	digits    *digits.Reader
	line      *line.Reader
	unfitted  bool // Tesseract runs on other models than its calibration was fitted on
}

// Result is what was read in one file.
type Result struct {
	Pages []slip.PageReading
	// Errors says, page by page, why a page could not be decoded or read; nil
	// where it could. Package page has words for people for each.
	Errors []error
	Steps  map[string]time.Duration // wall time by step, over all pages
}

// Open makes the forms and the readers ready. The caller closes the Reader.
func Open(config Config) (reader *Reader, err error) {
	if len(config.Forms) == 0 {
		return nil, errors.New("no form is given, so nothing can be read")
	}
	reader = &Reader{logger: config.Logger}
	if reader.logger == nil {
		reader.logger = slog.Default()
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, reader.Close())
		}
	}()
	if reader.index, err = register.Open(config.Forms); err != nil {
		return reader, fmt.Errorf("prepare forms: %w", err)
	}
	if reader.tesseract, err = tesseract.Open(); err != nil {
		return reader, err
	}
	if languages := reader.tesseract.Unfitted(); len(languages) > 0 {
		reader.unfitted = true
		reader.logger.Warn("tesseract's language models are not those that its probabilities were fitted on: it may make a value doubtful, never certain, so more slips are asked / "+
			"Tesseract の言語モデルが較正時のものと異なります。Tesseract は値を疑う材料にだけ使われ、確認待ちの票が増えます",
			slog.Any("languages", languages), slog.String("installed", reader.tesseract.Version()))
	}
	if reader.digits, err = digits.Open(); err != nil {
		return reader, err
	}
	if reader.line, err = line.Open(); err != nil {
		return reader, err
	}
	return reader, nil
}

// combining makes one list of two readers of a crop.
type combining func(first, second []slip.Candidate) []slip.Candidate

// withTesseract returns how Tesseract's candidates, the second, are combined with
// another reader's: as given, or by doubt where they are not calibrated.
func (r *Reader) withTesseract(fitted combining) combining {
	if r.unfitted {
		return doubt
	}
	return fitted
}

// Close frees everything. It is safe to call it twice.
func (r *Reader) Close() error {
	var all []error
	if r.index != nil {
		r.index.Close()
	}
	if r.tesseract != nil {
		r.tesseract.Close()
	}
	if r.digits != nil {
		all = append(all, r.digits.Close())
	}
	if r.line != nil {
		all = append(all, r.line.Close())
	}
	r.index, r.tesseract, r.digits, r.line = nil, nil, nil, nil
	return errors.Join(all...)
}

// Read reads every page of a file. A page that cannot be decoded is a reading
// with the fault "unreadable", and the others are read all the same; a file
// that cannot be opened at all is one such page. The error is not nil only when
// ctx ended or a reader broke: then nothing was learned of the file.
func (r *Reader) Read(ctx context.Context, file []byte) (Result, error) {
	clock := newClock()
	hash := slip.HashOf(file)
	result := Result{Steps: clock.steps}
	stop := clock.start(stepDecode)
	document, err := page.Open(ctx, file)
	stop()
	if ctx.Err() != nil {
		return Result{}, ctx.Err()
	}
	if err != nil {
		r.logger.InfoContext(ctx, "file cannot be opened", slog.String("sha256", hash.String()), slog.Any("error", err))
		result.Pages = []slip.PageReading{{SHA256: hash, Page: 1, Faults: []slip.Reason{slip.ReasonUnreadable}, Fault: page.FaultOf(err)}}
		result.Errors = []error{err}
		return result, nil
	}
	for n := 1; n <= document.Pages(); n++ {
		reading, pageErr, err := r.page(ctx, document, hash, n, clock)
		if err != nil {
			return Result{}, fmt.Errorf("read page %d: %w", n, err)
		}
		if pageErr != nil {
			r.logger.InfoContext(ctx, "page not read", slog.String("sha256", hash.String()), slog.Int("page", n), slog.Any("error", pageErr))
		}
		result.Pages = append(result.Pages, reading)
		result.Errors = append(result.Errors, pageErr)
	}
	return result, nil
}

// page reads one page. The first error belongs to the page, the second to the
// reader.
func (r *Reader) page(ctx context.Context, document *page.Document, hash slip.Hash, n int, clock *clock) (slip.PageReading, error, error) {
	reading := slip.PageReading{SHA256: hash, Page: n}
	stop := clock.start(stepDecode)
	img, err := document.Decode(ctx, n)
	stop()
	if ctx.Err() != nil {
		return reading, nil, ctx.Err()
	}
	if err != nil {
		reading.Faults, reading.Fault = []slip.Reason{slip.ReasonUnreadable}, page.FaultOf(err)
		return reading, err, nil
	}
	defer img.Close()
	reading.Width, reading.Height = img.Width, img.Height

	stop = clock.start(stepRegister)
	fit, err := r.index.Find(img)
	stop()
	if fit != nil {
		reading.Registration = fit.Summary
	}
	switch {
	case errors.Is(err, register.ErrBlank):
		reading.Blank = true
		reading.Faults = []slip.Reason{slip.ReasonBlankPage}
		return reading, err, nil
	case errors.Is(err, register.ErrNoForm):
		reading.Faults = []slip.Reason{slip.ReasonFormUnknown}
		return reading, err, nil
	case errors.Is(err, register.ErrPoorFit):
		reading.Faults = []slip.Reason{slip.ReasonRegistration}
		return reading, err, nil
	case err != nil:
		return reading, nil, err
	}
	cutter, err := register.NewCutter(img)
	if err != nil {
		return reading, nil, err
	}
	defer cutter.Close()
	sheet := &sheet{reader: r, fit: fit, cutter: cutter, clock: clock, reading: &reading}
	if err := sheet.read(ctx); err != nil {
		return reading, nil, err
	}
	return reading, nil, nil
}

// Page turns page n (counted from 1) of a file of any format into a JPEG that
// a browser shows, pixel for pixel where the reading's boxes mean.
func Page(file []byte, n int) ([]byte, error) {
	return page.Show(context.Background(), file, n)
}
