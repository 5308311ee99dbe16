package real

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io/fs"

	"sesshu/ocr/bound"
	"sesshu/ocr/chart"
	"sesshu/ocr/digits"
)

// DigitReader reads boxed digits.
type DigitReader interface {
	Cells(cells []*image.Gray, pixelsPerMM float64) ([]digits.Cell, error)
}

// DigitSet is what the digit reader made of one collection of single digits.
type DigitSet struct {
	Name    string
	How     string         // the pictures were made cells of a page
	N       int            // digits
	Right   int            // the likeliest digit is the label
	Doubted int            // "no digit" or "nothing there" was likelier than any digit
	Judged  []chart.Judged // the likeliest digit of each
	Mistook map[string]int // label and reading, "17": how often a digit was read wrong, whatever its probability
}

// DigitLevels are the probabilities from which a digit might be accepted.
var DigitLevels = []float64{0.9, 0.99, 0.999}

// From counts the digits that are at least so probable, and the wrong among
// them.
func (s DigitSet) From(level float64) (accepted, wrong int) {
	for _, judged := range s.Judged {
		if judged.P >= level {
			accepted++
			if !judged.Right {
				wrong++
			}
		}
	}
	return accepted, wrong
}

// Upper is the bound for the share of wrong digits from a level on.
func (s DigitSet) Upper(level float64) float64 {
	accepted, wrong := s.From(level)
	return bound.Upper(wrong, accepted, confidence)
}

// labelled is a picture of one digit, dark on light.
type labelled struct {
	picture *image.Gray
	label   int
}

// digitSource is a collection of single digits.
type digitSource struct {
	name, how, folder string
	read              func(fs.FS) ([]labelled, error)
	width, height     float64 // millimetres that the whole picture takes in its cell
}

var digitSources = []digitSource{
	{"MNIST, test writers", "picture 5.6 × 5.6 mm, so that the longer side of a digit is 4 mm", "mnist", readMNIST, 5.6, 5.6},
	{"NSYSU, test sessions", "the box as it was scanned, whole, 5.8 × 5.8 mm", "nsysu-digits/dev", readNSYSU, 5.8, 5.8},
	{"Semeion, all", "picture 3 × 4 mm, for its digits are stretched to a square", "semeion", readSemeion, 3, 4},
}

// Digits reads the single digits of MNIST, NSYSU and Semeion below root, those of
// the test writers where a collection also trains.
func Digits(ctx context.Context, root fs.FS, reader DigitReader) (sets []DigitSet, missing []string, err error) {
	for _, source := range digitSources {
		found, err := there(root, source.folder)
		if err != nil {
			return nil, nil, err
		}
		if !found {
			missing = append(missing, source.folder)
			continue
		}
		folder, err := fs.Sub(root, source.folder)
		if err != nil {
			return nil, nil, err
		}
		set, err := source.measure(ctx, folder, reader)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", source.folder, err)
		}
		sets = append(sets, set)
	}
	return sets, missing, nil
}

func (s digitSource) measure(ctx context.Context, folder fs.FS, reader DigitReader) (DigitSet, error) {
	set := DigitSet{Name: s.name, How: s.how, Mistook: map[string]int{}}
	all, err := s.read(folder)
	if err != nil {
		return set, err
	}
	if len(all) == 0 {
		return set, errors.New("no digit is in it")
	}
	const at = 64 // cells that are handed over together
	for first := 0; first < len(all); first += at {
		if err := ctx.Err(); err != nil {
			return set, err
		}
		some := all[first:min(first+at, len(all))]
		cells := make([]*image.Gray, len(some))
		for i, digit := range some {
			cells[i] = boxed(digit.picture, s.width, s.height)
		}
		read, err := reader.Cells(cells, cellDensity)
		if err != nil {
			return set, err
		}
		for i, cell := range read {
			set.add(some[i].label, cell)
		}
	}
	return set, nil
}

// add counts what was read of one digit.
func (s *DigitSet) add(label int, cell digits.Cell) {
	best := 0
	for digit, p := range cell.P {
		if p > cell.P[best] {
			best = digit
		}
	}
	s.N++
	if max(cell.Empty, cell.NotADigit) > cell.P[best] {
		s.Doubted++
	}
	if best == label {
		s.Right++
	} else {
		s.Mistook[fmt.Sprintf("%d%d", label, best)]++
	}
	s.Judged = append(s.Judged, chart.Judged{P: cell.P[best], Right: best == label})
}
