package practice

import (
	"flag"
	"fmt"
	"image"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/image/draw"

	"sesshu/ledger/slip/form"
	"sesshu/samples"
	"sesshu/samples/fiction"
	"sesshu/samples/hand"
	"sesshu/samples/ink"
	"sesshu/samples/page"
	"sesshu/samples/scan"
	"sesshu/samples/typeface"
)

var drawSheets = flag.Bool("draw", false, "draw the practice sheets anew into sheets/")

const (
	drawSeed = 20210412
	drawForm = "covid19-preprinted"
)

// drawAnew draws the practice sheets: slips of people who do not exist, each with
// another surname, marked as practice across the page. The pictures are kept in
// the repository, so that the station needs neither fonts nor forms.
func drawAnew(t *testing.T) {
	t.Helper()
	root, err := fs.Sub(samples.Forms, "forms")
	if err != nil {
		t.Fatal(err)
	}
	forms, err := form.LoadAll(root)
	if err != nil {
		t.Fatal(err)
	}
	fonts, err := typeface.Open(typeface.Directories())
	if err != nil {
		t.Fatal(err)
	}
	words := fonts.Faces(typeface.Handwriting)
	if len(words) == 0 {
		words = fonts.Faces(typeface.Japanese)
	}
	printer, err := page.NewPrinter(forms, fonts, hand.NewKit(nil, words))
	if err != nil {
		t.Fatal(err)
	}
	world, err := fiction.New(drawSeed, 300)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	seen := map[string]bool{}
	for index := 0; len(names) < Sheets; index++ {
		holder := world.Holder(index)
		if surname, _, _ := strings.Cut(holder.Name, "　"); seen[surname] {
			continue
		} else {
			seen[surname] = true
		}
		random := rand.New(rand.NewPCG(drawSeed, uint64(index)))
		visit := world.Visit(random, holder.Dose, func(lot fiction.Lot) bool {
			_, digits, _ := strings.Cut(lot.AmountML, ".")
			return lot.Covid() && len(digits) <= 1
		})
		paper, err := printer.Fill(random, drawForm, page.Slip{Holder: holder, Visit: visit, Consent: "yes",
			DateBy: page.ByStamp, FacilityBy: page.ByStamp, AmountBy: page.ByPrint, Neat: 0.8, Toner: 1, Askew: 0.5})
		if err != nil {
			t.Fatal(err)
		}
		mark(paper, fonts.Faces(typeface.Japanese)[0])
		names = append(names, strings.ReplaceAll(holder.Name, "　", " "))
		small := image.NewGray(image.Rect(0, 0, paper.Rect.Dx()*Resolution/300, paper.Rect.Dy()*Resolution/300))
		draw.CatmullRom.Scale(small, small.Rect, paper, paper.Rect, draw.Src, nil)
		file, err := scan.JPEG(small, Resolution, 40)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join("sheets", fmt.Sprintf("%02d.jpg", len(names))), file, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join("sheets", "names.txt"), []byte(strings.Join(names, "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

// mark writes across the page what it is.
func mark(paper *image.Gray, face *typeface.Face) {
	const scale = 300 / ink.MillimetresPerInch
	outline, length := face.Points(84).Outline("練習 PRACTICE")
	middle := float64(paper.Rect.Dx()) / scale / 2
	place := ink.Moved(middle, 165).After(ink.Turned(-35)).After(ink.Moved(-length/2, 12))
	ink.On(paper, scale).Fill(outline, place, ink.Ink{Shade: 70})
}
