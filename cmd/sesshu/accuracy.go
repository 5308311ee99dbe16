package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"sesshu/ledger/master"
	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
	"sesshu/ocr/bench"
	"sesshu/ocr/decide"
	"sesshu/ocr/worker"
	"sesshu/samples"
	"sesshu/samples/hand"
	"sesshu/samples/scan"
)

type accuracyCommand struct {
	Count     int      `help:"Slips of each tier and way of writing dates." default:"1000"`
	Tiers     []string `help:"How good the scans are." default:"clean,office,poor,fax,phone"`
	Dates     []string `help:"How dates come into their boxes: print, stamp, hand." default:"print,stamp,hand"`
	Data      string   `help:"Folder with collections of real handwritten digits; without it digits by hand are set in typefaces." type:"existingdir"`
	Seed      uint64   `help:"Of the sets, which take 10,000 seeds each from here on; apart from all that was trained or calibrated on." default:"90210000"`
	Plain     int      `help:"Slips of each set that plain Tesseract reads too." default:"200"`
	Out       string   `help:"Document whose measured part is written anew." default:"ocr/ACCURACY.md" type:"path"`
	Plots     string   `help:"Folder for the plots; by default plots beside the document." type:"path"`
	Work      string   `help:"Folder in which readings are kept, so that a run can be resumed and a new policy needs no new reading." default:"out/accuracy" type:"path"`
	ScanDate  string   `help:"Day of the scan." default:"2024-04-30"`
	Processes int      `help:"Reading processes; by default one per core."`
}

// chunk is how many slips are drawn, read and kept at a time.
const chunk = 100

// accuracy is one evaluation under way.
type accuracy struct {
	*accuracyCommand

	settings  *Settings
	pool      *worker.Pool
	forms     []*form.Form
	input     decide.Input
	readers   map[string]string
	processes int
}

func (c *accuracyCommand) Run(ctx context.Context, settings *Settings) error {
	if c.Count < 1 || c.Plain < 0 {
		return errors.New("count must be at least 1, plain at least 0")
	}
	for _, tier := range c.Tiers {
		if _, err := scan.ParseTier(tier); err != nil {
			return err
		}
	}
	for _, dates := range c.Dates {
		if !slices.Contains(waysOfDates, samples.Dates(dates)) {
			return fmt.Errorf("dates %q are none of print, stamp, hand", dates)
		}
	}
	forms, err := settings.loadForms()
	if err != nil {
		return err
	}
	policy, err := settings.loadPolicy()
	if err != nil {
		return err
	}
	scanDay, err := time.ParseInLocation(time.DateOnly, c.ScanDate, japan)
	if err != nil {
		return fmt.Errorf("scan date %q is not of the form 2021-06-30", c.ScanDate)
	}
	a := &accuracy{
		accuracyCommand: c, settings: settings, forms: forms, processes: c.Processes,
		input: decide.Input{ScanDay: scanDay, Policy: policy},
	}
	if a.processes < 1 {
		a.processes = cores()
	}
	measured := bench.Measured{
		Command: c.command(settings), Day: time.Now().In(japan).Format(time.DateOnly), Policy: policy,
		Machine: fmt.Sprintf("%d shared cores", runtime.NumCPU()),
		Digits:  "Digits by hand are set in typefaces.",
	}
	if c.Data != "" {
		measured.Digits = "Digits by hand are real ones, of the test writers, by whom nothing was trained, calibrated or chosen."
	}
	err = settings.withPool(ctx, a.processes, func(ctx context.Context, pool *worker.Pool) error {
		a.pool = pool
		if err := settings.checkPolicy(ctx, pool, policy); err != nil {
			return err
		}
		if a.readers, err = pool.Versions(ctx); err != nil {
			return fmt.Errorf("ask for the readers' versions: %w", err)
		}
		measured.Readers = a.readers
		for _, tier := range c.Tiers {
			for _, dates := range c.Dates {
				cell, err := a.cell(ctx, tier, dates, c.cellSeed(tier, dates))
				if err != nil {
					return fmt.Errorf("%s, %s: %w", tier, dates, err)
				}
				measured.Cells = append(measured.Cells, cell)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return c.write(settings, measured)
}

// waysOfDates are the ways of writing dates that are measured apart.
var waysOfDates = []samples.Dates{samples.DatesPrint, samples.DatesStamp, samples.DatesHand}

// cellSeed is the seed of a set's first slips: the same whatever other sets are
// measured with it.
func (c *accuracyCommand) cellSeed(tier, dates string) uint64 {
	place := slices.Index(scan.Tiers(), scan.Tier(tier))*len(waysOfDates) + slices.Index(waysOfDates, samples.Dates(dates))
	return c.Seed + 10_000*uint64(place)
}

// command is how the same is measured again.
func (c *accuracyCommand) command(settings *Settings) string {
	text := fmt.Sprintf("sesshu accuracy --count %d --tiers %s --dates %s --seed %d --plain %d", c.Count, strings.Join(c.Tiers, ","), strings.Join(c.Dates, ","), c.Seed, c.Plain)
	if c.Data != "" {
		text += " --data DATA"
	}
	if settings.Policy != "" {
		text += " --policy " + filepath.Base(settings.Policy)
	}
	return text
}

// cell draws, reads and decides the slips of one tier and way of writing dates.
func (a *accuracy) cell(ctx context.Context, tier, dates string, seed uint64) (bench.Cell, error) {
	cell := bench.Cell{Tier: tier, Dates: dates}
	config := samples.Config{Tier: scan.Tier(tier), Dates: samples.Dates(dates), Split: hand.Test}
	if a.Data != "" {
		config.Handwriting = os.DirFS(a.Data)
	}
	dir, err := a.workFolder(ctx, config, tier+"-"+dates, seed)
	if err != nil {
		return cell, err
	}
	progress, done := a.settings.progress()
	defer done()
	for first := 0; first < a.Count; first += chunk {
		config.Count, config.Seed = min(chunk, a.Count-first), seed+uint64(first/chunk)
		sheets, masters, err := a.chunk(ctx, config, dir, max(0, min(a.Plain-first, config.Count)))
		if err != nil {
			return cell, err
		}
		input := a.input
		input.Masters = masters
		for _, sheet := range sheets {
			if err := cell.Add(ctx, input, a.forms, sheet); err != nil {
				return cell, err
			}
		}
		progress(first+config.Count, a.Count)
	}
	a.settings.logger.InfoContext(ctx, "measured", slog.String("tier", tier), slog.String("dates", dates),
		slog.Int("slips", cell.Joint.Slips), slog.Int("whole", cell.Joint.Whole))
	return cell, nil
}

// probe is how many slips are drawn and read to tell whether kept readings are
// still those that would come out now.
const probe = 2

// workFolder names the folder of a cell by all that its readings depend on:
// readers, forms, and what comes out of drawing and reading its first slips.
func (a *accuracy) workFolder(ctx context.Context, config samples.Config, name string, seed uint64) (string, error) {
	config.Count, config.Seed = probe, seed
	dir, err := os.MkdirTemp("", "sesshu-accuracy-")
	if err != nil {
		return "", fmt.Errorf("make a folder: %w", err)
	}
	defer os.RemoveAll(dir)
	config.Out = dir
	if err := samples.Generate(ctx, config); err != nil {
		return "", err
	}
	sheets, err := a.read(ctx, dir, 0)
	if err != nil {
		return "", err
	}
	for i := range sheets {
		sheets[i].CPU = 0
	}
	hashes := make([]slip.Hash, 0, len(a.forms))
	for _, f := range a.forms {
		hashes = append(hashes, f.Hash)
	}
	text, err := json.Marshal([]any{a.readers, hashes, sheets})
	if err != nil {
		return "", fmt.Errorf("fingerprint: %w", err)
	}
	fingerprint := slip.HashOf(text)
	work := filepath.Join(a.Work, name+"-"+strconv.FormatUint(seed, 10)+"-"+hex.EncodeToString(fingerprint[:6]))
	if err := os.MkdirAll(work, 0o755); err != nil {
		return "", fmt.Errorf("make a folder: %w", err)
	}
	return work, nil
}

// write puts what was measured into the document and its plots beside it.
func (c *accuracyCommand) write(settings *Settings, measured bench.Measured) error {
	plotDir := c.Plots
	if plotDir == "" {
		plotDir = filepath.Join(filepath.Dir(c.Out), "plots")
	}
	prefix, err := filepath.Rel(filepath.Dir(c.Out), plotDir)
	if err != nil {
		prefix = plotDir
	}
	text, plots, err := measured.Document(filepath.ToSlash(prefix) + "/")
	if err != nil {
		return err
	}
	document, err := os.ReadFile(c.Out)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("read %s: %w", c.Out, err)
	}
	if document, err = bench.Splice(document, text); err != nil {
		return fmt.Errorf("%s: %w", c.Out, err)
	}
	if err := os.MkdirAll(plotDir, 0o755); err != nil {
		return fmt.Errorf("make the folder for plots: %w", err)
	}
	for name, plot := range plots {
		if err := os.WriteFile(filepath.Join(plotDir, name), []byte(plot), 0o644); err != nil {
			return fmt.Errorf("write plot: %w", err)
		}
	}
	if err := os.WriteFile(c.Out, document, 0o644); err != nil {
		return fmt.Errorf("write %s: %w", c.Out, err)
	}
	_, err = settings.stdout.Write(text)
	return err
}

// mastersIn reads the registers of a set.
func mastersIn(dir string) (*master.Masters, error) {
	masters, err := master.Load(os.DirFS(dir))
	if err != nil {
		return nil, fmt.Errorf("masters in %s: %w", dir, err)
	}
	return masters, nil
}
