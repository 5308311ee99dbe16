package register_test

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"gocv.io/x/gocv"

	"sesshu/ledger/slip/form"
	"sesshu/ocr/page"
	"sesshu/ocr/register"
)

func loadForms(t testing.TB) []*form.Form {
	t.Helper()
	forms, err := form.LoadAll(os.DirFS("../../samples/forms"))
	if err != nil {
		t.Fatal(err)
	}
	return forms
}

func openIndex(t testing.TB, forms []*form.Form) *register.Index {
	t.Helper()
	index, err := register.Open(forms)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(index.Close)
	return index
}

// look is what happens to a page on its way through printer and scanner.
type look struct {
	skew, scale    float64 // degrees, factor
	shiftX, shiftY float64 // millimetres
	turn           int     // quarter turns
	noise, blur    float64
	threshold      bool    // fax and photocopy
	cover          float64 // share of the page's height covered from below
	corner         float64 // millimetres of a corner folded over
	dpi            float64
	filled         bool    // scribbles in the fields
	faint          float64 // share of the print's darkness that is lost
}

// scanned is a page with its truth.
type scanned struct {
	image *page.Image
	truth register.Matrix // form millimetres → page pixels
}

func scan(t testing.TB, f *form.Form, l look, random *rand.Rand) scanned {
	t.Helper()
	blank, err := gocv.IMDecode(f.Blank, gocv.IMReadGrayScale)
	if err != nil {
		t.Fatal(err)
	}
	defer blank.Close()
	density := float64(blank.Cols()) / f.Width
	if l.filled {
		for _, field := range f.Fields {
			if field.Insert == "" {
				scribble(&blank, field.Box, density, random)
			}
		}
		for _, box := range f.Ignored {
			scribble(&blank, box, density, random)
		}
	}
	if l.dpi == 0 {
		l.dpi = 300
	}
	if l.scale == 0 {
		l.scale = 1
	}
	pixels := l.dpi / 25.4
	width, height := f.Width, f.Height
	sine, cosine := math.Sincos(l.skew * math.Pi / 180)
	s := pixels * l.scale
	// About the page's middle, then shifted.
	truth := register.Matrix{
		s * cosine, -s * sine, pixels*(width/2+l.shiftX) - s*(cosine*width/2-sine*height/2),
		s * sine, s * cosine, pixels*(height/2+l.shiftY) - s*(sine*width/2+cosine*height/2),
		0, 0, 1,
	}
	size := image.Pt(int(width*pixels), int(height*pixels))
	for range l.turn {
		truth = register.Matrix{0, -1, float64(size.Y), 1, 0, 0, 0, 0, 1}.Times(truth)
		size = image.Pt(size.Y, size.X)
	}
	warp := gocv.NewMatWithSize(2, 3, gocv.MatTypeCV64F)
	defer warp.Close()
	toPage := register.Matrix{1, 0, -0.5, 0, 1, -0.5, 0, 0, 1}.Times(truth).
		Times(register.Matrix{1 / density, 0, 0, 0, 1 / density, 0, 0, 0, 1}).
		Times(register.Matrix{1, 0, 0.5, 0, 1, 0.5, 0, 0, 1})
	for i := range 6 {
		warp.SetDoubleAt(i/3, i%3, toPage[i])
	}
	mat := gocv.NewMat()
	defer mat.Close()
	white := color.RGBA{R: 250, G: 250, B: 250}
	gocv.WarpAffineWithParams(blank, &mat, warp, size, gocv.InterpolationLinear, gocv.BorderConstant, white)
	if l.cover > 0 {
		gocv.Rectangle(&mat, image.Rect(0, int(float64(size.Y)*(1-l.cover)), size.X, size.Y), color.RGBA{R: 235, G: 235, B: 235}, -1)
	}
	if l.corner > 0 {
		gocv.Rectangle(&mat, image.Rect(0, 0, int(l.corner*pixels), int(l.corner*pixels)), color.RGBA{R: 60, G: 60, B: 60}, -1)
	}
	if l.blur > 0 {
		gocv.GaussianBlur(mat, &mat, image.Pt(0, 0), l.blur, l.blur, gocv.BorderReflect101)
	}
	grey := &image.Gray{Pix: mat.ToBytes(), Stride: size.X, Rect: image.Rectangle{Max: size}}
	for i, pixel := range grey.Pix {
		value := float64(pixel)
		value += (250 - value) * l.faint
		if l.noise > 0 {
			value += (random.Float64() + random.Float64() + random.Float64() - 1.5) * 2 * l.noise
		}
		if l.threshold {
			if value < 165 {
				value = 0
			} else {
				value = 255
			}
		}
		grey.Pix[i] = uint8(max(0, min(255, value)))
	}
	img, err := page.FromGray(grey, l.dpi)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { img.Close() })
	return scanned{img, truth}
}

// scribble fills a box with pen strokes.
func scribble(mat *gocv.Mat, box form.Rectangle, density float64, random *rand.Rand) {
	for range 3 + int(box.Width/4) {
		at := func() image.Point {
			return image.Pt(int((box.X+random.Float64()*box.Width)*density), int((box.Y+random.Float64()*box.Height)*density))
		}
		from := at()
		to := from.Add(image.Pt(random.IntN(60)-30, random.IntN(60)-30))
		gocv.Line(mat, from, to, color.RGBA{R: 30, G: 30, B: 30}, 4)
	}
}

// worst returns the largest distance in millimetres between truth and fit over
// the corners of all located fields, and how many fields were located.
func worst(f *form.Form, fit *register.Fit, s scanned, dpi float64) (float64, int) {
	most, located := 0.0, 0
	for _, field := range f.Fields {
		if field.Insert != "" {
			continue
		}
		toPage, ok := fit.Locate(field)
		if !ok {
			continue
		}
		located++
		for _, corner := range []register.Point{{X: field.Box.X, Y: field.Box.Y}, {X: field.Box.X + field.Box.Width, Y: field.Box.Y + field.Box.Height}} {
			want, got := s.truth.At(corner), toPage.At(corner)
			most = max(most, math.Hypot(want.X-got.X, want.Y-got.Y)/dpi*25.4)
		}
	}
	return most, located
}
