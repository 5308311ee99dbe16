package register_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
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
	bend           float64 // millimetres by which the feeder's speed stretches the page here and squeezes it there
	paste          bool    // inserts are pasted, inside their tolerance
}

// scanned is a page with its truth.
type scanned struct {
	image   *page.Image
	truth   register.Matrix // form millimetres → page pixels, before the feeder's bend
	inserts map[string]register.Matrix
	bend    func(y float64) float64 // where a row comes to lie
}

func scan(t testing.TB, f *form.Form, l look, random *rand.Rand) scanned {
	t.Helper()
	blank := decoded(t, f.Blank)
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
	onForm := map[string]register.Matrix{}
	if l.paste {
		for _, insert := range f.Inserts {
			onForm[insert.Name] = paste(t, &blank, insert, density, random)
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
	bend := func(y float64) float64 {
		return y + l.bend*pixels*math.Sin(2*math.Pi*y/float64(size.Y))
	}
	if l.bend != 0 {
		bendRows(&mat, bend)
	}
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
	start := random.IntN(len(grain))
	for i, pixel := range grey.Pix {
		value := float64(pixel)
		value += (250 - value) * l.faint
		if l.noise > 0 {
			value += grain[(start+i)%len(grain)] * l.noise
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
	inserts := map[string]register.Matrix{}
	for name, pose := range onForm {
		inserts[name] = truth.Times(pose)
	}
	return scanned{img, truth, inserts, bend}
}

// grain is noise of about unit deviation; its length has no factor in common
// with a page's width, so that rows differ.
var grain = func() []float64 {
	random := rand.New(rand.NewPCG(8, 8))
	grain := make([]float64, 1_000_003)
	for i := range grain {
		grain[i] = random.NormFloat64()
	}
	return grain
}()

// pictures holds decoded forms; decoding is most of the cost of a page.
var pictures = map[string][]byte{}

// decoded returns the picture's pixels in a Mat of the caller's own.
func decoded(t testing.TB, picture []byte) gocv.Mat {
	t.Helper()
	config, err := png.DecodeConfig(bytes.NewReader(picture))
	if err != nil {
		t.Fatal(err)
	}
	pixels, known := pictures[string(picture)]
	if !known {
		mat, err := gocv.IMDecode(picture, gocv.IMReadGrayScale)
		if err != nil || mat.Empty() {
			t.Fatalf("decode: %v", err)
		}
		defer mat.Close()
		pixels = mat.ToBytes()
		pictures[string(picture)] = pixels
	}
	mat, err := gocv.NewMatFromBytes(config.Height, config.Width, gocv.MatTypeCV8UC1, pixels)
	if err != nil {
		t.Fatal(err)
	}
	defer mat.Close()
	return mat.Clone()
}

// whole reports whether all inserts lie on the page with all their corners.
func (s scanned) whole(f *form.Form) bool {
	for _, insert := range f.Inserts {
		for _, corner := range []register.Point{{}, {X: insert.Width}, {Y: insert.Height}, {X: insert.Width, Y: insert.Height}} {
			at := s.inserts[insert.Name].At(corner)
			if at.X < 0 || at.Y < 0 || at.X > float64(s.image.Width) || at.Y > float64(s.image.Height) {
				return false
			}
		}
	}
	return true
}

// paste pastes an insert with scribbled fields somewhere inside its tolerance
// and returns the map from its millimetres to the form's.
func paste(t testing.TB, mat *gocv.Mat, insert form.Insert, density float64, random *rand.Rand) register.Matrix {
	t.Helper()
	picture := decoded(t, insert.Picture)
	defer picture.Close()
	scale := float64(picture.Cols()) / insert.Width
	scribble(&picture, form.Rectangle{X: insert.Width / 3, Y: insert.Height / 4, Width: insert.Width / 2, Height: insert.Height / 2}, scale, random)
	angle := (2*random.Float64() - 1) * insert.Turn
	sine, cosine := math.Sincos(angle * math.Pi / 180)
	x := insert.X + insert.Width/2 + (2*random.Float64()-1)*insert.Shift
	y := insert.Y + insert.Height/2 + (2*random.Float64()-1)*insert.Shift
	pose := register.Matrix{
		cosine, -sine, x - cosine*insert.Width/2 + sine*insert.Height/2,
		sine, cosine, y - sine*insert.Width/2 - cosine*insert.Height/2,
		0, 0, 1,
	}
	toPage := register.Matrix{1, 0, -0.5, 0, 1, -0.5, 0, 0, 1}.
		Times(register.Matrix{density, 0, 0, 0, density, 0, 0, 0, 1}).Times(pose).
		Times(register.Matrix{1 / scale, 0, 0, 0, 1 / scale, 0, 0, 0, 1}).
		Times(register.Matrix{1, 0, 0.5, 0, 1, 0.5, 0, 0, 1})
	warp := gocv.NewMatWithSize(2, 3, gocv.MatTypeCV64F)
	defer warp.Close()
	for i := range 6 {
		warp.SetDoubleAt(i/3, i%3, toPage[i])
	}
	gocv.WarpAffineWithParams(picture, mat, warp, image.Pt(mat.Cols(), mat.Rows()), gocv.InterpolationLinear, gocv.BorderTransparent, color.RGBA{})
	return pose
}

// bendRows moves every row of a page to where bend says.
func bendRows(mat *gocv.Mat, bend func(float64) float64) {
	source := mat.ToBytes()
	width, height := mat.Cols(), mat.Rows()
	target, err := mat.DataPtrUint8()
	if err != nil {
		panic(err)
	}
	y := 0.0
	for row := range height {
		for bend(y+0.01) < float64(row) {
			y += 0.01
		}
		above := max(0, min(height-2, int(y)))
		part := int(max(0, min(1, y-float64(above))) * 256)
		for x := range width {
			upper, lower := int(source[above*width+x]), int(source[(above+1)*width+x])
			target[row*width+x] = uint8((upper*(256-part) + lower*part) >> 8)
		}
	}
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
		truth := s.truth
		if field.Insert != "" {
			var pasted bool
			if truth, pasted = s.inserts[field.Insert]; !pasted {
				continue
			}
		}
		toPage, ok := fit.Locate(field)
		if !ok {
			continue
		}
		located++
		for _, corner := range []register.Point{{X: field.Box.X, Y: field.Box.Y}, {X: field.Box.X + field.Box.Width, Y: field.Box.Y + field.Box.Height}} {
			want, got := truth.At(corner), toPage.At(corner)
			want.Y = s.bend(want.Y)
			most = max(most, math.Hypot(want.X-got.X, want.Y-got.Y)/dpi*25.4)
		}
	}
	return most, located
}
