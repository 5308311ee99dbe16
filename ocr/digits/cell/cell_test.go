package cell_test

import (
	"errors"
	"image"
	"image/color"
	"testing"

	"pgregory.net/rapid"

	"sesshu/ocr/digits/cell"
)

// box draws a 6 mm cell at 300 dots per inch: frame and a thick upright bar.
func box(frame, bar uint8, at int) *image.Gray {
	img := image.NewGray(image.Rect(0, 0, 94, 94))
	for i := range img.Pix {
		img.Pix[i] = 250
	}
	for i := range 94 {
		for _, edge := range []int{12, 13, 81, 82} {
			img.SetGray(i, edge, color.Gray{Y: frame})
			img.SetGray(edge, i, color.Gray{Y: frame})
		}
	}
	for y := 28; y < 68; y++ {
		for x := at; x < at+6; x++ {
			img.SetGray(x, y, color.Gray{Y: bar})
		}
	}
	return img
}

func ink(view *cell.View, plane int) (sum int) {
	for _, value := range view[plane*cell.Side*cell.Side : (plane+1)*cell.Side*cell.Side] {
		sum += int(value)
	}
	return sum
}

func open(t *testing.T, img *image.Gray) *cell.View {
	t.Helper()
	prepared, err := cell.Open(img, 11.81)
	if err != nil {
		t.Fatal(err)
	}
	return prepared.View(cell.Still)
}

func TestFrameIsTakenOutOfTheDigitOnly(t *testing.T) {
	withFrame, without := open(t, box(40, 30, 44)), open(t, box(250, 30, 44))
	if a, b := ink(withFrame, 0), ink(without, 0); a < b*9/10 || a > b*11/10 {
		t.Errorf("ink of the digit is %d with a frame and %d without", a, b)
	}
	if a, b := ink(withFrame, 1), ink(without, 1); a < 2*b {
		t.Errorf("whole cell shows %d ink with a frame and %d without: the frame must stay there", a, b)
	}
}

func TestDigitIsCentredWhereverItStands(t *testing.T) {
	left, right := open(t, box(40, 30, 28)), open(t, box(40, 30, 60))
	differences := 0
	for i := range cell.Side * cell.Side {
		if a, b := int(left[i]), int(right[i]); a-b > 40 || b-a > 40 {
			differences++
		}
	}
	if differences > 12 {
		t.Errorf("%d pixels differ between a digit at the left and one at the right", differences)
	}
}

func TestFaintPencilIsNotThresholdedAway(t *testing.T) {
	faint, strong := open(t, box(40, 220, 44)), open(t, box(40, 30, 44))
	if a, b := ink(faint, 0), ink(strong, 0); a < b*8/10 {
		t.Errorf("pencil shows %d ink, pen %d", a, b)
	}
}

func TestEmptyCellStaysEmpty(t *testing.T) {
	if sum := ink(open(t, box(40, 250, 44)), 0); sum > 2000 {
		t.Errorf("empty cell shows %d ink", sum)
	}
}

func TestSizesThatAreNoCell(t *testing.T) {
	for _, img := range []*image.Gray{nil, {}, image.NewGray(image.Rect(0, 0, 1, 1)), image.NewGray(image.Rect(0, 0, 2000, 90)), image.NewGray(image.Rect(0, 0, 90, 4))} {
		if _, err := cell.Open(img, 11.81); !errors.Is(err, cell.ErrSize) {
			t.Errorf("error is %v, want ErrSize", err)
		}
	}
	if _, err := cell.Open(box(40, 30, 44), 0); !errors.Is(err, cell.ErrSize) {
		t.Errorf("without a resolution the error is %v, want ErrSize", err)
	}
}

func TestSubImageReadsAsItsCopy(t *testing.T) {
	big := image.NewGray(image.Rect(0, 0, 200, 200))
	small := box(40, 30, 44)
	for y := range 94 {
		copy(big.Pix[(y+50)*big.Stride+60:], small.Pix[y*small.Stride:y*small.Stride+94])
	}
	part := big.SubImage(image.Rect(60, 50, 154, 144)).(*image.Gray)
	if *open(t, part) != *open(t, small) {
		t.Error("a part of a picture is prepared differently from its copy")
	}
}

func TestAnyPictureIsPreparedOrRefused(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(1, 60).Draw(t, "w"), rapid.IntRange(1, 60).Draw(t, "h")
		img := image.NewGray(image.Rect(0, 0, w, h))
		copy(img.Pix, rapid.SliceOfN(rapid.Byte(), w*h, w*h).Draw(t, "pixels"))
		prepared, err := cell.Open(img, rapid.Float64Range(-1, 40).Draw(t, "pixels per mm"))
		if err != nil {
			if !errors.Is(err, cell.ErrSize) {
				t.Fatalf("unexpected error %v", err)
			}
			return
		}
		for _, jitter := range cell.Jitters {
			prepared.View(jitter)
		}
	})
}
