package bench

import (
	"context"
	"image"
	"maps"
	"time"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
	"sesshu/ledger/slip/truth"
	"sesshu/ocr/bench/plain"
	"sesshu/ocr/cutout"
	"sesshu/ocr/decide"
)

// Cell is one kind of slips of an evaluation, decided in three ways.
type Cell struct {
	Tier, Dates string
	Pages       int
	CPU         time.Duration // of reading

	Joint    Account // as the program decides
	Alone    Account // every value by itself, see Independent
	Nameless Account // the same without the manufacturer, which is never sure by itself
	Plain    Account // plain Tesseract with a threshold, on the slips where it was asked
	Same     Account // as Joint, on those same slips
}

// Add decides a kept sheet in all ways and counts it. The input holds all but
// form and page.
func (c *Cell) Add(ctx context.Context, input decide.Input, forms []*form.Form, sheet Kept) error {
	var joint, alone, nameless, plainly []slip.Decision
	for _, page := range sheet.Pages {
		in := input
		in.Page, in.Form = page, named(forms, page.Registration.Form)
		decision, err := decide.Slip(ctx, in)
		if err != nil {
			return err
		}
		joint = append(joint, decision)
		all, rest, err := independent(ctx, in)
		if err != nil {
			return err
		}
		alone, nameless = append(alone, all), append(nameless, rest)
		plainly = append(plainly, plainDecision(in.Form, sheet.Plain))
	}
	c.Pages += len(sheet.Pages)
	c.CPU += sheet.CPU
	c.Joint.Add(sheet.Truth, joint)
	c.Alone.Add(sheet.Truth, alone)
	c.Nameless.Add(without(sheet.Truth, slip.Manufacturer), nameless)
	if sheet.Plain != nil {
		c.Plain.Add(sheet.Truth, plainly)
		c.Same.Add(sheet.Truth, joint)
	}
	return nil
}

// without returns what is on a sheet but for one value.
func without(sheet truth.Sheet, value slip.Value) truth.Sheet {
	sheet.Fields = maps.Clone(sheet.Fields)
	delete(sheet.Fields, value)
	return sheet
}

func named(forms []*form.Form, name string) *form.Form {
	for _, f := range forms {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// PlainCrops cuts out of a page's JPEG what plain Tesseract is shown: for each
// value the place that shows it best.
func PlainCrops(known *form.Form, decision slip.Decision, pageJPEG []byte) ([]plain.Crop, error) {
	if known == nil {
		return nil, nil
	}
	var page *image.Gray
	var crops []plain.Crop
	for _, value := range known.Values {
		decided := decision.Fields[value.Name]
		field, has := known.Field(decided.Field)
		if !has || !plain.Legible(field) {
			continue
		}
		if page == nil {
			var err error
			if page, err = cutout.Page(pageJPEG); err != nil {
				return nil, err
			}
		}
		if picture := cutout.Of(page, decided.Quad, plainMargin); picture != nil {
			crops = append(crops, plain.Crop{Value: value.Name, Field: field, Image: picture})
		}
	}
	return crops, nil
}

// plainMargin is the paper round a crop, in pixels: Tesseract wants some.
const plainMargin = 6

// plainDecision accepts what Tesseract is sure of and what has the value's form.
// Marks are left out: it cannot read them.
func plainDecision(known *form.Form, texts map[slip.Value]plain.Text) slip.Decision {
	decision := slip.Decision{Fields: map[slip.Value]slip.FieldDecision{}}
	if known == nil {
		return decision
	}
	complete := true
	for _, value := range known.Values {
		if !legible(known, value.Name) {
			continue
		}
		text := texts[value.Name]
		field, _ := known.Field(text.Field)
		decided := slip.FieldDecision{Required: value.Required, P: text.Confidence}
		normal, ok := plain.Value(value.Name, field, text.Text)
		if ok {
			decided.Value = normal
			if text.Confidence >= plain.Accept {
				decided.Outcome = slip.Accepted
			}
		}
		if value.Required && decided.Outcome != slip.Accepted {
			complete = false
		}
		decision.Fields[value.Name] = decided
	}
	if complete {
		decision.Outcome = slip.Accepted
	}
	return decision
}

// legible reports whether a value stands anywhere that Tesseract can read.
func legible(known *form.Form, value slip.Value) bool {
	for _, field := range known.Fields {
		for _, gives := range field.Gives {
			if gives.Value == value && plain.Legible(field) {
				return true
			}
		}
	}
	return false
}
