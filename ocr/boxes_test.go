package ocr

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
	"sesshu/ocr/digits"
)

// clear is a cell that shows one digit; b, d and n stand for a blank cell, a
// 1 that may be a 7, and a crossed-out cell.
func cellsOf(text string) []digits.Cell {
	var cells []digits.Cell
	for _, r := range text {
		var c digits.Cell
		switch r {
		case 'b':
			c.Empty = 0.98
			c.NotADigit = 0.02
		case 'd':
			c.P[1], c.P[7], c.NotADigit = 0.6, 0.35, 0.05
		case 'n':
			c.NotADigit = 1
		default:
			c.P[r-'0'], c.NotADigit = 0.99, 0.01
		}
		cells = append(cells, c)
	}
	return cells
}

func TestDecodeBoxes(t *testing.T) {
	for name, test := range map[string]struct {
		format, era, cells, want string
		least                    float64
	}{
		"western date":           {"202YMMDD", "", "10630", "2021-06-30", 0.95},
		"blank leading month":    {"202YMMDD", "", "1b630", "2021-06-30", 0.94},
		"whole year":             {"YYYYMMDD", "", "20210630", "2021-06-30", 0.92},
		"era":                    {"YYMMDD", "令和", "030630", "2021-06-30", 0.94},
		"first year of an era":   {"YYMMDD", "令和", "b10501", "2019-05-01", 0.93},
		"day before the era":     {"YYMMDD", "令和", "010430", "", 0},
		"no such day":            {"202YMMDD", "", "10631", "", 0},
		"unclear day":            {"202YMMDD", "", "1063d", "", 0},
		"crossed out":            {"202YMMDD", "", "10n30", "", 0},
		"empty":                  {"202YMMDD", "", "bbbbb", "", 0},
		"day in the wrong cell":  {"202YMMDD", "", "106b6", "2021-06-06", 0.94},
		"number":                 {"NNNNNNNNNN", "", "1313961869", "1313961869", 0.9},
		"preprinted point":       {"0.N", "", "3", "0.3", 0.98},
		"two cells and a point":  {"0.NN", "", "25", "0.25", 0.97},
		"decimal digit left out": {"0.NN", "", "3b", "0.3", 0.96},
		"first decimal left out": {"0.NN", "", "b3", "", 0},
		"number of fewer digits": {"NNN", "", "b12", "12", 0.95},
		"unclear number":         {"NN", "", "4d", "41", 0.5},
	} {
		t.Run(name, func(t *testing.T) {
			field := form.Field{Format: test.format, Era: test.era, Type: form.BoxedDigits}
			candidates, empty := decodeBoxes(field, cellsOf(test.cells))
			best := slip.Reading{Candidates: candidates}.Best()
			if test.want == "" && best.P > 0.5 {
				t.Fatalf("read as %q with %.3f", best.Text, best.P)
			}
			if test.want != "" && (best.Text != test.want || best.P < test.least) {
				t.Errorf("best is %q with %.3f, want %q", best.Text, best.P, test.want)
			}
			if full := name == "empty"; full != (empty > 0.8) {
				t.Errorf("empty is %.3f", empty)
			}
		})
	}
}

func TestDecodeBoxesRefusesWrongCount(t *testing.T) {
	if candidates, _ := decodeBoxes(form.Field{Format: "NNN"}, cellsOf("12")); candidates != nil {
		t.Error("two cells were read under a format of three")
	}
}

// TestDecodedMass draws any cells and checks what must hold of candidates.
func TestDecodedMass(t *testing.T) {
	formats := []string{"202YMMDD", "YYMMDD", "NNNN", "0.NN", "YYYYMMDD"}
	rapid.Check(t, func(r *rapid.T) {
		format := rapid.SampledFrom(formats).Draw(r, "format")
		var cells []digits.Cell
		for _, letter := range format {
			if letter != 'Y' && letter != 'M' && letter != 'D' && letter != 'N' {
				continue
			}
			var c digits.Cell
			weights := rapid.SliceOfN(rapid.Float64Range(0, 1), 12, 12).Draw(r, "cell")
			total := 1e-9
			for _, w := range weights {
				total += w * w * w
			}
			for i, w := range weights {
				share := w * w * w / total
				switch i {
				case 10:
					c.Empty = share
				case 11:
					c.NotADigit = share
				default:
					c.P[i] = share
				}
			}
			cells = append(cells, c)
		}
		candidates, empty := decodeBoxes(form.Field{Format: format}, cells)
		if len(candidates) > maxCandidates {
			r.Fatalf("%d candidates", len(candidates))
		}
		sum := empty
		last := math.Inf(1)
		seen := map[string]bool{}
		for _, candidate := range candidates {
			if candidate.P > last || seen[candidate.Text] {
				r.Fatalf("candidates out of order or twice: %v", candidates)
			}
			last, seen[candidate.Text] = candidate.P, true
			sum += candidate.P
		}
		if sum > 1+1e-9 {
			r.Fatalf("probabilities sum to %g", sum)
		}
		again, _ := decodeBoxes(form.Field{Format: format}, cells)
		for i := range candidates {
			if again[i] != candidates[i] {
				r.Fatalf("the same cells were read as %v and %v", candidates, again)
			}
		}
	})
}
