package barcode

import "math"

// print describes how wide a symbol's elements are: the means of narrow and
// wide bars and spaces, and how far elements stray from them.
type print struct {
	bar, space [2]float64 // narrow, wide
	spread     float64
}

// estimate parts bars and spaces each into narrow and wide by their middle.
// The gaps between characters are no part of it: they may have any width.
func estimate(widths []float64) (print, bool) {
	var form print
	for parity := range 2 {
		var kind []float64
		for i := parity; i < len(widths); i += 2 {
			if i%stride != stride-1 {
				kind = append(kind, widths[i])
			}
		}
		narrow, wide, ok := twoMeans(kind)
		if !ok {
			return print{}, false
		}
		if parity == 0 {
			form.bar = [2]float64{narrow, wide}
		} else {
			form.space = [2]float64{narrow, wide}
		}
	}
	form.spread = 0.12 * (form.bar[1] + form.space[1] - form.bar[0] - form.space[0])
	return form, true
}

// twoMeans parts values into a low and a high group.
func twoMeans(values []float64) (low, high float64, ok bool) {
	low, high = math.Inf(1), 0
	for _, v := range values {
		low, high = min(low, v), max(high, v)
	}
	for range 6 {
		var sums, counts [2]float64
		for _, v := range values {
			group := 0
			if v > (low+high)/2 {
				group = 1
			}
			sums[group] += v
			counts[group]++
		}
		if counts[0] == 0 || counts[1] == 0 {
			return 0, 0, false
		}
		low, high = sums[0]/counts[0], sums[1]/counts[1]
	}
	return low, high, high > 1.3*low
}

// refine takes the means and the spread from the classified elements.
func (f print) refine(widths []float64, codes []int) print {
	var sums, counts [2][2]float64
	for i, code := range codes {
		for j := range elementsPerCharacter {
			wide := patterns[code] >> (6 - j) & 1
			sums[j&1][wide] += widths[i*stride+j]
			counts[j&1][wide]++
		}
	}
	for wide := range 2 {
		if counts[0][wide] > 1 {
			f.bar[wide] = sums[0][wide] / counts[0][wide]
		}
		if counts[1][wide] > 1 {
			f.space[wide] = sums[1][wide] / counts[1][wide]
		}
	}
	squares, n := 0.0, 0.0
	for i, code := range codes {
		for j := range elementsPerCharacter {
			d := widths[i*stride+j] - f.mean(j, patterns[code]>>(6-j)&1)
			squares += d * d
			n++
		}
	}
	f.spread = max(0.04*(f.bar[1]+f.space[1]), math.Sqrt(squares/n))
	return f
}

func (f print) mean(element int, wide byte) float64 {
	if element&1 == 0 {
		return f.bar[wide]
	}
	return f.space[wide]
}

// classify returns the likeliest character, the next and how far apart their
// log likelihoods are. Elements stray with heavier tails than a bell curve: a
// speck moves one edge far, so a single element may argue only so much.
func (f print) classify(widths []float64, letters bool) (best, second int, margin float64) {
	first, next := math.Inf(-1), math.Inf(-1)
	best, second = -1, -1
	for code, pattern := range patterns {
		if letters != (code >= firstLetter) {
			continue
		}
		sum := 0.0
		for j, w := range widths {
			d := (w - f.mean(j, pattern>>(6-j)&1)) / f.spread
			sum -= math.Log1p(d * d / 3)
		}
		sum *= 2
		switch {
		case sum > first:
			second, next = best, first
			best, first = code, sum
		case sum > next:
			second, next = code, sum
		}
	}
	return best, second, first - next
}

// plausible bounds what a printer can have meant: wide elements are 2 to 3
// times narrow ones, and ink gain moves bars and spaces against each other.
func (f print) plausible() bool {
	narrow, wide := f.bar[0]+f.space[0], f.bar[1]+f.space[1]
	ratio := wide / narrow
	return ratio > 1.5 && ratio < 4 && f.spread < 0.35*(wide-narrow)/2
}
