package register

import (
	"math"

	"sesshu/ocr/internal/correlate"
)

// The size of an anchor patch on a page and on an insert, which has less room,
// and how far from its expected place it is looked for, in millimetres.
const (
	pagePatch    = 6.0
	insertPatch  = 4.5
	searchCoarse = 2.6  // from the pose of the whole form
	searchFine   = 0.66 // from the pose that the coarse anchors gave
	minimumMatch = 0.5  // correlation from which an anchor counts as seen
)

// anchor is a small piece of constant print.
type anchor struct {
	place  Point              // its centre, millimetres on its plate
	fine   *correlate.Pattern // its picture at finePixels
	coarse *correlate.Pattern // and at coarsePixels
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
	correlate.Seeker
	levels *levels
}

// seek looks for one anchor where toPage (plate millimetres to page pixels)
// expects it, up to search millimetres away in each direction.
func (s *seeker) seek(a anchor, toPage Matrix, search float64, fine bool) sighting {
	image, pattern, scale, density := s.levels.coarseView, a.coarse, s.levels.coarseScale, coarsePixels
	if fine {
		image, pattern, scale, density = s.levels.fineView, a.fine, s.levels.fineScale, finePixels
	}
	margin := int(math.Ceil(search * density))
	local := toPage.linear(a.place)
	scores := s.window(image, pattern, scaling(scale).Times(local), a.place, density, margin)
	side := 2*margin + 1
	if len(scores) != side*side {
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
	dx, dy := float64(x-margin), float64(y-margin)
	if x == 0 || y == 0 || x == side-1 || y == side-1 {
		found.edge = true
	} else {
		dx += peak(scores[best-1], scores[best], scores[best+1])
		dy += peak(scores[best-side], scores[best], scores[best+side])
	}
	found.at = local.At(Point{a.place.X + dx/density, a.place.Y + dy/density})
	return found
}

// window correlates a pattern with the image round a place; toImage is an
// affine map from the place's millimetres to the image's pixels.
func (s *seeker) window(image correlate.Image, pattern *correlate.Pattern, toImage Matrix, place Point, density float64, margin int) []float32 {
	half := float64(pattern.Side()+2*margin) / 2
	m := centred(toImage.Times(translation(place.X, place.Y)).Times(scaling(1 / density)).Times(translation(-half, -half)))
	return s.Seek(image, pattern, [6]float64(m[:6]), margin)
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
