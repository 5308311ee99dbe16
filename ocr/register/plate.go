package register

import (
	"fmt"
	"image"
	"math"

	"gocv.io/x/gocv"

	"sesshu/ledger/slip/form"
	"sesshu/ocr/internal/correlate"
)

// plate is one picture of constant print that pages are compared with: a blank
// form or a blank insert. It is immutable once made.
type plate struct {
	width, height float64  // millimetres
	patch         float64  // size of its anchor patches, millimetres
	full          gocv.Mat // its picture as it came
	fullScale     float64  // pixels of it a millimetre
	levels        *levels  // its picture reduced; the page pixels of these levels are millimetres
	texture       *texture
	anchors       []anchor  // for geometry
	beliefs       []float64 // row by row, how much each anchor has to say at the row's anchor
	features      []feature
}

// How far apart anchors are, in millimetres.
const (
	pageSpacing   = 13.0
	insertSpacing = 5.0
)

func newPlate(picture []byte, width, height float64, avoid []form.Rectangle, patch, spacing float64) (*plate, error) {
	mat, err := gocv.IMDecode(picture, gocv.IMReadGrayScale)
	if err != nil {
		return nil, fmt.Errorf("decode picture: %w", err)
	}
	if mat.Empty() || mat.Type() != gocv.MatTypeCV8UC1 {
		mat.Close()
		return nil, fmt.Errorf("decode picture: no grey pixels")
	}
	p := &plate{width: width, height: height, patch: patch, full: mat, levels: &levels{fine: gocv.NewMat(), coarse: gocv.NewMat()}}
	if err := p.prepare(avoid, spacing); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

func (p *plate) prepare(avoid []form.Rectangle, spacing float64) error {
	mat, width, height := p.full, p.width, p.height
	across, down := float64(mat.Cols())/width, float64(mat.Rows())/height
	if math.Abs(across/down-1) > 0.02 {
		return fmt.Errorf("the picture's %d × %d pixels do not have the shape of %g × %g mm", mat.Cols(), mat.Rows(), width, height)
	}
	if across < 5.5 {
		return fmt.Errorf("the picture has %.1f pixels a millimetre, at least 6 (150 dpi) are needed", across)
	}
	p.fullScale = math.Sqrt(across * down)
	if err := p.levels.exact(mat, width, height); err != nil {
		return err
	}
	p.texture = newTexture(p.levels.coarse, p.patch)
	for _, place := range p.texture.choose(width, height, avoid, spacing) {
		if a, ok := p.anchor(place); ok {
			p.anchors = append(p.anchors, a)
		}
	}
	count := len(p.anchors)
	p.beliefs = make([]float64, count*count)
	for i, a := range p.anchors {
		p.believe(a.place, p.beliefs[i*count:(i+1)*count])
	}
	return nil
}

// exact fills the levels with exactly finePixels and coarsePixels a millimetre,
// so that their "page pixels" are millimetres.
func (l *levels) exact(mat gocv.Mat, width, height float64) error {
	l.fineScale, l.coarseScale = finePixels, coarsePixels
	resize := func(source gocv.Mat, target *gocv.Mat, density float64) error {
		size := image.Pt(int(math.Round(width*density)), int(math.Round(height*density)))
		if size.X < 4*pagePatch || size.Y < 4*pagePatch {
			return fmt.Errorf("a picture of %g × %g mm is too small to be found", width, height)
		}
		gocv.Resize(source, target, size, 0, 0, gocv.InterpolationArea)
		return nil
	}
	if err := resize(mat, &l.fine, finePixels); err != nil {
		return err
	}
	if err := resize(l.fine, &l.coarse, coarsePixels); err != nil {
		return err
	}
	return l.view()
}

// anchor cuts the patch round a place; false when it holds no print.
func (p *plate) anchor(place Point) (anchor, bool) {
	// Snap to the grid of both levels, so that the patch is a plain region.
	place = Point{math.Round(place.X*coarsePixels) / coarsePixels, math.Round(place.Y*coarsePixels) / coarsePixels}
	cut := func(view correlate.Image, density float64) *correlate.Pattern {
		x, y := int(math.Round((place.X-p.patch/2)*density)), int(math.Round((place.Y-p.patch/2)*density))
		side := int(p.patch * density)
		if x < 0 || y < 0 || x+side > view.Width || y+side > view.Height {
			return nil
		}
		pixels := make([]byte, 0, side*side)
		for row := y; row < y+side; row++ {
			pixels = append(pixels, view.Pixels[row*view.Width+x:row*view.Width+x+side]...)
		}
		pattern, err := correlate.NewPattern(pixels, side)
		if err != nil {
			return nil
		}
		return pattern
	}
	a := anchor{place: place, fine: cut(p.levels.fineView, finePixels), coarse: cut(p.levels.coarseView, coarsePixels)}
	return a, a.fine != nil && a.coarse != nil
}

// Close frees the pictures.
func (p *plate) Close() {
	p.levels.Close()
	p.full.Close()
}
