package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/truth"
	"sesshu/ocr/bench"
	"sesshu/ocr/worker"
)

type benchCommand struct {
	Dir       string `arg:"" help:"Folder with truth.jsonl, masters/ and the files." type:"existingdir"`
	JSON      bool   `help:"Print one JSON object."`
	Verbose   bool   `help:"Name the files that were asked, by field and reason."`
	ScanDate  string `help:"Day of the scan, 2021-06-30; by default today."`
	Processes int    `help:"Reading processes; by default one per core."`
	Peer      int    `help:"Also run the tesseract command line (-l jpn+eng) on this many of the pages and report the ratio." default:"0"`
}

// benchReport adds to the bench what the peer took on the same pages.
type benchReport struct {
	bench.Report
	PeerPages     int     `json:"peer_pages,omitempty"`
	PeerCPUMillis float64 `json:"peer_cpu_ms_per_page,omitempty"`
	PeerRatio     float64 `json:"peer_ratio,omitempty"` // peer's processor time over ours
}

func (c *benchCommand) Run(ctx context.Context, settings *Settings) error {
	if err := labelled(c.Dir); err != nil {
		return err
	}
	decider, err := settings.newDecider(filepath.Join(c.Dir, "masters"), c.ScanDate)
	if err != nil {
		return err
	}
	processes := c.Processes
	if processes < 1 {
		processes = cores()
	}
	var report benchReport
	err = settings.withPool(ctx, processes, func(ctx context.Context, pool *worker.Pool) error {
		if err := settings.checkPolicy(ctx, pool, decider.input.Policy); err != nil {
			return err
		}
		var reading atomic.Int64 // processor time of the reading processes, nanoseconds
		progress, done := settings.progress()
		defer done()
		var err error
		report.Report, err = bench.Run(ctx, bench.Config{
			Dir: os.DirFS(c.Dir), Forms: decider.forms, Masters: decider.masters, Policy: decider.input.Policy, ScanDay: decider.input.ScanDay,
			Parallel: processes,
			Read: func(ctx context.Context, file []byte) ([]slip.PageReading, map[string]time.Duration, error) {
				result, err := pool.Read(ctx, file)
				reading.Add(int64(result.CPU))
				return result.Pages, result.Steps, err
			},
			CPU:      func() time.Duration { return time.Duration(reading.Load()) + cpuTime() },
			Progress: progress,
		})
		return err
	})
	if err != nil {
		return err
	}
	if c.Peer > 0 {
		if report.PeerPages, report.PeerCPUMillis, err = tesseractCommand(ctx, c.Dir, c.Peer); err != nil {
			return err
		}
		report.PeerRatio = report.PeerCPUMillis / report.CPUMillis
	}
	if c.JSON {
		return json.NewEncoder(settings.stdout).Encode(report)
	}
	if err := report.WriteTable(settings.stdout, c.Verbose); err != nil {
		return err
	}
	if c.Peer > 0 {
		fmt.Fprintf(settings.stdout, "tesseract command line on %d of the pages: %.0f ms CPU a page, %.1f times ours\n", report.PeerPages, report.PeerCPUMillis, report.PeerRatio)
	}
	return nil
}

// labelled tells somebody who named another folder what is wanted of it.
func labelled(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, truth.FileName)); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s holds no %s: name a folder as `sesshu samples` writes it, with the slips' truth and masters/", dir, truth.FileName)
	}
	return nil
}
