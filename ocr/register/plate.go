package register

import (
	"fmt"
	"image"
	"math"

	"gocv.io/x/gocv"

	"sesshu/ledger/slip/form"
)

// plate is one picture of constant print that pages are compared with: a blank
// form or a blank insert. It is immutable once made.
type plate struct {
	width, height float64 // millimetres
	levels        *levels // its picture; the page pixels of these levels are millimetres
	texture       *texture
	anchors       []anchor // for geometry
	features      []feature
}

// anchorSpacing is how far apart anchors are, in millimetres.
const anchorSpacing = 13.0

func newPlate(picture []byte, width, height float64, avoid []form.Rectangle, spacing float64) (*plate, error) {
	mat, err := gocv.IMDecode(picture, gocv.IMReadGrayScale)
	if err != nil {
		return nil, fmt.Errorf("decode picture: %w", err)
	}
	defer mat.Close()
	if mat.Empty() || mat.Type() != gocv.MatTypeCV8UC1 {
		return nil, fmt.Errorf("decode picture: no grey pixels")
	}
	across, down := float64(mat.Cols())/width, float64(mat.Rows())/height
	if math.Abs(across/down-1) > 0.02 {
		return nil, fmt.Errorf("the picture's %d × %d pixels do not have the shape of %g × %g mm", mat.Cols(), mat.Rows(), width, height)
	}
	if across < 5.5 {
		return nil, fmt.Errorf("the picture has %.1f pixels a millimetre, at least 6 (150 dpi) are needed", across)
	}
	p := &plate{width: width, height: height}
	if p.levels, err = exactLevels(mat, width, height); err != nil {
		return nil, err
	}
	p.texture = newTexture(p.levels.coarse)
	for _, place := range p.texture.choose(width, height, avoid, spacing) {
		p.anchors = append(p.anchors, p.anchor(place))
	}
	return p, nil
}

// exactLevels makes levels with exactly finePixels and coarsePixels a
// millimetre, whose "page pixels" are millimetres.
func exactLevels(mat gocv.Mat, width, height float64) (*levels, error) {
	l := &levels{fineScale: finePixels, coarseScale: coarsePixels, fine: gocv.NewMat(), coarse: gocv.NewMat()}
	resize := func(source gocv.Mat, target *gocv.Mat, density float64) error {
		size := image.Pt(int(math.Round(width*density)), int(math.Round(height*density)))
		if size.X < 4*patchSize || size.Y < 4*patchSize {
			return fmt.Errorf("a picture of %g × %g mm is too small to be found", width, height)
		}
		gocv.Resize(source, target, size, 0, 0, gocv.InterpolationArea)
		return nil
	}
	if err := resize(mat, &l.fine, finePixels); err != nil {
		l.Close()
		return nil, err
	}
	if err := resize(l.fine, &l.coarse, coarsePixels); err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

// anchor cuts the patch round a place.
func (p *plate) anchor(place Point) anchor {
	// Snap to the grid of both levels, so that the patch is a plain region.
	place = Point{math.Round(place.X*coarsePixels) / coarsePixels, math.Round(place.Y*coarsePixels) / coarsePixels}
	cut := func(mat gocv.Mat, density float64) gocv.Mat {
		x, y := int(math.Round((place.X-patchSize/2)*density)), int(math.Round((place.Y-patchSize/2)*density))
		size := int(patchSize * density)
		region := mat.Region(image.Rect(x, y, x+size, y+size))
		defer region.Close()
		return region.Clone()
	}
	return anchor{
		place:   place,
		texture: p.texture.at(place),
		fine:    cut(p.levels.fine, finePixels),
		coarse:  cut(p.levels.coarse, coarsePixels),
	}
}

func (p *plate) Close() {
	for _, anchor := range p.anchors {
		anchor.Close()
	}
	p.levels.Close()
}
