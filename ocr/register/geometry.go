package register

import "math"

// Matrix is a projective map of the plane, row major. Coordinates are
// continuous: the pixel in column 0 covers 0 to 1, so its centre is at 0.5.
type Matrix [9]float64

func identity() Matrix { return Matrix{1, 0, 0, 0, 1, 0, 0, 0, 1} }

func translation(x, y float64) Matrix { return Matrix{1, 0, x, 0, 1, y, 0, 0, 1} }

func scaling(s float64) Matrix { return Matrix{s, 0, 0, 0, s, 0, 0, 0, 1} }

// Point is a place in the plane, in the units of the map at hand.
type Point struct{ X, Y float64 }

func (p Point) minus(q Point) Point { return Point{p.X - q.X, p.Y - q.Y} }

func (p Point) length() float64 { return math.Hypot(p.X, p.Y) }

// At maps a point.
func (m Matrix) At(p Point) Point {
	w := m[6]*p.X + m[7]*p.Y + m[8]
	return Point{(m[0]*p.X + m[1]*p.Y + m[2]) / w, (m[3]*p.X + m[4]*p.Y + m[5]) / w}
}

// Times returns the map that does n first, then m.
func (m Matrix) Times(n Matrix) Matrix {
	var product Matrix
	for row := range 3 {
		for column := range 3 {
			for k := range 3 {
				product[3*row+column] += m[3*row+k] * n[3*k+column]
			}
		}
	}
	return product.normalised()
}

// Inverse returns the map back. The map must not be degenerate; fits that are
// never leave this package.
func (m Matrix) Inverse() Matrix {
	return Matrix{
		m[4]*m[8] - m[5]*m[7], m[2]*m[7] - m[1]*m[8], m[1]*m[5] - m[2]*m[4],
		m[5]*m[6] - m[3]*m[8], m[0]*m[8] - m[2]*m[6], m[2]*m[3] - m[0]*m[5],
		m[3]*m[7] - m[4]*m[6], m[1]*m[6] - m[0]*m[7], m[0]*m[4] - m[1]*m[3],
	}.normalised()
}

func (m Matrix) normalised() Matrix {
	if m[8] != 0 && m[8] != 1 {
		scale := 1 / m[8]
		for i := range m {
			m[i] *= scale
		}
	}
	return m
}

// linear returns the affine map that agrees with m at p and, to first order,
// round it.
func (m Matrix) linear(p Point) Matrix {
	w := m[6]*p.X + m[7]*p.Y + m[8]
	q := m.At(p)
	a, b := (m[0]-q.X*m[6])/w, (m[1]-q.X*m[7])/w
	c, d := (m[3]-q.Y*m[6])/w, (m[4]-q.Y*m[7])/w
	return Matrix{a, b, q.X - a*p.X - b*p.Y, c, d, q.Y - c*p.X - d*p.Y, 0, 0, 1}
}

// scaleAt returns by how much m enlarges lengths near p, on average.
func (m Matrix) scaleAt(p Point) float64 {
	l := m.linear(p)
	return math.Sqrt(math.Abs(l[0]*l[4] - l[1]*l[3]))
}

// angleAt returns the direction of the x axis near p after the map, in degrees
// clockwise on the page.
func (m Matrix) angleAt(p Point) float64 {
	l := m.linear(p)
	return math.Atan2(l[3], l[0]) * 180 / math.Pi
}

// pair is one correspondence with its weight, 0 for an outlier.
type pair struct {
	from, to Point
	weight   float64
}

// solve solves a linear system in place by elimination with pivoting and
// reports whether it has one solution.
func solve(a [][]float64, b []float64) bool {
	n := len(b)
	for column := range n {
		pivot := column
		for row := column + 1; row < n; row++ {
			if math.Abs(a[row][column]) > math.Abs(a[pivot][column]) {
				pivot = row
			}
		}
		if math.Abs(a[pivot][column]) < 1e-12 {
			return false
		}
		a[column], a[pivot] = a[pivot], a[column]
		b[column], b[pivot] = b[pivot], b[column]
		for row := range n {
			if row == column {
				continue
			}
			factor := a[row][column] / a[column][column]
			for k := column; k < n; k++ {
				a[row][k] -= factor * a[column][k]
			}
			b[row] -= factor * b[column]
		}
	}
	for i := range n {
		b[i] /= a[i][i]
	}
	return true
}

// frame returns a map that brings the points of one side of the pairs into the
// square from -1 to 1, so that the systems below are well conditioned.
func frame(points []Point) Matrix {
	minimum, maximum := points[0], points[0]
	for _, p := range points {
		minimum = Point{min(minimum.X, p.X), min(minimum.Y, p.Y)}
		maximum = Point{max(maximum.X, p.X), max(maximum.Y, p.Y)}
	}
	half := max(maximum.X-minimum.X, maximum.Y-minimum.Y, 1e-9) / 2
	return scaling(1 / half).Times(translation(-(minimum.X+maximum.X)/2, -(minimum.Y+maximum.Y)/2))
}

// fitSimilarity returns the best map of shift, turn and scale.
func fitSimilarity(pairs []pair) (Matrix, bool) {
	var weight float64
	var from, to Point
	for _, p := range pairs {
		weight += p.weight
		from.X, from.Y = from.X+p.weight*p.from.X, from.Y+p.weight*p.from.Y
		to.X, to.Y = to.X+p.weight*p.to.X, to.Y+p.weight*p.to.Y
	}
	if weight <= 0 {
		return Matrix{}, false
	}
	from.X, from.Y, to.X, to.Y = from.X/weight, from.Y/weight, to.X/weight, to.Y/weight
	var along, across, spread float64
	for _, p := range pairs {
		f, t := p.from.minus(from), p.to.minus(to)
		along += p.weight * (f.X*t.X + f.Y*t.Y)
		across += p.weight * (f.X*t.Y - f.Y*t.X)
		spread += p.weight * (f.X*f.X + f.Y*f.Y)
	}
	if spread < 1e-9 {
		return Matrix{}, false
	}
	a, b := along/spread, across/spread
	return Matrix{a, -b, to.X - a*from.X + b*from.Y, b, a, to.Y - b*from.X - a*from.Y, 0, 0, 1}, true
}

// fitAffine returns the best affine map, by weighted least squares.
func fitAffine(pairs []pair) (Matrix, bool) {
	toUnit := frame(fromPoints(pairs))
	normal := [][]float64{make([]float64, 3), make([]float64, 3), make([]float64, 3)}
	var right [2][3]float64
	for _, p := range pairs {
		f := toUnit.At(p.from)
		row := [3]float64{f.X, f.Y, 1}
		for i := range 3 {
			for j := range 3 {
				normal[i][j] += p.weight * row[i] * row[j]
			}
			right[0][i] += p.weight * row[i] * p.to.X
			right[1][i] += p.weight * row[i] * p.to.Y
		}
	}
	fitted := identity()
	for axis := range 2 {
		system := [][]float64{append([]float64(nil), normal[0]...), append([]float64(nil), normal[1]...), append([]float64(nil), normal[2]...)}
		solution := append([]float64(nil), right[axis][:]...)
		if !solve(system, solution) {
			return Matrix{}, false
		}
		copy(fitted[3*axis:], solution)
	}
	return fitted.Times(toUnit), true
}

// fitHomography returns the best projective map, by weighted least squares on
// distances: the linear system is solved a few times, each time weighted by
// the denominators of the last solution.
func fitHomography(pairs []pair) (Matrix, bool) {
	toUnit, back := frame(fromPoints(pairs)), frame(toPoints(pairs))
	fitted := identity()
	for range 3 {
		system := make([][]float64, 8)
		for i := range system {
			system[i] = make([]float64, 8)
		}
		right := make([]float64, 8)
		for _, p := range pairs {
			if p.weight <= 0 {
				continue
			}
			f, t := toUnit.At(p.from), back.At(p.to)
			w := fitted[6]*f.X + fitted[7]*f.Y + 1
			weight := p.weight / (w * w)
			for _, equation := range [2][9]float64{
				{f.X, f.Y, 1, 0, 0, 0, -f.X * t.X, -f.Y * t.X, t.X},
				{0, 0, 0, f.X, f.Y, 1, -f.X * t.Y, -f.Y * t.Y, t.Y},
			} {
				for i := range 8 {
					for j := range 8 {
						system[i][j] += weight * equation[i] * equation[j]
					}
					right[i] += weight * equation[i] * equation[8]
				}
			}
		}
		if !solve(system, right) {
			return Matrix{}, false
		}
		copy(fitted[:], right)
		fitted[8] = 1
	}
	return back.Inverse().Times(fitted).Times(toUnit), true
}

func fromPoints(pairs []pair) []Point {
	points := make([]Point, len(pairs))
	for i, p := range pairs {
		points[i] = p.from
	}
	return points
}

func toPoints(pairs []pair) []Point {
	points := make([]Point, len(pairs))
	for i, p := range pairs {
		points[i] = p.to
	}
	return points
}

// fitRobust fits with the given method and weighs pairs down that lie further
// away than a few times the tolerance, until the fit stands still (Tukey's
// weights). Base weights of the pairs are kept as factors. It returns the map
// and the weights of the pairs, 0 for outliers.
func fitRobust(pairs []pair, tolerance float64, fit func([]pair) (Matrix, bool)) (Matrix, []float64, bool) {
	weighted := append([]pair(nil), pairs...)
	var fitted Matrix
	for round := range 12 {
		var ok bool
		if fitted, ok = fit(weighted); !ok {
			return Matrix{}, nil, false
		}
		cut := tolerance
		if round < 4 { // far starts must be able to come home
			cut = tolerance * float64(int(1)<<(4-round))
		}
		for i, p := range pairs {
			distance := fitted.At(p.from).minus(p.to).length() / cut
			weighted[i].weight = 0
			if distance < 1 {
				weighted[i].weight = p.weight * (1 - distance*distance) * (1 - distance*distance)
			}
		}
	}
	weights := make([]float64, len(pairs))
	for i, p := range weighted {
		weights[i] = p.weight
	}
	return fitted, weights, true
}
