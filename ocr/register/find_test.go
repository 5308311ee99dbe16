package register_test

import (
	"errors"
	"flag"
	"image"
	"image/draw"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sesshu/ocr/page"
	"sesshu/ocr/register"
)

// A page costs more to draw than to register, so a run of the whole suite
// checks fewer pages than rapid would; -rapid.checks asks for more.
func init() {
	if err := flag.Set("rapid.checks", "30"); err != nil {
		panic(err)
	}
}

// bar is how far off a field's corner may be, in millimetres.
const bar = 0.5

// drawLook draws a page's fate within what must be registered.
func drawLook(t *rapid.T) look {
	l := look{
		skew:   rapid.Float64Range(-5, 5).Draw(t, "skew"),
		scale:  rapid.Float64Range(0.92, 1.03).Draw(t, "scale"),
		shiftX: rapid.Float64Range(-10, 10).Draw(t, "shift x"),
		shiftY: rapid.Float64Range(-10, 10).Draw(t, "shift y"),
		turn:   rapid.IntRange(0, 3).Draw(t, "turn"),
		filled: true, paste: true,
	}
	switch rapid.SampledFrom([]string{"clean", "noise", "blur", "fax", "corner", "bend"}).Draw(t, "damage") {
	case "noise":
		l.noise = 25
	case "blur":
		l.blur = 2
	case "fax":
		l.threshold, l.noise = true, 20
	case "bend":
		l.bend = rapid.Float64Range(-0.4, 0.4).Draw(t, "bend")
	case "corner":
		l.corner = rapid.Float64Range(20, 60).Draw(t, "corner")
	}
	return l
}

func TestPagesAreRegistered(t *testing.T) {
	forms := loadForms(t)
	index := openIndex(t, forms)
	rapid.Check(t, func(r *rapid.T) {
		f := rapid.SampledFrom(forms).Draw(r, "form")
		l := drawLook(r)
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(r, "seed"), 1))
		s := scan(t, f, l, random)
		defer s.image.Close()
		fit, err := index.Find(s.image)
		if errors.Is(err, register.ErrPoorFit) && l.corner > 0 {
			return // what tells two forms apart may lie under the corner
		}
		if err != nil {
			r.Fatalf("%s: %v", f.Name, err)
		}
		if fit.Form != f {
			r.Fatalf("%s was taken for %s", f.Name, fit.Form.Name)
		}
		if want := (360 - 90*l.turn) % 360; fit.Summary.Turn != want {
			r.Errorf("turn %d, want %d", fit.Summary.Turn, want)
		}
		most, located := worst(f, fit, s, 300)
		if most > bar {
			r.Errorf("a field's corner lies %.2f mm off", most)
		}
		// A corner that is folded over may hide fields, but not all of them; a
		// ticket may hang over the edge of the scanner's glass.
		if located == 0 || located < len(f.Fields) && l.corner == 0 && s.whole(f) {
			r.Errorf("%d of %d fields were located", located, len(f.Fields))
		}
	})
}

// TestLargerGlass lays a slip on the glass of an A3 scanner, with and without
// a resolution in the file.
func TestLargerGlass(t *testing.T) {
	forms := loadForms(t)
	index := openIndex(t, forms)
	s := scan(t, forms[0], look{skew: -2, filled: true}, rand.New(rand.NewPCG(4, 4)))
	small := s.image.Gray()
	glass := image.NewGray(image.Rect(0, 0, 3508, 4961))
	for i := range glass.Pix {
		glass.Pix[i] = 240
	}
	draw.Draw(glass, small.Rect.Add(image.Pt(700, 900)), small, image.Point{}, draw.Src)
	s.truth = register.Matrix{1, 0, 700, 0, 1, 900, 0, 0, 1}.Times(s.truth)
	img, err := page.FromGray(glass, 300)
	if err != nil {
		t.Fatal(err)
	}
	defer img.Close()
	fit, err := index.Find(img)
	if err != nil {
		t.Fatal(err)
	}
	if most, located := worst(forms[0], fit, s, 300); most > bar || located == 0 {
		t.Errorf("%d fields, %.2f mm off", located, most)
	}
	// A resolution that is a lie must not hide the form.
	lying, err := page.FromGray(small, 200)
	if err != nil {
		t.Fatal(err)
	}
	defer lying.Close()
	if _, err := index.Find(lying); err != nil {
		t.Errorf("a page that calls itself 200 dpi: %v", err)
	}
}

// TestCampaign registers many more pages and counts; SESSHU_CAMPAIGN says how
// many. Run it with `make registration`.
func TestCampaign(t *testing.T) {
	count := 30
	if text := os.Getenv("SESSHU_CAMPAIGN"); text != "" {
		var err error
		if count, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	forms := loadForms(t)
	index := openIndex(t, forms)
	type tally struct {
		pages, refused, wrong, off int
		worst                      float64
		took                       time.Duration
	}
	tallies := map[string]*tally{}
	names := []string{"clean", "noise", "blur", "fax", "corner", "200 dpi", "400 dpi", "third covered", "half covered", "faint", "bend"}
	for i := range count {
		random := rand.New(rand.NewPCG(uint64(i), 99))
		f := forms[random.IntN(len(forms))]
		l := look{
			skew: random.Float64()*10 - 5, scale: 0.92 + 0.11*random.Float64(), shiftX: random.Float64()*20 - 10,
			shiftY: random.Float64()*20 - 10, turn: random.IntN(4), filled: true, paste: true, dpi: 300,
		}
		name := names[i%len(names)]
		switch name {
		case "noise":
			l.noise = 30
		case "blur":
			l.blur = 2.5
		case "fax":
			l.threshold, l.noise, l.blur = true, 30, 1
		case "corner":
			l.corner = 20 + 50*random.Float64()
		case "200 dpi":
			l.dpi = 200
		case "400 dpi":
			l.dpi = 400
		case "third covered":
			l.cover = 0.33
		case "half covered":
			l.cover = 0.5
		case "bend":
			l.bend = 0.8*random.Float64() - 0.4
		case "faint":
			l.faint, l.noise = 0.75, 12
		}
		s := scan(t, f, l, random)
		row := tallies[name]
		if row == nil {
			row = &tally{}
			tallies[name] = row
		}
		row.pages++
		start := time.Now()
		fit, err := index.Find(s.image)
		row.took += time.Since(start)
		s.image.Close()
		switch {
		case err != nil:
			row.refused++
			t.Log(name, f.Name, err)
		case fit.Form != f:
			row.wrong++
			t.Logf("%s: %s was taken for %s: %+v", name, f.Name, fit.Form.Name, l)
		default:
			most, _ := worst(f, fit, s, l.dpi)
			row.worst = max(row.worst, most)
			if most > bar {
				row.off++
				t.Logf("%s: %.2f mm off: %+v", name, most, l)
			}
		}
	}
	for _, name := range names {
		row := tallies[name]
		if row == nil {
			continue
		}
		t.Logf("%-14s %4d pages, %3d refused, %3d wrong form, %3d off by more than %.1f mm, worst %.3f mm, %v a page",
			name, row.pages, row.refused, row.wrong, row.off, bar, row.worst, row.took/time.Duration(row.pages))
		if row.wrong > 0 || row.off > row.pages/1000 {
			t.Errorf("%s: %d of the wrong form, %d misplaced", name, row.wrong, row.off)
		}
		if row.refused > row.pages/100 && name != "third covered" && name != "half covered" {
			t.Errorf("%s: %d of %d refused", name, row.refused, row.pages)
		}
	}
}
