package register_test

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"os"
	"testing"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"sesshu/ledger/slip/form"
	"sesshu/ocr/page"
	"sesshu/ocr/register"
)

// paper returns a white A4 page of 300 dpi.
func paper() *image.Gray {
	grey := image.NewGray(image.Rect(0, 0, 2480, 3508))
	for i := range grey.Pix {
		grey.Pix[i] = 246
	}
	return grey
}

func find(t *testing.T, index *register.Index, grey *image.Gray) (*register.Fit, error) {
	t.Helper()
	img, err := page.FromGray(grey, 300)
	if err != nil {
		t.Fatal(err)
	}
	defer img.Close()
	return index.Find(img)
}

// letter is a page of Japanese text with a ruled table: a sheet that came into
// the stack by mistake.
func letter(t *testing.T, seed uint64) *image.Gray {
	t.Helper()
	data, err := os.ReadFile("/usr/share/fonts/opentype/ipaexfont-mincho/ipaexm.ttf")
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := opentype.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: 11, DPI: 300})
	if err != nil {
		t.Fatal(err)
	}
	defer face.Close()
	grey := paper()
	random := rand.New(rand.NewPCG(seed, 5))
	words := []rune("新型コロナワクチン接種の予診票について住所氏名生年月日電話番号医師記入欄質問事項はいいいえ年月日回数請求先券番号")
	drawer := font.Drawer{Dst: grey, Src: image.NewUniform(color.Gray{Y: 20}), Face: face}
	for line := range 40 {
		drawer.Dot = fixed.P(200, 300+line*75)
		for range 15 + random.IntN(25) {
			drawer.DrawString(string(words[random.IntN(len(words))]))
		}
		if random.IntN(3) == 0 {
			for x := 180; x < 2300; x++ {
				for y := range 3 {
					grey.SetGray(x, 320+line*75+y, color.Gray{Y: 20})
				}
			}
		}
	}
	return grey
}

func TestForeignPagesAreRefused(t *testing.T) {
	index := openIndex(t, loadForms(t))
	noise := paper()
	random := rand.New(rand.NewPCG(1, 1))
	for i := range noise.Pix {
		noise.Pix[i] = uint8(random.IntN(256))
	}
	dark := paper()
	clear(dark.Pix)
	grid := paper()
	for y := range 3508 {
		for x := range 2480 {
			if x%118 < 3 || y%118 < 3 {
				grid.SetGray(x, y, color.Gray{Y: 30})
			}
		}
	}
	pages := map[string]*image.Gray{"noise": noise, "black": dark, "squared paper": grid}
	for seed := range uint64(4) {
		pages["letter "+string(rune('1'+seed))] = letter(t, seed)
	}
	for name, grey := range pages {
		if fit, err := find(t, index, grey); !errors.Is(err, register.ErrNoForm) || fit != nil {
			t.Errorf("%s: %v, want ErrNoForm", name, err)
		}
	}
}

func TestBlankPages(t *testing.T) {
	index := openIndex(t, loadForms(t))
	grainy := paper()
	random := rand.New(rand.NewPCG(1, 1))
	for i := range grainy.Pix {
		grainy.Pix[i] = uint8(236 + random.IntN(20))
	}
	shadow := paper()
	for y := range 3508 {
		for x := range 40 {
			shadow.SetGray(x, y, color.Gray{Y: 90})
		}
	}
	speck := paper()
	for y := 1000; y < 1004; y++ {
		for x := 900; x < 905; x++ {
			speck.SetGray(x, y, color.Gray{Y: 60})
		}
	}
	for name, grey := range map[string]*image.Gray{"white": paper(), "grain": grainy, "shadow at the edge": shadow, "dust": speck} {
		if _, err := find(t, index, grey); !errors.Is(err, register.ErrBlank) {
			t.Errorf("%s: %v, want ErrBlank", name, err)
		}
	}
	stroke := paper()
	for i := range 90 {
		for w := range 4 {
			stroke.SetGray(1200+i, 1700+i/2+w, color.Gray{Y: 190})
		}
	}
	if _, err := find(t, index, stroke); !errors.Is(err, register.ErrNoForm) {
		t.Errorf("a single pencil stroke: %v; it is not nothing", err)
	}
}

func TestHalfCoveredPagesAreRefusedOrRight(t *testing.T) {
	forms := loadForms(t)
	index := openIndex(t, forms)
	random := rand.New(rand.NewPCG(3, 3))
	for i := range 8 {
		f := forms[i%len(forms)]
		s := scan(t, f, look{skew: 2, scale: 0.98, cover: 0.35 + 0.05*float64(i), turn: i % 4, filled: true, paste: true}, random)
		fit, err := index.Find(s.image)
		if err != nil {
			continue
		}
		if fit.Form != f {
			t.Errorf("%s was taken for %s", f.Name, fit.Form.Name)
		}
		if most, _ := worst(f, fit, s, 300); most > bar {
			t.Errorf("%s: a field lies %.2f mm off", f.Name, most)
		}
	}
}

func TestBadForms(t *testing.T) {
	good := loadForms(t)[0]
	white := image.NewGray(image.Rect(0, 0, 1240, 1754))
	for i := range white.Pix {
		white.Pix[i] = 255
	}
	var empty bytes.Buffer
	if err := png.Encode(&empty, white); err != nil {
		t.Fatal(err)
	}
	change := func(alter func(*form.Form)) []*form.Form {
		changed := *good
		alter(&changed)
		return []*form.Form{&changed}
	}
	for name, forms := range map[string][]*form.Form{
		"picture is no picture":   change(func(f *form.Form) { f.Blank = []byte("\x89PNG\r\n\x1a\nnothing") }),
		"picture of wrong shape":  change(func(f *form.Form) { f.Width, f.Height = 297, 210 }),
		"picture without print":   change(func(f *form.Form) { f.Blank = empty.Bytes() }),
		"everything ignored":      change(func(f *form.Form) { f.Ignored = []form.Rectangle{{Width: 210, Height: 297}} }),
		"the same form two times": {good, good},
	} {
		if index, err := register.Open(forms); err == nil {
			index.Close()
			t.Errorf("%s: no error", name)
		}
	}
}

func TestCloseTwice(t *testing.T) {
	index, err := register.Open(loadForms(t))
	if err != nil {
		t.Fatal(err)
	}
	index.Close()
	index.Close()
}
