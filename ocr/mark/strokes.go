package mark

import "image"

// stroke is a patch of added ink that hangs together.
type stroke struct {
	bounds   image.Rectangle
	ink      float64 // pixels, weighed by their darkness
	own      float64 // share inside the square
	darkness float64 // mean
}

func (s stroke) width() float64  { return float64(s.bounds.Dx()) }
func (s stroke) height() float64 { return float64(s.bounds.Dy()) }

// reach is how far the stroke leaves the square, in the square's larger side.
func (s stroke) reach(square image.Rectangle) float64 {
	if s.bounds.Empty() {
		return 0
	}
	far := max(square.Min.X-s.bounds.Min.X, s.bounds.Max.X-square.Max.X, square.Min.Y-s.bounds.Min.Y, s.bounds.Max.Y-square.Max.Y, 0)
	return min(2, float64(far)/float64(max(1, square.Dx(), square.Dy())))
}

// strokes returns the stroke with the most ink, ink inside the square counting
// four times, and the number of strokes that are no specks.
func strokes(p plane, square image.Rectangle) (main stroke, count int) {
	seen := make([]bool, len(p.at))
	best := 0.0
	for start, v := range p.at {
		if v <= faint || seen[start] {
			continue
		}
		s, weight := p.flood(start, seen, square)
		if s.ink > 0.006*area(square) {
			count++
		}
		if weight > best {
			main, best = s, weight
		}
	}
	return main, count
}

func (p plane) flood(start int, seen []bool, square image.Rectangle) (s stroke, weight float64) {
	seen[start] = true
	stack := []int{start}
	pixels, inside := 0.0, 0.0
	for len(stack) > 0 {
		i := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		at := image.Pt(i%p.width, i/p.width)
		s.bounds = s.bounds.Union(image.Rectangle{at, at.Add(image.Pt(1, 1))})
		v := p.at[i]
		s.ink += v
		pixels++
		if at.In(square) {
			inside += v
		}
		for ny := max(0, at.Y-1); ny <= min(p.height-1, at.Y+1); ny++ {
			for nx := max(0, at.X-1); nx <= min(p.width-1, at.X+1); nx++ {
				if j := ny*p.width + nx; p.at[j] > faint && !seen[j] {
					seen[j] = true
					stack = append(stack, j)
				}
			}
		}
	}
	s.own, s.darkness = inside/s.ink, s.ink/pixels
	return s, s.ink + 3*inside
}
