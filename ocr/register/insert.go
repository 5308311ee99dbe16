package register

import (
	"math"

	"sesshu/ledger/slip/form"
)

// The search for inserts: further than the form allows, so that what is found
// at the border is known to be there, and judged strictly.
const (
	insertStep     = 1.5 // degrees between the angles tried
	insertSlack    = 1.5 // millimetres and degrees beyond the form's tolerance
	insertPatches  = 10  // anchors that vote in the search
	insertCoverage = 0.5
	insertMatch    = 0.6
	insertReach    = 0.3 // the fitting anchors' extent, in diagonals of the insert
)

// findInsert looks for a pasted piece inside its tolerance on a registered
// page. For every angle all its anchors vote together for one shift, so that
// stamps over some of them do no harm.
func (s *seeker) findInsert(piece *plate, insert form.Insert, sheet placement) (placement, bool) {
	if len(piece.anchors) < fewestAnchors {
		return placement{}, false
	}
	middle := Point{insert.X + insert.Width/2, insert.Y + insert.Height/2}
	local := sheet.near(middle).linear(middle)
	centre := translation(-insert.Width/2, -insert.Height/2)
	voters := piece.anchors[:min(insertPatches, len(piece.anchors))]
	limit := insert.Turn + insertSlack
	steps := int(math.Ceil(limit / insertStep))
	best, start := 0.0, Matrix{}
	for step := -steps; step <= steps; step++ {
		turned := rotation(float64(step) * insertStep).Times(centre) // insert mm → mm round its middle
		onSheet := translation(middle.X, middle.Y).Times(turned)
		score, shift := s.vote(voters, onSheet, local, insert.Shift+insertSlack)
		if score > best {
			best, start = score, local.Times(translation(shift.X, shift.Y)).Times(onSheet)
		}
	}
	if best < 0.35 {
		return placement{}, false
	}
	lies, ok := s.placeInsert(piece, start, local)
	if !ok || lies.reach() < insertReach || lies.coverage < insertCoverage || lies.match < insertMatch || lies.residual > mostResidual {
		return placement{}, false
	}
	// The piece must lie where the form says it may, at its true size.
	onSheet := local.Inverse().Times(lies.toPage)
	corner := Point{insert.Width / 2, insert.Height / 2}
	off := onSheet.At(corner).minus(middle)
	scale := onSheet.scaleAt(corner)
	if math.Abs(off.X) > insert.Shift+insertSlack || math.Abs(off.Y) > insert.Shift+insertSlack ||
		math.Abs(onSheet.angleAt(corner)) > limit || scale < 0.9 || scale > 1.1 {
		return placement{}, false
	}
	return lies, true
}

// vote adds up the correlations of all anchors over all shifts up to reach
// millimetres and returns the best mean with its shift on the sheet.
func (s *seeker) vote(voters []anchor, onSheet, toPage Matrix, reach float64) (float64, Point) {
	margin := int(math.Ceil(reach * coarsePixels))
	side := 2*margin + 1
	total := make([]float64, side*side)
	turn := onSheet
	turn[2], turn[5] = 0, 0
	toImage := scaling(s.levels.coarseScale).Times(toPage)
	for _, voter := range voters {
		// The window is upright on the insert, so that its print is too; a
		// shift in it is turned back to the sheet below.
		scores := s.window(s.levels.coarseView, voter.coarse, toImage.Times(onSheet), voter.place, coarsePixels, margin)
		if len(scores) != len(total) {
			return 0, Point{}
		}
		for i, score := range scores {
			total[i] += max(0, float64(score))
		}
	}
	best := 0
	for i, sum := range total {
		if sum > total[best] {
			best = i
		}
	}
	shift := Point{float64(best%side-margin) / coarsePixels, float64(best/side-margin) / coarsePixels}
	return total[best] / float64(len(voters)), turn.At(shift)
}

func rotation(degrees float64) Matrix {
	sine, cosine := math.Sincos(degrees * math.Pi / 180)
	return Matrix{cosine, -sine, 0, sine, cosine, 0, 0, 0, 1}
}
