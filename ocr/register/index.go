// Package register finds out from a page alone which form it is, which way up
// it lies, and where on it every field is. It knows forms by their blank
// pictures only; nothing in it is fitted to a certain form.
//
// The way: corners of a reduced image are compared with those of every blank
// form (ORB), which gives form, turn and a rough pose. Small patches of constant
// print, away from everything that is filled in, are then looked for one by one
// by correlation, and a robust fit over them gives the pose to a few hundredths
// of a millimetre, with a residual and a coverage that say how far to trust it.
// Forms that share most of their print are told apart by the print that they
// do not share. Pasted pieces are found in the same manner inside their
// tolerance. A page that does not fit is not located at all.
package register

import (
	"errors"
	"fmt"
	"math"

	"gocv.io/x/gocv"

	"sesshu/ledger/slip/form"
	"sesshu/ocr/page"
)

// The outcomes of Find that are no fit.
var (
	ErrBlank   = errors.New("nothing is on the page")
	ErrNoForm  = errors.New("no known form fits the page")
	ErrPoorFit = errors.New("a form fits the page, but not closely enough")
)

// Index holds what is known of a set of forms. It never changes after Open and
// is safe for concurrent use.
type Index struct {
	entries  []entry
	families map[[2]int]family
}

// entry is one form made ready.
type entry struct {
	form    *form.Form
	plate   *plate
	inserts []*plate // as in form.Inserts
}

// Open prepares the forms. The caller closes the index.
func Open(forms []*form.Form) (*Index, error) {
	index := &Index{families: map[[2]int]family{}}
	for _, f := range forms {
		if err := index.add(f); err != nil {
			index.Close()
			return nil, fmt.Errorf("form %s: %w", f.Name, err)
		}
	}
	if err := index.relate(); err != nil {
		index.Close()
		return nil, err
	}
	return index, nil
}

func (x *Index) add(f *form.Form) error {
	avoid := append([]form.Rectangle(nil), f.Ignored...)
	for _, field := range f.Fields {
		if field.Insert == "" {
			avoid = append(avoid, filled(field)...)
		}
	}
	for _, insert := range f.Inserts {
		avoid = append(avoid, reach(insert))
	}
	sheet, err := newPlate(f.Blank, f.Width, f.Height, avoid, pagePatch, pageSpacing)
	if err != nil {
		return err
	}
	e := entry{form: f, plate: sheet}
	x.entries = append(x.entries, e)
	last := &x.entries[len(x.entries)-1]
	if len(sheet.anchors) < 2*fewestAnchors {
		return fmt.Errorf("only %d pieces of constant print lie outside fields and ignored regions; the form cannot be registered", len(sheet.anchors))
	}
	mask := gocv.NewMat()
	defer mask.Close()
	sheet.features = describe(sheet.levels.coarse, 1/coarsePixels, mask)
	for _, insert := range f.Inserts {
		var avoid []form.Rectangle
		for _, field := range f.Fields {
			if field.Insert == insert.Name {
				avoid = append(avoid, filled(field)...)
			}
		}
		piece, err := newPlate(insert.Picture, insert.Width, insert.Height, avoid, insertPatch, insertSpacing)
		if err != nil {
			return fmt.Errorf("insert %s: %w", insert.Name, err)
		}
		last.inserts = append(last.inserts, piece)
	}
	return nil
}

// filled returns the parts of a field where something is written.
func filled(field form.Field) []form.Rectangle {
	switch {
	case len(field.Cells) > 0:
		return field.Cells
	case field.Type == form.CheckBox:
		boxes := make([]form.Rectangle, len(field.Choices))
		for i, choice := range field.Choices {
			boxes[i] = choice.Box
		}
		return boxes
	}
	return []form.Rectangle{field.Box}
}

// reach returns where an insert may lie.
func reach(insert form.Insert) form.Rectangle {
	sine, cosine := math.Sincos(insert.Turn * math.Pi / 180)
	width := insert.Width*cosine + insert.Height*sine
	height := insert.Height*cosine + insert.Width*sine
	middle := Point{insert.X + insert.Width/2, insert.Y + insert.Height/2}
	return form.Rectangle{
		X: middle.X - width/2 - insert.Shift, Y: middle.Y - height/2 - insert.Shift,
		Width: width + 2*insert.Shift, Height: height + 2*insert.Shift,
	}
}

// Close frees the native memory. It is safe to call it twice.
func (x *Index) Close() {
	for _, e := range x.entries {
		e.plate.Close()
		for _, insert := range e.inserts {
			insert.Close()
		}
	}
	x.entries, x.families = nil, nil
}

// densities returns the pixels a millimetre that a page may have, the likelier
// first: what the file says, when that gives a believable sheet, and what
// follows when its longer side is that of the largest form.
func (x *Index) densities(img *page.Image) []float64 {
	longest := 0.0
	for _, e := range x.entries {
		longest = max(longest, e.form.Width, e.form.Height)
	}
	side := float64(max(img.Width, img.Height))
	fitted := side / longest
	stated := img.DPI / 25.4
	if fill := side / stated / longest; stated < leastDensity || fill < 0.6 || fill > 2.2 {
		return []float64{fitted}
	}
	if math.Abs(stated/fitted-1) < scaleRange/2 {
		return []float64{stated} // the other would find no more
	}
	return []float64{stated, fitted}
}

// leastDensity is the density, in pixels a millimetre, below which nothing on a
// form can be told: about 90 dpi.
const leastDensity = 3.5
