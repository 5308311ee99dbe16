package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sync/errgroup"

	"sesshu/ledger/master"
	"sesshu/ledger/slip"
	"sesshu/ledger/slip/truth"
	"sesshu/ocr/bench"
	"sesshu/ocr/bench/plain"
	"sesshu/ocr/decide"
	"sesshu/samples"
)

// chunk returns the readings of some slips and their registers: those that were
// kept, or new ones, which are kept. Images are not: a seed draws them again.
func (a *accuracy) chunk(ctx context.Context, config samples.Config, dir string, plainly int) ([]bench.Kept, *master.Masters, error) {
	name := filepath.Join(dir, fmt.Sprintf("%d-%d-%d", config.Seed, config.Count, plainly))
	if sheets, err := bench.ReadKept(name + ".jsonl.gz"); err == nil {
		masters, err := mastersIn(name)
		return sheets, masters, err
	} else if !errors.Is(err, os.ErrNotExist) {
		return nil, nil, err
	}
	drawn, err := os.MkdirTemp(dir, "drawn-")
	if err != nil {
		return nil, nil, fmt.Errorf("make a folder: %w", err)
	}
	defer os.RemoveAll(drawn)
	config.Out, config.Workers = drawn, a.processes
	if err := samples.Generate(ctx, config); err != nil {
		return nil, nil, err
	}
	sheets, err := a.read(ctx, drawn, plainly)
	if err != nil {
		return nil, nil, err
	}
	if err := errors.Join(os.RemoveAll(name), os.Rename(filepath.Join(drawn, "masters"), name)); err != nil {
		return nil, nil, fmt.Errorf("keep registers: %w", err)
	}
	if err := bench.WriteKept(name+".jsonl.gz", sheets); err != nil {
		return nil, nil, err
	}
	masters, err := mastersIn(name)
	return sheets, masters, err
}

// read reads all files of a set, and the first of them with plain Tesseract too.
func (a *accuracy) read(ctx context.Context, dir string, plainly int) ([]bench.Kept, error) {
	sheets, err := readTruth(dir)
	if err != nil {
		return nil, err
	}
	masters, err := mastersIn(filepath.Join(dir, "masters"))
	if err != nil {
		return nil, err
	}
	input := a.input
	input.Masters = masters
	kept := make([]bench.Kept, len(sheets))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(a.processes)
	for i, sheet := range sheets {
		group.Go(func() error {
			var err error
			if kept[i], err = a.readSheet(ctx, dir, sheet, input, i < plainly); err != nil {
				return fmt.Errorf("%s: %w", sheet.File, err)
			}
			return nil
		})
	}
	return kept, group.Wait()
}

func (a *accuracy) readSheet(ctx context.Context, dir string, sheet truth.Sheet, input decide.Input, plainly bool) (bench.Kept, error) {
	file, err := os.ReadFile(filepath.Join(dir, sheet.File))
	if err != nil {
		return bench.Kept{}, err
	}
	result, err := a.pool.Read(ctx, file)
	if err != nil {
		return bench.Kept{}, err
	}
	kept := bench.Kept{Truth: sheet, Pages: result.Pages, CPU: result.CPU}
	if !plainly {
		return kept, nil
	}
	kept.Plain = map[slip.Value]plain.Text{}
	for _, page := range result.Pages {
		input.Page, input.Form = page, formNamed(a.forms, page.Registration.Form)
		decision, err := decide.Slip(ctx, input)
		if err != nil {
			return bench.Kept{}, err
		}
		crops, err := bench.PlainCrops(input.Form, decision, file) // samples are JPEG files of one page
		if err != nil {
			return bench.Kept{}, err
		}
		texts, err := plain.Read(ctx, crops)
		if err != nil {
			return bench.Kept{}, err
		}
		for i, crop := range crops {
			kept.Plain[crop.Value] = texts[i]
		}
	}
	return kept, nil
}
