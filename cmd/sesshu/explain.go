package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"sesshu/ocr/explain"
	"sesshu/ocr/worker"
)

type explainCommand struct {
	File     string `arg:"" help:"A JPEG, PNG, TIFF or PDF scan." type:"existingfile"`
	Out      string `help:"HTML file to write; by default the file's name with .html, in this folder." type:"path"`
	Masters  string `help:"Folder with tickets.csv, lots.csv and facilities.csv; without it nothing is accepted." type:"existingdir" env:"SESSHU_MASTERS"`
	Imprint  string `help:"What the scanner printed on the sheet, to be read back."`
	ScanDate string `help:"Day of the scan, 2021-06-30; by default today. Vaccinations after it are impossible."`
}

func (c *explainCommand) Run(ctx context.Context, settings *Settings) error {
	decider, err := settings.newDecider(c.Masters, c.ScanDate)
	if err != nil {
		return err
	}
	content, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	out := c.Out
	if out == "" {
		out = filepath.Base(c.File) + ".html"
	}
	sheet := explain.Sheet{Name: filepath.Base(c.File), Policy: decider.input.Policy}
	err = settings.withPool(ctx, 1, func(ctx context.Context, pool *worker.Pool) error {
		if err := settings.checkPolicy(ctx, pool, sheet.Policy); err != nil {
			return err
		}
		var printed *worker.Printed
		if c.Imprint != "" {
			printed = &worker.Printed{Text: c.Imprint}
		}
		result, err := pool.ReadPrinted(ctx, content, printed)
		if err != nil {
			return err
		}
		for _, reading := range result.Pages {
			page := explain.Page{Reading: reading, Form: formNamed(decider.forms, reading.Registration.Form)}
			if page.Decision, err = decider.decide(ctx, reading); err != nil {
				return err
			}
			// A page that cannot be shown is explained without pictures.
			if page.Image, err = pool.Page(ctx, content, reading.Page); err != nil && !errors.Is(err, worker.ErrFault) {
				return err
			}
			sheet.Pages = append(sheet.Pages, page)
		}
		return nil
	})
	if err != nil {
		return err
	}
	file, err := os.OpenFile(out, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600) // it shows what the paper shows
	if err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	if err := errors.Join(explain.Write(file, sheet), file.Close()); err != nil {
		return err
	}
	_, err = fmt.Fprintln(settings.stdout, out)
	return err
}
