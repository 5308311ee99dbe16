package imprint_test

import (
	"bytes"
	"flag"
	"fmt"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"sesshu/ledger/slip"
	"sesshu/ocr/imprint"
	"sesshu/ocr/internal/tess"
)

var (
	drawn = flag.Int("imprints", 2, "imprints of each kind that are drawn and read")
	first = flag.Int("first", 0, "the first one's number, for runs side by side")
	only  = flag.String("kinds", strings.Join(kinds, ";"), "kinds of print, separated by semicolons")
)

// tally is how often each verdict was given.
type tally map[slip.ImprintVerdict]int

func (t tally) String() string {
	return fmt.Sprintf("%4d %4d %4d", t[slip.ImprintSame], t[slip.ImprintUnreadable], t[slip.ImprintOther])
}

// TestDrawnImprints reads drawn imprints of every kind, once with the text that
// is there and once with the number before or behind it, and reports the shares.
// An imprint must never be taken for another one, nor another for the expected.
func TestDrawnImprints(t *testing.T) {
	d := newDrawer(t, 4)
	reader := imprint.New()
	defer reader.Close()
	for kind := range strings.SplitSeq(*only, ";") {
		right, wrong := tally{}, tally{}
		for i := *first; i < *first+*drawn; i++ {
			random := rand.New(rand.NewPCG(uint64(i), uint64(slices.Index(kinds, kind))))
			number := 2 + random.IntN(400)
			text := imprintText(random, number)
			dpi := []float64{200, 300, 300}[random.IntN(3)]
			sheet := d.imprinted(t, random, text, kind, dpi)
			got := read(t, reader, sheet, dpi, text)
			right[got.Verdict]++
			if got.Verdict == slip.ImprintOther {
				t.Errorf("%s %d: %q is taken for %q", kind, i, text, got.Text)
			}
			other := text[:len(text)-5] + fmt.Sprintf("%05d", number+1-2*random.IntN(2))
			got = read(t, reader, sheet, dpi, other)
			wrong[got.Verdict]++
			if got.Verdict == slip.ImprintSame || got.Verdict == slip.ImprintOther && got.Text != text {
				t.Errorf("%s %d: %q is taken for %q where %q was expected", kind, i, text, got.Text, other)
			}
		}
		t.Logf("%-24s %s   %s", kind, right, wrong)
		if plain := kind == "dots" || kind == "OCR-B"; plain && (right[slip.ImprintSame] == 0 || wrong[slip.ImprintOther] == 0) {
			t.Errorf("plain %s are not read", kind)
		}
	}
}

func read(t *testing.T, reader *imprint.Reader, sheet *image.Gray, dpi float64, expected string) slip.ImprintReading {
	t.Helper()
	got, err := reader.Read(sheet, dpi, expected)
	if err != nil || got.Expected != expected || !strings.HasPrefix(got.Version, "imprint-") || (got.Verdict == slip.ImprintOther) != (got.Text != "") {
		t.Fatalf("%+v, %v", got, err)
	}
	return got
}

const (
	lineText  = "desk1 b12 00341"
	otherText = "desk1 b12 00342"
)

// clean draws paper with a line of OCR-B on it, 200 dpi, upright at the bottom.
func clean(t *testing.T, d *drawer, text string) *image.Gray {
	t.Helper()
	line, err := d.ocrb.Line(text, 30, 0, 4)
	if err != nil {
		t.Fatal(err)
	}
	sheet := image.NewGray(image.Rect(0, 0, 1654, 2339))
	for i := range sheet.Pix {
		sheet.Pix[i] = 250
	}
	for y := range line.Rect.Dy() {
		copy(sheet.Pix[(2270+y)*sheet.Stride+90:], line.Pix[y*line.Stride:y*line.Stride+line.Rect.Dx()])
	}
	return sheet
}

func blot(sheet *image.Gray, at image.Rectangle) {
	for y := at.Min.Y; y < at.Max.Y; y++ {
		for x := at.Min.X; x < at.Max.X; x++ {
			sheet.Pix[y*sheet.Stride+x] = 10
		}
	}
}

// A dot of dirt, wherever it lies on the last digits, makes no other imprint.
func TestADotOfDirtIsNoOtherImprint(t *testing.T) {
	d := newDrawer(t, 1)
	reader := imprint.New()
	defer reader.Close()
	plain := read(t, reader, clean(t, d, lineText), 200, lineText)
	if plain.Verdict != slip.ImprintSame {
		t.Fatalf("%+v", plain)
	}
	box := plain.Quad.Box()
	random := rand.New(rand.NewPCG(3, 3))
	for range 12 {
		sheet := clean(t, d, lineText)
		x, y := int(box[0]+box[2]*(0.6+0.4*random.Float64())), int(box[1]+box[3]*(0.15+0.7*random.Float64()))
		blot(sheet, image.Rect(x, y, x+3, y+3)) // 0.4 mm
		if got := read(t, reader, sheet, 200, lineText); got.Verdict == slip.ImprintOther {
			t.Errorf("a dot at %d,%d: %+v", x, y, got)
		}
	}
}

// Find adds what it finds to the pages of a file; a sheet without an imprint has
// none, and a back with nothing but the imprint is blank.
func TestFindMarksPages(t *testing.T) {
	d := newDrawer(t, 1)
	reader := imprint.New()
	defer reader.Close()
	unknown := func() []slip.PageReading {
		return []slip.PageReading{{Page: 1, Width: 1654, Height: 2339, Faults: []slip.Reason{slip.ReasonFormUnknown}}}
	}
	find := func(sheet *image.Gray, expected string, pages []slip.PageReading) slip.PageReading {
		t.Helper()
		var file bytes.Buffer
		if err := jpeg.Encode(&file, sheet, nil); err != nil {
			t.Fatal(err)
		}
		if err := reader.Find(t.Context(), file.Bytes(), 200, expected, pages); err != nil {
			t.Fatal(err)
		}
		return pages[0]
	}
	sheet := clean(t, d, lineText)
	if got := find(sheet, lineText, unknown()); got.Imprint.Verdict != slip.ImprintSame || !got.Blank || got.Faults[0] != slip.ReasonBlankPage {
		t.Errorf("nothing but the imprint: %+v, %+v", got, got.Imprint)
	}
	if got := find(sheet, otherText, unknown()); got.Imprint.Verdict != slip.ImprintOther || got.Imprint.Text != lineText {
		t.Errorf("another imprint: %+v", got.Imprint)
	}
	blot(sheet, image.Rect(700, 700, 760, 706)) // a stroke of a pen
	if got := find(sheet, lineText, unknown()); got.Imprint.Verdict != slip.ImprintSame || got.Blank {
		t.Errorf("a stroke beside the imprint: %+v, %+v", got, got.Imprint)
	}
	if got := find(d.sheets[0], lineText, unknown()); got.Imprint.Verdict != slip.ImprintUnreadable || got.Blank {
		t.Errorf("a slip without an imprint: %+v", got.Imprint)
	}
	blank := []slip.PageReading{{Page: 1, Blank: true}}
	if got := find(sheet, lineText, blank); got.Imprint != nil {
		t.Errorf("a blank page was looked at: %+v", got.Imprint)
	}
}

// Texts without a number are not told from others, and nothing is loaded before
// it is needed.
func TestWhatIsNotRead(t *testing.T) {
	before := tess.Live()
	reader := imprint.New()
	if tess.Live() != before {
		t.Error("a reader that has read nothing holds an engine")
	}
	sheet := image.NewGray(image.Rect(0, 0, 800, 1100))
	for _, expected := range []string{"", "7", "desk", "b 12 ", "desk1 b12 00341"} {
		for _, dpi := range []float64{0, 50, 100, 600} {
			if got := read(t, reader, sheet, dpi, expected); got.Verdict != slip.ImprintUnreadable {
				t.Errorf("%q at %g dpi: %+v", expected, dpi, got)
			}
		}
	}
	for range 2 {
		if err := reader.Close(); err != nil {
			t.Error(err)
		}
	}
	if tess.Live() != before {
		t.Error("an engine is left open")
	}
}
