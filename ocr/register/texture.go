package register

import (
	"cmp"
	"math"
	"slices"

	"gocv.io/x/gocv"

	"sesshu/ledger/slip/form"
)

// texture knows how much print a patch round any place of a plate holds: the
// smaller eigenvalue of its gradients' covariance, so that a patch with lines
// in one direction only, which could slide along them, counts as poor.
type texture struct {
	patch         float64 // millimetres
	width, height int     // coarse pixels
	sums          [3][]float64
}

// poorTexture is the value below which a patch cannot be placed: mean square
// gradient across the weaker direction, in grey levels a coarse pixel.
const poorTexture = 60.0

func newTexture(coarse gocv.Mat, patch float64) *texture {
	t := &texture{patch: patch, width: coarse.Cols(), height: coarse.Rows()}
	pixels := coarse.ToBytes()
	stride := t.width + 1
	for i := range t.sums {
		t.sums[i] = make([]float64, stride*(t.height+1))
	}
	for y := range t.height {
		var row [3]float64
		for x := range t.width {
			at := y*t.width + x
			var dx, dy float64
			if x > 0 && x < t.width-1 {
				dx = (float64(pixels[at+1]) - float64(pixels[at-1])) / 2
			}
			if y > 0 && y < t.height-1 {
				dy = (float64(pixels[at+t.width]) - float64(pixels[at-t.width])) / 2
			}
			for i, product := range [3]float64{dx * dx, dx * dy, dy * dy} {
				row[i] += product
				t.sums[i][(y+1)*stride+x+1] = t.sums[i][y*stride+x+1] + row[i]
			}
		}
	}
	return t
}

// at returns the texture of the patch round a place in millimetres, 0 where
// the patch would leave the plate.
func (t *texture) at(place Point) float64 {
	x0, y0 := int(math.Round((place.X-t.patch/2)*coarsePixels)), int(math.Round((place.Y-t.patch/2)*coarsePixels))
	side := int(t.patch * coarsePixels)
	if x0 < 0 || y0 < 0 || x0+side > t.width || y0+side > t.height {
		return 0
	}
	stride := t.width + 1
	var mean [3]float64
	for i, sums := range t.sums {
		mean[i] = (sums[(y0+side)*stride+x0+side] - sums[y0*stride+x0+side] - sums[(y0+side)*stride+x0] + sums[y0*stride+x0]) / (float64(side) * float64(side))
	}
	half2 := (mean[0] + mean[2]) / 2
	return half2 - math.Hypot((mean[0]-mean[2])/2, mean[1])
}

// choose returns well-spread places for anchors: in each square of the given
// spacing the best patch that touches none of the rectangles to avoid and keeps
// its distance from those chosen before.
func (t *texture) choose(width, height float64, avoid []form.Rectangle, spacing float64) []Point {
	var chosen []Point
	columns, rows := int(math.Ceil(width/spacing)), int(math.Ceil(height/spacing))
	for row := range rows {
		for column := range columns {
			var best Point
			strongest := poorTexture
			for y := float64(row) * spacing; y < float64(row+1)*spacing; y++ {
				for x := float64(column) * spacing; x < float64(column+1)*spacing; x++ {
					place := Point{x, y}
					if strength := t.at(place); strength > strongest && !t.touches(place, avoid) && !crowded(place, chosen, spacing/2) {
						best, strongest = place, strength
					}
				}
			}
			if strongest > poorTexture {
				chosen = append(chosen, best)
			}
		}
	}
	slices.SortStableFunc(chosen, func(a, b Point) int { return cmp.Compare(t.at(b), t.at(a)) })
	return chosen
}

// crowded reports whether a place is nearer to one of the others than distance.
func crowded(place Point, others []Point, distance float64) bool {
	return slices.ContainsFunc(others, func(other Point) bool { return place.minus(other).length() < distance })
}

// touches reports whether the patch round a place overlaps a rectangle.
func (t *texture) touches(place Point, rectangles []form.Rectangle) bool {
	half := t.patch / 2
	for _, r := range rectangles {
		if place.X+half > r.X && place.X-half < r.X+r.Width && place.Y+half > r.Y && place.Y-half < r.Y+r.Height {
			return true
		}
	}
	return false
}
