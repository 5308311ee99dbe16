package main

import (
	"math"
	"slices"

	"sesshu/ocr/tesseract"
)

// fit makes one class's table: half of the lines find the weights by logistic
// regression, the other half the share of right readings along the score.
func fit(samples []sample) tesseract.Table {
	var weights, shares []sample
	for i, s := range samples {
		if len(s.m.Texts) == 0 {
			continue
		}
		if i%2 == 0 {
			weights = append(weights, s)
		} else {
			shares = append(shares, s)
		}
	}
	table := tesseract.Table{Weights: regress(weights), Lines: len(samples)}
	table.Scores, table.Right = isotonic(table, shares)
	table.Listed = listed(samples)
	return table
}

// regress minimises the logarithmic loss by Newton's method, with a little
// ridge to keep it finite where classes separate.
func regress(samples []sample) []float64 {
	n := len(samples[0].m.Features) + 1
	weights := make([]float64, n)
	for range 30 {
		gradient := make([]float64, n)
		hessian := make([][]float64, n)
		for i := range hessian {
			hessian[i] = make([]float64, n)
			hessian[i][i] = 1e-2
			gradient[i] = -1e-2 * weights[i]
		}
		for _, s := range samples {
			x := append(slices.Clone(s.m.Features), 1)
			p := sigmoid(dot(weights, x))
			for i := range x {
				gradient[i] += (s.right - p) * x[i]
				for j := range x {
					hessian[i][j] += p * (1 - p) * x[i] * x[j]
				}
			}
		}
		for i, step := range solve(hessian, gradient) {
			weights[i] += step
		}
	}
	return weights
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

func dot(a, b []float64) float64 {
	sum := 0.0
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

// solve is Gaussian elimination with pivots; it overwrites its arguments.
func solve(a [][]float64, b []float64) []float64 {
	n := len(b)
	for column := range n {
		pivot := column
		for row := column + 1; row < n; row++ {
			if math.Abs(a[row][column]) > math.Abs(a[pivot][column]) {
				pivot = row
			}
		}
		a[column], a[pivot] = a[pivot], a[column]
		b[column], b[pivot] = b[pivot], b[column]
		for row := column + 1; row < n; row++ {
			factor := a[row][column] / a[column][column]
			for k := column; k < n; k++ {
				a[row][k] -= factor * a[column][k]
			}
			b[row] -= factor * b[column]
		}
	}
	for row := n - 1; row >= 0; row-- {
		for k := row + 1; k < n; k++ {
			b[row] -= a[row][k] * b[k]
		}
		b[row] /= a[row][row]
	}
	return b
}

// isotonic pools neighbours until the share of right readings rises with the
// score. Each pool's share counts one reading more, half of it wrong, so that
// no finite sample claims certainty.
func isotonic(table tesseract.Table, samples []sample) (scores, shares []float64) {
	type pool struct{ score, right, count float64 }
	ordered := slices.Clone(samples)
	score := func(s sample) float64 { return table.Score(s.m.Features) }
	slices.SortFunc(ordered, func(a, b sample) int {
		switch {
		case score(a) < score(b):
			return -1
		case score(a) > score(b):
			return 1
		}
		return 0
	})
	const least = 40 // readings in a pool to begin with
	var pools []pool
	for start := 0; start < len(ordered); start += least {
		var p pool
		for _, s := range ordered[start:min(start+least, len(ordered))] {
			p.score += score(s)
			p.right += s.right
			p.count++
		}
		pools = append(pools, p)
		for len(pools) > 1 {
			a, b := pools[len(pools)-2], pools[len(pools)-1]
			if a.right*b.count < b.right*a.count {
				break
			}
			pools = append(pools[:len(pools)-2], pool{a.score + b.score, a.right + b.right, a.count + b.count})
		}
	}
	for _, p := range pools {
		scores = append(scores, p.score/p.count)
		shares = append(shares, (p.right+0.5)/(p.count+1))
	}
	for i := len(shares) - 2; i >= 0; i-- { // the extra reading weighs unlike in unlike pools
		shares[i] = min(shares[i], shares[i+1])
	}
	return scores, shares
}

// listed is the share of wrong readings whose truth is among the other texts.
func listed(samples []sample) float64 {
	found, wrong := 1.0, 2.0
	for _, s := range samples {
		if s.truth == "" || len(s.m.Texts) == 0 || s.right == 1 {
			continue
		}
		wrong++
		if s.other {
			found++
		}
	}
	return found / wrong
}
