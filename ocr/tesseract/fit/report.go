package main

import (
	"fmt"
	"math"
	"math/rand/v2"

	"sesshu/ocr/tesseract"
)

// thresholds at which accepted and wrong readings are counted.
var thresholds = []float64{0.5, 0.9, 0.99, 0.995, 0.999}

// measure prints how the table in use does on families that fitted nothing and,
// beside them, on the official typeface with seeds that fitted nothing.
func measure(reader *tesseract.Reader, lines int, seed uint64, folder string) error {
	for _, c := range classes {
		for _, group := range []struct {
			name     string
			families []string
		}{{"unseen typefaces", reportFamilies}, {"OCR-B", officialFamily}} {
			if err := tell(reader, c, group.name, lines, seed, folder, group.families); err != nil {
				return err
			}
		}
	}
	return nil
}

func tell(reader *tesseract.Reader, c class, name string, lines int, seed uint64, folder string, families []string) error {
	fonts, err := load(folder, families)
	if err != nil {
		return err
	}
	if fonts = c.drawable(fonts); len(fonts) == 0 {
		return nil // OCR-B has no kanji
	}
	var proper, exact, empty int
	accepted, wrong := make([]int, len(thresholds)), make([]int, len(thresholds))
	var bins [10]struct{ n, p, right float64 }
	for i := range lines {
		r := rand.New(rand.NewPCG(seed, uint64(i)))
		img, dpi, truth, err := line(r, c, fonts)
		if err != nil {
			return err
		}
		found, err := reader.Line(img, dpi, c.charset)
		if err != nil {
			return err
		}
		if truth != "" {
			proper++
		}
		if len(found) == 0 {
			empty++
			continue
		}
		good := truth != "" && c.same(truth, found[0].Text)
		if good {
			exact++
		}
		for j, threshold := range thresholds {
			if found[0].P >= threshold {
				accepted[j]++
				if !good {
					wrong[j]++
				}
			}
		}
		bin := &bins[min(9, int(found[0].P*10))]
		bin.n++
		bin.p += found[0].P
		if good {
			bin.right++
		}
	}
	fmt.Printf("%s, %s: %d lines, %d of them proper, %d read exactly, %d nothing; calibration error %.4f\n",
		c.name, name, lines, proper, exact, empty, calibrationError(bins[:], lines-empty))
	for j, threshold := range thresholds {
		fmt.Printf("  p >= %.3f: %5d, wrong %3d\n", threshold, accepted[j], wrong[j])
	}
	return nil
}

func calibrationError(bins []struct{ n, p, right float64 }, total int) float64 {
	sum := 0.0
	for _, b := range bins {
		sum += math.Abs(b.p - b.right)
	}
	return sum / float64(max(1, total))
}
