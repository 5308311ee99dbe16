package onnx_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"slices"
	"testing"

	"sesshu/ocr/internal/onnx"
)

// convolution.onnx has two outputs: 2x + 0.5, and the left neighbour - 1.
func load(t *testing.T) ([]byte, string) {
	t.Helper()
	model, err := os.ReadFile("testdata/convolution.onnx")
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(model)
	return model, hex.EncodeToString(sum[:])
}

func TestForward(t *testing.T) {
	model, hash := load(t)
	net, err := onnx.Open("convolution", model, hash)
	if err != nil {
		t.Fatal(err)
	}
	defer net.Close()
	for _, width := range []int{4, 2, 7, 4} {
		input := make([]float32, 2*width)
		for i := range input {
			input[i] = float32(i)
		}
		output, shape, err := net.Forward(input, [4]int{2, 1, 1, width})
		if err != nil {
			t.Fatal(err)
		}
		if want := []int{2, 2, 1, width}; !slices.Equal(shape, want) {
			t.Fatalf("shape is %v, want %v", shape, want)
		}
		for n := range 2 {
			for x := range width {
				left := float32(0)
				if x > 0 {
					left = input[n*width+x-1]
				}
				if got, want := output[(n*2)*width+x], 2*input[n*width+x]+0.5; got != want {
					t.Errorf("output 0 at %d of %d is %v, want %v", x, n, got, want)
				}
				if got, want := output[(n*2+1)*width+x], left-1; got != want {
					t.Errorf("output 1 at %d of %d is %v, want %v", x, n, got, want)
				}
			}
		}
	}
}

func TestDamagedBytesAreRefused(t *testing.T) {
	model, hash := load(t)
	for at := 0; at < len(model); at += 37 {
		damaged := slices.Clone(model)
		damaged[at] ^= 1
		if _, err := onnx.Open("convolution", damaged, hash); !errors.Is(err, onnx.ErrDamaged) {
			t.Fatalf("with byte %d changed the error is %v, want ErrDamaged", at, err)
		}
	}
	if _, err := onnx.Open("convolution", nil, hash); !errors.Is(err, onnx.ErrDamaged) {
		t.Errorf("without bytes the error is %v, want ErrDamaged", err)
	}
}

func TestMisuseIsAnError(t *testing.T) {
	model, hash := load(t)
	net, err := onnx.Open("convolution", model, hash)
	if err != nil {
		t.Fatal(err)
	}
	for _, shape := range [][4]int{{1, 1, 4, 5}, {0, 1, 4, 4}, {1, 1, -4, -4}} {
		if _, _, err := net.Forward(make([]float32, 16), shape); err == nil {
			t.Errorf("16 values were taken for shape %v", shape)
		}
	}
	if err := net.Close(); err != nil {
		t.Fatal(err)
	}
	if err := net.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
	if _, _, err := net.Forward(make([]float32, 16), [4]int{1, 1, 4, 4}); err == nil {
		t.Error("a closed network answered")
	}
}
