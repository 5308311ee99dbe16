package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"text/tabwriter"
	"time"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/truth"
	"sesshu/ocr/bench"
	"sesshu/ocr/calibrate"
	"sesshu/ocr/decide"
	"sesshu/ocr/worker"
)

type calibrateCommand struct {
	Dirs       []string `arg:"" name:"dir" help:"Folders with truth.jsonl, masters/ and the files: slips that no reader was fitted on." type:"existingdir"`
	Out        string   `help:"File to write the policy to; without it the policy is only reported." type:"path"`
	Bound      float64  `help:"Share of wrong values that may be accepted, such as 0.0001; by default the policy's own."`
	Confidence float64  `help:"Of each value's promise, from 0.5 to 1." default:"0.95"`
	Unshown    string   `help:"What becomes of a value of which too few slips were accepted to show its bound: strict (accepted from 0.9999), keep (accepted from where the policy had it) or ask (always asked)." enum:"strict,keep,ask" default:"strict"`
	JSON       bool     `help:"Print one JSON object."`
	ScanDate   string   `help:"Day of the scan, 2021-06-30; by default today."`
	Processes  int      `help:"Reading processes; by default one per core."`
}

func (c *calibrateCommand) Run(ctx context.Context, settings *Settings) error {
	if !(c.Confidence > 0.5 && c.Confidence < 1) {
		return fmt.Errorf("confidence %g is not between 0.5 and 1", c.Confidence)
	}
	for _, dir := range c.Dirs {
		if err := labelled(dir); err != nil {
			return err
		}
	}
	policy, err := settings.loadPolicy()
	if err != nil {
		return err
	}
	if c.Bound != 0 {
		if !(c.Bound > 0 && c.Bound <= 0.01) {
			return fmt.Errorf("bound %g is not between 0 and 0.01", c.Bound)
		}
		policy.ErrorBound.Default, policy.ErrorBound.Fields = c.Bound, map[slip.Value]float64{}
	}
	config := calibrate.Config{Policy: policy, Confidence: c.Confidence, Unshown: calibrate.Unshown(c.Unshown)}
	var folders calibrate.Folders
	for _, dir := range c.Dirs { // before the hours of reading: an image that is given twice is refused
		data, err := folders.Fingerprint(dir, os.DirFS(dir))
		if err != nil {
			return err
		}
		config.Data = append(config.Data, data)
	}
	processes := c.Processes
	if processes < 1 {
		processes = cores()
	}
	err = settings.withPool(ctx, processes, func(ctx context.Context, pool *worker.Pool) error {
		if config.Readers, err = pool.Versions(ctx); err != nil {
			return fmt.Errorf("ask for the readers' versions: %w", err)
		}
		for _, dir := range c.Dirs {
			if err := c.readSlips(ctx, settings, pool, processes, dir, &config); err != nil {
				return fmt.Errorf("%s: %w", dir, err)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	learned, err := calibrate.Policy(ctx, config)
	if err != nil {
		return err
	}
	if len(learned.Policy.Calibrated.Promises) == 0 {
		return errors.New("no slip was recognised as one of the forms, so there is nothing to calibrate on / どの帳票とも合わないため較正できません")
	}
	if c.Out != "" {
		if err := os.WriteFile(c.Out, learned.Text, 0o644); err != nil {
			return fmt.Errorf("write policy: %w", err)
		}
	}
	if c.JSON {
		return json.NewEncoder(settings.stdout).Encode(promised{learned.Policy.Hash, learned.Policy.Calibrated})
	}
	return writePromises(settings.stdout, learned.Policy, c.Out)
}

// readSlips reads one folder's slips with all readers.
func (c *calibrateCommand) readSlips(ctx context.Context, settings *Settings, pool *worker.Pool, processes int, dir string, config *calibrate.Config) error {
	decider, err := settings.newDecider(filepath.Join(dir, "masters"), c.ScanDate)
	if err != nil {
		return err
	}
	config.ScanDay = decider.input.ScanDay
	progress, done := settings.progress()
	defer done()
	_, err = bench.Run(ctx, bench.Config{
		Dir: os.DirFS(dir), Forms: decider.forms, Masters: decider.masters, Policy: config.Policy, ScanDay: config.ScanDay,
		Parallel: processes, Progress: progress,
		Read: func(ctx context.Context, file []byte) ([]slip.PageReading, map[string]time.Duration, error) {
			result, err := pool.Read(ctx, file)
			return result.Pages, result.Steps, err
		},
		Each: func(sheet truth.Sheet, pages []slip.PageDecision) {
			for _, page := range pages {
				config.Slips = append(config.Slips, calibrate.Slip{
					Form: formNamed(decider.forms, page.Reading.Registration.Form), Page: page.Reading, Truth: sheet.Fields, Masters: decider.masters,
				})
			}
		},
	})
	return err
}

// promised is the answer with --json.
type promised struct {
	PolicyHash slip.Hash `json:"policy_hash"`
	*decide.Calibration
}

// writePromises says for people what was shown of every value.
func writePromises(w io.Writer, policy decide.Policy, out string) error {
	calibrated := policy.Calibrated
	sheets := 0
	for _, data := range calibrated.Data {
		sheets += data.Sheets
	}
	fmt.Fprintf(w, "%d sheets in %d folders; each promise holds with %g %% confidence, for slips like these.\n\n",
		sheets, len(calibrated.Data), 100*calibrated.Confidence)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "value\taccepted from\taccepted\twrong\twrong at most\tasked for\tpromise\t")
	kept, shown := 0, 0
	for _, value := range slip.Values() {
		promise, has := calibrated.Promises[value]
		if !has {
			continue
		}
		word := "not shown"
		shown++
		switch {
		case promise.Kept:
			word = "kept"
			kept++
		case promise.Refuted:
			word = "broken: always asked"
		case slices.Contains(policy.AlwaysAsk, value):
			word = "not shown: always asked"
		}
		fmt.Fprintf(table, "%s\t%g\t%d\t%d\t%.2e\t%.0e\t%s\t\n", value, policy.Threshold(value), promise.Accepted, promise.Wrong, promise.Upper, promise.Bound, word)
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("write promises: %w", err)
	}
	fmt.Fprintf(w, "\nThe bound is shown for %d of %d values.", kept, shown)
	if kept < shown {
		fmt.Fprint(w, " \"Not shown\" means that too few slips were accepted to show it\n(29,956 without an error show 1 in 10,000); --unshown says what becomes of such a value.")
	}
	fmt.Fprintln(w)
	if out != "" {
		fmt.Fprintf(w, "Policy %s is in %s: use it with --policy %s.\n方針ファイルを書きました。--policy %s で使えます。\n", policy.Hash, out, out, out)
	}
	return nil
}
