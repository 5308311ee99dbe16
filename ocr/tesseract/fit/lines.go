package main

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math/rand/v2"
	"path/filepath"
	"time"

	"sesshu/ledger/slip"
	"sesshu/ocr/internal/degrade"
	"sesshu/ocr/internal/typeset"
	"sesshu/ocr/tesseract"
)

// Typefaces by pattern below the fonts' folder. OCRBS is the cut of OCR-B whose
// 8 the font library can draw.
var (
	fittingFamilies = []string{
		"truetype/dejavu/DejaVuSans*.ttf", "truetype/dejavu/DejaVuSerif*.ttf",
		"opentype/ipaexfont-gothic/*.ttf", "opentype/noto/NotoSansCJK-*.ttc",
		"opentype/ocr-b/OCRBS.otf", "opentype/ocr-b/OCRBS.otf", "opentype/ocr-b/OCRBS.otf",
	}
	reportFamilies = []string{
		"truetype/liberation/*.ttf", "opentype/ipaexfont-mincho/*.ttf", "opentype/noto/NotoSerifCJK-*.ttc",
	}
	officialFamily = []string{"opentype/ocr-b/OCRBS.otf"}
)

// class is one kind of field with its texts.
type class struct {
	name    string
	charset string
	text    func(*rand.Rand) string
}

const lotCharset = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

var classes = []class{
	{"digits", "0123456789", func(r *rand.Rand) string {
		return random(r, "0123456789", []int{18, 18, 10, 10, 6, 6, 8, 1, 2}[r.IntN(9)])
	}},
	{"letters", lotCharset, lot},
	{"dates", dateCharset, date},
}

const dateCharset = "0123456789年月日明治大正昭和平成令元西暦MTSHR/-. "

// date draws a birth date or day of vaccination as forms print them.
func date(r *rand.Rand) string {
	day := time.Date(1915, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, r.IntN(40000))
	year, month, dom := day.Date()
	eras := []struct {
		name, letter string
		first        time.Time
	}{
		{"令和", "R", time.Date(2019, 5, 1, 0, 0, 0, 0, time.UTC)}, {"平成", "H", time.Date(1989, 1, 8, 0, 0, 0, 0, time.UTC)},
		{"昭和", "S", time.Date(1926, 12, 25, 0, 0, 0, 0, time.UTC)}, {"大正", "T", time.Date(1912, 7, 30, 0, 0, 0, 0, time.UTC)},
	}
	gap := []string{"", "", " "}[r.IntN(3)]
	for _, era := range eras {
		if day.Before(era.first) {
			continue
		}
		count := year - era.first.Year() + 1
		switch n := r.IntN(4); {
		case n == 0:
			return fmt.Sprintf("%s%d.%d.%d", era.letter, count, month, dom)
		case n < 3:
			number := fmt.Sprint(count)
			if count == 1 {
				number = "元"
			}
			return era.name + gap + number + "年" + gap + fmt.Sprint(int(month)) + "月" + gap + fmt.Sprint(dom) + "日"
		}
		break
	}
	if r.IntN(3) == 0 {
		return fmt.Sprintf("%d/%02d/%02d", year, month, dom)
	}
	return fmt.Sprintf("%d年%s%d月%s%d日", year, gap, month, gap, dom)
}

// same reports whether a reading says what was drawn.
func (c class) same(truth, text string) bool {
	if c.name != "dates" {
		return truth == text
	}
	a, ok := slip.ParseDate(truth)
	b, same := slip.ParseDate(text)
	return ok && same && a == b
}

// lot draws a lot number in one of the manufacturers' patterns.
func lot(r *rand.Rand) string {
	const letters, digits = "ABCDEFGHJKLMNPRSTUVWXYZ", "0123456789"
	switch r.IntN(10) {
	case 0, 1, 2, 3, 4:
		return random(r, letters, 2) + random(r, digits, 4)
	case 5:
		return "300" + random(r, digits, 4)
	case 6, 7:
		return random(r, digits, 6) + "A"
	case 8:
		return random(r, letters, 1) + random(r, digits, 3) + random(r, letters, 1)
	default:
		return random(r, lotCharset, 4+r.IntN(5))
	}
}

func random(r *rand.Rand, set string, n int) string {
	text := make([]byte, n)
	for i := range text {
		text[i] = set[r.IntN(len(set))]
	}
	return string(text)
}

// sample is one line with what the reader measured. Truth is empty for lines
// that hold something else than the field may.
type sample struct {
	truth string
	m     tesseract.Measurement
	right float64 // 1 when the best reading says what was drawn
	other bool    // the truth is among the other readings
}

func read(reader *tesseract.Reader, c class, lines int, seed uint64, folder string, families []string) ([]sample, error) {
	fonts, err := load(folder, families)
	if err != nil {
		return nil, err
	}
	fonts = c.drawable(fonts)
	samples := make([]sample, 0, lines)
	for i := range lines {
		r := rand.New(rand.NewPCG(seed, uint64(i)))
		img, dpi, truth, err := line(r, c, fonts)
		if err != nil {
			return nil, err
		}
		m, err := reader.Measure(img, dpi, c.charset)
		if err != nil {
			return nil, err
		}
		samples = append(samples, c.judge(truth, m))
	}
	return samples, nil
}

// drawable returns the fonts that have all characters of the class. For a class
// with Japanese the others lend their digits to each of those in turn.
func (c class) drawable(fonts []*typeset.Font) []*typeset.Font {
	var whole, rest []*typeset.Font
	for _, f := range fonts {
		if f.Has(c.charset) {
			whole = append(whole, f)
		} else if f.Has("0123456789") {
			rest = append(rest, f)
		}
	}
	japanese := len(whole)
	for i, f := range rest {
		if japanese == 0 {
			return nil
		}
		mixed := *f
		mixed.Other = whole[i%japanese]
		if mixed.Has(c.charset) {
			whole = append(whole, &mixed)
		}
	}
	return whole
}

// judge compares a measurement with what was drawn.
func (c class) judge(truth string, m tesseract.Measurement) sample {
	s := sample{truth: truth, m: m}
	for i, text := range m.Texts {
		switch {
		case truth == "" || !c.same(truth, text):
		case i == 0:
			s.right = 1
		default:
			s.other = true
		}
	}
	return s
}

func load(folder string, families []string) ([]*typeset.Font, error) {
	var fonts []*typeset.Font
	for _, pattern := range families {
		paths, err := filepath.Glob(filepath.Join(folder, pattern))
		if err != nil || len(paths) == 0 {
			return nil, fmt.Errorf("no fonts match %s in %s", pattern, folder)
		}
		for _, path := range paths {
			faces, err := typeset.Load(path)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
			if len(faces) > 1 { // Noto's collections: Japanese first, its monospaced face sixth
				faces = []*typeset.Font{faces[0], faces[len(faces)/2]}
			}
			fonts = append(fonts, faces...)
		}
	}
	return fonts, nil
}

// oversampling is how much larger than the result a line is drawn.
const oversampling = 4

// line draws one damaged crop: most hold a proper text, some something else.
func line(r *rand.Rand, c class, fonts []*typeset.Font) (img *image.Gray, dpi int, truth string, err error) {
	truth = c.text(r)
	shown, font := truth, fonts[r.IntN(len(fonts))]
	if r.Float64() < 0.12 {
		if other := otherwise(r, truth); font.Has(other) {
			truth, shown = "", other
		}
	}
	dpi = []int{300, 300, 300, 200, 400, 240}[r.IntN(6)]
	size := (7 + 7*r.Float64()) / 72 * float64(dpi)
	extra := 0.0
	if r.IntN(3) == 0 {
		extra = size * 0.35 * r.Float64()
	}
	margin := int(size * (0.25 + 0.8*r.Float64()))
	sheet, err := font.Line(shown, size*oversampling, extra*oversampling, margin*oversampling)
	if err != nil {
		return nil, 0, "", err
	}
	surround(r, sheet, int(size*oversampling))
	if truth == "" && r.IntN(3) == 0 {
		strike(r, sheet)
	}
	fault := degrade.Random(r, 2.6*r.Float64())
	if r.IntN(4) == 0 {
		fault.Turn = (r.Float64()*2 - 1) * 5
	}
	return fault.Apply(sheet, oversampling, r), dpi, truth, nil
}

// otherwise is text that no digit or lot field holds.
func otherwise(r *rand.Rand, truth string) string {
	others := []string{"ファイザー", "接種年月日", "コミナティ", "Comirnaty", "expires", "令和", "山田太郎", "----", "************", "(none)", "+81-22", "ワクチン", "§¶", "#$%&"}
	if r.IntN(3) == 0 { // a text with one foreign character
		place := r.IntN(len(truth) + 1)
		return truth[:place] + string([]rune("カ市#@年&%kdh")[r.IntN(10)]) + truth[place:]
	}
	if r.IntN(4) == 0 {
		return " "
	}
	return others[r.IntN(len(others))]
}

// surround draws what lies round a field: frame lines and parts of the lines
// above and below.
func surround(r *rand.Rand, sheet *image.Gray, size int) {
	bounds := sheet.Bounds()
	stroke := max(2, size/30)
	ink := image.NewUniform(color.Gray{Y: uint8(r.IntN(90))})
	rule := func(x0, y0, x1, y1 int) { draw.Draw(sheet, image.Rect(x0, y0, x1, y1), ink, image.Point{}, draw.Src) }
	if r.IntN(4) == 0 {
		y := r.IntN(size / 6)
		rule(0, y, bounds.Dx(), y+stroke)
	}
	if r.IntN(4) == 0 {
		y := bounds.Dy() - 1 - r.IntN(size/6)
		rule(0, y-stroke, bounds.Dx(), y)
	}
	if r.IntN(5) == 0 {
		x := r.IntN(size / 6)
		rule(x, 0, x+stroke, bounds.Dy())
	}
	if r.IntN(6) == 0 { // bottoms of the characters above
		for x := r.IntN(size); x < bounds.Dx(); x += size/4 + r.IntN(size/2) {
			rule(x, 0, x+stroke*2+r.IntN(size/4), size/12)
		}
	}
}

// strike draws one or two lines through the text.
func strike(r *rand.Rand, sheet *image.Gray) {
	bounds := sheet.Bounds()
	for range 1 + r.IntN(2) {
		y := bounds.Dy()/2 + r.IntN(bounds.Dy()/4) - bounds.Dy()/8
		height := max(3, bounds.Dy()/30)
		draw.Draw(sheet, image.Rect(bounds.Dx()/20, y, bounds.Dx()*19/20, y+height), image.Black, image.Point{}, draw.Src)
	}
}
