package onnx

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"gocv.io/x/gocv"
)

// shapes are the readers' networks and the inputs that they are given.
var shapes = map[string][4]int{
	"../../digits/weights/*.onnx":  {3, 2, 32, 32},
	"../../line/weights/line.onnx": {2, 1, 32, 203},
}

func eachNetwork(t *testing.T, do func(t *testing.T, file []byte, net *Net, shape [4]int)) {
	t.Helper()
	for pattern, shape := range shapes {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("no network is %s (%v)", pattern, err)
		}
		for _, name := range files {
			t.Run(filepath.Base(name), func(t *testing.T) {
				file, err := os.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				sum := sha256.Sum256(file)
				net, err := Open(name, file, hex.EncodeToString(sum[:]))
				if err != nil {
					t.Fatal(err)
				}
				defer net.Close()
				do(t, file, net, shape)
			})
		}
	}
}

func noise(shape [4]int, seed uint64) []float32 {
	random := rand.New(rand.NewPCG(seed, 1))
	input := make([]float32, shape[0]*shape[1]*shape[2]*shape[3])
	for i := range input {
		input[i] = random.Float32()
	}
	return input
}

// OpenCV runs the same files. Its sums run in another order, so the last digits
// may differ.
func TestOpenCVSaysTheSame(t *testing.T) {
	eachNetwork(t, func(t *testing.T, file []byte, net *Net, shape [4]int) {
		peer, err := gocv.ReadNetFromONNXBytes(file)
		if err != nil {
			t.Fatal(err)
		}
		defer peer.Close()
		for seed := range uint64(3) {
			input := noise(shape, seed)
			got, gotShape, err := net.Forward(input, shape)
			if err != nil {
				t.Fatal(err)
			}
			blob := gocv.NewMatWithSizes(shape[:], gocv.MatTypeCV32F)
			values, err := blob.DataPtrFloat32()
			if err != nil {
				t.Fatal(err)
			}
			copy(values, input)
			peer.SetInput(blob, "")
			answer := peer.Forward("")
			want, err := answer.DataPtrFloat32()
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(gotShape, answer.Size()) {
				t.Fatalf("shape %v, OpenCV has %v", gotShape, answer.Size())
			}
			for i := range want {
				if difference := math.Abs(float64(got[i] - want[i])); difference > 1e-3 {
					t.Fatalf("value %d is %v, OpenCV has %v", i, got[i], want[i])
				}
			}
			if err := answer.Close(); err != nil {
				t.Error(err)
			}
			if err := blob.Close(); err != nil {
				t.Error(err)
			}
		}
	})
}

// One image alone, and the same among others, give the same bits.
func TestBatchDoesNotMatter(t *testing.T) {
	eachNetwork(t, func(t *testing.T, _ []byte, net *Net, shape [4]int) {
		shape[0] = 13
		input := noise(shape, 7)
		together, _, err := net.Forward(input, shape)
		if err != nil {
			t.Fatal(err)
		}
		shape[0] = 1
		size := len(input) / 13
		for i := range 13 {
			alone, _, err := net.Forward(input[i*size:(i+1)*size], shape)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(alone, together[i*len(alone):(i+1)*len(alone)]) {
				t.Fatalf("image %d gives other values alone", i)
			}
		}
	})
}

// Narrower vectors compute the same; those with fused multiplication to the bit.
func TestVectorsDoNotMatter(t *testing.T) {
	widest := vectors
	defer func() { vectors = widest }()
	eachNetwork(t, func(t *testing.T, _ []byte, net *Net, shape [4]int) {
		input := noise(shape, 9)
		vectors = widest
		want, _, err := net.Forward(input, shape)
		if err != nil {
			t.Fatal(err)
		}
		for vectors = 0; vectors < widest; vectors++ {
			got, _, err := net.Forward(input, shape)
			if err != nil {
				t.Fatal(err)
			}
			for i := range want {
				if difference := math.Abs(float64(got[i] - want[i])); difference > 1e-3 || vectors > 0 && difference > 0 {
					t.Fatalf("vectors %d: value %d is %v, want %v", vectors, i, got[i], want[i])
				}
			}
		}
	})
}

// Whatever the bytes are, opening them ends, and what opens runs.
func FuzzOpen(f *testing.F) {
	model, err := os.ReadFile("testdata/convolution.onnx")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(model)
	f.Fuzz(func(t *testing.T, file []byte) {
		sum := sha256.Sum256(file)
		net, err := Open("fuzzed", file, hex.EncodeToString(sum[:]))
		if err != nil {
			return
		}
		defer net.Close()
		if _, shape, err := net.Forward(make([]float32, 9), [4]int{1, 1, 3, 3}); err == nil && len(shape) != 4 {
			t.Errorf("shape is %v", shape)
		}
	})
}

func BenchmarkForward(b *testing.B) {
	file, err := os.ReadFile("../../digits/weights/digits-1.onnx")
	if err != nil {
		b.Fatal(err)
	}
	sum := sha256.Sum256(file)
	net, err := Open("digits", file, hex.EncodeToString(sum[:]))
	if err != nil {
		b.Fatal(err)
	}
	defer net.Close()
	input := noise([4]int{6, 2, 32, 32}, 1)
	b.Run("here", func(b *testing.B) {
		for b.Loop() {
			if _, _, err := net.Forward(input, [4]int{6, 2, 32, 32}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("OpenCV", func(b *testing.B) {
		peer, err := gocv.ReadNetFromONNXBytes(file)
		if err != nil {
			b.Fatal(err)
		}
		defer peer.Close()
		blob := gocv.NewMatWithSizes([]int{6, 2, 32, 32}, gocv.MatTypeCV32F)
		defer blob.Close()
		values, err := blob.DataPtrFloat32()
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			copy(values, input)
			peer.SetInput(blob, "")
			answer := peer.Forward("")
			if err := answer.Close(); err != nil {
				b.Fatal(err)
			}
		}
	})
}
