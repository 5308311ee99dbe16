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
	off       []Point   // how far each sighting lies from where the map expects it, page pixels
	residual  float64   // root mean square distance of the fitting anchors, millimetres
	coverage  float64   // share of the plate's anchors that were found and fit
	match     float64   // mean correlation of the fitting anchors
}

// Tolerances of the fits, in millimetres. A feeder that does not pull evenly
// bends a page by more than half a millimetre against any one map; such anchors
// are kept as long as their neighbours say the same.
const (
	fitTolerance       = 1.6
	neighbourTolerance = 0.35
	fewestAnchors      = 4
	coarseAnchors      = 40 // as many are looked for from the first pose
)

// place refines a first pose of a plate with its anchors, by the given fit. It
// reports false when too few anchors fit.
func (s *seeker) place(p *plate, start Matrix, fit func([]pair) (Matrix, bool)) (placement, bool) {
	millimetre := start.scaleAt(Point{p.width / 2, p.height / 2})
	// The anchors are sorted by texture: the first ones are the surest.
	rough := placement{plate: p, toPage: start}
	rough.look(s, min(len(p.anchors), coarseAnchors), searchCoarse, false)
	if !rough.settle(fit, millimetre) {
		return placement{}, false
	}
	result := placement{plate: p, toPage: rough.toPage}
	result.lookFrom(s, rough)
	return result, result.settle(fit, millimetre)
}

// look seeks the first anchors of the plate from the placement's own map.
func (p *placement) look(s *seeker, count int, search float64, fine bool) {
	for i := range count {
		p.keep(i, s.seek(p.plate.anchors[i], p.toPage, search, fine))
	}
}

// lookFrom seeks all anchors where a rough placement, bent as its own anchors
// say, expects them.
func (p *placement) lookFrom(s *seeker, rough placement) {
	for i, anchor := range p.plate.anchors {
		p.keep(i, s.seek(anchor, rough.nearAnchor(i, -1), searchFine, true))
	}
}

func (p *placement) keep(anchor int, seen sighting) {
	if seen.match >= minimumMatch && !seen.edge {
		seen.anchor = anchor
		p.sightings = append(p.sightings, seen)
	}
}

// settle fits the map to the sightings and weighs them: 0 for those that fit
// neither the map nor their neighbours. It reports whether enough are left.
func (p *placement) settle(fit func([]pair) (Matrix, bool), millimetre float64) bool {
	if len(p.sightings) < fewestAnchors {
		return false
	}
	pairs := p.plate.pairs(p.sightings)
	var ok bool
	if p.toPage, p.weights, ok = fitRobust(pairs, fitTolerance*millimetre, fit); !ok {
		return false
	}
	p.measure()
	p.judge(pairs, millimetre)
	return p.fitting() >= fewestAnchors
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

// judge drops the sightings that disagree with their neighbours and computes
// residual, coverage and match. The residual is that of every anchor against
// what the others say of its place, so it speaks of fields too.
func (p *placement) judge(pairs []pair, millimetre float64) {
	var squares, match float64
	count := 0
	for range 4 {
		distances := make([]float64, len(pairs))
		worst := 0.0
		squares, match, count = 0, 0, 0
		for i, weight := range p.weights {
			if weight <= 0 {
				continue
			}
			expected := p.nearAnchor(p.sightings[i].anchor, i).At(pairs[i].from)
			distances[i] = expected.minus(pairs[i].to).length() / millimetre
			worst = max(worst, distances[i])
			squares += distances[i] * distances[i]
			match += p.sightings[i].match
			count++
		}
		if worst <= neighbourTolerance {
			break
		}
		// The worst may have spoilt its neighbours: drop the clear ones first.
		for i, distance := range distances {
			if distance > max(neighbourTolerance, worst/2) {
				p.weights[i] = 0
			}
		}
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
	wide.toPage, wide.weights, ok = fitRobust(pairs, fitTolerance*millimetre, fitHomography)
	if !ok {
		return
	}
	wide.measure()
	wide.judge(pairs, millimetre)
	if wide.coverage > p.coverage*1.15 || wide.coverage >= p.coverage && wide.residual < 0.7*p.residual && p.residual > 0.1 {
		*p = wide
	}
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
