// Package bench measures the reading against the truth: over a folder of
// labelled samples, how many slips pass without a person, whether anything
// wrong was accepted, how far the probabilities can be believed, and what it
// cost.
package bench

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
	"sesshu/ledger/slip/truth"
	"sesshu/ocr/decide"
)

// Config says what to measure.
type Config struct {
	Dir     fs.FS // holds truth.jsonl and the files it names
	Forms   []*form.Form
	Masters decide.Masters
	Policy  decide.Policy
	ScanDay time.Time // see decide.Input; zero: unknown

	// Read reads one file: its pages, and the wall time by step. It is called
	// from as many goroutines as Parallel says.
	Read     func(ctx context.Context, file []byte) ([]slip.PageReading, map[string]time.Duration, error)
	Parallel int // files read at a time; 1 when 0

	// CPU returns the processor time that reading and deciding have used so far,
	// wherever they run. Nil: that of this process, from getrusage.
	CPU func() time.Duration
	// Each is given what was read and decided on every file, one file at a time in
	// no order: to calibrate on it, or to keep it. Nil for nobody.
	Each func(sheet truth.Sheet, pages []slip.PageDecision)
	// Progress is told after every file; nil for nobody.
	Progress func(done, total int)
}

// Run reads and decides every file of the truth. It stops at the first file
// that is missing or that the readers break on; a page that merely cannot be
// decoded is a result like any other.
func Run(ctx context.Context, config Config) (Report, error) {
	file, err := config.Dir.Open(truth.FileName)
	if err != nil {
		return Report{}, fmt.Errorf("bench: %w", err)
	}
	sheets, err := truth.Read(file)
	if err = errors.Join(err, file.Close()); err != nil {
		return Report{}, fmt.Errorf("bench: %w", err)
	}
	if len(sheets) == 0 {
		return Report{}, fmt.Errorf("bench: %s names no file", truth.FileName)
	}
	if config.CPU == nil {
		config.CPU = processCPU
	}
	forms := map[string]*form.Form{}
	for _, form := range config.Forms {
		forms[form.Name] = form
	}
	run := &run{config: config, forms: forms, results: make([]result, len(sheets))}
	before := config.CPU()
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(max(1, config.Parallel))
	for i, sheet := range sheets {
		group.Go(func() error { return run.sheet(ctx, i, sheet) })
	}
	if err := group.Wait(); err != nil {
		return Report{}, fmt.Errorf("bench: %w", err)
	}
	return tally(run.results, config.CPU()-before), nil
}

// run is one measurement under way.
type run struct {
	config  Config
	forms   map[string]*form.Form
	results []result

	mutex sync.Mutex
	done  int
}

// result is what became of one file.
type result struct {
	truth     truth.Sheet
	decisions []slip.Decision // one a page
	steps     map[string]time.Duration
}

func (r *run) sheet(ctx context.Context, i int, sheet truth.Sheet) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	content, err := fs.ReadFile(r.config.Dir, sheet.File)
	if err != nil {
		return err
	}
	pages, steps, err := r.config.Read(ctx, content)
	if err != nil {
		return fmt.Errorf("read %s: %w", sheet.File, err)
	}
	outcome := result{truth: sheet, steps: steps}
	decided := make([]slip.PageDecision, 0, len(pages))
	for _, page := range pages {
		decision, err := decide.Slip(ctx, decide.Input{
			Form: r.forms[page.Registration.Form], Page: page,
			ScanDay: r.config.ScanDay, Masters: r.config.Masters, Policy: r.config.Policy,
		})
		if err != nil {
			return fmt.Errorf("%s: %w", sheet.File, err)
		}
		outcome.decisions = append(outcome.decisions, decision)
		decided = append(decided, slip.PageDecision{Reading: page, Decision: decision})
	}
	r.results[i] = outcome
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.done++
	if r.config.Each != nil {
		r.config.Each(sheet, decided)
	}
	if r.config.Progress != nil {
		r.config.Progress(r.done, len(r.results))
	}
	return nil
}
