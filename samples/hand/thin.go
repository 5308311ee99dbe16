package hand

import (
	"errors"

	"sesshu/samples/ink"
)

// field is a small picture of ink, 0 none to 255 full.
type field struct {
	width, height int
	ink           []uint8
}

func (f field) at(x, y int) int {
	x, y = max(0, min(f.width-1, x)), max(0, min(f.height-1, y))
	return int(f.ink[y*f.width+x])
}

// enlarged returns the picture some times larger, smooth between its pixels.
func (f field) enlarged(times int) field {
	large := field{f.width * times, f.height * times, make([]uint8, f.width*f.height*times*times)}
	for y := range large.height {
		sy := (2*y + 1 - times) * 128 / times // source row in 256ths
		cy, fy := sy>>8, sy&255
		for x := range large.width {
			sx := (2*x + 1 - times) * 128 / times
			cx, fx := sx>>8, sx&255
			top := f.at(cx, cy)*(256-fx) + f.at(cx+1, cy)*fx
			bottom := f.at(cx, cy+1)*(256-fx) + f.at(cx+1, cy+1)*fx
			large.ink[y*large.width+x] = uint8((top*(256-fy) + bottom*fy) >> 16)
		}
	}
	return large
}

// strong returns which pixels are ink: those above low that hang together with
// one above high.
func (f field) strong(low, high int) []bool {
	inked := make([]bool, len(f.ink))
	var open []int
	for i, value := range f.ink {
		if int(value) >= high {
			inked[i] = true
			open = append(open, i)
		}
	}
	for len(open) > 0 {
		i := open[len(open)-1]
		open = open[:len(open)-1]
		x, y := i%f.width, i/f.width
		for dy := -1; dy <= 1; dy++ {
			for dx := -1; dx <= 1; dx++ {
				if nx, ny := x+dx, y+dy; nx >= 0 && ny >= 0 && nx < f.width && ny < f.height {
					if j := ny*f.width + nx; !inked[j] && int(f.ink[j]) >= low {
						inked[j] = true
						open = append(open, j)
					}
				}
			}
		}
	}
	return inked
}

// ring lists the eight neighbours clockwise from the one above.
var ring = [8][2]int{{0, -1}, {1, -1}, {1, 0}, {1, 1}, {0, 1}, {-1, 1}, {-1, 0}, {-1, -1}}

// thin wears strokes down to lines one pixel wide (Zhang and Suen, 1984).
func thin(inked []bool, width, height int) {
	on := func(x, y int) bool { return x >= 0 && y >= 0 && x < width && y < height && inked[y*width+x] }
	for changed := true; changed; {
		changed = false
		for pass := range 2 {
			var gone []int
			for i, is := range inked {
				if !is {
					continue
				}
				x, y := i%width, i/width
				var around [8]bool
				count, turns := 0, 0
				for k, step := range ring {
					if around[k] = on(x+step[0], y+step[1]); around[k] {
						count++
					}
				}
				for k := range around {
					if !around[k] && around[(k+1)%8] {
						turns++
					}
				}
				if count < 2 || count > 6 || turns != 1 {
					continue
				}
				north, east, south, west := around[0], around[2], around[4], around[6]
				if pass == 0 && (north && east && south || east && south && west) ||
					pass == 1 && (north && east && west || north && south && west) {
					continue
				}
				gone = append(gone, i)
			}
			for _, i := range gone {
				inked[i] = false
				changed = true
			}
		}
	}
}

var errNoInk = errors.New("no ink to follow")

// follow turns a picture of a digit into strokes along the middle of its ink.
func (f field) follow() (shape, error) {
	peak := 0
	for _, value := range f.ink {
		peak = max(peak, int(value))
	}
	times := max(2, 84/f.height)
	large := f.enlarged(times)
	inked := large.strong(max(1, peak*30/100), max(1, peak*55/100))
	thin(inked, large.width, large.height)
	var places []int
	for i, is := range inked {
		if is {
			places = append(places, i)
		}
	}
	if len(places) < large.height/5 {
		return shape{}, errNoInk
	}
	smooth := smoothed(inked, places, large.width, large.height)
	var result shape
	for _, i := range places {
		x, y := i%large.width, i/large.width
		for _, step := range [...][2]int{{1, 0}, {0, 1}, {1, 1}, {-1, 1}} {
			nx, ny := x+step[0], y+step[1]
			if nx < 0 || nx >= large.width || ny >= large.height || !inked[ny*large.width+nx] {
				continue
			}
			a, b := smooth[i], smooth[ny*large.width+nx]
			result.strokes = append(result.strokes, []ink.PenPoint{{X: a.x, Y: a.y, Width: 1}, {X: b.x, Y: b.y, Width: 1}})
		}
	}
	if len(result.strokes) == 0 {
		return shape{}, errNoInk
	}
	return result.fitted(), nil
}

// smoothed takes the stairs out of a thin line: every point moves to the mean
// of itself and its neighbours, three times over.
func smoothed(inked []bool, places []int, width, height int) map[int]point {
	current := make(map[int]point, len(places))
	for _, i := range places {
		current[i] = point{float64(i % width), float64(i / width)}
	}
	for range 3 {
		next := make(map[int]point, len(places))
		for _, i := range places {
			sum, count := current[i], 1.0
			x, y := i%width, i/width
			for _, step := range ring {
				nx, ny := x+step[0], y+step[1]
				if nx >= 0 && ny >= 0 && nx < width && ny < height && inked[ny*width+nx] {
					p := current[ny*width+nx]
					sum.x += p.x
					sum.y += p.y
					count++
				}
			}
			if count > 2 { // an end of a line stays where it is
				next[i] = point{sum.x / count, sum.y / count}
			} else {
				next[i] = current[i]
			}
		}
		current = next
	}
	return current
}
