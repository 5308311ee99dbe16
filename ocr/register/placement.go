package register

import (
	"math"

	"sesshu/ledger/slip/form"
)

// placement is how a plate lies on a page.
type placement struct {
	plate     *plate
	toPage    Matrix // plate millimetres → page pixels
	sightings []sighting
	weights   []float64 // of the sightings; 0 for those that do not fit the rest
	residual  float64   // root mean square distance of the fitting anchors, millimetres
	coverage  float64   // share of the plate's anchors that were found and fit
	match     float64   // mean correlation of the fitting anchors
}

// Tolerances of the fits, in millimetres.
const (
	coarseTolerance = 1.0
	fineTolerance   = 0.6
	fewestAnchors   = 4
	coarseAnchors   = 40 // as many are looked for from the first pose
)

// place refines a first pose of a plate with its anchors, by the given fit. It
// reports false when too few anchors fit.
func (s *seeker) place(p *plate, start Matrix, fit func([]pair) (Matrix, bool)) (placement, bool) {
	toPage := start
	count := len(p.anchors)
	if count < fewestAnchors {
		return placement{}, false
	}
	found := make([]sighting, 0, count)
	// The anchors are sorted by texture: the first ones are the surest.
	for i := range min(count, coarseAnchors) {
		seen := s.seek(p.anchors[i], toPage, searchCoarse, false)
		if seen.match >= minimumMatch && !seen.edge {
			seen.anchor = i
			found = append(found, seen)
		}
	}
	millimetre := toPage.scaleAt(Point{p.width / 2, p.height / 2})
	if len(found) < fewestAnchors {
		return placement{}, false
	}
	var ok bool
	if toPage, _, ok = fitRobust(p.pairs(found), coarseTolerance*millimetre, fit); !ok {
		return placement{}, false
	}
	found = found[:0]
	for i := range p.anchors {
		seen := s.seek(p.anchors[i], toPage, searchFine, true)
		if seen.match >= minimumMatch && !seen.edge {
			seen.anchor = i
			found = append(found, seen)
		}
	}
	if len(found) < fewestAnchors {
		return placement{}, false
	}
	result := placement{plate: p, sightings: found}
	pairs := p.pairs(found)
	if result.toPage, result.weights, ok = fitRobust(pairs, fineTolerance*millimetre, fit); !ok {
		return placement{}, false
	}
	result.judge(pairs, millimetre)
	return result, result.fitting() >= fewestAnchors
}

// placeSheet places a whole page: by an affine map, or by a projective one
// where that explains clearly more.
func (s *seeker) placeSheet(p *plate, start Matrix) (placement, bool) {
	result, ok := s.place(p, start, fitAffine)
	if ok && (result.residual > 0.08 || result.coverage < 0.85) {
		result.tryPerspective(p.pairs(result.sightings), result.toPage.scaleAt(Point{p.width / 2, p.height / 2}))
	}
	return result, ok
}

// placeInsert places a pasted piece: shifted, turned and scaled on a sheet that
// may itself lie stretched under the scanner. Its few anchors could not bear
// more freedom: the fields often lie outside of them.
func (s *seeker) placeInsert(p *plate, start, sheet Matrix) (placement, bool) {
	back := sheet.Inverse()
	return s.place(p, start, func(pairs []pair) (Matrix, bool) {
		onSheet := make([]pair, len(pairs))
		for i, p := range pairs {
			onSheet[i] = pair{from: p.from, to: back.At(p.to), weight: p.weight}
		}
		fitted, ok := fitSimilarity(onSheet)
		return sheet.Times(fitted), ok
	})
}

// pairs turns sightings into correspondences, the sharper the heavier.
func (p *plate) pairs(found []sighting) []pair {
	pairs := make([]pair, len(found))
	for i, seen := range found {
		pairs[i] = pair{from: p.anchors[seen.anchor].place, to: seen.at, weight: seen.match}
	}
	return pairs
}

func (p *placement) fitting() int {
	count := 0
	for _, weight := range p.weights {
		if weight > 0 {
			count++
		}
	}
	return count
}

// reach returns how far the fitting anchors lie apart, in diagonals of the
// plate: a fit over a small part of a plate says little of the rest.
func (p *placement) reach() float64 {
	var farthest float64
	for i := range p.sightings {
		for j := range i {
			if p.weights[i] > 0 && p.weights[j] > 0 {
				a, b := p.plate.anchors[p.sightings[i].anchor].place, p.plate.anchors[p.sightings[j].anchor].place
				farthest = max(farthest, a.minus(b).length())
			}
		}
	}
	return farthest / math.Hypot(p.plate.width, p.plate.height)
}

// judge computes residual, coverage and match.
func (p *placement) judge(pairs []pair, millimetre float64) {
	var squares, match float64
	count := 0
	for i, weight := range p.weights {
		if weight <= 0 {
			continue
		}
		distance := p.toPage.At(pairs[i].from).minus(pairs[i].to).length() / millimetre
		squares += distance * distance
		match += p.sightings[i].match
		count++
	}
	if count == 0 {
		return
	}
	p.residual = math.Sqrt(squares / float64(count))
	p.match = match / float64(count)
	p.coverage = float64(count) / float64(len(p.plate.anchors))
}

// tryPerspective replaces the affine map where a projective one explains the
// anchors clearly better, as for a camera's picture. Elsewhere the affine map
// is kept: it reaches further into regions without anchors.
func (p *placement) tryPerspective(pairs []pair, millimetre float64) {
	wide := *p
	var ok bool
	wide.toPage, wide.weights, ok = fitRobust(pairs, 2*fineTolerance*millimetre, fitHomography)
	if !ok {
		return
	}
	wide.judge(pairs, millimetre)
	if wide.coverage > p.coverage*1.15 || wide.coverage >= p.coverage && wide.residual < 0.7*p.residual && p.residual > 0.1 {
		*p = wide
	}
}

// The reach of local correction, in millimetres.
const (
	correctionReach = 22.0
	correctionDoubt = 1.5 // so many anchors' worth of belief in no correction at all
)

// near returns the map round one place: the plate's, shifted by what the
// anchors nearby say.
func (p *placement) near(place Point) Matrix {
	var x, y float64
	total := correctionDoubt
	for i, seen := range p.sightings {
		if p.weights[i] <= 0 {
			continue
		}
		from := p.plate.anchors[seen.anchor].place
		distance := from.minus(place).length() / correctionReach
		weight := math.Exp(-distance * distance / 2)
		off := seen.at.minus(p.toPage.At(from))
		x, y, total = x+weight*off.X, y+weight*off.Y, total+weight
	}
	return translation(x/total, y/total).Times(p.toPage)
}

// covered reports whether the surroundings of a rectangle, where the plate has
// print, do not show it on the page: something lies over the place, or it is
// torn off.
func (p *placement) covered(box form.Rectangle) bool {
	const reach = 18.0
	near := func(place Point) bool {
		return place.X > box.X-reach && place.X < box.X+box.Width+reach && place.Y > box.Y-reach && place.Y < box.Y+box.Height+reach
	}
	there, seen := 0, 0
	for _, anchor := range p.plate.anchors {
		if near(anchor.place) {
			there++
		}
	}
	for i, sighting := range p.sightings {
		if p.weights[i] > 0 && near(p.plate.anchors[sighting.anchor].place) {
			seen++
		}
	}
	return there >= 3 && float64(seen) < 0.25*float64(there)
}

// lost returns the share of the plate's zones whose print is not seen.
func (p *placement) lost() float64 {
	const columns, rows = 3, 4
	var there, seen [columns * rows]int
	zone := func(place Point) int {
		column := min(columns-1, int(place.X/p.plate.width*columns))
		row := min(rows-1, int(place.Y/p.plate.height*rows))
		return row*columns + column
	}
	for _, anchor := range p.plate.anchors {
		there[zone(anchor.place)]++
	}
	for i, sighting := range p.sightings {
		if p.weights[i] > 0 {
			seen[zone(p.plate.anchors[sighting.anchor].place)]++
		}
	}
	zones, lost := 0, 0
	for i := range there {
		if there[i] < 3 {
			continue
		}
		zones++
		if float64(seen[i]) < 0.25*float64(there[i]) {
			lost++
		}
	}
	if zones == 0 {
		return 1
	}
	return float64(lost) / float64(zones)
}
