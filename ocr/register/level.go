package register

import (
	"fmt"
	"image"
	"image/color"
	"math"

	"gocv.io/x/gocv"

	"sesshu/ocr/internal/correlate"
)

// Registration works on two reductions of an image: a fine one for anchors and
// a coarse one for finding form and orientation.
const (
	finePixels   = 6.0 // pixels a millimetre, about 150 dpi
	coarsePixels = 3.0 // about 75 dpi
)

// levels are the reductions of one page. Both share the page's corners, so a
// continuous coordinate is a plain multiple.
type levels struct {
	fine, coarse           gocv.Mat
	fineScale, coarseScale float64         // pixels of the reduction for one of the page
	fineView, coarseView   correlate.Image // the same pixels; they end with the Mats
}

// view reaches into the Mats' pixels.
func (l *levels) view() error {
	for _, level := range [2]struct {
		mat  gocv.Mat
		view *correlate.Image
	}{{l.fine, &l.fineView}, {l.coarse, &l.coarseView}} {
		pixels, err := level.mat.DataPtrUint8()
		if err != nil {
			return fmt.Errorf("reach pixels: %w", err)
		}
		*level.view = correlate.Image{Pixels: pixels, Width: level.mat.Cols(), Height: level.mat.Rows()}
	}
	return nil
}

// reduce makes the levels of a page that has about pixelsPerMM pixels a
// millimetre. Whole factors are used where they come near: they are exact and
// fast.
func reduce(full gocv.Mat, pixelsPerMM float64) (*levels, error) {
	l := &levels{}
	var err error
	if l.fine, l.fineScale, err = shrink(full, finePixels/pixelsPerMM); err != nil {
		return nil, err
	}
	if l.coarse, l.coarseScale, err = shrink(l.fine, coarsePixels/(pixelsPerMM*l.fineScale)); err != nil {
		l.fine.Close()
		return nil, err
	}
	l.coarseScale *= l.fineScale
	if err := l.view(); err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

func (l *levels) Close() {
	l.fine.Close()
	l.coarse.Close()
}

// shrink returns source reduced by about scale, and the factor it used. It
// never enlarges.
func shrink(source gocv.Mat, scale float64) (gocv.Mat, float64, error) {
	if scale >= 0.85 {
		return source.Clone(), 1, nil
	}
	size := image.Pt(source.Cols(), source.Rows())
	if whole := math.Round(1 / scale); math.Abs(whole*scale-1) < 0.3 {
		// Drop the last few columns and rows: the rest divides evenly.
		factor := int(whole)
		even := image.Rect(0, 0, size.X-size.X%factor, size.Y-size.Y%factor)
		if even.Empty() {
			return gocv.Mat{}, 0, fmt.Errorf("reduce %v by %d: nothing is left", size, factor)
		}
		region := source.Region(even)
		defer region.Close()
		reduced := gocv.NewMat()
		gocv.Resize(region, &reduced, even.Size().Div(factor), 0, 0, gocv.InterpolationArea)
		return reduced, 1 / float64(factor), nil
	}
	target := image.Pt(int(float64(size.X)*scale), int(float64(size.Y)*scale))
	if target.X < 1 || target.Y < 1 {
		return gocv.Mat{}, 0, fmt.Errorf("reduce %v by %.3f: nothing is left", size, scale)
	}
	reduced := gocv.NewMat()
	gocv.Resize(source, &reduced, target, 0, 0, gocv.InterpolationArea)
	return reduced, float64(target.X) / float64(size.X), nil
}

// cutter cuts warped pieces out of images. It keeps its small buffers for the
// time of one page; it is not safe for concurrent use.
type cutter struct {
	affine, projective gocv.Mat
	affineValues       []float64
	projectiveValues   []float64
}

func newCutter() (*cutter, error) {
	c := &cutter{
		affine:     gocv.NewMatWithSize(2, 3, gocv.MatTypeCV64F),
		projective: gocv.NewMatWithSize(3, 3, gocv.MatTypeCV64F),
	}
	var err error
	if c.affineValues, err = c.affine.DataPtrFloat64(); err == nil {
		c.projectiveValues, err = c.projective.DataPtrFloat64()
	}
	if err != nil {
		c.Close()
		return nil, fmt.Errorf("reach matrix values: %w", err)
	}
	return c, nil
}

func (c *cutter) Close() {
	c.affine.Close()
	c.projective.Close()
}

// centred turns a map of continuous coordinates into one of pixel centres at
// whole numbers, as OpenCV and package correlate count.
func centred(m Matrix) Matrix { return translation(-0.5, -0.5).Times(m).Times(translation(0.5, 0.5)) }

var white = color.RGBA{R: 255, G: 255, B: 255, A: 255}

// cut fills piece with size pixels; toSource maps the piece's continuous
// coordinates to the source's. What lies outside the source is white.
func (c *cutter) cut(source gocv.Mat, toSource Matrix, size image.Point, piece *gocv.Mat) {
	// OpenCV's coordinates have pixel centres at whole numbers.
	m := centred(toSource)
	flags := gocv.InterpolationLinear | gocv.WarpInverseMap
	if m[6] == 0 && m[7] == 0 {
		copy(c.affineValues, m[:6])
		gocv.WarpAffineWithParams(source, piece, c.affine, size, flags, gocv.BorderConstant, white)
		return
	}
	copy(c.projectiveValues, m[:])
	gocv.WarpPerspectiveWithParams(source, piece, c.projective, size, flags, gocv.BorderConstant, white)
}
