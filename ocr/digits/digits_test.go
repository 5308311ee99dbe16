package digits

import (
	"errors"
	"image"
	"math"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

func reader(t testing.TB) *Reader {
	t.Helper()
	r, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

func read(t testing.TB, r *Reader, cells ...*image.Gray) []Cell {
	t.Helper()
	found, err := r.Cells(cells, pixelsPerMM)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// best returns the most probable digit.
func best(c Cell) (digit int, p float64) {
	for i, value := range c.P {
		if value > p {
			digit, p = i, value
		}
	}
	return digit, p
}

func TestReadsDigitsOfTypefacesItWasNotTrainedOn(t *testing.T) {
	r := reader(t)
	for typeface := range typefaces {
		for _, ink := range []uint8{20, 120, 190} {
			var cells []*image.Gray
			for digit := range 10 {
				cells = append(cells, write(t, paper(uint64(digit)), typeface, strconv.Itoa(digit), 3.6, ink))
			}
			for digit, cell := range read(t, r, cells...) {
				if got, p := best(cell); got != digit || p < 0.9 {
					t.Errorf("%s %d in grey %d reads as %d with %.4f (empty %.4f, not a digit %.4f)", typeface, digit, ink, got, p, cell.Empty, cell.NotADigit)
				}
			}
		}
	}
}

func TestEmptyCellIsEmpty(t *testing.T) {
	r := reader(t)
	for seed := range uint64(8) {
		if cell := read(t, r, paper(seed))[0]; cell.Empty < 0.95 {
			t.Errorf("empty cell %d is empty with %.4f only", seed, cell.Empty)
		}
	}
}

func TestWhatIsNoDigitIsNotRead(t *testing.T) {
	r := reader(t)
	crossed := write(t, paper(1), "regular", "5", 4, 30)
	stroke(crossed, 18, 20, 76, 86, 4, 30)
	stroke(crossed, 76, 20, 18, 86, 4, 30)
	tick := paper(2)
	stroke(tick, 24, 55, 38, 76, 4, 30)
	stroke(tick, 38, 76, 70, 26, 4, 30)
	black := paper(3)
	for i := range black.Pix {
		black.Pix[i] /= 8
	}
	for name, cell := range map[string]*image.Gray{
		"crossed out":  crossed,
		"tick":         tick,
		"letter A":     write(t, paper(4), "regular", "A", 4, 30),
		"letter K":     write(t, paper(5), "mono", "K", 4, 30),
		"two digits":   write(t, paper(6), "regular", "38", 3.2, 30),
		"three digits": write(t, paper(7), "regular", "205", 2.4, 30),
		"plus":         write(t, paper(8), "regular", "+", 3, 30),
	} {
		found := read(t, r, cell)[0]
		if digit, p := best(found); p > 0.9 {
			t.Errorf("%s reads as %d with %.4f", name, digit, p)
		}
		if found.NotADigit < 0.3 {
			t.Errorf("%s is no digit with %.4f only", name, found.NotADigit)
		}
	}
	if digit, p := best(read(t, r, black)[0]); p > 0.2 {
		t.Errorf("a black cell reads as %d with %.4f", digit, p)
	}
}

func TestSizesThatAreNoCellAreNoDigit(t *testing.T) {
	r := reader(t)
	for _, picture := range []*image.Gray{nil, {}, image.NewGray(image.Rect(0, 0, 1, 1)), image.NewGray(image.Rect(0, 0, 3000, 40))} {
		if cell := read(t, r, picture)[0]; cell.NotADigit != 1 {
			t.Errorf("a picture of no size is no digit with %.4f", cell.NotADigit)
		}
	}
	if found := read(t, r); len(found) != 0 {
		t.Errorf("no cells read as %d", len(found))
	}
}

// The answer for a cell is the same to the last bit, wherever it stands in the
// call, whatever was read before, and by whichever Reader.
func TestAnswersDependOnTheCellAlone(t *testing.T) {
	var cells []*image.Gray
	for digit := range 10 {
		cells = append(cells, write(t, paper(uint64(digit)), "mono", strconv.Itoa(digit), 3.6, 90), paper(uint64(100+digit)))
	}
	first := reader(t)
	all := read(t, first, cells...)
	slices.Reverse(cells)
	reversed := read(t, first, cells...)
	slices.Reverse(reversed)
	slices.Reverse(cells)
	other := reader(t)
	for i, cell := range cells {
		if alone := read(t, other, cell)[0]; alone != all[i] || reversed[i] != all[i] {
			t.Errorf("cell %d reads as\n%v among others,\n%v in reverse,\n%v alone", i, all[i], reversed[i], alone)
		}
	}
}

func TestProbabilitiesSumToOne(t *testing.T) {
	r := reader(t)
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(1, 40).Draw(t, "w"), rapid.IntRange(1, 40).Draw(t, "h")
		picture := image.NewGray(image.Rect(0, 0, w, h))
		copy(picture.Pix, rapid.SliceOfN(rapid.Byte(), w*h, w*h).Draw(t, "pixels"))
		found, err := r.Cells([]*image.Gray{picture}, rapid.Float64Range(0.5, 12).Draw(t, "pixels per mm"))
		if err != nil {
			t.Fatal(err)
		}
		sum := found[0].Empty + found[0].NotADigit
		for _, p := range found[0].P {
			if !(p >= 0) {
				t.Fatalf("probability %v", p)
			}
			sum += p
		}
		if math.Abs(sum-1) > 1e-9 {
			t.Fatalf("probabilities sum to %v", sum)
		}
	})
}

func FuzzCells(f *testing.F) {
	f.Add(uint16(94), uint16(106), 11.8, []byte{250, 20})
	f.Add(uint16(1), uint16(1), 0.1, []byte{})
	r := reader(f)
	f.Fuzz(func(t *testing.T, w, h uint16, pixelsPerMM float64, pattern []byte) {
		picture := image.NewGray(image.Rect(0, 0, int(w%400), int(h%400)))
		for i := range picture.Pix {
			if len(pattern) > 0 {
				picture.Pix[i] = pattern[i%len(pattern)]
			}
		}
		if _, err := r.Cells([]*image.Gray{picture}, pixelsPerMM); err != nil {
			t.Fatal(err)
		}
	})
}

func TestClosedReaderIsAnError(t *testing.T) {
	r := reader(t)
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Cells([]*image.Gray{paper(1)}, pixelsPerMM); err == nil {
		t.Error("a closed reader read")
	}
	if err := errors.Join(r.Close()); err != nil {
		t.Errorf("closing twice: %v", err)
	}
}
