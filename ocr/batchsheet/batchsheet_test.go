package batchsheet_test

import (
	"errors"
	"fmt"
	"image"
	"io/fs"
	"math/rand/v2"
	"testing"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
	"sesshu/ocr/batchsheet"
	"sesshu/ocr/page"
	"sesshu/ocr/register"
	"sesshu/samples"
	drawn "sesshu/samples/batchsheet"
	"sesshu/samples/scan"
	"sesshu/samples/typeface"
	"sesshu/scanner/media"
)

var header = slip.BatchSheet{Kind: slip.BatchHeader, Declared: 120,
	BatchDescription: slip.BatchDescription{FacilityCode: "0410113719", Month: "2026-11"}}

var separator = slip.BatchSheet{Kind: slip.Separator}

func openForms(t *testing.T) *register.Index {
	t.Helper()
	root, err := fs.Sub(samples.Forms, "forms")
	if err != nil {
		t.Fatal(err)
	}
	forms, err := form.LoadAll(root)
	if err != nil {
		t.Fatal(err)
	}
	index, err := register.Open(forms)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(index.Close)
	return index
}

func draw(t *testing.T, sheet slip.BatchSheet) *image.Gray {
	t.Helper()
	fonts, err := typeface.Open(typeface.Directories())
	if err != nil {
		t.Fatal(err)
	}
	picture, err := drawn.Draw(sheet, fonts)
	if err != nil {
		t.Fatal(err)
	}
	return picture
}

// scanned is a sheet's way over the glass.
func scanned(t *testing.T, picture *image.Gray, tier scan.Tier, turn int, seed uint64) []byte {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 7))
	settings := scan.Draw(random, tier)
	settings.Turn, settings.Bleed = turn, 0
	paper := image.NewGray(picture.Rect)
	copy(paper.Pix, picture.Pix)
	file, err := scan.JPEG(scan.NewScanner(paper).Scan(random, paper, drawn.DPI/25.4, settings), settings.DPI, settings.Quality)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// found registers a page as the reader does and returns what Find makes of it.
func found(t *testing.T, index *register.Index, file []byte, n int) slip.PageReading {
	t.Helper()
	document, err := page.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := document.Decode(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = decoded.Close() }()
	reading := slip.PageReading{SHA256: slip.HashOf(file), Page: n}
	switch _, err := index.Find(decoded); {
	case errors.Is(err, register.ErrBlank):
		reading.Blank, reading.Faults = true, []slip.Reason{slip.ReasonBlankPage}
	case errors.Is(err, register.ErrNoForm):
		reading.Faults = []slip.Reason{slip.ReasonFormUnknown}
	default:
		t.Fatalf("registered as a slip: %v", err)
	}
	pages := []slip.PageReading{reading}
	if err := batchsheet.Find(t.Context(), file, pages); err != nil {
		t.Fatal(err)
	}
	return pages[0]
}

func TestBatchSheetsAreRecognisedHoweverTheyLie(t *testing.T) {
	index := openForms(t)
	for seed, sheet := range []slip.BatchSheet{header, separator} {
		picture := draw(t, sheet)
		for _, tier := range []scan.Tier{scan.Clean, scan.Office, scan.Poor} {
			for turn := 0; turn < 360; turn += 90 {
				t.Run(fmt.Sprint(sheet.Kind, " ", tier, " ", turn), func(t *testing.T) {
					reading := found(t, index, scanned(t, picture, tier, turn, uint64(seed*1000+turn)), 1)
					if got, ok := slip.BatchSheetOf(reading); !ok || got != sheet || len(reading.Faults) != 0 {
						t.Errorf("read as %+v, %t, faults %v", got, ok, reading.Faults)
					}
				})
			}
		}
	}
}

// Front and back of a sheet travel in one file. A blank back is proved blank,
// and does not keep the front from being what it is.
func TestTheBackOfABatchSheet(t *testing.T) {
	index := openForms(t)
	front := scanned(t, draw(t, header), scan.Office, 180, 1)
	empty := image.NewGray(image.Rect(0, 0, 2480, 3508))
	for i := range empty.Pix {
		empty.Pix[i] = 255
	}
	sheet, err := media.Pair(front, scanned(t, empty, scan.Clean, 0, 2), 300)
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := slip.BatchSheetOf(found(t, index, sheet, 1)); !ok || got != header {
		t.Errorf("front read as %+v, %t", got, ok)
	}
	if back := found(t, index, sheet, 2); !back.Blank {
		t.Errorf("back %+v", back)
	}
}

// Other sheets with codes stay what they are, and a page that was registered is
// not looked at.
func TestOtherPages(t *testing.T) {
	picture := draw(t, separator)
	file := scanned(t, picture, scan.Clean, 0, 1)
	registered := []slip.PageReading{{SHA256: slip.HashOf(file), Page: 1}}
	if err := batchsheet.Find(t.Context(), file, registered); err != nil || len(registered[0].Readings) != 0 {
		t.Errorf("a registered page: %+v, %v", registered[0], err)
	}
	for y := 1700; y < 2700; y++ { // where the code is
		for x := range picture.Rect.Dx() {
			picture.Pix[y*picture.Stride+x] = 255
		}
	}
	file = scanned(t, picture, scan.Clean, 0, 1)
	unknown := []slip.PageReading{{SHA256: slip.HashOf(file), Page: 1, Faults: []slip.Reason{slip.ReasonFormUnknown}}}
	if err := batchsheet.Find(t.Context(), file, unknown); err != nil || len(unknown[0].Readings) != 0 || len(unknown[0].Faults) != 1 {
		t.Errorf("a page without a code: %+v, %v", unknown[0], err)
	}
	damaged := []slip.PageReading{{Page: 1, Faults: []slip.Reason{slip.ReasonFormUnknown}}}
	if err := batchsheet.Find(t.Context(), []byte("no image"), damaged); err != nil || len(damaged[0].Faults) != 1 {
		t.Errorf("a file that is no image: %+v, %v", damaged[0], err)
	}
}
