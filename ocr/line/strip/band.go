package strip

import (
	"math"

	"sesshu/ocr/internal/plane"
)

// binned is a picture whose columns were summed by groups of binWidth, for row
// profiles: a sloping line moves by less than a pixel inside a group.
type binned struct {
	plane.Plane
	middle float64 // of the picture, in groups
}

const binWidth = 8

// bin sums groups of columns. Very dark ink counts no more than firm ink, so a
// stamp does not outweigh the print.
func bin(ink plane.Plane) binned {
	out := plane.New((ink.W+binWidth-1)/binWidth, ink.H)
	for y := range ink.H {
		to := out.Pix[y*out.W : (y+1)*out.W]
		for x, value := range ink.Pix[y*ink.W : (y+1)*ink.W] {
			if value -= faintest / 3; value > 0 {
				to[x/binWidth] += min(value, 120)
			}
		}
	}
	return binned{Plane: out, middle: float64(ink.W-1)/2/binWidth - float64(binWidth-1)/2/binWidth}
}

// profile sums ink along rows of the given slope (rows per pixel column).
func (b binned) profile(slope float64) []float64 {
	sums := make([]float64, b.H)
	for x := range b.W {
		shift := slope * binWidth * (float64(x) - b.middle)
		whole := int(math.Floor(-shift))
		part := -shift - float64(whole)
		rest := 1 - part
		for y := max(0, -whole-1); y < min(b.H, b.H-whole); y++ {
			value := float64(b.At(x, y))
			at := y + whole
			if at >= 0 {
				sums[at] += value * rest
			}
			if at+1 < b.H {
				sums[at+1] += value * part
			}
		}
	}
	return sums
}

// upright finds the slope whose row profile is the most uneven: text lines have
// sharp tops and feet when they are level.
func (b binned) upright() float64 {
	score := func(slope float64) float64 {
		total, last := 0.0, 0.0
		for _, sum := range b.profile(slope) {
			total += (sum - last) * (sum - last)
			last = sum
		}
		return total
	}
	best, slope := score(0)*1.03, 0.0
	for i := -slopeSteps; i <= slopeSteps; i++ {
		if value := score(float64(i) * slopeStep); value > best {
			best, slope = value, float64(i)*slopeStep
		}
	}
	return slope
}

// band finds the rows that hold the line, in rows of the levelled picture: the
// run of inked rows with the most ink, its edges where the ink falls to a small
// part of its typical height.
func (b binned) band(slope float64) (top, bottom float64, ok bool) {
	sums := b.profile(slope)
	most := 0.0
	for _, sum := range sums {
		most = math.Max(most, sum)
	}
	if most < faintest*float64(b.H)/8 {
		return 0, 0, false
	}
	enough := 0.16 * most
	bestMass := 0.0
	for y := 0; y < len(sums); {
		if sums[y] < enough {
			y++
			continue
		}
		first, mass, gap := y, 0.0, 0
		last := y
		// Thin rows inside letters do not end a line.
		for ; y < len(sums) && gap <= max(len(sums)/24, (last-first)/8); y++ {
			if sums[y] >= enough {
				mass += sums[y]
				last, gap = y, 0
			} else {
				gap++
			}
		}
		// A run that the picture's edge cuts is rather a neighbouring line.
		if first == 0 || last == len(sums)-1 {
			mass *= 0.6
		}
		if mass > bestMass && last-first >= 4 {
			bestMass, top, bottom, ok = mass, float64(first)-0.5, float64(last)+0.5, true
		}
	}
	return top, bottom, ok
}

// extent finds the columns of the levelled picture that hold print.
func extent(ink plane.Plane, slope, top, bottom float64, dark float32) (left, right float64, ok bool) {
	first, last := -1, -1
	for x := range ink.W {
		shift := slope * (float64(x) - float64(ink.W-1)/2)
		inked := 0
		for y := max(int(top+shift+0.5), 0); y <= min(int(bottom+shift), ink.H-1); y++ {
			if ink.At(x, y) > 0.4*dark {
				inked++
			}
		}
		if float64(inked) >= math.Max(1, 0.06*(bottom-top)) {
			if first < 0 {
				first = x
			}
			last = x
		}
	}
	if first < 0 {
		return 0, 0, false
	}
	return float64(first) - 0.5, float64(last) + 0.5, true
}
