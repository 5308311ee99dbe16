package strip_test

import (
	"errors"
	"image"
	"image/color"
	"image/draw"
	"testing"

	"pgregory.net/rapid"

	"sesshu/ocr/line/strip"
)

// bars draws count upright bars as a line of text that rises by rise pixels from
// left to right, with room round it.
func bars(count, high, rise int, ink uint8) *image.Gray {
	img := image.NewGray(image.Rect(0, 0, count*high+80, high*2+rise+20))
	draw.Draw(img, img.Rect, image.NewUniform(color.Gray{Y: 248}), image.Point{}, draw.Src)
	for i := range count {
		top := high/2 + 10 + rise - rise*i/max(count-1, 1)
		draw.Draw(img, image.Rect(40+i*high, top, 40+i*high+high/3, top+high), image.NewUniform(color.Gray{Y: ink}), image.Point{}, draw.Src)
	}
	return img
}

// span returns the first and last row that hold ink.
func span(s *strip.Strip) (first, last int) {
	first = -1
	for row := range strip.Height {
		for _, value := range s.Pix[row*s.Width : (row+1)*s.Width] {
			if value > 128 {
				if first < 0 {
					first = row
				}
				last = row
			}
		}
	}
	return first, last
}

func open(t *testing.T, img *image.Gray) *strip.Strip {
	t.Helper()
	s, err := strip.Open(img)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTextIsTheSameHeightWhateverItsSize(t *testing.T) {
	for _, high := range []int{14, 24, 50, 120} {
		for _, rise := range []int{0, high / 4} {
			s := open(t, bars(8, high, rise, 30))
			first, last := span(s)
			if rows := last - first + 1; rows < strip.TextRows-3 || rows > strip.TextRows+4 {
				t.Errorf("text %d pixels high, rising %d, becomes %d rows", high, rise, rows)
			}
			if middle := first + last; middle < strip.Height-5 || middle > strip.Height+5 {
				t.Errorf("text %d pixels high, rising %d, lies from row %d to %d", high, rise, first, last)
			}
		}
	}
}

func TestRulesAreTakenOut(t *testing.T) {
	plain, ruled := bars(8, 30, 0, 30), bars(8, 30, 0, 30)
	for _, row := range []int{4, 70} {
		draw.Draw(ruled, image.Rect(0, row, ruled.Rect.Dx(), row+3), image.NewUniform(color.Gray{Y: 50}), image.Point{}, draw.Src)
	}
	a, b := open(t, plain), open(t, ruled)
	if a.Width != b.Width {
		t.Fatalf("strip is %d wide without rules and %d with them", a.Width, b.Width)
	}
	different := 0
	for i := range a.Pix {
		if difference := int(a.Pix[i]) - int(b.Pix[i]); difference > 60 || difference < -60 {
			different++
		}
	}
	if different > len(a.Pix)/100 {
		t.Errorf("%d of %d pixels differ", different, len(a.Pix))
	}
}

func TestFaintPrintFillsTheRange(t *testing.T) {
	if first, last := span(open(t, bars(6, 30, 0, 200))); last-first < strip.TextRows-4 {
		t.Errorf("faint print spans rows %d to %d only", first, last)
	}
}

func TestNoLine(t *testing.T) {
	blank := image.NewGray(image.Rect(0, 0, 200, 40))
	draw.Draw(blank, blank.Rect, image.NewUniform(color.Gray{Y: 240}), image.Point{}, draw.Src)
	if _, err := strip.Open(blank); !errors.Is(err, strip.ErrBlank) {
		t.Errorf("blank paper: %v, want ErrBlank", err)
	}
	for _, img := range []*image.Gray{nil, {}, image.NewGray(image.Rect(0, 0, 3, 40)), image.NewGray(image.Rect(0, 0, 40, 5000))} {
		if _, err := strip.Open(img); !errors.Is(err, strip.ErrSize) {
			t.Errorf("no line by its size: %v, want ErrSize", err)
		}
	}
}

func TestAnyPictureIsPreparedOrRefused(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(1, 120).Draw(t, "w"), rapid.IntRange(1, 60).Draw(t, "h")
		img := image.NewGray(image.Rect(0, 0, w, h))
		copy(img.Pix, rapid.SliceOfN(rapid.Byte(), w*h, w*h).Draw(t, "pixels"))
		s, err := strip.Open(img)
		if err != nil {
			if !errors.Is(err, strip.ErrSize) && !errors.Is(err, strip.ErrBlank) {
				t.Fatalf("unexpected error %v", err)
			}
			return
		}
		if s.Width < 1 || s.Width > strip.MaxWidth || len(s.Pix) != s.Width*strip.Height {
			t.Fatalf("strip is %d wide with %d pixels", s.Width, len(s.Pix))
		}
	})
}
