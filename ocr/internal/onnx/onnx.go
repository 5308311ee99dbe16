// Package onnx runs a small network that is embedded in the program, with
// OpenCV's DNN module.
//
// OpenCV aborts the process on a file it cannot read, so a network is only
// handed to it when its SHA-256 is the expected one: damaged weights are an
// error, not a crash. No Go memory stays in C: inputs and outputs are copied.
package onnx

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"gocv.io/x/gocv"
)

// ErrDamaged says that a network's bytes are not the ones that were trained.
var ErrDamaged = errors.New("network is damaged")

// Net is a loaded network. It is not safe for concurrent use.
type Net struct {
	name  string
	inner gocv.Net
	open  bool
}

// Open loads a network from the bytes of an ONNX file. name is for messages.
// It fails with ErrDamaged when the bytes' SHA-256, in hexadecimal, is not
// want. The caller must Close the Net.
func Open(name string, model []byte, want string) (*Net, error) {
	sum := sha256.Sum256(model)
	if got := hex.EncodeToString(sum[:]); got != want {
		return nil, fmt.Errorf("load %s: SHA-256 is %s, want %s: %w", name, got, want, ErrDamaged)
	}
	inner, err := gocv.ReadNetFromONNXBytes(model)
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", name, err)
	}
	if inner.Empty() {
		return nil, fmt.Errorf("load %s: no layers: %w", name, ErrDamaged)
	}
	if err := inner.SetPreferableBackend(gocv.NetBackendOpenCV); err != nil {
		return nil, errors.Join(fmt.Errorf("choose backend for %s: %w", name, err), inner.Close())
	}
	if err := inner.SetPreferableTarget(gocv.NetTargetCPU); err != nil {
		return nil, errors.Join(fmt.Errorf("choose target for %s: %w", name, err), inner.Close())
	}
	return &Net{name: name, inner: inner, open: true}, nil
}

// Forward runs the network over a blob of the given shape (batch, planes, rows,
// columns) and returns the output's values and shape, copied.
func (n *Net) Forward(input []float32, shape [4]int) ([]float32, []int, error) {
	if !n.open {
		return nil, nil, fmt.Errorf("run %s: network is closed", n.name)
	}
	if shape[0] < 1 || shape[1] < 1 || shape[2] < 1 || shape[3] < 1 || len(input) != shape[0]*shape[1]*shape[2]*shape[3] {
		return nil, nil, fmt.Errorf("run %s: %d values do not fill shape %v", n.name, len(input), shape)
	}
	blob := gocv.NewMatWithSizes(shape[:], gocv.MatTypeCV32F)
	defer blob.Close()
	values, err := blob.DataPtrFloat32()
	if err != nil {
		return nil, nil, fmt.Errorf("fill input of %s: %w", n.name, err)
	}
	copy(values, input)
	n.inner.SetInput(blob, "")
	out := n.inner.Forward("")
	defer out.Close()
	result, err := out.DataPtrFloat32()
	if err != nil {
		return nil, nil, fmt.Errorf("take output of %s: %w", n.name, err)
	}
	return append([]float32(nil), result...), out.Size(), nil
}

// Close frees the network. It is safe to call twice.
func (n *Net) Close() error {
	if !n.open {
		return nil
	}
	n.open = false
	if err := n.inner.Close(); err != nil {
		return fmt.Errorf("close %s: %w", n.name, err)
	}
	return nil
}
