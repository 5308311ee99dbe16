package register

import (
	"fmt"
	"image"
	"math"

	"gocv.io/x/gocv"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
	"sesshu/ocr/page"
)

// Crop is a piece of a page, upright as the form has it.
type Crop struct {
	Image       *image.Gray
	PixelsPerMM float64
	Quad        slip.Quad // its outline on the page, without the margin
}

// longest is the largest side of a crop, in pixels; more is a wrong form.
const longest = 6000

// Cutter cuts crops out of one page. The caller closes it.
type Cutter struct {
	cutter *cutter
	page   gocv.Mat
	piece  gocv.Mat
}

// NewCutter returns a cutter for a page, which must stay open as long.
func NewCutter(img *page.Image) (*Cutter, error) {
	cutter, err := newCutter()
	if err != nil {
		return nil, err
	}
	return &Cutter{cutter: cutter, page: img.Mat(), piece: gocv.NewMat()}, nil
}

// Close frees the cutter's buffers.
func (c *Cutter) Close() {
	c.cutter.Close()
	c.piece.Close()
}

// Cut returns box with a margin round it (millimetres, in the coordinates that
// toPage maps to page pixels) at the page's own resolution.
func (c *Cutter) Cut(toPage Matrix, box form.Rectangle, margin float64) (Crop, error) {
	return c.CutAt(toPage, box, margin, toPage.Density(box))
}

// CutAt is Cut at another resolution, in pixels a millimetre. It does not
// average: for much less than the page's own resolution it is the wrong tool.
func (c *Cutter) CutAt(toPage Matrix, box form.Rectangle, margin, density float64) (Crop, error) {
	crop := Crop{PixelsPerMM: density, Quad: toPage.Outline(box)}
	size, toMM, err := window(box, margin, density)
	if err != nil {
		return Crop{}, err
	}
	c.cutter.cut(c.page, toPage.Times(toMM), size, &c.piece)
	crop.Image, err = grey(c.piece, size)
	return crop, err
}

// window returns the size of a crop in pixels and the map from its pixels to
// millimetres.
func window(box form.Rectangle, margin, density float64) (image.Point, Matrix, error) {
	size := image.Pt(int(math.Round((box.Width+2*margin)*density)), int(math.Round((box.Height+2*margin)*density)))
	if size.X < 1 || size.Y < 1 || size.X > longest || size.Y > longest {
		return size, Matrix{}, fmt.Errorf("a crop of %d × %d pixels", size.X, size.Y)
	}
	return size, translation(box.X-margin, box.Y-margin).Times(scaling(1 / density)), nil
}

func grey(mat gocv.Mat, size image.Point) (*image.Gray, error) {
	if mat.Cols() != size.X || mat.Rows() != size.Y || mat.Type() != gocv.MatTypeCV8UC1 {
		return nil, fmt.Errorf("cut %v: got %d × %d", size, mat.Cols(), mat.Rows())
	}
	return &image.Gray{Pix: mat.ToBytes(), Stride: size.X, Rect: image.Rectangle{Max: size}}, nil
}

// Density returns the page's pixels a millimetre at a box.
func (m Matrix) Density(box form.Rectangle) float64 {
	return m.scaleAt(Point{box.X + box.Width/2, box.Y + box.Height/2})
}

// Outline returns where a box given in millimetres lies on the page.
func (m Matrix) Outline(box form.Rectangle) slip.Quad {
	var quad slip.Quad
	for i, corner := range [4]Point{
		{box.X, box.Y}, {box.X + box.Width, box.Y}, {box.X + box.Width, box.Y + box.Height}, {box.X, box.Y + box.Height},
	} {
		at := m.At(corner)
		quad[i] = slip.Point{X: at.X, Y: at.Y}
	}
	return quad
}

// CutBlank returns what Cut would return of the blank form or insert that the
// field lies on: the same piece at the same density. It is nil for a field
// whose plate was not found.
func (c *Cutter) CutBlank(fit *Fit, field form.Field, box form.Rectangle, margin, density float64) (*image.Gray, error) {
	lies := fit.sheet
	if field.Insert != "" {
		lies = fit.inserts[field.Insert]
	}
	if lies.plate == nil {
		return nil, nil
	}
	size, toMM, err := window(box, margin, density)
	if err != nil {
		return nil, err
	}
	c.cutter.cut(lies.plate.full, scaling(lies.plate.fullScale).Times(toMM), size, &c.piece)
	return grey(c.piece, size)
}
