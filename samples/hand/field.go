package hand

import (
	"errors"
	"image"
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

// times is how much larger a digit's picture is made before its outline is
// taken.
const times = 4

var (
	errNoInk = errors.New("no ink in the picture")
	errFaint = errors.New("ink too faint to follow")
)

// outlined prepares a picture so that its ink ends where the value crosses 128:
// enlarged, evened, because a pen presses unevenly, and cut to its ink.
func (f field) outlined() (field, error) {
	large := f.enlarged()
	for range 4 {
		large = large.softened()
	}
	even, err := large.evened()
	if err != nil {
		return field{}, err
	}
	whole, pieces := even.dropSpecks()
	area, err := whole.bounds()
	if err != nil {
		return field{}, err
	}
	// A stroke too faint to follow would leave half a digit, which no longer
	// says what its label says: a 2 without its foot is a 7 to everybody.
	if pieces > 2 || large.inkUnder(whole) < 0.98 {
		return field{}, errFaint
	}
	// Nor may following the ink open or close a loop.
	peak := uint8(0)
	for _, value := range large.ink {
		peak = max(peak, value)
	}
	if large.loops(peak/3) != whole.loops(128) {
		return field{}, errFaint
	}
	return whole.cut(area), nil
}

// inkUnder returns the share of all inked places, faint strokes included, that
// the strokes of a drawing cover, its soft rim counted as theirs.
func (f field) inkUnder(drawing field) float64 {
	strokes := field{drawing.width, drawing.height, make([]uint8, len(drawing.ink))}
	for i, value := range drawing.ink {
		if value >= 128 {
			strokes.ink[i] = 1
		}
	}
	const rim = times
	strokes = strokes.maximum(rim, 1).maximum(rim, f.width)
	peak := 0
	for _, value := range f.ink {
		peak = max(peak, int(value))
	}
	under, all := 0, 1
	for i, value := range f.ink {
		if int(value) < peak/10 {
			continue
		}
		all++
		under += int(strokes.ink[i])
	}
	return float64(under) / float64(all)
}

// evened divides every pixel by the strongest ink near it, so that a faint part
// of a stroke becomes as strong as the rest. Ink much fainter than the darkest
// is dust and stays faint.
func (f field) evened() (field, error) {
	peak := 0
	for _, value := range f.ink {
		peak = max(peak, int(value))
	}
	if peak < 16 {
		return field{}, errNoInk
	}
	const near = 2 * times
	strongest := f.maximum(near, 1).maximum(near, f.width)
	dust := peak * 5 / 100
	result := field{f.width, f.height, make([]uint8, len(f.ink))}
	for i, value := range f.ink {
		result.ink[i] = uint8(max(0, int(value)-dust) * 255 / (max(peak*14/100, int(strongest.ink[i])) - dust))
	}
	return result, nil
}

// maximum gives every pixel the largest value within reach along rows (step 1)
// or columns (step: the width).
func (f field) maximum(reach, step int) field {
	result := field{f.width, f.height, make([]uint8, len(f.ink))}
	for i := range f.ink {
		back, ahead := i%f.width, f.width-1-i%f.width // steps to the edges
		if step != 1 {
			back, ahead = i/f.width, f.height-1-i/f.width
		}
		for k := -min(reach, back); k <= min(reach, ahead); k++ {
			result.ink[i] = max(result.ink[i], f.ink[i+k*step])
		}
	}
	return result
}

// enlarged returns the picture larger, smooth between its pixels, with room all
// round.
func (f field) enlarged() field {
	large := field{(f.width + 2) * times, (f.height + 2) * times, nil}
	large.ink = make([]uint8, large.width*large.height)
	inside := func(x, y int) int {
		if x < 0 || y < 0 || x >= f.width || y >= f.height {
			return 0
		}
		return int(f.ink[y*f.width+x])
	}
	for y := range large.height {
		sy := (2*y+1-times)*128/times - 256 // source row in 256ths
		cy, fy := sy>>8, sy&255
		for x := range large.width {
			sx := (2*x+1-times)*128/times - 256
			cx, fx := sx>>8, sx&255
			top := inside(cx, cy)*(256-fx) + inside(cx+1, cy)*fx
			bottom := inside(cx, cy+1)*(256-fx) + inside(cx+1, cy+1)*fx
			large.ink[y*large.width+x] = uint8((top*(256-fy) + bottom*fy) >> 16)
		}
	}
	return large
}

// softened gives every pixel the mean of itself and its eight neighbours.
func (f field) softened() field {
	result := field{f.width, f.height, make([]uint8, len(f.ink))}
	for y := range f.height {
		for x := range f.width {
			sum := 0
			for dy := -1; dy <= 1; dy++ {
				for dx := -1; dx <= 1; dx++ {
					sum += f.at(x+dx, y+dy)
				}
			}
			result.ink[y*f.width+x] = uint8(sum / 9)
		}
	}
	return result
}

// bounds returns the area of the ink with a soft rim.
func (f field) bounds() (image.Rectangle, error) {
	var area image.Rectangle
	for i, value := range f.ink {
		if value >= 128 {
			x, y := i%f.width, i/f.width
			area = area.Union(image.Rect(x, y, x+1, y+1))
		}
	}
	if area.Dy() < f.height/6 {
		return image.Rectangle{}, errNoInk
	}
	const rim = 2
	return area.Inset(-rim).Intersect(image.Rect(0, 0, f.width, f.height)), nil
}

// cut returns a part of the picture.
func (f field) cut(area image.Rectangle) field {
	result := field{width: area.Dx(), height: area.Dy()}
	for y := area.Min.Y; y < area.Max.Y; y++ {
		result.ink = append(result.ink, f.ink[y*f.width+area.Min.X:y*f.width+area.Max.X]...)
	}
	return result
}

// dropSpecks returns the picture without the patches of ink that are much
// smaller than the largest, and how many patches are left.
func (f field) dropSpecks() (field, int) {
	patch := make([]int, len(f.ink)) // 0: not seen
	var sizes []int
	for start := range f.ink {
		if f.ink[start] < 100 || patch[start] != 0 {
			continue
		}
		sizes = append(sizes, 0)
		number := len(sizes)
		open := []int{start}
		patch[start] = number
		for len(open) > 0 {
			i := open[len(open)-1]
			open = open[:len(open)-1]
			sizes[number-1]++
			x, y := i%f.width, i/f.width
			for _, next := range [...][2]int{{x - 1, y}, {x + 1, y}, {x, y - 1}, {x, y + 1}} {
				if next[0] < 0 || next[1] < 0 || next[0] >= f.width || next[1] >= f.height {
					continue
				}
				if j := next[1]*f.width + next[0]; patch[j] == 0 && f.ink[j] >= 100 {
					patch[j] = number
					open = append(open, j)
				}
			}
		}
	}
	largest := 0
	for _, size := range sizes {
		largest = max(largest, size)
	}
	result := field{f.width, f.height, append([]uint8(nil), f.ink...)}
	for i, number := range patch {
		if number != 0 && sizes[number-1]*8 < largest {
			result.ink[i] = 0
		}
	}
	pieces := 0
	for _, size := range sizes {
		if size*8 >= largest {
			pieces++
		}
	}
	return result, pieces
}

// between reads between the pixels; outside there is no ink.
func (f field) between(x, y float64) float64 {
	ix, iy := int(x), int(y)
	if x < 0 || y < 0 || ix+1 >= f.width || iy+1 >= f.height {
		return 0
	}
	fx, fy := x-float64(ix), y-float64(iy)
	at := f.ink[iy*f.width+ix:]
	below := at[f.width:]
	return (float64(at[0])*(1-fx)+float64(at[1])*fx)*(1-fy) + (float64(below[0])*(1-fx)+float64(below[1])*fx)*fy
}
