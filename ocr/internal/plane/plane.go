// Package plane holds pictures of float values and the resampling that the
// network readers share: by area when shrinking, so that thin strokes keep their
// weight, and without any threshold.
package plane

import (
	"image"
	"math"
)

// Plane is a picture of float32 values in rows.
type Plane struct {
	W, H int
	Pix  []float32
}

// New returns a plane of zeros.
func New(w, h int) Plane { return Plane{W: w, H: h, Pix: make([]float32, w*h)} }

// Clone returns a copy that shares nothing.
func (p Plane) Clone() Plane {
	return Plane{W: p.W, H: p.H, Pix: append([]float32(nil), p.Pix...)}
}

// At returns the value at column x of row y.
func (p Plane) At(x, y int) float32 { return p.Pix[y*p.W+x] }

// Percentile returns the value below which the given share of the pixels of the
// rectangle lies, to half a grey level.
func (p Plane) Percentile(inside image.Rectangle, share float64) float64 {
	var histogram [512]int
	inside = inside.Intersect(image.Rect(0, 0, p.W, p.H))
	for y := inside.Min.Y; y < inside.Max.Y; y++ {
		for _, value := range p.Pix[y*p.W+inside.Min.X : y*p.W+inside.Max.X] {
			histogram[min(max(int(value*2), 0), len(histogram)-1)]++
		}
	}
	left := int(math.Ceil(share * float64(inside.Dx()*inside.Dy())))
	for value, count := range histogram {
		if left -= count; left <= 0 {
			return float64(value) / 2
		}
	}
	return 0
}

// taps are the source pixels and weights that make one target pixel.
type taps struct {
	first  int
	weight []float32
}

// filter returns, for n target pixels at start, start+step, …, the triangle
// filter over the source's length pixels. The triangle is as wide as the step,
// so shrinking averages areas, and never narrower than a pixel, so enlarging
// interpolates. Source pixels outside count as zero.
func filter(start, step float64, n, length int) []taps {
	support := math.Max(step, 1)
	all := make([]taps, n)
	room := make([]float32, 0, n*min(2*int(math.Ceil(support))+1, length))
	for i := range all {
		centre := start + float64(i)*step
		from, to := int(math.Ceil(centre-support)), int(math.Floor(centre+support))
		total := float32(0)
		tap := taps{first: max(from, 0), weight: room[len(room):]}
		for at := from; at <= to; at++ {
			weight := float32(math.Max(0, 1-math.Abs(float64(at)-centre)/support))
			total += weight
			if at >= 0 && at < length {
				tap.weight = append(tap.weight, weight)
			}
		}
		room = room[:len(room)+len(tap.weight)]
		for k := range tap.weight {
			tap.weight[k] /= total
		}
		all[i] = tap
	}
	return all
}

// Sample draws a w×h picture whose pixel (0,0) lies at (x,y) of the plane and
// whose pixels are stepX and stepY apart.
func (p Plane) Sample(x, y, stepX, stepY float64, w, h int) Plane {
	across, down := filter(x, stepX, w, p.W), filter(y, stepY, h, p.H)
	top, bottom := p.H, 0 // only the rows that are wanted
	for _, tap := range down {
		if len(tap.weight) > 0 {
			top, bottom = min(top, tap.first), max(bottom, tap.first+len(tap.weight))
		}
	}
	rows := New(w, max(0, bottom-top))
	row := 0
	// Four rows at a time: their sums do not wait for each other.
	for ; row+4 <= rows.H; row += 4 {
		at := (top + row) * p.W
		a, b, c, d := p.Pix[at:at+p.W], p.Pix[at+p.W:at+2*p.W], p.Pix[at+2*p.W:at+3*p.W], p.Pix[at+3*p.W:at+4*p.W]
		for i, tap := range across {
			end := tap.first + len(tap.weight)
			if tap.first >= end {
				continue
			}
			a, b, c, d := a[tap.first:end], b[tap.first:end], c[tap.first:end], d[tap.first:end]
			var sumA, sumB, sumC, sumD float32
			for k, weight := range tap.weight {
				sumA += weight * a[k]
				sumB += weight * b[k]
				sumC += weight * c[k]
				sumD += weight * d[k]
			}
			rows.Pix[row*w+i], rows.Pix[(row+1)*w+i], rows.Pix[(row+2)*w+i], rows.Pix[(row+3)*w+i] = sumA, sumB, sumC, sumD
		}
	}
	for ; row < rows.H; row++ {
		source := p.Pix[(top+row)*p.W : (top+row+1)*p.W]
		for i, tap := range across {
			sum := float32(0)
			for k, weight := range tap.weight {
				sum += weight * source[tap.first+k]
			}
			rows.Pix[row*w+i] = sum
		}
	}
	out := New(w, h)
	for j, tap := range down {
		target := out.Pix[j*w : (j+1)*w]
		for k, weight := range tap.weight {
			source := rows.Pix[(tap.first-top+k)*w : (tap.first-top+k+1)*w]
			for i := range target {
				target[i] += weight * source[i]
			}
		}
	}
	return out
}

// FromGray resamples a grey picture to w×h. Its border pixels are repeated
// outwards, so that no dark rim appears.
func FromGray(img *image.Gray, w, h int) Plane {
	bounds := img.Rect
	stepX, stepY := float64(bounds.Dx())/float64(w), float64(bounds.Dy())/float64(h)
	border := int(math.Ceil(math.Max(math.Max(stepX, stepY), 1))) + 1
	source := New(bounds.Dx()+2*border, bounds.Dy()+2*border)
	for y := range source.H {
		line := img.Pix[min(max(y-border, 0), bounds.Dy()-1)*img.Stride:][:bounds.Dx()]
		to := source.Pix[y*source.W : (y+1)*source.W]
		for x := range border {
			to[x], to[source.W-1-x] = float32(line[0]), float32(line[len(line)-1])
		}
		for x, grey := range line {
			to[border+x] = float32(grey)
		}
	}
	offset := float64(border) - 0.5
	return source.Sample(offset+stepX/2, offset+stepY/2, stepX, stepY, w, h)
}
