package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// tesseractCommand runs the tesseract command line on the first pages of a set
// and returns its processor time a page, in milliseconds. It is the peer that
// anybody has at hand: the same engine, on the whole page, without a form.
func tesseractCommand(ctx context.Context, dir string, pages int) (read int, millis float64, err error) {
	sheets, err := readTruth(dir)
	if err != nil {
		return 0, 0, fmt.Errorf("peer: %w", err)
	}
	var used time.Duration
	for _, sheet := range sheets[:min(pages, len(sheets))] {
		command := exec.CommandContext(ctx, "tesseract", filepath.Join(dir, sheet.File), "-", "-l", "jpn+eng")
		command.Env = append(os.Environ(), "OMP_THREAD_LIMIT=1")
		if err := command.Run(); err != nil {
			return 0, 0, fmt.Errorf("peer: tesseract on %s: %w", sheet.File, err)
		}
		used += command.ProcessState.UserTime() + command.ProcessState.SystemTime()
		read++
	}
	if read == 0 {
		return 0, 0, nil
	}
	return read, float64(used.Microseconds()) / 1000 / float64(read), nil
}
