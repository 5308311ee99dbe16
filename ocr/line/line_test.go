package line

import (
	"image"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"sesshu/ledger/slip"
)

const (
	digits = "0123456789"
	lots   = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-"
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

func read(t testing.TB, r *Reader, img *image.Gray, charset string, length int) []slip.Candidate {
	t.Helper()
	found, err := r.Line(img, charset, length)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestReadsTypefacesItWasNotTrainedOn(t *testing.T) {
	r := reader(t)
	for typeface := range typefaces {
		for _, high := range []float64{16, 25, 40} {
			for _, want := range []struct {
				text, charset string
				length        int
			}{
				{"210412340123456789", digits, 18}, {"0987654321", digits, 10}, {"041009", digits, 6},
				{"EY5422", lots, 0}, {"3004956", lots, 0}, {"2021/06/30", "", 0}, {"7", digits, 1},
			} {
				for _, ink := range []uint8{10, 150} {
					found := read(t, r, printed(t, typeface, want.text, high, ink), want.charset, want.length)
					if len(found) == 0 || found[0].Text != want.text {
						t.Errorf("%s %q, %v pixels high in grey %d, reads as %v", typeface, want.text, high, ink, found)
					}
				}
			}
		}
	}
}

func TestFrameRulesDoNotDisturb(t *testing.T) {
	r := reader(t)
	img := printed(t, "regular", "4501234567", 26, 30)
	rule(img, 1, 3, 60)
	rule(img, img.Rect.Dy()-4, 3, 60)
	if found := read(t, r, img, digits, 10); len(found) == 0 || found[0].Text != "4501234567" {
		t.Errorf("between rules it reads %v", found)
	}
}

func TestNothingIsReadWhereNothingIs(t *testing.T) {
	r := reader(t)
	blank := image.NewGray(image.Rect(0, 0, 300, 50))
	for i := range blank.Pix {
		blank.Pix[i] = 250
	}
	for _, img := range []*image.Gray{nil, {}, image.NewGray(image.Rect(0, 0, 2, 2)), blank, image.NewGray(image.Rect(0, 0, 9000, 50))} {
		if found := read(t, r, img, digits, 0); len(found) != 0 {
			t.Errorf("nothing reads as %v", found)
		}
	}
}

func TestLettersAreNotReadAsDigits(t *testing.T) {
	r := reader(t)
	for _, text := range []string{"sesshu", "KLMNPQ", "vaccination"} {
		for _, candidate := range read(t, r, printed(t, "regular", text, 26, 20), digits, 0) {
			if candidate.P > 0.5 {
				t.Errorf("%q reads as %q with %.4f", text, candidate.Text, candidate.P)
			}
		}
	}
}

func TestWrongLengthIsDoubtful(t *testing.T) {
	r := reader(t)
	for _, candidate := range read(t, r, printed(t, "mono", "123456789", 26, 20), digits, 10) {
		if candidate.P > 0.5 || len(candidate.Text) != 10 {
			t.Errorf("nine digits read as %q with %.4f", candidate.Text, candidate.P)
		}
	}
}

func TestAnswersDependOnThePictureAlone(t *testing.T) {
	first, second := reader(t), reader(t)
	a := printed(t, "mono", "21031310001", 22, 40)
	b := printed(t, "regular", "FP9647", 30, 90)
	alone := read(t, first, a, digits, 0)
	read(t, second, b, lots, 0)
	read(t, second, printed(t, "mono", "1", 20, 9), lots, 0)
	if after := read(t, second, a, digits, 0); !slices.Equal(alone, after) {
		t.Errorf("read first: %v; after others: %v", alone, after)
	}
}

func TestCandidatesAreOrderedAndSumToOne(t *testing.T) {
	r := reader(t)
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(1, 90).Draw(t, "w"), rapid.IntRange(1, 40).Draw(t, "h")
		img := image.NewGray(image.Rect(0, 0, w, h))
		copy(img.Pix, rapid.SliceOfN(rapid.Byte(), w*h, w*h).Draw(t, "pixels"))
		found, err := r.Line(img, rapid.SampledFrom([]string{"", digits, lots}).Draw(t, "charset"), rapid.IntRange(0, 4).Draw(t, "length"))
		if err != nil {
			t.Fatal(err)
		}
		sum, last := 0.0, 1.0
		for _, candidate := range found {
			if candidate.P > last || !(candidate.P >= 0) {
				t.Fatalf("out of order: %v", found)
			}
			last = candidate.P
			sum += candidate.P
		}
		if sum > 1+1e-9 {
			t.Fatalf("sum is %v", sum)
		}
	})
}

func FuzzLine(f *testing.F) {
	f.Add(uint16(300), uint16(40), digits, 10, []byte{250, 250, 20})
	f.Add(uint16(7), uint16(7), "", -1, []byte{})
	r := reader(f)
	f.Fuzz(func(t *testing.T, w, h uint16, charset string, length int, pattern []byte) {
		img := image.NewGray(image.Rect(0, 0, int(w%900), int(h%300)))
		for i := range img.Pix {
			if len(pattern) > 0 {
				img.Pix[i] = pattern[i%len(pattern)]
			}
		}
		if _, err := r.Line(img, charset, length); err != nil {
			t.Fatal(err)
		}
	})
}
