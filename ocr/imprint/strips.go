package imprint

import (
	"image"
	"math"
	"slices"
)

// What an endorser prints is one line of small characters with paper round it.
// All lengths are millimetres of the sheet.
const (
	coarse       = 4.0  // pixels a millimetre of the picture in which lines are looked for
	inkContrast  = 22   // grey levels below the paper round it
	longestLevel = 12.0 // longer level strokes are rules and shadows, no characters
	longestPlumb = 7.0  // and upright ones
	widestGap    = 5.0  // between two characters of a line: a space in wide type
	leastHeight  = 1.2  // of the characters
	mostHeight   = 5.5
	leastPitch   = 0.9 // from character to character
	mostPitch    = 4.2
	mostSlope    = 0.11 // 6°
	leastRatio   = 0.38 // of pitch to height of the characters
	mostRatio    = 1.8
	mostLines    = 12 // that are read on a page, in each of the four directions
)

// strip is where a line may be: a level strip in a picture's coordinates, in
// coarse pixels, its middle at middle + slope*x.
type strip struct {
	left, right   float64
	middle, slope float64
	height        float64
	unlike        float64 // how little it looks like the line that is looked for
}

// shrink averages the page to coarse resolution. scale is page pixels per
// coarse pixel.
func shrink(page *image.Gray, scale float64) *image.Gray {
	size := page.Bounds().Size()
	width, height := int(float64(size.X)/scale), int(float64(size.Y)/scale)
	small := image.NewGray(image.Rect(0, 0, width, height))
	columns := make([]int, width+1)
	for x := range columns {
		columns[x] = min(int(float64(x)*scale), size.X)
	}
	sums := make([]int, width)
	for y := range height {
		from, to := int(float64(y)*scale), min(int(float64(y+1)*scale), size.Y)
		clear(sums)
		for row := from; row < to; row++ {
			line := page.Pix[row*page.Stride : row*page.Stride+size.X]
			for x := range width {
				sum := 0
				for _, pixel := range line[columns[x]:columns[x+1]] {
					sum += int(pixel)
				}
				sums[x] += sum
			}
		}
		for x, sum := range sums {
			small.Pix[y*small.Stride+x] = uint8(sum / max(1, (to-from)*(columns[x+1]-columns[x])))
		}
	}
	return small
}

// inkOf tells the dark pixels of a coarse picture from its paper, and takes the
// long strokes out.
func inkOf(small *image.Gray) []bool {
	const block = 24
	width, height := small.Rect.Dx(), small.Rect.Dy()
	ink := make([]bool, width*height)
	for top := 0; top < height; top += block {
		for left := 0; left < width; left += block {
			area := image.Rect(left, top, min(left+block, width), min(top+block, height))
			paper := median(small, area)
			for y := area.Min.Y; y < area.Max.Y; y++ {
				for x := area.Min.X; x < area.Max.X; x++ {
					ink[y*width+x] = int(small.Pix[y*small.Stride+x]) < paper-inkContrast
				}
			}
		}
	}
	long := make([]bool, len(ink))
	mark := func(first, step, count, most int) {
		run := 0
		for i := 0; i <= count; i++ {
			if i < count && ink[first+i*step] {
				run++
				continue
			}
			if run > most {
				for j := i - run; j < i; j++ {
					long[first+j*step] = true
				}
			}
			run = 0
		}
	}
	for y := range height {
		mark(y*width, 1, width, int(longestLevel*coarse))
	}
	for x := range width {
		mark(x, width, height, int(longestPlumb*coarse))
	}
	for i := range ink {
		ink[i] = ink[i] && !long[i]
	}
	return ink
}

func median(small *image.Gray, area image.Rectangle) int {
	var counts [256]int
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for _, pixel := range small.Pix[y*small.Stride+area.Min.X : y*small.Stride+area.Max.X] {
			counts[pixel]++
		}
	}
	left := area.Dx() * area.Dy() / 2
	for shade, count := range counts {
		if left -= count; left < 0 {
			return shade
		}
	}
	return 255
}

// run is one level stretch of ink whose gaps are no wider than between two
// characters.
type run struct {
	y, from, to int // to is behind it
	group       int
}

// strips finds the lines of print that may be a text of so many characters,
// those that look most like it first. The ink is row by row.
func strips(ink []bool, width, height, characters int) []strip {
	groups := gather(runsOf(ink, width, height))
	var found []strip
	for _, group := range groups {
		left, right := width, 0
		for _, r := range group {
			left, right = min(left, r.from), max(right, r.to)
		}
		length := float64(right-left) / coarse
		if length < leastPitch*float64(characters-1) || length > mostPitch*float64(characters) {
			continue
		}
		line, ok := fit(ink, width, group)
		if !ok {
			continue
		}
		line.left, line.right = float64(left), float64(right)
		pitch := float64(right-left) / (float64(characters) - 0.2) / line.height
		if pitch < leastRatio || pitch > mostRatio {
			continue
		}
		edge := min(line.middle+line.slope*(line.left+line.right)/2, float64(height)-line.middle-line.slope*(line.left+line.right)/2)
		line.unlike = math.Abs(math.Log(pitch/0.85)) + edge/coarse/60
		found = append(found, line)
	}
	slices.SortFunc(found, func(a, b strip) int {
		switch {
		case a.unlike < b.unlike:
			return -1
		case a.unlike > b.unlike:
			return 1
		}
		return 0
	})
	return found[:min(len(found), mostLines)]
}

func runsOf(ink []bool, width, height int) []run {
	const gap = int(widestGap * coarse)
	var runs []run
	for y := range height {
		last := -1 // of the row's runs
		for x := range width {
			if !ink[y*width+x] {
				continue
			}
			if last >= 0 && x-runs[last].to <= gap {
				runs[last].to = x + 1
				continue
			}
			last = len(runs)
			runs = append(runs, run{y: y, from: x, to: x + 1, group: last})
		}
	}
	return runs
}

// gather joins the runs that touch from row to row.
func gather(runs []run) [][]run {
	root := func(i int) int {
		for runs[i].group != i {
			runs[i].group = runs[runs[i].group].group
			i = runs[i].group
		}
		return i
	}
	above := 0
	for i := range runs {
		for above < i && runs[above].y < runs[i].y-1 {
			above++
		}
		for j := above; j < i && runs[j].y < runs[i].y; j++ {
			if runs[j].from <= runs[i].to && runs[i].from <= runs[j].to {
				a, b := root(i), root(j)
				runs[max(a, b)].group = min(a, b)
			}
		}
	}
	places := map[int]int{}
	var groups [][]run
	for i, r := range runs {
		at, known := places[root(i)]
		if !known {
			at = len(groups)
			places[root(i)] = at
			groups = append(groups, nil)
		}
		groups[at] = append(groups[at], r)
	}
	return groups
}

// fit lays a straight line through the ink of a group and measures how high its
// characters are.
func fit(ink []bool, width int, group []run) (strip, bool) {
	var n, sx, sy, sxx, sxy float64
	each := func(do func(x, y float64)) {
		for _, r := range group {
			for x := r.from; x < r.to; x++ {
				if ink[r.y*width+x] {
					do(float64(x)+0.5, float64(r.y)+0.5)
				}
			}
		}
	}
	each(func(x, y float64) { n, sx, sy, sxx, sxy = n+1, sx+x, sy+y, sxx+x*x, sxy+x*y })
	spread := sxx - sx*sx/max(n, 1)
	if n < 20 || spread <= 0 {
		return strip{}, false
	}
	slope := (sxy - sx*sy/n) / spread
	if math.Abs(slope) > mostSlope {
		return strip{}, false
	}
	var offsets []float64
	each(func(x, y float64) { offsets = append(offsets, y-slope*x) })
	slices.Sort(offsets)
	top, bottom := offsets[len(offsets)/100]-0.5, offsets[len(offsets)-1-len(offsets)/100]+0.5
	if height := (bottom - top) / coarse; height < leastHeight || height > mostHeight {
		return strip{}, false
	}
	return strip{middle: (top + bottom) / 2, slope: slope, height: bottom - top}, true
}
