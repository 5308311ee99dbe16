package register

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"gocv.io/x/gocv"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
	"sesshu/ocr/page"
)

// When a fit is good enough to read the fields it locates.
const (
	enoughCoverage = 0.45 // share of the form's anchors
	mostLost       = 0.26 // share of the page's zones without any of their print
	mostResidual   = 0.35 // millimetres
	formCoverage   = 0.25 // from here on the page is called that form at all
	clearCoverage  = 0.8  // from here on no other form needs to be tried
	tryForms       = 3    // so many forms are tried, most agreeing corners first
)

// Fit is a page's registration: its form and how form and inserts lie on it.
type Fit struct {
	Form    *form.Form
	Summary slip.Registration
	sheet   placement
	inserts map[string]placement
}

// Find registers a page. Besides a full fit it returns a fit with only Form and
// Summary together with ErrPoorFit; with ErrBlank and ErrNoForm it returns nil.
func (x *Index) Find(img *page.Image) (*Fit, error) {
	var fit *Fit
	err := ErrNoForm
	for _, pixelsPerMM := range x.densities(img) {
		if pixelsPerMM < leastDensity || math.IsInf(pixelsPerMM, 0) {
			return nil, fmt.Errorf("%w: %.1f pixels a millimetre", ErrNoForm, pixelsPerMM)
		}
		if fit, err = x.find(img, pixelsPerMM); !errors.Is(err, ErrNoForm) {
			break
		}
	}
	return fit, err
}

// find registers a page of a known density.
func (x *Index) find(img *page.Image, pixelsPerMM float64) (*Fit, error) {
	levels, err := reduce(img.Mat(), pixelsPerMM)
	if err != nil {
		return nil, fmt.Errorf("reduce page: %w", err)
	}
	defer levels.Close()
	if blank(levels.coarse) {
		return nil, ErrBlank
	}
	seeker := &seeker{levels: levels}
	best, lies := x.recognise(seeker, pixelsPerMM)
	if best < 0 {
		return nil, ErrNoForm
	}
	chosen, start, clear := x.tell(seeker, best, lies)
	if chosen != best {
		plate := x.entries[chosen].plate
		placed, ok := seeker.placeSheet(plate, start)
		if !ok {
			placed, clear = placement{plate: plate, toPage: start}, false
		}
		lies = placed
	}
	fit := x.summarise(chosen, lies)
	if !clear {
		return fit, fmt.Errorf("%w: %s and a relative of it cannot be told apart on this page", ErrPoorFit, fit.Form.Name)
	}
	if lost := lies.lost(); lies.coverage < enoughCoverage || lies.residual > mostResidual || lost > mostLost {
		return fit, fmt.Errorf("%w: coverage %.2f, residual %.2f mm, %.2f of the page unseen", ErrPoorFit, lies.coverage, lies.residual, lost)
	}
	fit.sheet = lies
	fit.inserts = map[string]placement{}
	for i, insert := range fit.Form.Inserts {
		if pasted, ok := seeker.findInsert(x.entries[chosen].inserts[i], insert, lies); ok {
			fit.inserts[insert.Name] = pasted
		}
	}
	return fit, nil
}

// recognise returns the form whose anchors fit best, or -1. Of a family of
// forms it returns any: they are told apart by what differs, later.
func (x *Index) recognise(s *seeker, pixelsPerMM float64) (int, placement) {
	mask := gocv.NewMat()
	defer mask.Close()
	corners := describe(s.levels.coarse, 1/s.levels.coarseScale, mask)
	type guess struct {
		entry, agreed int
		start         Matrix
		lies          *placement // where it was placed already
	}
	var guesses []guess
	for i, e := range x.entries {
		start, agreed := pose(likest(e.plate.features, corners), pixelsPerMM)
		if agreed < poseMinimum {
			continue
		}
		one := guess{entry: i, agreed: agreed, start: start}
		if agreed >= poseClear {
			placed, _ := s.placeSheet(e.plate, start)
			if placed.coverage >= clearCoverage {
				return i, placed // no form but a relative of it can fit as well
			}
			one.lies = &placed
		}
		guesses = append(guesses, one)
	}
	slices.SortStableFunc(guesses, func(a, b guess) int { return cmp.Compare(b.agreed, a.agreed) })
	best, lies := -1, placement{}
	for _, tried := range guesses[:min(tryForms, len(guesses))] {
		if best >= 0 {
			if _, related := x.families[[2]int{best, tried.entry}]; related {
				continue
			}
		}
		if tried.lies == nil {
			placed, _ := s.placeSheet(x.entries[tried.entry].plate, tried.start)
			tried.lies = &placed
		}
		if tried.lies.coverage >= formCoverage && tried.lies.coverage > lies.coverage {
			best, lies = tried.entry, *tried.lies
		}
		if lies.coverage >= clearCoverage {
			break
		}
	}
	return best, lies
}

func (x *Index) summarise(chosen int, lies placement) *Fit {
	f := x.entries[chosen].form
	middle := Point{f.Width / 2, f.Height / 2}
	quarter := int(math.Round(lies.toPage.angleAt(middle)/90)) * 90
	return &Fit{Form: f, Summary: slip.Registration{
		Form:       f.Name,
		FormHash:   f.Hash,
		Homography: lies.toPage,
		Turn:       ((360-quarter)%360 + 360) % 360,
		Residual:   lies.residual,
		Coverage:   lies.coverage,
	}}
}

// Locate returns the map from the millimetres that a field's boxes are given in
// to page pixels, good round that field, and false when the field cannot be
// located: its insert was not found, or its surroundings are covered.
func (f *Fit) Locate(field form.Field) (Matrix, bool) {
	lies := f.sheet
	if field.Insert != "" {
		pasted, ok := f.inserts[field.Insert]
		if !ok {
			return Matrix{}, false
		}
		lies = pasted
	} else if f.sheet.plate == nil || f.sheet.covered(field.Box) {
		return Matrix{}, false
	}
	return lies.near(Point{field.Box.X + field.Box.Width/2, field.Box.Y + field.Box.Height/2}), true
}
