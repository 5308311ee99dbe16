package strip

import "sesshu/ocr/internal/plane"

const (
	ruleCover  = 0.8   // share of the picture's width or height that a frame rule inks
	ruleThick  = 0.14  // of the picture's height: more is no rule
	slopeStep  = 0.008 // rows per column, about half a degree
	slopeSteps = 11    // to either side, about 5°
	ruleSteps  = 7     // rules are sought up to about 3°
	faintRule  = 9     // grey levels below paper that count as inked at all
	stride     = 3     // every third column is enough to find a rule
)

// removeRules takes out frame rules: level ones in the outer thirds of the
// picture, upright ones within a line's height of its ends. Level rules are
// bridged, so that a letter that touches one survives.
func removeRules(ink plane.Plane) {
	thick := max(2, int(ruleThick*float64(ink.H)+0.5))
	slopes := make([][]int, 2*ruleSteps+1)
	for i := range slopes {
		slopes[i] = shifts(ink.W, float64(i-ruleSteps)*slopeStep)
	}
	for range 4 {
		row, best, dark := -1, 0.0, 0.0
		var slope []int
		for i, candidate := range slopes {
			s := float64(i-ruleSteps) * slopeStep
			for y := range ink.H {
				if y > ink.H/3 && y < ink.H-1-ink.H/3 {
					continue
				}
				// A row's darkness lifts it by at most 0.13.
				if cover, mean := levelCover(ink, y, candidate, max(best, ruleCover)-0.13); cover-0.3*s*s+0.0005*mean > best {
					row, slope, best, dark = y, candidate, cover-0.3*s*s+0.0005*mean, mean
				}
			}
		}
		if best < ruleCover {
			break
		}
		low, high := row, row
		// A neighbouring row belongs to the rule when it is inked like it.
		alike := func(row int) bool {
			cover, mean := levelCover(ink, row, slope, 0)
			return cover > 0.5 && mean > 0.25*dark
		}
		for high-low <= thick && alike(low-1) {
			low--
		}
		for high-low <= thick && alike(high+1) {
			high++
		}
		if high-low > thick {
			break
		}
		bridge(ink, low-1, high+1, slope)
	}
	for x := range ink.W {
		if x >= ink.H && x < ink.W-ink.H {
			continue
		}
		if uprightCover(ink, x) > 0.9 {
			for y := range ink.H {
				ink.Pix[y*ink.W+x] = 0
			}
		}
	}
}

// levelCover returns the share of a sloping row that is inked about evenly, and
// the row's mean ink; zeros as soon as it is certain that the share is below
// least.
func levelCover(ink plane.Plane, row int, slope []int, least float64) (cover, mean float64) {
	sum, count, missing := float32(0), 0, 0
	all := (ink.W + stride - 1) / stride
	most := all - int(least*float64(all))
	for x := 0; x < ink.W; x += stride {
		y := row + slope[x]
		if y < 0 || y >= ink.H {
			missing++
			continue
		}
		value := ink.Pix[y*ink.W+x]
		sum += value
		count++
		if value <= faintRule {
			if missing++; missing > most {
				return 0, 0
			}
		}
	}
	if count == 0 {
		return 0, 0
	}
	enough := max(faintRule, 0.4*sum/float32(count))
	inked := 0
	for x := 0; x < ink.W; x += stride {
		if y := row + slope[x]; y >= 0 && y < ink.H && ink.At(x, y) > enough {
			inked++
		}
	}
	return float64(inked) / float64(all), float64(sum) / float64(count)
}

// shifts returns how far a sloping row has moved at each column; the middle
// column stays.
func shifts(width int, slope float64) []int {
	all := make([]int, width)
	for x := range all {
		shift := slope * (float64(x) - float64(width-1)/2)
		if shift < 0 {
			all[x] = -int(-shift + 0.5)
		} else {
			all[x] = int(shift + 0.5)
		}
	}
	return all
}

// uprightCover returns the share of a column that is inked about evenly.
func uprightCover(ink plane.Plane, x int) float64 {
	sum := float32(0)
	for y := range ink.H {
		sum += ink.At(x, y)
	}
	enough := max(faintRule, 0.4*sum/float32(ink.H))
	inked := 0
	for y := range ink.H {
		if ink.At(x, y) > enough {
			inked++
		}
	}
	return float64(inked) / float64(ink.H)
}

// bridge replaces the sloping rows from low to high by the straight way from
// the row before to the row after, wherever that is lighter.
func bridge(ink plane.Plane, low, high int, slope []int) {
	at := func(x, row int) (float32, int) {
		y := row + slope[x]
		if y < 0 || y >= ink.H {
			return 0, -1
		}
		return ink.At(x, y), y
	}
	for x := range ink.W {
		before, _ := at(x, low-1)
		after, _ := at(x, high+1)
		for row := low; row <= high; row++ {
			if value, y := at(x, row); y >= 0 {
				share := float32(row-low+1) / float32(high-low+2)
				ink.Pix[y*ink.W+x] = min(value, before+(after-before)*share)
			}
		}
	}
}
