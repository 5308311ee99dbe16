package paper_test

import (
	"errors"
	"flag"
	"fmt"
	"image"
	"io/fs"
	"math/rand/v2"
	"strings"
	"testing"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
	"sesshu/ocr/page"
	"sesshu/ocr/paper"
	"sesshu/ocr/register"
	"sesshu/samples"
	"sesshu/samples/fiction"
	"sesshu/samples/hand"
	filled "sesshu/samples/page"
	"sesshu/samples/scan"
	"sesshu/samples/typeface"
)

// slips is how many people's slips are drawn. Each person fills two slips with
// the same ticket, and each slip is scanned three times: six pairs that are the
// same paper and nine that are not, a person.
//
//	go test ./ocr/paper -run TestPairs -slips 60 -v -timeout 2h
var slips = flag.Int("slips", 1, "people whose slips are drawn")

// press draws and scans slips.
type press struct {
	t       testing.TB
	forms   []*form.Form
	world   *fiction.World
	printer *filled.Printer
	scanner *scan.Scanner
	index   *register.Index
}

func newPress(t testing.TB) *press {
	t.Helper()
	root, err := fs.Sub(samples.Forms, "forms")
	if err != nil {
		t.Fatal(err)
	}
	p := &press{t: t}
	for _, name := range []string{"covid19-preprinted", "covid19-sticker"} {
		f, err := form.Load(root, name)
		if err != nil {
			t.Fatal(err)
		}
		p.forms = append(p.forms, f)
	}
	fonts, err := typeface.Open(typeface.Directories())
	if err != nil {
		t.Fatal(err)
	}
	if p.world, err = fiction.New(11, max(100, *slips)); err != nil {
		t.Fatal(err)
	}
	words := fonts.Faces(typeface.Handwriting)
	if len(words) == 0 {
		words = fonts.Faces(typeface.Japanese)
	}
	if p.printer, err = filled.NewPrinter(p.forms, fonts, hand.NewKit(nil, words)); err != nil {
		t.Fatal(err)
	}
	p.scanner = scan.NewScanner(p.printer.Back())
	if p.index, err = register.Open(p.forms); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.index.Close)
	return p
}

// says makes up what person n's slip holds, the same every time. How it comes
// on the paper is up to the pen that fills it.
func (p *press) says(n int, pen *rand.Rand) (string, filled.Slip) {
	what := rand.New(rand.NewPCG(uint64(n), 1))
	holder := p.world.Holder(n)
	definition := p.forms[n%len(p.forms)]
	amount, _ := definition.Field("amount")
	visit := p.world.Visit(what, holder.Dose, func(lot fiction.Lot) bool {
		_, digits, _ := strings.Cut(lot.AmountML, ".")
		return lot.Covid() && len(digits) <= len(amount.Cells)
	})
	ways := []filled.Way{filled.ByHand, filled.ByStamp, filled.ByPrint}
	return definition.Name, filled.Slip{
		Holder: holder, Visit: visit, Consent: "yes",
		DateBy: ways[what.IntN(3)], FacilityBy: ways[what.IntN(3)], AmountBy: ways[what.IntN(3)],
		Neat: 0.4 + 0.6*what.Float64(), Toner: 0.75 + 0.25*pen.Float64(), Gain: 0.5 * pen.Float64(), Askew: 0.6,
	}
}

func (p *press) fill(n int, seed uint64) *image.Gray {
	p.t.Helper()
	pen := rand.New(rand.NewPCG(seed, 2))
	name, slip := p.says(n, pen)
	sheet, err := p.printer.Fill(pen, name, slip)
	if err != nil {
		p.t.Fatal(err)
	}
	return sheet
}

// scan feeds a sheet; ok is false when its page was not registered.
func (p *press) scan(sheet *image.Gray, tier scan.Tier, turn int, seed uint64) (got paper.Page, ok bool) {
	p.t.Helper()
	random := rand.New(rand.NewPCG(seed, 3))
	settings := scan.Draw(random, tier)
	settings.Turn = turn
	copied := image.NewGray(sheet.Rect)
	copy(copied.Pix, sheet.Pix)
	file, err := scan.JPEG(p.scanner.Scan(random, copied, 300/25.4, settings), settings.DPI, settings.Quality)
	if err != nil {
		p.t.Fatal(err)
	}
	document, err := page.Open(p.t.Context(), file)
	if err != nil {
		p.t.Fatal(err)
	}
	decoded, err := document.Decode(p.t.Context(), 1)
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = decoded.Close() }()
	fit, err := p.index.Find(decoded)
	if errors.Is(err, register.ErrPoorFit) || errors.Is(err, register.ErrNoForm) {
		return paper.Page{}, false
	}
	if err != nil {
		p.t.Fatal(err)
	}
	return paper.Page{Image: decoded.Gray(), Registration: fit.Summary}, true
}

// The same slip scanned again, however it was fed and whatever the glass did to
// it, is the same paper or at worst unsure; another slip of the same person with
// the same ticket, dose, date, lot and institution never is.
func TestPairs(t *testing.T) {
	p := newPress(t)
	comparer := paper.New(p.forms)
	tiers := []scan.Tier{scan.Clean, scan.Office, scan.Office, scan.Poor}
	counts := map[string]int{}
	lost := 0
	for n := range *slips {
		var scans [2][3]paper.Page
		var read [2][3]bool
		for writer := range 2 {
			seed := uint64(n*10 + writer)
			sheet := p.fill(n, seed)
			for pass := range 3 {
				turn := 180 * (pass % 2)
				scans[writer][pass], read[writer][pass] = p.scan(sheet, tiers[(n+pass)%len(tiers)], turn, seed*10+uint64(pass))
				if !read[writer][pass] {
					lost++
				}
			}
		}
		compare := func(kind string, a, b [2]int) {
			if !read[a[0]][a[1]] || !read[b[0]][b[1]] {
				return
			}
			got, err := comparer.Compare(scans[a[0]][a[1]], scans[b[0]][b[1]])
			if err != nil {
				t.Fatal(err)
			}
			counts[kind+" "+got.Verdict.String()]++
			t.Logf("%s %s person %d %v %v least %.3f overall %.3f regions %+v", kind, got.Verdict, n, a, b, got.Least, got.Overall, got.Regions)
			if kind == "other" && got.Verdict == paper.Same {
				t.Errorf("person %d: two papers taken for one: %+v", n, got)
			}
		}
		for a := range 3 {
			for b := range 3 {
				compare("other", [2]int{0, a}, [2]int{1, b})
			}
			for writer := range 2 {
				compare("again", [2]int{writer, a}, [2]int{writer, (a + 1) % 3})
			}
		}
	}
	t.Logf("%v, %d scans not registered", counts, lost)
	again := counts["again same"] + counts["again unsure"] + counts["again different"]
	if again == 0 || counts["again same"]*20 < again*19 {
		t.Errorf("of %d pairs that are one paper, %d were recognised", again, counts["again same"])
	}
}

func TestPagesOfNoOrOtherFormsAreUnsure(t *testing.T) {
	p := newPress(t)
	a, ok := p.scan(p.fill(0, 1), scan.Clean, 0, 1)
	if !ok {
		t.Fatal("a clean slip was not registered")
	}
	comparer := paper.New(p.forms)
	for name, change := range map[string]func(*slip.Registration){
		"no form":       func(r *slip.Registration) { *r = slip.Registration{} },
		"another":       func(r *slip.Registration) { r.Form = "routine" },
		"an older form": func(r *slip.Registration) { r.FormHash = slip.Hash{1} },
		"far off":       func(r *slip.Registration) { r.Homography[2] += 1e6 },
		"degenerate":    func(r *slip.Registration) { r.Homography = [9]float64{} },
	} {
		b := a
		change(&b.Registration)
		if got, err := comparer.Compare(a, b); err != nil || got.Verdict == paper.Same {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	if got, err := comparer.Compare(a, a); err != nil || got.Verdict != paper.Same || fmt.Sprintf("%.6f", got.Least) != "1.000000" {
		t.Errorf("a page and itself: %+v, %v", got, err)
	}
}
