package mark

import (
	"image"
	"math"
)

// FeatureNames are the quantities that a mark is judged by. All are shares of
// the crop or of the printed square, so they do not depend on resolution.
var FeatureNames = []string{
	"inside",    // mean added ink inside the square
	"covered",   // share of the square's inside with added ink
	"strong",    // share with strong added ink
	"outside",   // mean added ink outside
	"width",     // of the main stroke, in the square's width
	"height",    // and height
	"own",       // share of the main stroke's ink that lies inside
	"size",      // ink of the main stroke, in the square's area
	"darkness",  // mean ink where there is added ink
	"around",    // share of directions from the middle in which there is ink
	"ring",      // the same, counting ink near the square's border and beyond
	"centre",    // share of the middle third that is covered
	"reach",     // how far the main stroke leaves the square, in its sides
	"strokes",   // crossings of lines through the inside: how busy it is
	"border",    // share of added ink at the crop's border
	"pieces",    // separate strokes of some size
	"roughness", // how much the blank's own print is missing or blurred
	"haze",      // share of the inside that is darker than paper when averaged over small patches
	"peak",      // the darkest such patch
}

const side = 4 // least pixels a side of a crop that can be judged

// Features measures a crop against its blank. It returns false when the crop
// is too small to hold anything.
func Features(img, blank *image.Gray) ([]float64, bool) {
	if img == nil || img.Bounds().Dx() < side || img.Bounds().Dy() < side {
		return nil, false
	}
	ink := inkOf(img)
	print := newPlane(ink.width, ink.height)
	if blank != nil && blank.Bounds().Dx() == ink.width && blank.Bounds().Dy() == ink.height {
		print = inkOf(blank)
	}
	print = print.settle(ink)
	extra := added(ink, print)
	square := squareOf(print)
	main, pieces := strokes(extra, square)
	around, ring := directions(extra, square)
	f := []float64{
		extra.mean(square),
		extra.share(square, faint),
		extra.share(square, 0.35),
		outside(extra, square),
		min(3, main.width()/float64(square.Dx())),
		min(3, main.height()/float64(square.Dy())),
		main.own,
		min(3, main.ink/area(square)),
		main.darkness,
		around,
		ring,
		extra.share(third(square), faint),
		main.reach(square),
		crossings(extra, square),
		border(extra),
		min(1, float64(pieces)/6),
		missing(ink, print),
	}
	haze, peak := softened(ink, print, square)
	return append(f, haze, peak), true
}

// faint is the least added ink that counts as touched.
const faint = 0.08

// squareOf finds the print's outline on the blank; where there is none, the
// middle of the crop.
func squareOf(print plane) image.Rectangle {
	found := image.Rectangle{}
	for y := range print.height {
		for x := range print.width {
			if print.at[y*print.width+x] > 0.3 {
				found = found.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	if found.Dx()*4 < print.width || found.Dy()*4 < print.height {
		return image.Rect(print.width/5, print.height/5, print.width-print.width/5, print.height-print.height/5)
	}
	return found
}

func third(r image.Rectangle) image.Rectangle {
	return image.Rect(r.Min.X+r.Dx()/3, r.Min.Y+r.Dy()/3, r.Max.X-r.Dx()/3, r.Max.Y-r.Dy()/3)
}

func area(r image.Rectangle) float64 { return float64(max(1, r.Dx()*r.Dy())) }

func (p plane) mean(r image.Rectangle) float64 {
	sum := 0.0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			sum += p.at[y*p.width+x]
		}
	}
	return sum / area(r)
}

func (p plane) share(r image.Rectangle, least float64) float64 {
	n := 0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if p.at[y*p.width+x] > least {
				n++
			}
		}
	}
	return float64(n) / area(r)
}

func outside(p plane, square image.Rectangle) float64 {
	sum, n := 0.0, 0
	for y := range p.height {
		for x := range p.width {
			if !image.Pt(x, y).In(square) {
				sum += p.at[y*p.width+x]
				n++
			}
		}
	}
	return sum / float64(max(1, n))
}

// directions divides the turn round the square's middle into sixteen and
// returns the share in which there is ink, and the share in which there is ink
// farther out than ringed half sides of the square.
func directions(p plane, square image.Rectangle) (around, ring float64) {
	const parts, ringed = 16, 0.4
	var all, far [parts]float64
	mx, my := float64(square.Min.X+square.Max.X)/2, float64(square.Min.Y+square.Max.Y)/2
	for y := range p.height {
		dy := (float64(y) + 0.5 - my) / float64(max(1, square.Dy())) * 2
		for x, v := range p.at[y*p.width : (y+1)*p.width] {
			if v <= faint {
				continue
			}
			dx := (float64(x) + 0.5 - mx) / float64(max(1, square.Dx())) * 2
			away := max(math.Abs(dx), math.Abs(dy))
			if away == 0 {
				continue // the very middle has no direction
			}
			part := int((math.Atan2(dy, dx)/math.Pi+1)/2*parts) % parts
			all[part] += v
			if away > ringed {
				far[part] += v
			}
		}
	}
	for i := range parts {
		if all[i] > 0.002*area(square) {
			around++
		}
		if far[i] > 0.002*area(square) {
			ring++
		}
	}
	return around / parts, ring / parts
}

// crossings is how often level and upright lines through the square change
// from paper to ink, on average.
func crossings(p plane, square image.Rectangle) float64 {
	count, lines := 0, 0
	scan := func(length int, at func(i int) float64) {
		before := false
		for i := range length {
			now := at(i) > faint+0.05
			if now && !before {
				count++
			}
			before = now
		}
		lines++
	}
	for i := 1; i < 6; i++ {
		y := square.Min.Y + square.Dy()*i/6
		x := square.Min.X + square.Dx()*i/6
		scan(square.Dx(), func(i int) float64 { return p.pixel(square.Min.X+i, y) })
		scan(square.Dy(), func(i int) float64 { return p.pixel(x, square.Min.Y+i) })
	}
	return min(1, float64(count)/float64(lines)/6)
}

func border(p plane) float64 {
	sum, total := 0.0, 1e-6
	for y := range p.height {
		for x := range p.width {
			v := p.at[y*p.width+x]
			total += v
			if x < 2 || y < 2 || x >= p.width-2 || y >= p.height-2 {
				sum += v
			}
		}
	}
	return sum / max(total, 0.004*float64(len(p.at)))
}

// missing is the share of the blank's print that the crop lacks.
func missing(ink, print plane) float64 {
	lacking, total := 0.0, 1e-6
	for i, v := range print.at {
		if v > 0.3 {
			total++
			if ink.at[i] < 0.4*v {
				lacking++
			}
		}
	}
	return lacking / max(total, 8)
}

// softened looks for pencil so faint that single pixels of it drown in the
// scanner's noise: it averages patches of five by five.
func softened(ink, print plane, square image.Rectangle) (haze, peak float64) {
	const reach, least = 2, 0.035
	inner, crop := square.Inset(square.Dx()/8), image.Rect(0, 0, ink.width, ink.height)
	n := 0
	for y := inner.Min.Y; y < inner.Max.Y; y++ {
		for x := inner.Min.X; x < inner.Max.X; x++ {
			patch := image.Rect(x-reach, y-reach, x+reach+1, y+reach+1).Intersect(crop)
			sum, count := 0.0, float64((2*reach+1)*(2*reach+1)-patch.Dx()*patch.Dy()) // beside the crop is paper
			for ny := patch.Min.Y; ny < patch.Max.Y; ny++ {
				left, right := ny*ink.width+patch.Min.X, ny*ink.width+patch.Max.X
				printed := print.at[left:right]
				for i, value := range ink.at[left:right] {
					if printed[i] < 0.1 {
						sum += value
						count++
					}
				}
			}
			if count < (2*reach+1)*(2*reach+1)/2 {
				continue
			}
			v := sum / count
			peak = max(peak, v)
			if v > least {
				n++
			}
		}
	}
	return float64(n) / area(inner), peak
}
