// Package digits reads boxed digits: written by hand, rubber-stamped or printed,
// one to a cell.
//
// A small ensemble of convolutional networks looks at every cell, each from
// several places a pixel apart; their probabilities are averaged, so that only
// what all of them see becomes nearly certain, and then calibrated on writers
// and typefaces that no network was trained on. Besides the ten digits there
// are two more answers, "nothing is written here" and "this is no digit":
// crossed out, two digits in one box, letters, ticks, blots. Their mass is what
// keeps a date from being guessed.
//
// The same cell gives the same answer bit for bit, whatever was read before or
// beside it. Training, data and test results are told beside the weights, in
// weights/*.json; ocr/train makes them.
package digits

import (
	"errors"
	"fmt"
	"image"

	"sesshu/ocr/digits/cell"
	"sesshu/ocr/internal/onnx"
)

// Cell is what one cell holds: a probability for each digit, for nothing being
// written, and for anything else. They are calibrated and sum to 1.
type Cell struct {
	P         [10]float64
	Empty     float64
	NotADigit float64
}

// Reader reads cells. It is not safe for concurrent use.
type Reader struct {
	networks    []*onnx.Net
	calibration calibration
	version     string
}

// batch is the most views in one forward pass. More gain nothing: the values
// between two layers would no longer fit the processor's cache.
const batch = 12

// Version names the networks and their calibration: it changes whenever any of
// them does.
func (r *Reader) Version() string { return r.version }

// Cells reads the cells of one field, or of many. Each picture is a cell's
// inside plus about 1 mm of margin; pixelsPerMM is the resolution of all of
// them. A picture that is no cell by its size is NotADigit for certain. An
// error is a fault of the program, not of the pictures.
func (r *Reader) Cells(cells []*image.Gray, pixelsPerMM float64) ([]Cell, error) {
	result := make([]Cell, len(cells))
	var views []*cell.View
	var owner []int
	for i, picture := range cells {
		prepared, err := cell.Open(picture, pixelsPerMM)
		if errors.Is(err, cell.ErrSize) {
			result[i].NotADigit = 1
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("prepare cell %d: %w", i, err)
		}
		for _, jitter := range cell.Jitters {
			views = append(views, prepared.View(jitter))
		}
		owner = append(owner, i)
	}
	seen, err := r.look(views)
	if err != nil {
		return nil, fmt.Errorf("read %d cells: %w", len(cells), err)
	}
	for i, cellNumber := range owner {
		result[cellNumber] = r.calibration.cell(seen[i*len(cell.Jitters) : (i+1)*len(cell.Jitters)])
	}
	return result, nil
}

// look returns the sum of all networks' probabilities for each view.
func (r *Reader) look(views []*cell.View) ([]scores, error) {
	const size = cell.Planes * cell.Side * cell.Side
	sums := make([]scores, len(views))
	input := make([]float32, batch*size)
	for first := 0; first < len(views); first += batch {
		now := views[first:min(first+batch, len(views))]
		for i, view := range now {
			for k, value := range view {
				input[i*size+k] = float32(value) / 255
			}
		}
		for _, network := range r.networks {
			output, _, err := network.Forward(input[:len(now)*size], [4]int{len(now), cell.Planes, cell.Side, cell.Side})
			if err != nil {
				return nil, err
			}
			if len(output) != len(now)*classes {
				return nil, fmt.Errorf("network answers %d values, want %d", len(output), len(now)*classes)
			}
			for i := range now {
				sums[first+i].add(softmax(output[i*classes : (i+1)*classes]))
			}
		}
	}
	return sums, nil
}

// Close frees the networks. It is safe to call twice.
func (r *Reader) Close() error {
	var all []error
	for _, network := range r.networks {
		all = append(all, network.Close())
	}
	return errors.Join(all...)
}
