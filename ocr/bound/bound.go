// Package bound says how many errors there may really be, given how many were
// seen: the exact bound of Clopper and Pearson for a share.
package bound

import "math"

// Upper returns the one-sided upper bound, at the given confidence (0.95), for
// the true share of errors when wrong of n were wrong. It returns 1 when n is 0
// or all were wrong: nothing was shown. With no error at all it is
// 1 - (1-confidence)^(1/n), so 29,956 faultless values are needed to claim one
// error in 10,000 at 95 %.
func Upper(wrong, n int, confidence float64) float64 {
	if n <= 0 || wrong >= n {
		return 1
	}
	if wrong <= 0 {
		return -math.Expm1(math.Log1p(-confidence) / float64(n))
	}
	return betaQuantile(confidence, float64(wrong+1), float64(n-wrong))
}

// Lower returns the one-sided lower bound in the same way.
func Lower(wrong, n int, confidence float64) float64 {
	if wrong <= 0 {
		return 0
	}
	return 1 - Upper(n-wrong, n, confidence)
}

// betaQuantile returns the x at which the regularised incomplete beta function
// with parameters a and b reaches p. The function grows with x, so halving the
// interval finds it to the last bit that matters.
func betaQuantile(p, a, b float64) float64 {
	low, high := 0.0, 1.0
	for range 200 {
		middle := (low + high) / 2
		if middle == low || middle == high {
			break
		}
		if betaIncomplete(middle, a, b) < p {
			low = middle
		} else {
			high = middle
		}
	}
	return high
}

// betaIncomplete is the regularised incomplete beta function I_x(a, b), by the
// continued fraction of DLMF 8.17.22 evaluated with Lentz's method.
func betaIncomplete(x, a, b float64) float64 {
	switch {
	case x <= 0:
		return 0
	case x >= 1:
		return 1
	case x > (a+1)/(a+b+2):
		return 1 - betaIncomplete(1-x, b, a) // where the fraction converges faster
	}
	logA, _ := math.Lgamma(a)
	logB, _ := math.Lgamma(b)
	logAB, _ := math.Lgamma(a + b)
	front := math.Exp(a*math.Log(x)+b*math.Log1p(-x)+logAB-logA-logB) / a

	const tiny = 1e-300
	nonzero := func(v float64) float64 {
		if math.Abs(v) < tiny {
			return tiny
		}
		return v
	}
	c, d := 1.0, 1/nonzero(1-(a+b)*x/(a+1))
	fraction := d
	for m := 1.0; m < 100_000; m++ {
		even := m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		d = 1 / nonzero(1+even*d)
		c = nonzero(1 + even/c)
		fraction *= c * d
		odd := -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		d = 1 / nonzero(1+odd*d)
		c = nonzero(1 + odd/c)
		fraction *= c * d
		if math.Abs(c*d-1) < 1e-15 {
			break
		}
	}
	return front * fraction
}
