package barcode_test

import (
	"image"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"sesshu/ledger/slip"
	"sesshu/ocr/barcode"
	"sesshu/ocr/barcode/internal/draw"
)

// codes are drawn as slips print them, in all resolutions and damages that a
// setting can hold. Some may be unreadable; none may be misread.
func TestDamagedCodesAreReadOrNot(t *testing.T) {
	kinds := map[string]struct {
		draw  func(draw.Setting, string, *rand.Rand) (*image.Gray, error)
		read  func(*image.Gray) ([]slip.Candidate, error)
		least int // of 40, at severity 1
	}{
		"NW-7": {func(s draw.Setting, text string, r *rand.Rand) (*image.Gray, error) {
			return s.NW7(text, "ABCD"[r.IntN(4)], "ABCD"[r.IntN(4)], r)
		}, barcode.NW7, 39},
		"QR": {func(s draw.Setting, text string, r *rand.Rand) (*image.Gray, error) {
			s.Module *= 1.6
			return s.QR(text, r)
		}, barcode.QR, 36},
		"DataMatrix": {func(s draw.Setting, text string, r *rand.Rand) (*image.Gray, error) {
			s.Module *= 1.6
			return s.DataMatrix(text, r)
		}, barcode.DataMatrix, 36},
	}
	for name, kind := range kinds {
		t.Run(name, func(t *testing.T) {
			right := 0
			for i := range uint64(40) {
				random := rand.New(rand.NewPCG(7, i))
				text := digits(random, []int{10, 18}[random.IntN(2)])
				img, err := kind.draw(draw.Random(random, 1), text, random)
				if err != nil {
					t.Fatal(err)
				}
				found, err := kind.read(img)
				if err != nil {
					t.Fatal(err)
				}
				switch {
				case len(found) == 0:
				case found[0].Text == text:
					right++
				default:
					t.Errorf("code %d: read %s, drawn %s, p %.4f", i, found[0].Text, text, found[0].P)
				}
			}
			if right < kind.least {
				t.Errorf("%d of 40 read, want %d", right, kind.least)
			}
		})
	}
}

func digits(random *rand.Rand, n int) string {
	text := make([]byte, n)
	for i := range text {
		text[i] = '0' + byte(random.IntN(10))
	}
	return string(text)
}

// A code that is not there is not read.
func TestNothingIsReadInNoiseAndStripes(t *testing.T) {
	for seed := range uint64(60) {
		random := rand.New(rand.NewPCG(11, seed))
		img := image.NewGray(image.Rect(0, 0, 200+random.IntN(300), 40+random.IntN(160)))
		level := uint8(255)
		for x := range img.Rect.Dx() {
			if random.IntN(4) == 0 {
				level = 255 - level // random stripes, or random grains
			}
			for y := range img.Rect.Dy() {
				if seed%2 == 0 {
					level = uint8(random.IntN(256))
				}
				img.Pix[y*img.Stride+x] = level
			}
		}
		for name, read := range readers {
			found, err := read(img)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if len(found) > 0 {
				t.Errorf("%s reads %q in picture %d", name, found[0].Text, seed)
			}
		}
	}
}

var readers = map[string]func(*image.Gray) ([]slip.Candidate, error){
	"NW-7": barcode.NW7, "QR": barcode.QR, "DataMatrix": barcode.DataMatrix,
}

// The payload keeps its check character and loses its start and stop letters.
func TestNW7PayloadProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.SampledFrom([]rune("0123456789-$:/.+")), 6, 19, -1).Draw(t, "text")
		letters := rapid.SampledFrom([]string{"AA", "AB", "CD", "DA", "BC"}).Draw(t, "letters")
		random := rand.New(rand.NewPCG(1, rapid.Uint64().Draw(t, "seed")))
		setting := draw.Setting{DPI: 300, Module: 0.3, Ratio: rapid.Float64Range(2, 3).Draw(t, "ratio"), Height: 5.6, Quiet: 4, Room: 1}
		setting.Fault.Turn = rapid.Float64Range(-6, 6).Draw(t, "turn")
		img, err := setting.NW7(text, letters[0], letters[1], random)
		if err != nil {
			t.Fatal(err)
		}
		found, err := barcode.NW7(img)
		if err != nil {
			t.Fatal(err)
		}
		if len(found) == 0 || found[0].Text != text {
			t.Fatalf("read %v, drawn %q", found, text)
		}
		sum := 0.0
		for _, candidate := range found {
			sum += candidate.P
		}
		if sum > 1 {
			t.Fatalf("probabilities sum to %f", sum)
		}
	})
}

// Any crop at all gives an answer, the same one each time, and no panic.
func FuzzReaders(f *testing.F) {
	f.Add(1, []byte{0})
	f.Add(8, make([]byte, 64))
	f.Add(300, bytesOf(300*60))
	f.Fuzz(func(t *testing.T, width int, pixels []byte) {
		if width < 1 || width > 2000 || len(pixels) > 1<<18 {
			return
		}
		img := image.NewGray(image.Rect(0, 0, width, len(pixels)/width))
		copy(img.Pix, pixels)
		for name, read := range readers {
			first, err := read(img)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			again, err := read(img)
			if err != nil || len(first) != len(again) || len(first) > 0 && first[0] != again[0] {
				t.Fatalf("%s answers %v, then %v, %v", name, first, again, err)
			}
		}
	})
}

func bytesOf(n int) []byte {
	random := rand.New(rand.NewPCG(3, 3))
	pixels := make([]byte, n)
	for i := range pixels {
		pixels[i] = byte(random.IntN(256))
	}
	return pixels
}

func BenchmarkNW7(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 1))
	img, err := draw.Random(random, 1).NW7("1000039111", 'A', 'B', random)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := barcode.NW7(img); err != nil {
			b.Fatal(err)
		}
	}
}
