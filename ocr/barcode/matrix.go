package barcode

import (
	"fmt"
	"image"
	"runtime/debug"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/datamatrix"
	"github.com/makiuchi-d/gozxing/qrcode"

	"sesshu/ledger/slip"
)

// QR reads one QR code at any angle, dark on light.
func QR(img *image.Gray) ([]slip.Candidate, error) {
	return decodeMatrix(img, qrcode.NewQRCodeReader, qrRight)
}

// DataMatrix reads one DataMatrix code at any angle, dark on light.
func DataMatrix(img *image.Gray) ([]slip.Candidate, error) {
	return decodeMatrix(img, func() gozxing.Reader { return datamatrix.NewDataMatrixReader() }, dataMatrixRight)
}

// attempt is one way to prepare a crop, in the order of what helps most for
// its cost.
type attempt struct {
	scale  int
	smooth bool
	local  bool // threshold by neighbourhood instead of by the whole crop
	pure   bool // upright and undistorted: read the grid without looking for it
}

var attempts = []attempt{
	{scale: 1, local: true},
	{scale: 1},
	{scale: 2, local: true},
	{scale: 1, smooth: true, local: true},
	{scale: 2, smooth: true},
	{scale: 1, pure: true},
}

// mostSide bounds the crops that are tried; the widest code on a slip is 13 mm,
// 210 pixels at 400 dpi. A larger crop is a caller's mistake, not a code.
const mostSide = 2000

// decodeMatrix tries to decode the crop in several preparations. The answers
// are equal in strength: Reed-Solomon has checked each.
func decodeMatrix(img *image.Gray, reader func() gozxing.Reader, right float64) ([]slip.Candidate, error) {
	bounds := img.Bounds()
	if bounds.Dx() < 8 || bounds.Dy() < 8 || bounds.Dx() > mostSide || bounds.Dy() > mostSide {
		return nil, nil
	}
	level := stretch(img)
	for _, way := range attempts {
		text, ok, err := way.decode(level, reader())
		if err != nil {
			return nil, err
		}
		if ok {
			return []slip.Candidate{{Text: text, P: right}}, nil
		}
	}
	return nil, nil
}

// decode runs the library. Its panics, on images it did not foresee, become
// errors here: a crop must not end the process.
func (a attempt) decode(img *image.Gray, reader gozxing.Reader) (text string, ok bool, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			text, ok, err = "", false, fmt.Errorf("decode matrix code: panic in gozxing: %v\n%s", cause, debug.Stack())
		}
	}()
	prepared := pad(a.prepare(img))
	source := gozxing.NewLuminanceSourceFromImage(prepared)
	binarizer := gozxing.NewGlobalHistgramBinarizer(source)
	if a.local {
		binarizer = gozxing.NewHybridBinarizer(source)
	}
	bitmap, err := gozxing.NewBinaryBitmap(binarizer)
	if err != nil {
		return "", false, fmt.Errorf("prepare matrix code: %w", err)
	}
	hints := map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true}
	if a.pure {
		hints[gozxing.DecodeHintType_PURE_BARCODE] = true
	}
	result, err := reader.Decode(bitmap, hints)
	if err != nil || result.GetText() == "" {
		return "", false, nil // every error here means: no code found
	}
	return result.GetText(), true, nil
}

func (a attempt) prepare(img *image.Gray) *image.Gray {
	if a.scale > 1 {
		img = enlarge(img, a.scale)
	}
	if a.smooth {
		img = soften(img)
	}
	return img
}

// stretch spreads the crop's grey levels, from its first to its 99th percent,
// over the whole range.
func stretch(img *image.Gray) *image.Gray {
	bounds := img.Bounds()
	var histogram [256]int
	for y := range bounds.Dy() {
		for _, v := range img.Pix[img.PixOffset(bounds.Min.X, bounds.Min.Y+y):][:bounds.Dx()] {
			histogram[v]++
		}
	}
	total := bounds.Dx() * bounds.Dy()
	low, high, sum := 0, 255, 0
	for v, n := range histogram {
		if sum += n; sum*100 < total {
			low = v
		}
		if sum*100 < 99*total {
			high = v
		}
	}
	out := image.NewGray(image.Rect(0, 0, bounds.Dx(), bounds.Dy()))
	scale := 255 / max(1, float64(high-low))
	for y := range bounds.Dy() {
		for x, v := range img.Pix[img.PixOffset(bounds.Min.X, bounds.Min.Y+y):][:bounds.Dx()] {
			out.Pix[y*out.Stride+x] = uint8(min(255, max(0, (float64(v)-float64(low))*scale)))
		}
	}
	return out
}

// padding is white on all sides, at least four modules of any code that fits.
const padding = 24

func pad(img *image.Gray) *image.Gray {
	bounds := img.Bounds()
	out := image.NewGray(image.Rect(0, 0, bounds.Dx()+2*padding, bounds.Dy()+2*padding))
	for i := range out.Pix {
		out.Pix[i] = 255
	}
	for y := range bounds.Dy() {
		copy(out.Pix[(y+padding)*out.Stride+padding:], img.Pix[y*img.Stride:][:bounds.Dx()])
	}
	return out
}

// enlarge interpolates between pixels.
func enlarge(img *image.Gray, scale int) *image.Gray {
	bounds := img.Bounds()
	out := image.NewGray(image.Rect(0, 0, bounds.Dx()*scale, bounds.Dy()*scale))
	at := func(x, y int) float64 {
		return float64(img.Pix[min(max(y, 0), bounds.Dy()-1)*img.Stride+min(max(x, 0), bounds.Dx()-1)])
	}
	for y := range bounds.Dy() * scale {
		fy := (float64(y)+0.5)/float64(scale) - 0.5
		y0 := int(fy+1) - 1
		fy -= float64(y0)
		for x := range bounds.Dx() * scale {
			fx := (float64(x)+0.5)/float64(scale) - 0.5
			x0 := int(fx+1) - 1
			fx -= float64(x0)
			v := (at(x0, y0)*(1-fx)+at(x0+1, y0)*fx)*(1-fy) + (at(x0, y0+1)*(1-fx)+at(x0+1, y0+1)*fx)*fy
			out.Pix[y*out.Stride+x] = uint8(v + 0.5)
		}
	}
	return out
}

// soften averages each pixel with its neighbours, 1-2-1 both ways.
func soften(img *image.Gray) *image.Gray {
	bounds := img.Bounds()
	out := image.NewGray(image.Rect(0, 0, bounds.Dx(), bounds.Dy()))
	weights := [3]int{1, 2, 1}
	for y := range bounds.Dy() {
		for x := range bounds.Dx() {
			sum := 0
			for dy := -1; dy <= 1; dy++ {
				row := min(max(y+dy, 0), bounds.Dy()-1) * img.Stride
				for dx := -1; dx <= 1; dx++ {
					sum += weights[dx+1] * weights[dy+1] * int(img.Pix[row+min(max(x+dx, 0), bounds.Dx()-1)])
				}
			}
			out.Pix[y*out.Stride+x] = uint8(sum / 16)
		}
	}
	return out
}
