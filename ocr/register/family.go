package register

import (
	"fmt"
	"math"

	"sesshu/ledger/slip/form"
)

// family says how one form's print lies on another form's blank picture, and
// which patches it has that the other has not.
type family struct {
	toOther Matrix   // this form's millimetres → the other's
	only    []anchor // print that only this form shows; also from regions that are ignored for geometry
	covered []bool   // parallel to only: the place may lie under an insert of this form
}

const (
	relatedCoverage = 0.2  // share of anchors from which two forms are relatives
	onlySpacing     = 7.0  // millimetres between patches that tell relatives apart
	onlyMost        = 30   // patches that are kept
	onlyMatch       = 0.55 // a patch that matches the other form less is the form's own
	onlyShift       = 0.5  // or one that matches it so many millimetres away
)

// relate finds all pairs of relatives among the forms.
func (x *Index) relate() error {
	for i := range x.entries {
		for j := range x.entries {
			if i == j {
				continue
			}
			if related := x.compare(i, j); related != nil {
				x.families[[2]int{i, j}] = *related
			}
		}
	}
	for pair, one := range x.families {
		other, mutual := x.families[[2]int{pair[1], pair[0]}]
		if len(one.only) == 0 && (!mutual || len(other.only) == 0) {
			return fmt.Errorf("forms %s and %s look the same and cannot be told apart", x.entries[pair[0]].form.Name, x.entries[pair[1]].form.Name)
		}
	}
	return nil
}

// compare looks for form i on the blank picture of form j.
func (x *Index) compare(i, j int) *family {
	one, other := x.entries[i], x.entries[j]
	start, agreed := pose(likest(one.plate.features, other.plate.features), 1)
	if agreed == 0 {
		return nil
	}
	seeker := &seeker{levels: other.plate.levels}
	lies, ok := seeker.placeSheet(one.plate, start)
	if !ok || lies.coverage < relatedCoverage {
		return nil
	}
	related := &family{toOther: lies.toPage}
	fields := one.fieldPlaces()
	for _, place := range one.plate.texture.choose(one.plate.width, one.plate.height, fields, onlySpacing) {
		candidate, ok := one.plate.anchor(place)
		if !ok {
			continue
		}
		seen := seeker.seek(candidate, lies.near(place), searchFine, true)
		away := seen.at.minus(lies.near(place).At(candidate.place)).length()
		if len(related.only) == onlyMost || seen.match >= onlyMatch && away < onlyShift {
			continue
		}
		related.only = append(related.only, candidate)
		hidden := false
		for _, insert := range one.form.Inserts {
			if r := reach(insert); place.X > r.X && place.X < r.X+r.Width && place.Y > r.Y && place.Y < r.Y+r.Height {
				hidden = true
			}
		}
		related.covered = append(related.covered, hidden)
	}
	return related
}

// own says how much of the print that only this form shows is on the page: a
// sum of votes from -0.5 (not there) to 0.5 (there), and their number. Print
// that may lie under an insert votes only when it is there.
func (f family) own(s *seeker, lies func(Point) Matrix) (votes, count float64) {
	for i, anchor := range f.only {
		toPage := lies(anchor.place)
		seen := s.seek(anchor, toPage, searchFine, true)
		away := seen.at.minus(toPage.At(anchor.place)).length() / toPage.scaleAt(anchor.place)
		vote := -0.5
		if !seen.edge && away < onlyShift {
			vote = max(-0.5, min(0.5, (seen.match-0.5)/0.3))
		}
		if f.covered[i] && vote < 0 {
			continue
		}
		votes, count = votes+vote, count+1
	}
	return votes, count
}

// tell decides between a form that was found and its relatives. It returns the
// form that the page is, with its first pose, and whether the choice is clear.
func (x *Index) tell(s *seeker, found int, lies placement) (chosen int, start Matrix, clear bool) {
	chosen, start, clear = found, lies.toPage, true
	best := 0.0
	for other := range x.entries {
		mine, related := x.families[[2]int{found, other}]
		theirs, mutual := x.families[[2]int{other, found}]
		if !related && !mutual {
			continue
		}
		var toPage Matrix
		if related {
			toPage = lies.toPage.Times(mine.toOther.Inverse())
		} else {
			toPage = lies.toPage.Times(theirs.toOther)
		}
		ownVotes, ownCount := mine.own(s, lies.near)
		otherVotes, otherCount := theirs.own(s, func(Point) Matrix { return toPage })
		lead := ownVotes - otherVotes // of the found form
		margin := min(1.2, 0.15*(ownCount+otherCount))
		switch {
		case math.Abs(lead) < margin || ownCount+otherCount == 0:
			clear = false
		case -lead > best:
			chosen, start, best = other, toPage, -lead
		}
	}
	return chosen, start, clear
}

// fieldPlaces returns every place of the page that is filled in, and the
// page's edge is left to the texture.
func (e entry) fieldPlaces() (places []form.Rectangle) {
	for _, field := range e.form.Fields {
		if field.Insert == "" {
			places = append(places, filled(field)...)
		}
	}
	return places
}
