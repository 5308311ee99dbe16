package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"sesshu/ledger/slip"
	"sesshu/ocr/bench"
	"sesshu/ocr/digits"
	"sesshu/ocr/real"
	"sesshu/ocr/tesseract"
	"sesshu/ocr/worker"
	"sesshu/samples"
)

type realCommand struct {
	Data string `required:"" help:"Folder with the collections, each in a folder of its own; those that are not there are named." type:"existingdir"`
	Out  string `help:"Document whose part on real things is written anew." default:"ocr/ACCURACY.md" type:"path"`
}

func (c *realCommand) Run(ctx context.Context, settings *Settings) error {
	root := os.DirFS(c.Data)
	measured := real.Measured{Command: "sesshu real --data DATA", Day: time.Now().In(japan).Format(time.DateOnly)}
	missing := func(names []string) { measured.Missing = append(measured.Missing, names...) }
	for _, part := range []struct {
		name    string
		measure func() error
	}{
		{"digits", func() error {
			reader, err := digits.Open()
			if err != nil {
				return err
			}
			sets, absent, err := real.Digits(ctx, root, reader)
			missing(absent)
			measured.Digits = sets
			return errors.Join(err, reader.Close())
		}},
		{"codes", func() (err error) {
			var absent []string
			measured.Codes, measured.Strange, absent, err = real.Codes(ctx, root)
			missing(absent)
			return err
		}},
		{"marks", func() (err error) {
			var absent []string
			measured.Marks, absent, err = real.Marks(ctx, root)
			missing(absent)
			return err
		}},
		{"texts", func() error {
			reader, err := tesseract.Open()
			if err != nil {
				return err
			}
			defer reader.Close()
			pages, absent, err := real.Texts(ctx, root, reader)
			missing(absent)
			measured.Texts = pages
			return err
		}},
		{"lots", func() (err error) {
			var absent []string
			measured.Lots, absent, err = real.Lots(root)
			missing(absent)
			return err
		}},
		{"numbers", func() (err error) {
			var absent []string
			measured.Numbers, absent, err = real.Numbers(ctx, root)
			missing(absent)
			return err
		}},
		{"papers", func() error {
			absent, err := c.papers(ctx, settings, &measured)
			missing(absent)
			return err
		}},
	} {
		if err := part.measure(); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
		settings.logger.InfoContext(ctx, "measured", slog.String("part", part.name))
	}
	slices.Sort(measured.Missing)
	measured.Missing = slices.Compact(measured.Missing)
	return c.write(settings, measured.Document())
}

// papers reads the foreign papers as `sesshu read` does.
func (c *realCommand) papers(ctx context.Context, settings *Settings, measured *real.Measured) (missing []string, err error) {
	decider, err := fictionalDecider(ctx, settings)
	if err != nil {
		return nil, err
	}
	err = settings.withPool(ctx, 1, func(ctx context.Context, pool *worker.Pool) error {
		if err := settings.checkPolicy(ctx, pool, decider.input.Policy); err != nil {
			return err
		}
		if measured.Readers, err = pool.Versions(ctx); err != nil {
			return fmt.Errorf("ask for the readers' versions: %w", err)
		}
		progress, done := settings.progress()
		defer done()
		read := func(ctx context.Context, file []byte) ([]slip.PageDecision, error) {
			result, err := pool.Read(ctx, file)
			if err != nil {
				return nil, err
			}
			var pages []slip.PageDecision
			for _, page := range result.Pages {
				decision, err := decider.decide(ctx, page)
				if err != nil {
					return nil, err
				}
				pages = append(pages, slip.PageDecision{Reading: page, Decision: decision})
			}
			return pages, nil
		}
		measured.Papers, missing, err = real.Papers(ctx, os.DirFS(c.Data), read, progress)
		return err
	})
	return missing, err
}

// fictionalDecider decides with the registers of a set of samples: with empty
// ones nothing could be accepted, however wrong the reading.
func fictionalDecider(ctx context.Context, settings *Settings) (*decider, error) {
	dir, err := os.MkdirTemp("", "sesshu-real-")
	if err != nil {
		return nil, fmt.Errorf("make a folder: %w", err)
	}
	defer os.RemoveAll(dir)
	if err := samples.Generate(ctx, samples.Config{Out: dir, Count: 1, Seed: 1}); err != nil {
		return nil, err
	}
	return settings.newDecider(filepath.Join(dir, "masters"), "")
}

// write puts what was counted into its part of the document.
func (c *realCommand) write(settings *Settings, text []byte) error {
	document, err := os.ReadFile(c.Out)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("read %s: %w", c.Out, err)
	}
	if document, err = bench.SplicePart(document, "real", text); err != nil {
		return fmt.Errorf("%s: %w", c.Out, err)
	}
	if err := os.WriteFile(c.Out, document, 0o644); err != nil {
		return fmt.Errorf("write %s: %w", c.Out, err)
	}
	_, err = settings.stdout.Write(text)
	return err
}
