package hand

import "math"

// thinned wears thick strokes down towards width, in pixels of the picture, and
// leaves thin ones as they are. A stroke keeps its middle: a pixel stays when it
// lies no further from the middle line than half the width. No stroke loses
// more than a third, because ragged ones would fall apart.
func (f field) thinned(width float64) field {
	depth := f.depths()
	// The thickness at a pixel is the radius of the largest disc of ink that
	// covers it.
	thickness := make([]float64, len(depth))
	for i, radius := range depth {
		if radius < 1 {
			continue
		}
		x, y, reach := i%f.width, i/f.width, int(radius)
		for ny := max(0, y-reach); ny <= min(f.height-1, y+reach); ny++ {
			for nx := max(0, x-reach); nx <= min(f.width-1, x+reach); nx++ {
				if square := (nx-x)*(nx-x) + (ny-y)*(ny-y); float64(square) <= radius*radius {
					thickness[ny*f.width+nx] = max(thickness[ny*f.width+nx], radius)
				}
			}
		}
	}
	result := field{f.width, f.height, make([]uint8, len(f.ink))}
	for i, value := range f.ink {
		if thickness[i] <= width/2 {
			result.ink[i] = value
			continue
		}
		half := max(width/2, thickness[i]*2/3)
		left := depth[i] - (thickness[i] - half) // how deep in the thinner stroke
		level := 128 + 80*(left-0.5)
		result.ink[i] = uint8(max(0, min(float64(value)+40, level, 255)))
	}
	return result.softened()
}

// depths returns how far each pixel of ink is from the nearest paper: 0 on
// paper, about 1 at the rim (chamfer distance).
func (f field) depths() []float64 {
	depth := make([]float64, len(f.ink))
	for i, value := range f.ink {
		if value >= 128 {
			depth[i] = math.Inf(1)
		}
	}
	at := func(x, y int) float64 {
		if x < 0 || y < 0 || x >= f.width || y >= f.height {
			return 0
		}
		return depth[y*f.width+x]
	}
	for y := range f.height {
		for x := range f.width {
			i := y*f.width + x
			depth[i] = min(depth[i], at(x-1, y)+1, at(x, y-1)+1, at(x-1, y-1)+math.Sqrt2, at(x+1, y-1)+math.Sqrt2)
		}
	}
	for y := f.height - 1; y >= 0; y-- {
		for x := f.width - 1; x >= 0; x-- {
			i := y*f.width + x
			depth[i] = min(depth[i], at(x+1, y)+1, at(x, y+1)+1, at(x+1, y+1)+math.Sqrt2, at(x-1, y+1)+math.Sqrt2)
		}
	}
	return depth
}
