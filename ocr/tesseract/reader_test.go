package tesseract_test

import (
	"bytes"
	"image"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/goregular"

	"sesshu/ledger/slip"
	"sesshu/ocr/internal/degrade"
	"sesshu/ocr/internal/tess"
	"sesshu/ocr/internal/typeset"
	"sesshu/ocr/tesseract"
)

// The Go typefaces are in no calibration set.
var typefaces = [][]byte{goregular.TTF, gobold.TTF, gomono.TTF}

const (
	digits = "0123456789"
	lots   = digits + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

func open(t testing.TB) *tesseract.Reader {
	t.Helper()
	before := tess.Live()
	reader, err := tesseract.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		reader.Close()
		reader.Close()
		if live := tess.Live(); live != before {
			t.Errorf("%d engines stay open", live-before)
		}
	})
	return reader
}

// line draws text as a crop of a 300 dpi scan.
func line(t testing.TB, text string, seed uint64, severity float64) *image.Gray {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 1))
	faces, err := typeset.Parse(typefaces[random.IntN(len(typefaces))])
	if err != nil {
		t.Fatal(err)
	}
	drawn, err := faces[0].Line(text, 150, 0, 60)
	if err != nil {
		t.Fatal(err)
	}
	return degrade.Random(random, severity).Apply(drawn, 4, random)
}

func text(random *rand.Rand, set string, n int) string {
	var b strings.Builder
	for range n {
		b.WriteByte(set[random.IntN(len(set))])
	}
	return b.String()
}

func read(t testing.TB, reader *tesseract.Reader, img *image.Gray, charset string) []slip.Candidate {
	t.Helper()
	found, err := reader.Line(img, 300, charset)
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for i, candidate := range found {
		sum += candidate.P
		if i > 0 && candidate.P > found[0].P {
			t.Errorf("candidate %d is likelier than the best", i)
		}
		for _, r := range candidate.Text {
			if charset != "" && !strings.ContainsRune(charset, r) {
				t.Errorf("candidate %q leaves the alphabet", candidate.Text)
			}
		}
	}
	if sum > 1+1e-9 {
		t.Errorf("probabilities sum to %f", sum)
	}
	return found
}

// Typefaces that calibrated nothing are read, and what is held for nearly
// certain is right.
func TestLinesInUnseenTypefaces(t *testing.T) {
	reader := open(t)
	right := 0
	for i := range uint64(40) {
		random := rand.New(rand.NewPCG(i, 2))
		truth := text(random, digits, []int{6, 10, 18}[i%3])
		found := read(t, reader, line(t, truth, i, 1), digits)
		switch {
		case len(found) > 0 && found[0].Text == truth:
			right++
		case len(found) > 0 && found[0].P > 0.99:
			t.Errorf("line %d: read %s with p %.4f, drawn %s", i, found[0].Text, found[0].P, truth)
		}
	}
	if right < 37 {
		t.Errorf("%d of 40 lines read", right)
	}
}

// A lot number keeps its shape: letters and digits that look alike are told by
// where manufacturers put them.
func TestLotNumbers(t *testing.T) {
	reader := open(t)
	for i, lot := range []string{"EY5420", "FF0843", "GJ9259", "3004667", "000021A", "400082A", "K004C"} {
		found := read(t, reader, line(t, lot, uint64(i), 0.3), lots)
		if len(found) == 0 || found[0].Text != lot {
			t.Errorf("read %v, drawn %s", found, lot)
		}
	}
}

// The same image gives the same answer whatever was read before it.
func TestNoMemoryOfOtherLines(t *testing.T) {
	reader := open(t)
	images := make([]*image.Gray, 12)
	first := make([][]slip.Candidate, len(images))
	for i := range images {
		random := rand.New(rand.NewPCG(uint64(i), 3))
		images[i] = line(t, text(random, digits, 4+random.IntN(15)), uint64(i), 1.5)
		first[i] = read(t, reader, images[i], digits)
	}
	random := rand.New(rand.NewPCG(9, 9))
	for range 3 {
		for _, i := range random.Perm(len(images)) {
			if i%4 == 0 {
				read(t, reader, images[i], lots)
			}
			if again := read(t, reader, images[i], digits); !slices.Equal(again, first[i]) {
				t.Fatalf("line %d: %v, then %v", i, first[i], again)
			}
		}
	}
}

// What is no line of the alphabet is not read with confidence.
func TestForeignInkIsDoubtful(t *testing.T) {
	reader := open(t)
	for i, foreign := range []string{"expires", "Comirnaty", "--------", "#$%&", "wxyz kh"} {
		if found := read(t, reader, line(t, foreign, uint64(i), 0.5), digits); len(found) > 0 && found[0].P > 0.5 {
			t.Errorf("%q is read as %v", foreign, found[0])
		}
	}
	for seed := range uint64(10) {
		random := rand.New(rand.NewPCG(seed, 4))
		img := image.NewGray(image.Rect(0, 0, 300, 50))
		for i := range img.Pix {
			img.Pix[i] = byte(random.IntN(256))
		}
		if found := read(t, reader, img, digits); len(found) > 0 && found[0].P > 0.5 {
			t.Errorf("noise is read as %v", found[0])
		}
	}
}

// An empty field has no candidates.
func TestEmptyPaperHoldsNothing(t *testing.T) {
	reader := open(t)
	for _, charset := range []string{digits, lots, ""} {
		img := image.NewGray(image.Rect(0, 0, 200, 40))
		copy(img.Pix, bytes.Repeat([]byte{230}, len(img.Pix)))
		if found := read(t, reader, img, charset); len(found) > 0 {
			t.Errorf("paper is read as %v", found)
		}
	}
}

// Crops of any size and content give an answer, never an error or a crash.
func FuzzLine(f *testing.F) {
	f.Add(1, []byte{0})
	f.Add(1, make([]byte, 2000))
	f.Add(2000, make([]byte, 2000))
	f.Add(60, make([]byte, 3600))
	reader, err := tesseract.Open()
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(reader.Close)
	f.Fuzz(func(t *testing.T, width int, pixels []byte) {
		if width < 1 || width > 4000 || len(pixels) > 1<<15 {
			return
		}
		img := image.NewGray(image.Rect(0, 0, width, len(pixels)/width))
		copy(img.Pix, pixels)
		for _, charset := range []string{digits, "0123456789年月日", ""} {
			if _, err := reader.Line(img, 300, charset); err != nil {
				t.Fatalf("%q: %v", charset, err)
			}
		}
	})
}

func BenchmarkLine(b *testing.B) {
	reader := open(b)
	img := line(b, "221310161000039111", 1, 1)
	for b.Loop() {
		if _, err := reader.Line(img, 300, digits); err != nil {
			b.Fatal(err)
		}
	}
}

// Dates are read in Japanese with their signs; the typeface is the one that
// Debian and Ubuntu install for the forms.
func TestDates(t *testing.T) {
	const charset = "0123456789年月日明治大正昭和平成令元西暦MTSHR/-. "
	faces, err := typeset.Load("/usr/share/fonts/opentype/ipaexfont-mincho/ipaexm.ttf")
	if err != nil {
		t.Fatal(err)
	}
	reader := open(t)
	for i, date := range []string{"1980年8月11日", "昭和55年6月20日", "令和元年12月1日", "1972年 3月24日", "平成 2年10月30日"} {
		drawn, err := faces[0].Line(date, 150, 0, 60)
		if err != nil {
			t.Fatal(err)
		}
		random := rand.New(rand.NewPCG(uint64(i), 8))
		found := read(t, reader, degrade.Random(random, 0.5).Apply(drawn, 4, random), charset)
		want, _ := slip.ParseDate(date)
		if len(found) == 0 {
			t.Errorf("%s is not read", date)
			continue
		}
		if got, _ := slip.ParseDate(found[0].Text); got != want {
			t.Errorf("read %v, drawn %s", found[0], date)
		}
	}
}
