package register

import "math"

// Local correction: neighbours within reach say by how much the page is bent
// and how that changes from place to place.
const (
	correctionReach = 28.0  // millimetres, where a neighbour's word has fallen to 0.6
	correctionDoubt = 0.7   // so many neighbours' worth of belief that nothing is bent
	slopeDoubt      = 400.0 // the same for slopes, in square millimetres
)

// measure notes how far the sightings lie from where the map expects them.
func (p *placement) measure() {
	p.off = make([]Point, len(p.sightings))
	for i, seen := range p.sightings {
		p.off[i] = seen.at.minus(p.toPage.At(p.plate.anchors[seen.anchor].place))
	}
}

// near returns the map round one place: the plate's, shifted and bent by what
// the anchors nearby say.
func (p *placement) near(place Point) Matrix {
	beliefs := make([]float64, len(p.plate.anchors))
	p.plate.believe(place, beliefs)
	return p.nearBelieving(place, beliefs, -1)
}

// nearAnchor is near at one of the plate's anchors, without the word of one
// sighting (-1: with all).
func (p *placement) nearAnchor(anchor, without int) Matrix {
	count := len(p.plate.anchors)
	return p.nearBelieving(p.plate.anchors[anchor].place, p.plate.beliefs[anchor*count:(anchor+1)*count], without)
}

// nearBelieving fits a plane to the neighbours' displacements, drawn towards
// none. beliefs says how much each anchor of the plate has to say here.
func (p *placement) nearBelieving(place Point, beliefs []float64, without int) Matrix {
	var normal [3][3]float64
	var right [2][3]float64
	for i, seen := range p.sightings {
		weight := beliefs[seen.anchor]
		if p.weights[i] <= 0 || i == without || weight < 1e-4 {
			continue
		}
		away, off := p.plate.anchors[seen.anchor].place.minus(place), p.off[i]
		across, down := weight*away.X, weight*away.Y
		normal[0][0] += weight
		normal[0][1] += across
		normal[0][2] += down
		normal[1][1] += across * away.X
		normal[1][2] += across * away.Y
		normal[2][1] += down * away.X
		normal[2][2] += down * away.Y
		right[0][0] += weight * off.X
		right[0][1] += across * off.X
		right[0][2] += down * off.X
		right[1][0] += weight * off.Y
		right[1][1] += across * off.Y
		right[1][2] += down * off.Y
	}
	normal[1][0], normal[2][0] = normal[0][1], normal[0][2]
	normal[0][0] += correctionDoubt
	normal[1][1] += slopeDoubt
	normal[2][2] += slopeDoubt
	x, y := solveSymmetric(normal, right[0]), solveSymmetric(normal, right[1])
	// The plane speaks of plate millimetres; bend the page round the place.
	local := p.toPage.linear(place)
	local[2], local[5] = 0, 0
	slopes := Matrix{x[1], x[2], 0, y[1], y[2], 0, 0, 0, 1}.Times(local.Inverse())
	at := p.toPage.At(place)
	bend := Matrix{
		1 + slopes[0], slopes[1], x[0] - slopes[0]*at.X - slopes[1]*at.Y,
		slopes[3], 1 + slopes[4], y[0] - slopes[3]*at.X - slopes[4]*at.Y,
		0, 0, 1,
	}
	return bend.Times(p.toPage)
}

// solveSymmetric solves a positive definite system of three.
func solveSymmetric(m [3][3]float64, right [3]float64) [3]float64 {
	determinant := func(a [3][3]float64) float64 {
		return a[0][0]*(a[1][1]*a[2][2]-a[1][2]*a[2][1]) - a[0][1]*(a[1][0]*a[2][2]-a[1][2]*a[2][0]) + a[0][2]*(a[1][0]*a[2][1]-a[1][1]*a[2][0])
	}
	whole := determinant(m)
	var solution [3]float64
	for column := range 3 {
		replaced := m
		for i := range 3 {
			replaced[i][column] = right[i]
		}
		solution[column] = determinant(replaced) / whole
	}
	return solution
}

// believe fills in how much each anchor has to say of a place: the less the
// farther it is.
func (p *plate) believe(place Point, beliefs []float64) {
	for i, a := range p.anchors {
		away := a.place.minus(place)
		beliefs[i] = math.Exp(-(away.X*away.X + away.Y*away.Y) / (2 * correctionReach * correctionReach))
	}
}
