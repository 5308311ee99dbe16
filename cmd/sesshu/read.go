package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"sesshu/ledger/master"
	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
	"sesshu/ocr/decide"
	"sesshu/ocr/explain"
	"sesshu/ocr/report"
	"sesshu/ocr/worker"
)

type readCommand struct {
	Files    []string `arg:"" name:"file" help:"JPEG, PNG, TIFF or PDF scans."`
	JSON     bool     `help:"Print one JSON object a page."`
	Masters  string   `help:"Folder with tickets.csv, lots.csv and facilities.csv; without it nothing is accepted." type:"existingdir" env:"SESSHU_MASTERS"`
	ScanDate string   `help:"Day of the scan, 2021-06-30; by default today. Vaccinations after it are impossible."`
}

func (c *readCommand) Run(ctx context.Context, settings *Settings) error {
	decider, err := settings.newDecider(c.Masters, c.ScanDate)
	if err != nil {
		return err
	}
	return settings.withPool(ctx, 1, func(ctx context.Context, pool *worker.Pool) error {
		if err := settings.checkPolicy(ctx, pool, decider.input.Policy); err != nil {
			return err
		}
		// The time a page takes is not that of opening the readers.
		if _, err := pool.Versions(ctx); err != nil {
			return fmt.Errorf("start reading: %w", err)
		}
		failed := false
		for _, file := range c.Files {
			if err := c.read(ctx, settings, pool, decider, file); err != nil {
				if ctx.Err() != nil {
					return err
				}
				fmt.Fprintf(settings.stderr, "sesshu: %s: %v\n", file, err)
				failed = true
			}
		}
		if failed {
			return errQuiet
		}
		return nil
	})
}

func (c *readCommand) read(ctx context.Context, settings *Settings, pool *worker.Pool, decider *decider, file string) error {
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	started := time.Now()
	result, err := pool.Read(ctx, content)
	if err != nil {
		return err
	}
	took := time.Since(started) / time.Duration(max(1, len(result.Pages)))
	for i, page := range result.Pages {
		if i < len(result.Faults) && result.Faults[i] != "" {
			fmt.Fprintf(settings.stderr, "sesshu: %s, page %d: %s\n", file, page.Page, result.Faults[i])
		}
		decision, err := decider.decide(ctx, page)
		if err != nil {
			return err
		}
		found := report.Of(file, slip.PageDecision{Reading: page, Decision: decision}, took)
		if c.JSON {
			err = json.NewEncoder(settings.stdout).Encode(found)
		} else {
			err = writePage(settings, found, page)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// writePage prints a page for people. Values are shown: whoever runs this has
// the paper in hand.
func writePage(settings *Settings, page report.Page, reading slip.PageReading) error {
	name := "no form fits"
	if page.Form != nil {
		name = *page.Form
	}
	if sheet, ok := slip.BatchSheetOf(reading); ok {
		name = sheet.Text()
	}
	_, err := fmt.Fprintf(settings.stdout, "%s, page %d: %s (%s)\n", page.File, page.Page, page.Outcome, name)
	for _, reason := range page.Reasons {
		if err == nil {
			japanese, english := explain.Reason(reason)
			_, err = fmt.Fprintf(settings.stdout, "  %s: %s / %s\n", reason, english, japanese)
		}
	}
	for _, value := range slip.Values() {
		if field, ok := page.Fields[value]; ok && err == nil {
			_, err = fmt.Fprintf(settings.stdout, "  %-18s %-7s %-12s %.5f\n", value, field.Outcome, field.Value, field.P)
		}
	}
	return err
}

// decider decides pages outside the service: with masters from files.
type decider struct {
	forms   []*form.Form
	input   decide.Input // all but form and page
	masters *master.Masters
}

func (s *Settings) newDecider(mastersDir, scanDate string) (*decider, error) {
	forms, err := s.loadForms()
	if err != nil {
		return nil, err
	}
	policy, err := s.loadPolicy()
	if err != nil {
		return nil, err
	}
	scanDay := day(time.Now())
	if scanDate != "" {
		if scanDay, err = time.ParseInLocation(time.DateOnly, scanDate, japan); err != nil {
			return nil, fmt.Errorf("scan date %q is not of the form 2021-06-30", scanDate)
		}
	}
	masters := &master.Masters{}
	if mastersDir == "" {
		fmt.Fprintln(s.stderr, "sesshu: no registers (--masters DIR): every slip will be asked / 台帳マスタ未指定のため、すべて確認待ちになります")
	} else if masters, err = master.Load(os.DirFS(mastersDir)); err != nil {
		return nil, fmt.Errorf("masters in %s: %w", mastersDir, err)
	}
	return &decider{
		forms: forms, masters: masters,
		input: decide.Input{ScanDay: scanDay, Masters: masters, Policy: policy},
	}, nil
}

// decide decides on one page; a batch's header or separator is what its code
// says, as in the service.
func (d *decider) decide(ctx context.Context, page slip.PageReading) (slip.Decision, error) {
	if sheet, ok := slip.BatchSheetOf(page); ok {
		return sheet.Decision(), nil
	}
	input := d.input
	input.Page, input.Form = page, formNamed(d.forms, page.Registration.Form)
	return decide.Slip(ctx, input)
}

// withPool runs act beside a pool of reading processes.
func (s *Settings) withPool(ctx context.Context, processes int, act func(context.Context, *worker.Pool) error) error {
	pool, err := s.readingPool(processes)
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	group.Go(func() error { return pool.Run(ctx) })
	group.Go(func() error {
		defer stop()
		return act(ctx, pool)
	})
	if err := group.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}
