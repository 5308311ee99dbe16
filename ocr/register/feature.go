package register

import (
	"math"
	"math/bits"
	"math/rand/v2"

	"gocv.io/x/gocv"
)

// feature is a corner with its ORB description.
type feature struct {
	place       Point // plate millimetres or page pixels
	angle       float64
	description [4]uint64
}

// featureCount is how many corners of a picture are described. More find more
// damaged pages, and cost time with each form.
const featureCount = 650

// describe finds the corners of a coarse picture; perPixel maps its pixels to
// the coordinates wanted.
func describe(coarse gocv.Mat, perPixel float64, mask gocv.Mat) []feature {
	if coarse.Empty() || coarse.Cols() < 80 || coarse.Rows() < 80 {
		return nil
	}
	orb := gocv.NewORBWithParams(featureCount, 1.2, 3, 25, 0, 2, gocv.ORBScoreTypeHarris, 31, 12)
	defer orb.Close()
	points, descriptions := orb.DetectAndCompute(coarse, mask)
	defer descriptions.Close()
	if len(points) == 0 || descriptions.Empty() || descriptions.Cols() != 32 || descriptions.Rows() != len(points) {
		return nil
	}
	raw := descriptions.ToBytes()
	features := make([]feature, len(points))
	for i, point := range points {
		features[i].place = Point{(point.X + 0.5) * perPixel, (point.Y + 0.5) * perPixel}
		features[i].angle = point.Angle
		for word := range 4 {
			for b := range 8 {
				features[i].description[word] |= uint64(raw[i*32+word*8+b]) << (8 * b)
			}
		}
	}
	return features
}

// unlike counts the bits in which two descriptions differ; it stops counting
// when they are clearly different.
func unlike(a, b *[4]uint64) int {
	count := bits.OnesCount64(a[0]^b[0]) + bits.OnesCount64(a[1]^b[1])
	if count > 44 {
		return 256
	}
	return count + bits.OnesCount64(a[2]^b[2]) + bits.OnesCount64(a[3]^b[3])
}

// likest pairs every feature of a plate with the likest of the page, if it is
// clearly liker than the next. Forms repeat themselves; what repeats is no help.
func likest(plate, page []feature) []pair {
	const farthest, ratio = 64, 0.85
	var pairs []pair
	for i := range plate {
		best, second, at := 257, 257, -1
		for j := range page {
			switch distance := unlike(&plate[i].description, &page[j].description); {
			case distance < best:
				best, second, at = distance, best, j
			case distance < second:
				second = distance
			}
		}
		if at >= 0 && best <= farthest && float64(best) < ratio*float64(second) {
			turn := math.Remainder(page[at].angle-plate[i].angle, 360)
			pairs = append(pairs, pair{from: plate[i].place, to: page[at].place, weight: turn})
		}
	}
	return pairs
}

// The poses that are believed: scale within a tenth and more of what the page's
// size says, and turned by at most so many degrees from a quarter turn.
const (
	scaleRange  = 0.22
	skewRange   = 9.0
	poseSpread  = 2.2 // millimetres that a feature may lie off the first pose
	poseMinimum = 8   // features that must agree on a pose
	poseClear   = 100 // as many agree by no accident
)

// pose finds the similarity that most pairs agree on. Two pairs give a pose;
// the choice of pairs is random but always the same.
func pose(pairs []pair, pixelsPerMM float64) (Matrix, int) {
	if len(pairs) < poseMinimum {
		return Matrix{}, 0
	}
	random := rand.New(rand.NewPCG(1, 2))
	tolerance := poseSpread * pixelsPerMM
	var best Matrix
	most := 0
	for range 1500 {
		first, second := pairs[random.IntN(len(pairs))], pairs[random.IntN(len(pairs))]
		if math.Abs(math.Remainder(first.weight-second.weight, 360)) > 20 || first.from.minus(second.from).length() < 25 {
			continue
		}
		first.weight, second.weight = 1, 1
		candidate, ok := fitSimilarity([]pair{first, second})
		if !ok || !plausible(candidate, pixelsPerMM) {
			continue
		}
		count := 0
		for _, p := range pairs {
			if candidate.At(p.from).minus(p.to).length() < tolerance {
				count++
			}
		}
		if count > most {
			best, most = candidate, count
			if 2*most > len(pairs) && most > 4*poseMinimum {
				break // no other pose can have as many
			}
		}
	}
	if most < poseMinimum {
		return Matrix{}, most
	}
	// Settle on all that agree; a page may be stretched, so an affine map.
	agreed := make([]pair, 0, most)
	for _, p := range pairs {
		if best.At(p.from).minus(p.to).length() < tolerance {
			p.weight = 1
			agreed = append(agreed, p)
		}
	}
	if settled, _, ok := fitRobust(agreed, tolerance, fitAffine); ok && plausible(settled, pixelsPerMM) {
		best = settled
	}
	return best, most
}

// plausible reports whether a map is one that a scanner makes.
func plausible(m Matrix, pixelsPerMM float64) bool {
	along, across := math.Hypot(m[0], m[3])/pixelsPerMM, math.Hypot(m[1], m[4])/pixelsPerMM
	determinant := m[0]*m[4] - m[1]*m[3]
	skew := math.Abs(math.Remainder(math.Atan2(m[3], m[0])*180/math.Pi, 90))
	return determinant > 0 && math.Abs(along-1) < scaleRange && math.Abs(across-1) < scaleRange &&
		math.Abs(along/across-1) < 0.06 && skew < skewRange
}
