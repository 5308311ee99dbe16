// Package draw draws barcodes as slips carry them, for calibration and tests.
// The codes come from a library that knows nothing of the readers.
package draw

import (
	"fmt"
	"image"
	"image/color"
	stddraw "image/draw"
	"math/rand/v2"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/codabar"
	"github.com/boombuler/barcode/datamatrix"
	"github.com/boombuler/barcode/qr"

	"sesshu/ocr/internal/degrade"
)

// oversampling is how much larger than the result a code is drawn.
const oversampling = 4

// Setting is how a code is printed and scanned. The zero Setting will not do;
// see Random.
type Setting struct {
	DPI     int
	Module  float64 // millimetres of the narrowest bar, or of a module's side
	Ratio   float64 // NW-7: wide to narrow
	Height  float64 // NW-7: millimetres of the bars
	Quiet   float64 // modules of white beside the code
	Room    float64 // millimetres of paper beyond, with whatever lies there
	Frame   bool    // lines just outside the quiet zone
	Caption bool    // dark marks below the code, as of printed digits
	Fault   degrade.Fault
}

// Random draws a setting for a slip of the given severity; see degrade.Random.
func Random(random *rand.Rand, severity float64) Setting {
	within := func(low, high float64) float64 { return low + (high-low)*random.Float64() }
	s := Setting{
		DPI:     []int{300, 300, 300, 200, 400}[random.IntN(5)],
		Module:  within(0.26, 0.33),
		Ratio:   within(2, 3),
		Height:  within(4.5, 7),
		Quiet:   []float64{1, 2, 4, 10}[random.IntN(4)],
		Room:    within(0.3, 2.5),
		Frame:   random.IntN(4) == 0,
		Caption: random.IntN(3) == 0,
		Fault:   degrade.Random(random, severity),
	}
	if random.IntN(3) == 0 { // a pasted sticker
		s.Fault.Turn = within(-6, 6)
	}
	return s
}

// NW7 draws a symbol between the given start and stop letters.
func (s Setting) NW7(payload string, start, stop byte, random *rand.Rand) (*image.Gray, error) {
	code, err := codabar.Encode(string(start) + payload + string(stop))
	if err != nil {
		return nil, fmt.Errorf("encode NW-7: %w", err)
	}
	var bars []float64 // edges in modules, bar and space in turn
	x, run := 0.0, 0
	for i := range code.Bounds().Dx() + 1 {
		if i < code.Bounds().Dx() && dark(code, i, 0) == dark(code, max(0, i-1), 0) {
			run++
			continue
		}
		bars = append(bars, x)
		if x++; run > 1 {
			x += s.Ratio - 1
		}
		run = 1
	}
	bars = append(bars, x)
	sheet, unit, left, top := s.paper(x, s.Height/s.Module)
	for i := 0; i+1 < len(bars); i += 2 {
		fill(sheet, left+bars[i]*unit, top, left+bars[i+1]*unit, top+s.Height/s.Module*unit)
	}
	s.surround(sheet, left, top, x*unit, s.Height/s.Module*unit, unit, random)
	return s.Fault.Apply(sheet, oversampling, random), nil
}

// QR draws a QR code at error correction level M.
func (s Setting) QR(payload string, random *rand.Rand) (*image.Gray, error) {
	code, err := qr.Encode(payload, qr.M, qr.Auto)
	if err != nil {
		return nil, fmt.Errorf("encode QR: %w", err)
	}
	return s.matrix(code, random), nil
}

// DataMatrix draws a DataMatrix code.
func (s Setting) DataMatrix(payload string, random *rand.Rand) (*image.Gray, error) {
	code, err := datamatrix.Encode(payload)
	if err != nil {
		return nil, fmt.Errorf("encode DataMatrix: %w", err)
	}
	return s.matrix(code, random), nil
}

func (s Setting) matrix(code barcode.Barcode, random *rand.Rand) *image.Gray {
	columns, rows := code.Bounds().Dx(), code.Bounds().Dy()
	sheet, unit, left, top := s.paper(float64(columns), float64(rows))
	for y := range rows {
		for x := range columns {
			if dark(code, x, y) {
				fill(sheet, left+float64(x)*unit, top+float64(y)*unit, left+float64(x+1)*unit, top+float64(y+1)*unit)
			}
		}
	}
	s.surround(sheet, left, top, float64(columns)*unit, float64(rows)*unit, unit, random)
	return s.Fault.Apply(sheet, oversampling, random)
}

// paper makes the sheet for a code of so many modules and says where it goes.
func (s Setting) paper(columns, rows float64) (sheet *image.Gray, unit, left, top float64) {
	perMillimetre := float64(s.DPI) / 25.4 * oversampling
	unit = s.Module * perMillimetre
	border := s.Quiet*unit + s.Room*perMillimetre
	sheet = image.NewGray(image.Rect(0, 0, int(columns*unit+2*border), int(rows*unit+2*border)))
	stddraw.Draw(sheet, sheet.Bounds(), image.White, image.Point{}, stddraw.Src)
	return sheet, unit, border, border
}

// surround draws what stands beside the code.
func (s Setting) surround(sheet *image.Gray, left, top, width, height, unit float64, random *rand.Rand) {
	away := s.Quiet * unit
	right, bottom := left+width+away, top+height+away
	left, top = left-away, top-away
	stroke := 0.15 / s.Module * unit
	if s.Frame {
		fill(sheet, left-stroke, top-stroke, right+stroke, top)
		fill(sheet, left-stroke, bottom, right+stroke, bottom+stroke)
		fill(sheet, left-stroke, top, left, bottom)
		fill(sheet, right, top, right+stroke, bottom)
	}
	if s.Caption {
		size := 1.8 / s.Module * unit
		for x := left; x < right; x += size {
			fill(sheet, x, bottom+unit, x+size*(0.2+0.5*random.Float64()), bottom+unit+size)
		}
	}
}

func fill(sheet *image.Gray, x0, y0, x1, y1 float64) {
	stddraw.Draw(sheet, image.Rect(int(x0+0.5), int(y0+0.5), int(x1+0.5), int(y1+0.5)), image.Black, image.Point{}, stddraw.Src)
}

func dark(code image.Image, x, y int) bool {
	bounds := code.Bounds()
	return color.GrayModel.Convert(code.At(bounds.Min.X+x, bounds.Min.Y+y)).(color.Gray).Y < 128
}
