package imprint_test

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"

	"sesshu/ocr/internal/degrade"
	"sesshu/ocr/internal/typeset"
	"sesshu/samples"
	"sesshu/samples/scan"
	"sesshu/samples/typeface"
)

// kinds of print, in the order of the report.
var kinds = []string{"dots", "dots apart", "dots, a nozzle missing", "OCR-B", "other type", "faint", "tilted", "stretched", "over slip print", "dirty"}

// drawer draws sheets with imprints.
type drawer struct {
	ocrb   *typeset.Font
	faces  []*typeset.Font
	sheets []*image.Gray // of slips as scanned, 300 dpi
}

func newDrawer(t testing.TB, slips int) *drawer {
	t.Helper()
	d := &drawer{ocrb: typefaceFile(t, "OCRB.otf")}
	for _, name := range []string{"LiberationMono-Regular.ttf", "DejaVuSansMono.ttf", "LiberationSans-Regular.ttf", "DejaVuSans.ttf"} {
		d.faces = append(d.faces, typefaceFile(t, name))
	}
	d.ocrb.Other = d.faces[1]
	dir := filepath.Join(t.TempDir(), "slips")
	if err := samples.Generate(t.Context(), samples.Config{Out: dir, Count: slips, Seed: 11, Tier: scan.Office, Dates: samples.DatesMixed}); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.jpg"))
	if err != nil || len(files) < slips {
		t.Fatalf("%d slips drawn, %v", len(files), err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		d.sheets = append(d.sheets, decoded(t, content))
	}
	return d
}

// typefaceFile loads an installed font.
func typefaceFile(t testing.TB, name string) *typeset.Font {
	t.Helper()
	for _, directory := range typeface.Directories() {
		var found string
		_ = filepath.WalkDir(directory, func(path string, _ os.DirEntry, err error) error {
			if err == nil && filepath.Base(path) == name {
				found = path
			}
			return nil
		})
		if found == "" {
			continue
		}
		fonts, err := typeset.Load(found)
		if err != nil {
			t.Fatal(err)
		}
		return fonts[0]
	}
	t.Fatalf("%s is not installed", name)
	return nil
}

func decoded(t testing.TB, file []byte) *image.Gray {
	t.Helper()
	picture, err := jpeg.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	grey := image.NewGray(picture.Bounds())
	for y := range grey.Rect.Dy() {
		for x := range grey.Rect.Dx() {
			grey.Set(x, y, picture.At(x, y))
		}
	}
	return grey
}

// imprintText is a text as stations make it up.
func imprintText(random *rand.Rand, number int) string {
	station := []string{"desk", "desk1", "window-2", "A1", "scan-03", "health", "st7"}[random.IntN(7)]
	batch := []string{"b%d", "2026-11-%02d", "202611%02d", "x%d-2", "batch%d", "%03d"}[random.IntN(6)]
	return fmt.Sprintf("%s "+batch+" %05d", station, 1+random.IntN(28), number)
}

// dots draws a text in a matrix of dots, 4 pixels from dot to dot.
func (d *drawer) dots(t testing.TB, random *rand.Rand, text, kind string) *image.Gray {
	t.Helper()
	var lit func(x, y int) bool
	var columns, rows int
	if random.IntN(2) == 0 {
		face := basicfont.Face7x13
		line := image.NewAlpha(image.Rect(0, 0, face.Advance*len(text), face.Height))
		pen := font.Drawer{Dst: line, Src: image.Opaque, Face: face, Dot: fixed.P(0, face.Ascent)}
		pen.DrawString(text)
		lit = func(x, y int) bool { return line.AlphaAt(x, y).A > 0 }
		columns, rows = line.Rect.Dx(), line.Rect.Dy()
	} else {
		face := d.faces[random.IntN(len(d.faces))]
		line, err := face.Line(text, 11+4*random.Float64(), 1, 1)
		if err != nil {
			t.Fatal(err)
		}
		limit := uint8(120 + random.IntN(50))
		lit = func(x, y int) bool { return line.GrayAt(x, y).Y < limit }
		columns, rows = line.Rect.Dx(), line.Rect.Dy()
	}
	const pitch = 4
	radius := pitch * (0.55 + 0.15*random.Float64())
	if kind == "dots apart" {
		radius = pitch * (0.36 + 0.08*random.Float64())
	}
	missing := -1
	if kind == "dots, a nozzle missing" {
		missing = 2 + random.IntN(max(1, rows-4))
	}
	out := image.NewGray(image.Rect(0, 0, columns*pitch+16, rows*pitch+16))
	for i := range out.Pix {
		out.Pix[i] = 255
	}
	for y := range rows {
		for x := range columns {
			if !lit(x, y) || y == missing {
				continue
			}
			cx, cy := 8+pitch*(float64(x)+0.5)+0.4*random.NormFloat64(), 8+pitch*(float64(y)+0.5)+0.3*random.NormFloat64()
			for py := int(cy - radius); py <= int(cy+radius)+1; py++ {
				for px := int(cx - radius); px <= int(cx+radius)+1; px++ {
					if math.Hypot(float64(px)+0.5-cx, float64(py)+0.5-cy) < radius && image.Pt(px, py).In(out.Rect) {
						out.Pix[py*out.Stride+px] = 0
					}
				}
			}
		}
	}
	return out
}

// imprinted draws a sheet with the text on it, as a scanner of so many dots per
// inch sees it: in one of the four directions along an edge.
func (d *drawer) imprinted(t testing.TB, random *rand.Rand, text, kind string, dpi float64) *image.Gray {
	t.Helper()
	within := func(low, high float64) float64 { return low + (high-low)*random.Float64() }
	var line *image.Gray
	ink := kind
	switch kind {
	case "faint", "tilted", "stretched", "over slip print", "dirty":
		ink = []string{"dots", "dots", "dots apart", "OCR-B", "other type"}[random.IntN(5)]
	}
	var err error
	switch ink {
	case "OCR-B":
		line, err = d.ocrb.Line(text, 48, 0, 8)
	case "other type":
		line, err = d.faces[random.IntN(len(d.faces))].Line(text, 48, 0, 8)
	default:
		line = d.dots(t, random, text, ink)
	}
	if err != nil {
		t.Fatal(err)
	}
	fault := degrade.Random(random, within(0, 1.3))
	fault.Bilevel, fault.JPEG, fault.Noise, fault.Gradient, fault.Paper = false, 0, 0, 0, 255
	fault.Turn = within(-0.8, 0.8)
	switch kind {
	case "faint":
		fault.Ink = within(120, 190)
	case "tilted":
		fault.Turn = within(1, 3) * float64(1-2*random.IntN(2))
	case "dirty":
		fault.Dirt, fault.Dropout = within(5, 40), within(0, 0.12)
	}
	// A line of type is 2.4 to 3.6 mm high, ascenders and descenders included.
	high := float64(line.Rect.Dy()-16) / (within(2.6, 3.6) / 25.4 * dpi)
	if kind == "stretched" {
		line = stretched(line, within(0.8, 1.25))
	}
	padded := image.NewGray(image.Rect(0, 0, line.Rect.Dx(), line.Rect.Dy()+line.Rect.Dx()/8)) // room to turn in
	for i := range padded.Pix {
		padded.Pix[i] = 255
	}
	top := (padded.Rect.Dy() - line.Rect.Dy()) / 2
	for y := range line.Rect.Dy() {
		copy(padded.Pix[(top+y)*padded.Stride:], line.Pix[y*line.Stride:y*line.Stride+line.Rect.Dx()])
	}
	mark := fault.Apply(padded, high, random)
	sheet := d.sheet(random, dpi)
	d.place(random, sheet, mark, kind, dpi)
	return sheet
}

// sheet is a copy of a slip, or paper with nothing on it.
func (d *drawer) sheet(random *rand.Rand, dpi float64) *image.Gray {
	if random.IntN(4) == 0 {
		out := image.NewGray(image.Rect(0, 0, int(210/25.4*dpi), int(297/25.4*dpi)))
		paper, noise := 225+random.IntN(28), 1+3*random.Float64()
		for i := range out.Pix {
			out.Pix[i] = uint8(min(255, float64(paper)+noise*random.NormFloat64()))
		}
		return out
	}
	source := d.sheets[random.IntN(len(d.sheets))]
	step := 300 / dpi
	out := image.NewGray(image.Rect(0, 0, int(float64(source.Rect.Dx())/step), int(float64(source.Rect.Dy())/step)))
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			sum, n := 0, 0
			for sy := int(float64(y) * step); sy < max(int(float64(y+1)*step), int(float64(y)*step)+1); sy++ {
				for sx := int(float64(x) * step); sx < max(int(float64(x+1)*step), int(float64(x)*step)+1); sx++ {
					if sx < source.Rect.Dx() && sy < source.Rect.Dy() {
						sum, n = sum+int(source.Pix[sy*source.Stride+sx]), n+1
					}
				}
			}
			out.Pix[y*out.Stride+x] = uint8(sum / max(n, 1))
		}
	}
	return out
}

// place lays the imprint's ink on the sheet.
func (d *drawer) place(random *rand.Rand, sheet, mark *image.Gray, kind string, dpi float64) {
	turn := random.IntN(4)
	for range turn {
		mark = quarter(mark)
	}
	mm := func(low, high float64) int { return int((low + (high-low)*random.Float64()) / 25.4 * dpi) }
	size, room := mark.Rect.Size(), sheet.Rect.Size()
	away := func(extent, room int) int { // from an edge that runs along the line
		depth := mm(2, 5) - extent/3
		if random.IntN(2) == 0 {
			return max(0, depth)
		}
		return room - extent - max(0, depth)
	}
	along := func(extent, room int) int { return min(mm(8, 40), max(0, room-extent)) }
	var left, top int
	switch {
	case kind == "over slip print":
		left, top = random.IntN(max(1, room.X-size.X)), random.IntN(max(1, room.Y-size.Y))
	case turn%2 == 0:
		left, top = along(size.X, room.X), away(size.Y, room.Y)
	default:
		left, top = away(size.X, room.X), along(size.Y, room.Y)
	}
	for y := range size.Y {
		for x := range size.X {
			at := image.Pt(left+x, top+y)
			if at.In(sheet.Rect) {
				i := sheet.PixOffset(at.X, at.Y)
				sheet.Pix[i] = uint8(int(sheet.Pix[i]) * int(mark.Pix[y*mark.Stride+x]) / 255)
			}
		}
	}
}

func quarter(img *image.Gray) *image.Gray {
	out := image.NewGray(image.Rect(0, 0, img.Rect.Dy(), img.Rect.Dx()))
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			out.Pix[x*out.Stride+img.Rect.Dy()-1-y] = img.Pix[y*img.Stride+x]
		}
	}
	return out
}

// stretched is a line printed by an endorser that does not quite go with the
// feed.
func stretched(img *image.Gray, by float64) *image.Gray {
	out := image.NewGray(image.Rect(0, 0, int(float64(img.Rect.Dx())*by), img.Rect.Dy()))
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			out.Pix[y*out.Stride+x] = img.Pix[y*img.Stride+min(int(float64(x)/by), img.Rect.Dx()-1)]
		}
	}
	return out
}
