package ocr_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"sesshu/ocr"
)

// mostGrowth is how much more memory a reading process may hold at the end than
// after its first pages, in MiB: what a heap's holes explain, and no leak of even
// 2 KiB a page over 20,000 pages.
const mostGrowth = 40

// BenchmarkMemory reads the slips of a folder over and over, SESSHU_SLIPS, and
// reports how much memory the process holds after warmPages pages and at the
// end. `make memory` draws the slips and runs it.
func BenchmarkMemory(b *testing.B) {
	const warmPages = 200
	folder := os.Getenv("SESSHU_SLIPS")
	if folder == "" {
		b.Fatal("SESSHU_SLIPS names no folder of slips; `make memory` draws one")
	}
	names, err := filepath.Glob(filepath.Join(folder, "*.jpg"))
	if err != nil || len(names) == 0 {
		b.Fatalf("no slips in %s: %v", folder, err)
	}
	reader, err := ocr.Open(ocr.Config{Forms: forms(b)})
	if err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := reader.Close(); err != nil {
			b.Error(err)
		}
	}()
	warm, pages := 0.0, 0
	for b.Loop() {
		file, err := os.ReadFile(names[pages%len(names)])
		if err != nil {
			b.Fatal(err)
		}
		if _, err := reader.Read(b.Context(), file); err != nil {
			b.Fatal(err)
		}
		if pages++; pages == warmPages {
			warm = resident(b)
		}
	}
	last := resident(b)
	b.ReportMetric(last, "MiB-end")
	if pages <= warmPages {
		return
	}
	b.ReportMetric(warm, "MiB-start")
	if last > warm+mostGrowth {
		b.Errorf("the process held %.0f MiB after %d pages and holds %.0f after %d", warm, warmPages, last, pages)
	}
}

// resident returns the memory that the process holds, in MiB.
func resident(b *testing.B) float64 {
	b.Helper()
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		b.Fatal(err)
	}
	fields := bytes.Fields(text)
	if len(fields) < 2 {
		b.Fatalf("statm says %q", text)
	}
	pages, err := strconv.Atoi(string(fields[1]))
	if err != nil {
		b.Fatal(err)
	}
	return float64(pages) * float64(os.Getpagesize()) / (1 << 20)
}
