package register

import (
	"image"
	"math"

	"gocv.io/x/gocv"
)

// The size of an anchor patch and how far from its expected place it is looked
// for, in millimetres.
const (
	patchSize    = 6.0
	searchCoarse = 2.6 // from the pose of the whole form
	searchFine   = 0.9 // from the pose that the coarse anchors gave
	minimumMatch = 0.5 // correlation from which an anchor counts as seen
)

// anchor is a small piece of constant print.
type anchor struct {
	place   Point    // its centre, millimetres on its plate
	texture float64  // strength of its weaker direction
	fine    gocv.Mat // its picture at finePixels
	coarse  gocv.Mat // and at coarsePixels
}

func (a anchor) Close() {
	a.fine.Close()
	a.coarse.Close()
}

// sighting is where an anchor was found.
type sighting struct {
	anchor int
	at     Point   // page pixels
	match  float64 // correlation, -1 to 1
	edge   bool    // the best place lies at the border of the search, so it may be further off
}

// seeker looks for anchors on one page.
type seeker struct {
	*cutter
	levels *levels
	piece  gocv.Mat
	scores gocv.Mat
	mask   gocv.Mat // stays empty
}

func newSeeker(l *levels) (*seeker, error) {
	cutter, err := newCutter()
	if err != nil {
		return nil, err
	}
	return &seeker{cutter: cutter, levels: l, piece: gocv.NewMat(), scores: gocv.NewMat(), mask: gocv.NewMat()}, nil
}

func (s *seeker) Close() {
	s.cutter.Close()
	s.piece.Close()
	s.scores.Close()
	s.mask.Close()
}

// seek looks for one anchor where toPage (plate millimetres to page pixels)
// expects it, up to search millimetres away in each direction.
func (s *seeker) seek(a anchor, toPage Matrix, search float64, fine bool) sighting {
	source, template, scale, density := s.levels.coarse, a.coarse, s.levels.coarseScale, coarsePixels
	if fine {
		source, template, scale, density = s.levels.fine, a.fine, s.levels.fineScale, finePixels
	}
	margin := int(math.Ceil(search * density))
	size := template.Cols() + 2*margin
	// Piece pixels → plate millimetres → page pixels → reduced pixels.
	half := float64(size) / 2
	toPlate := translation(a.place.X, a.place.Y).Times(scaling(1 / density)).Times(translation(-half, -half))
	toSource := scaling(scale).Times(toPage.linear(a.place)).Times(toPlate)
	s.cut(source, toSource, image.Pt(size, size), &s.piece)
	gocv.MatchTemplate(s.piece, template, &s.scores, gocv.TmCcoeffNormed, s.mask)
	scores, err := s.scores.DataPtrFloat32()
	side := 2*margin + 1
	if err != nil || len(scores) != side*side {
		return sighting{edge: true}
	}
	best := 0
	for i, score := range scores {
		if score > scores[best] {
			best = i
		}
	}
	x, y := best%side, best/side
	found := sighting{match: float64(scores[best])}
	if math.IsNaN(found.match) || math.IsInf(found.match, 0) || found.match > 1.01 {
		return sighting{edge: true} // a piece without any contrast
	}
	dx, dy := float64(x-margin), float64(y-margin)
	if x == 0 || y == 0 || x == side-1 || y == side-1 {
		found.edge = true
	} else {
		dx += peak(scores[best-1], scores[best], scores[best+1])
		dy += peak(scores[best-side], scores[best], scores[best+side])
	}
	found.at = toPage.linear(a.place).At(Point{a.place.X + dx/density, a.place.Y + dy/density})
	return found
}

// peak returns where between -0.5 and 0.5 the parabola through three values
// has its top.
func peak(before, top, after float32) float64 {
	curvature := float64(before) - 2*float64(top) + float64(after)
	if curvature >= -1e-9 {
		return 0
	}
	return max(-0.5, min(0.5, (float64(before)-float64(after))/(2*curvature)))
}
