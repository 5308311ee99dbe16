// Package line reads one line of print: ticket numbers, OCR lines, lot numbers,
// dates. It is a small convolutional network with CTC, trained on lines drawn in
// many typefaces and spoilt as scanners, toner and stamps spoil them.
//
// Its candidates are whole lines with calibrated probabilities: measured on
// typefaces that the network never saw. What is missing from their sum is the
// probability that the line says something else, or is no line of this
// alphabet at all.
//
// The same picture gives the same answer bit for bit, whatever was read before.
// Training, data and test results are told beside the weights, in
// weights/*.json; ocr/train makes them.
package line

import (
	"errors"
	"fmt"
	"image"

	"sesshu/ledger/slip"
	"sesshu/ocr/internal/onnx"
	"sesshu/ocr/line/decode"
	"sesshu/ocr/line/strip"
)

// Alphabet is every character the reader can name.
const Alphabet = decode.Alphabet

// Candidates beyond these help nobody.
const (
	mostCandidates = 10
	leastP         = 1e-7
)

// Reader reads lines. It is not safe for concurrent use.
type Reader struct {
	network     *onnx.Net
	calibration calibration
	version     string
}

// Version names the network and its calibration: it changes whenever either
// does.
func (r *Reader) Version() string { return r.version }

// Line reads one line. The picture is the line's crop with some paper round it,
// upright within about 4°, at any resolution that leaves the characters at
// least about 12 pixels high. charset is the characters that may stand there;
// empty means all of Alphabet. length is their exact number, 0 when it is not
// known. Blanks between characters are not told.
//
// The candidates come best first; none means that there is nothing to read. An
// error is a fault of the program, not of the picture.
func (r *Reader) Line(img *image.Gray, charset string, length int) ([]slip.Candidate, error) {
	prepared, err := strip.Open(img)
	if errors.Is(err, strip.ErrSize) || errors.Is(err, strip.ErrBlank) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("prepare line: %w", err)
	}
	input := make([]float32, len(prepared.Pix))
	for i, value := range prepared.Pix {
		input[i] = float32(value) / 255
	}
	logits, shape, err := r.network.Forward(input, [4]int{1, 1, strip.Height, prepared.Width})
	if err != nil {
		return nil, fmt.Errorf("read line: %w", err)
	}
	answer, err := decode.Decode(logits, shape[len(shape)-1], charset, length)
	if err != nil {
		return nil, fmt.Errorf("read line: %w", err)
	}
	return r.calibration.candidates(answer), nil
}

// Close frees the network. It is safe to call twice.
func (r *Reader) Close() error { return r.network.Close() }
