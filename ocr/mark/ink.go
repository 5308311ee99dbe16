package mark

import (
	"image"
	"math"
)

// plane holds ink: 0 paper, 1 black.
type plane struct {
	width, height int
	at            []float64
}

func newPlane(width, height int) plane { return plane{width, height, make([]float64, width*height)} }

// inkOf levels the crop by the brightness of its own paper, a plane fitted to
// the bright pixels, so that shadows are no ink. Faint ink stays faint.
func inkOf(img *image.Gray) plane {
	bounds := img.Bounds()
	ink := newPlane(bounds.Dx(), bounds.Dy())
	paper := paperOf(img)
	for y := range ink.height {
		row := img.Pix[img.PixOffset(bounds.Min.X, bounds.Min.Y+y):]
		for x := range ink.width {
			level := max(40, paper[0]+paper[1]*float64(x)+paper[2]*float64(y))
			ink.at[y*ink.width+x] = min(1, max(0, 1-float64(row[x])/level))
		}
	}
	return ink
}

// paperOf fits the paper's brightness as a + bx + cy through the means of the
// bright halves of four by four tiles.
func paperOf(img *image.Gray) [3]float64 {
	const tiles = 4
	bounds := img.Bounds()
	var n, sx, sy, sxx, syy, sxy, sv, sxv, syv float64
	for tile := range tiles * tiles {
		x0, x1 := tile%tiles*bounds.Dx()/tiles, (tile%tiles+1)*bounds.Dx()/tiles
		y0, y1 := tile/tiles*bounds.Dy()/tiles, (tile/tiles+1)*bounds.Dy()/tiles
		if x0 == x1 || y0 == y1 {
			continue
		}
		v := brightHalf(img, x0, y0, x1, y1)
		x, y := float64(x0+x1)/2, float64(y0+y1)/2
		n, sx, sy, sxx, syy, sxy = n+1, sx+x, sy+y, sxx+x*x, syy+y*y, sxy+x*y
		sv, sxv, syv = sv+v, sxv+x*v, syv+y*v
	}
	if n == 0 {
		return [3]float64{255, 0, 0}
	}
	mx, my, mv := sx/n, sy/n, sv/n
	xx, yy, xy := sxx/n-mx*mx, syy/n-my*my, sxy/n-mx*my
	xv, yv := sxv/n-mx*mv, syv/n-my*mv
	det := xx*yy - xy*xy
	if det < 1e-6 {
		return [3]float64{mv, 0, 0}
	}
	b, c := (xv*yy-yv*xy)/det, (yv*xx-xv*xy)/det
	return [3]float64{mv - b*mx - c*my, b, c}
}

// brightHalf is the mean of the pixels above the median.
func brightHalf(img *image.Gray, x0, y0, x1, y1 int) float64 {
	bounds := img.Bounds()
	var histogram [256]int
	for y := y0; y < y1; y++ {
		for _, v := range img.Pix[img.PixOffset(bounds.Min.X+x0, bounds.Min.Y+y):][:x1-x0] {
			histogram[v]++
		}
	}
	left := (x1-x0)*(y1-y0)/2 + 1
	sum, n := 0, 0
	for v := 255; v >= 0 && left > 0; v-- {
		take := min(left, histogram[v])
		sum, n, left = sum+take*v, n+take, left-take
	}
	return float64(sum) / float64(max(1, n))
}

// settle moves the blank's print by a few pixels to where it fits a crop of the
// same size best and grows it by one, for what registration leaves over.
func (p plane) settle(img plane) plane {
	dx, dy := fit(img, p)
	// The most of three pixels side by side, then of three such one above another.
	wide, out := newPlane(p.width, p.height), newPlane(p.width, p.height)
	for y := range p.height {
		from, to := p.at[y*p.width:(y+1)*p.width], wide.at[y*p.width:(y+1)*p.width]
		for x := range to {
			for nx := max(0, x-dx-1); nx <= min(p.width-1, x-dx+1); nx++ {
				to[x] = max(to[x], from[nx])
			}
		}
	}
	for y := range p.height {
		to := out.at[y*p.width : (y+1)*p.width]
		for ny := max(0, y-dy-1); ny <= min(p.height-1, y-dy+1); ny++ {
			for x, value := range wide.at[ny*p.width : (ny+1)*p.width] {
				to[x] = max(to[x], value)
			}
		}
	}
	return out
}

// added is the ink that the crop has over the settled blank.
func added(img, blank plane) plane {
	out := newPlane(img.width, img.height)
	for i, v := range img.at {
		out.at[i] = max(0, v-max(noise, blank.at[i]*1.1))
	}
	return out
}

// noise is ink that paper's texture and the scanner make up.
const noise = 0.06

func (p plane) pixel(x, y int) float64 {
	if x < 0 || y < 0 || x >= p.width || y >= p.height {
		return 0
	}
	return p.at[y*p.width+x]
}

// fit finds the shift of the blank at which its print covers most of the
// crop's ink.
func fit(img, blank plane) (dx, dy int) {
	reach := max(2, min(img.width, img.height)/20)
	// With a frame of paper round the crop no place needs to be checked.
	wide := img.width + 2*reach
	framed := make([]float64, wide*(img.height+2*reach))
	for y := range img.height {
		copy(framed[(y+reach)*wide+reach:], img.at[y*img.width:(y+1)*img.width])
	}
	type print struct {
		at  int // in framed, for the farthest shift to the left and up
		ink float64
	}
	var prints []print
	for y := range blank.height {
		for x, ink := range blank.at[y*blank.width : (y+1)*blank.width] {
			if ink > 0.25 {
				prints = append(prints, print{y*wide + x, ink})
			}
		}
	}
	best := math.Inf(-1)
	sums := make([]float64, 2*reach+1) // of the shifts of one row
	for sy := -reach; sy <= reach; sy++ {
		for i := range sums {
			sx := i - reach
			sums[i] = -0.002 * float64(sx*sx+sy*sy) * float64(len(img.at)) / 400
		}
		down := (sy + reach) * wide
		for _, print := range prints {
			for i, ink := range framed[print.at+down:][:len(sums)] {
				sums[i] += print.ink * ink
			}
		}
		for i, sum := range sums {
			if sum > best {
				best, dx, dy = sum, i-reach, sy
			}
		}
	}
	return dx, dy
}
