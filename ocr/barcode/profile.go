package barcode

import (
	"image"
	"math"
)

// A profile is the mean brightness of a strip of the crop along the bars, as a
// function of the place across them, in halves of a pixel.
type profile []float64

const binsPerPixel = 2

// tilt finds the slope of the bars, in pixels to the right per pixel down, by
// the sharpness of the profile: bars that are averaged along their own
// direction keep their edges.
func tilt(img *image.Gray) float64 {
	best, bestEnergy := 0.0, -1.0
	try := func(slope float64, rows int) {
		if energy := sharpness(img, slope, rows); energy > bestEnergy {
			best, bestEnergy = slope, energy
		}
	}
	for step := -9; step <= 9; step++ {
		try(float64(step)*0.0175, 12) // a degree each
	}
	centre := best
	bestEnergy = -1
	for step := -4; step <= 4; step++ {
		try(centre+float64(step)*0.003, 24)
	}
	return best
}

// sharpness sums the squared steps of a rough profile, in whole pixels, over so
// many rows of the crop.
func sharpness(img *image.Gray, slope float64, rows int) float64 {
	bounds := img.Bounds()
	width, height := bounds.Dx(), bounds.Dy()
	sum, count := make([]int32, width), make([]int32, width)
	for i := range min(rows, height) {
		y := i * height / min(rows, height)
		shift := int(math.Round(-slope * (float64(y) + 0.5 - float64(height)/2)))
		row := img.Pix[img.PixOffset(bounds.Min.X, bounds.Min.Y+y):][:width]
		for x := max(0, -shift); x < min(width, width-shift); x++ {
			sum[x+shift] += int32(row[x])
			count[x+shift]++
		}
	}
	energy, last := 0.0, 0.0
	for x, n := range count {
		if n == 0 {
			continue
		}
		mean := float64(sum[x]) / float64(n)
		if x > 0 && count[x-1] > 0 {
			energy += (mean - last) * (mean - last)
		}
		last = mean
	}
	return energy
}

// strip is a profile in the making: the sums of brightness, and how much of a
// pixel went into each.
type strip struct{ sum, weight []float64 }

// stripOf adds up rows top to bottom-1 along the slope. The place of a pixel is
// that of its bar in the crop's middle row.
func stripOf(img *image.Gray, top, bottom int, slope float64) strip {
	bounds := img.Bounds()
	width := bounds.Dx()
	const edge = binsPerPixel
	size := width*binsPerPixel + 2*edge
	s := strip{make([]float64, size), make([]float64, size)}
	middle := float64(bounds.Dy()) / 2
	for y := top; y < bottom; y++ {
		row := img.Pix[img.PixOffset(bounds.Min.X, bounds.Min.Y+y):][:width]
		shift := -slope * (float64(y) + 0.5 - middle) * binsPerPixel
		whole := int(math.Floor(shift))
		part := shift - float64(whole)
		for x, pixel := range row { // a pixel covers binsPerPixel bins, the first and one more in part
			first := x*binsPerPixel + whole + edge
			if first < 0 || first+binsPerPixel >= size {
				continue
			}
			v := float64(pixel)
			s.sum[first] += (1 - part) * v
			s.weight[first] += 1 - part
			for i := first + 1; i < first+binsPerPixel; i++ {
				s.sum[i] += v
				s.weight[i]++
			}
			s.sum[first+binsPerPixel] += part * v
			s.weight[first+binsPerPixel] += part
		}
	}
	return strip{s.sum[edge : size-edge], s.weight[edge : size-edge]}
}

// together adds strips of one crop up.
func together(strips []strip) strip {
	all := strip{make([]float64, len(strips[0].sum)), make([]float64, len(strips[0].sum))}
	for _, s := range strips {
		for i := range all.sum {
			all.sum[i] += s.sum[i]
			all.weight[i] += s.weight[i]
		}
	}
	return all
}

// profile is the mean brightness; bins that no row reached take their
// neighbour's.
func (s strip) profile() profile {
	p := make(profile, len(s.sum))
	last := 255.0
	for i := range p {
		if s.weight[i] > 0.3 {
			last = s.sum[i] / s.weight[i]
		}
		p[i] = last
	}
	return p
}

// elements are the widths of alternating bars and spaces, in pixels, beginning
// with a bar; start is where the first begins.
type elements struct {
	widths []float64
	start  float64
}

// split finds the bars and spaces. A turn from dark to bright counts when it
// is a fair part of the contrast round it; edges lie half way between the
// extremes, so slow changes of the light do not move them.
func (p profile) split(share float64) elements {
	if len(p) < 8 {
		return elements{}
	}
	smooth := p.smooth()
	turns := smooth.turns(share)
	var edges []float64
	for i := 1; i < len(turns); i++ {
		edges = append(edges, smooth.crossing(turns[i-1], turns[i])/binsPerPixel)
	}
	if len(turns) > 0 && smooth[turns[0]] < smooth[turns[min(1, len(turns)-1)]] && len(edges) > 0 {
		edges = edges[1:] // begins dark: the first bar's left edge is not in the crop
	}
	if len(edges) < 2 {
		return elements{}
	}
	found := elements{start: edges[0]}
	for i := 1; i < len(edges); i++ {
		found.widths = append(found.widths, edges[i]-edges[i-1])
	}
	return found
}

func (p profile) smooth() profile {
	out := make(profile, len(p))
	for i := range p {
		out[i] = (p[max(0, i-1)] + 2*p[i] + p[min(len(p)-1, i+1)]) / 4
	}
	return out
}

// turns lists alternating highest and lowest places. The swing asked for
// follows the contrast in the neighbourhood.
func (p profile) turns(share float64) []int {
	const reach = 40 * binsPerPixel
	low, high := p.windows(reach)
	var turns []int
	extreme, rising := 0, true
	for i := range p {
		swing := max(6, share*(high[i]-low[i]))
		switch {
		case rising && p[i] > p[extreme], !rising && p[i] < p[extreme]:
			extreme = i
		case rising && p[extreme]-p[i] > swing, !rising && p[i]-p[extreme] > swing:
			turns = append(turns, extreme)
			extreme, rising = i, !rising
		}
	}
	return append(turns, extreme)
}

// windows returns the lowest and highest value within reach of each place, in
// steps coarse enough to be cheap.
func (p profile) windows(reach int) (low, high []float64) {
	low, high = make([]float64, len(p)), make([]float64, len(p))
	step := max(1, reach/4)
	for start := 0; start < len(p); start += step {
		lowest, highest := math.Inf(1), math.Inf(-1)
		for i := max(0, start-reach); i < min(len(p), start+step+reach); i++ {
			lowest, highest = min(lowest, p[i]), max(highest, p[i])
		}
		for i := start; i < min(len(p), start+step); i++ {
			low[i], high[i] = lowest, highest
		}
	}
	return low, high
}

// crossing is where the profile passes the middle between two extremes.
func (p profile) crossing(from, to int) float64 {
	level := (p[from] + p[to]) / 2
	for i := from; i < to; i++ {
		if (p[i]-level)*(p[i+1]-level) <= 0 && p[i] != p[i+1] {
			return float64(i) + 0.5 + (p[i]-level)/(p[i]-p[i+1])
		}
	}
	return float64(from+to)/2 + 0.5
}
