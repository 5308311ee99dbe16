// Package onnx runs the small convolutional networks that are embedded in the
// program, from ONNX files.
//
// It knows convolutions, sums, cutting off below 0 and the largest of 2×2, which is
// all that the readers' networks are made of; anything else in a file is an error
// when it is opened. OpenCV's DNN module runs the same files and is what the tests
// compare with. It was replaced because it needs four to five times the processor
// time for networks of this size, and because it aborts the process on a file that
// it cannot read. ONNX Runtime is in neither Debian 12 nor Ubuntu 24.04.
//
// A result does not depend on what else is in the batch: every output value is
// summed in the same order. Damaged weights are an error: a file is only opened
// when its SHA-256 is the expected one.
package onnx

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
)

// ErrDamaged says that a network's bytes are not the ones that were trained.
var ErrDamaged = errors.New("network is damaged")

var errUnsupported = errors.New("this network is not made of the operations that are known here")

// Net is a loaded network. It is not safe for concurrent use.
type Net struct {
	name   string
	steps  []step
	values []value // by number; their memory is used again by the next Forward
	closed bool
}

// Open loads a network from the bytes of an ONNX file. name is for messages.
// It fails with ErrDamaged when the bytes' SHA-256, in hexadecimal, is not
// want. The caller must Close the Net.
func Open(name string, file []byte, want string) (*Net, error) {
	sum := sha256.Sum256(file)
	if got := hex.EncodeToString(sum[:]); got != want {
		return nil, fmt.Errorf("load %s: SHA-256 is %s, want %s: %w", name, got, want, ErrDamaged)
	}
	parsed, err := parse(file)
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", name, err)
	}
	steps, values, err := parsed.plan()
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", name, err)
	}
	return &Net{name: name, steps: steps, values: make([]value, values)}, nil
}

// Forward runs the network over a blob of the given shape (batch, planes, rows,
// columns) and returns the output's values and shape, copied.
func (n *Net) Forward(input []float32, shape [4]int) ([]float32, []int, error) {
	if n.closed {
		return nil, nil, fmt.Errorf("run %s: network is closed", n.name)
	}
	if min(shape[0], shape[1], shape[2], shape[3]) < 1 || len(input) != shape[0]*shape[1]*shape[2]*shape[3] {
		return nil, nil, fmt.Errorf("run %s: %d values do not fill shape %v", n.name, len(input), shape)
	}
	n.values[0].fill(input, shape)
	for _, s := range n.steps {
		if err := n.run(s); err != nil {
			return nil, nil, fmt.Errorf("run %s: %w", n.name, err)
		}
	}
	output, outputShape := n.values[n.steps[len(n.steps)-1].output].planes()
	return output, outputShape, nil
}

// Close frees the network's memory. It is safe to call twice.
func (n *Net) Close() error {
	n.closed, n.values = true, nil
	return nil
}
