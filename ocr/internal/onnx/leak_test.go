//go:build matprofile

package onnx_test

import (
	"testing"

	"gocv.io/x/gocv"

	"sesshu/ocr/internal/onnx"
)

// Run with -tags matprofile: every native picture that a forward pass makes is
// freed again.
func TestNoPictureStaysOpen(t *testing.T) {
	model, hash := load(t)
	before := gocv.MatProfile.Count()
	net, err := onnx.Open("convolution", model, hash)
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		if _, _, err := net.Forward(make([]float32, 16), [4]int{1, 1, 4, 4}); err != nil {
			t.Fatal(err)
		}
	}
	if err := net.Close(); err != nil {
		t.Fatal(err)
	}
	if open := gocv.MatProfile.Count() - before; open != 0 {
		t.Errorf("%d native pictures are still open", open)
	}
}
