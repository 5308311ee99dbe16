package ocr

import (
	"image"
	"slices"
	"testing"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
	"sesshu/ocr/register"
)

func TestPersonalNumbersAreMasked(t *testing.T) {
	reading := slip.PageReading{Readings: []slip.Reading{
		{Field: "name", Candidates: []slip.Candidate{{Text: "番号 123456789018", P: 0.9}}},
		{Field: "ocr_line", Candidates: []slip.Candidate{{Text: "221310160000123457", P: 0.9}}},
	}}
	s := &sheet{reading: &reading}
	s.maskPersonalNumbers()
	if got := reading.Readings[0].Best().Text; got != "番号 ************" {
		t.Errorf("a personal number left as %q", got)
	}
	if got := reading.Readings[1].Best().Text; got != "221310160000123457" {
		t.Errorf("the OCR line became %q", got)
	}
	if !slices.Equal(reading.Faults, []slip.Reason{slip.ReasonPersonalNumber}) {
		t.Errorf("faults %v", reading.Faults)
	}
}

// TestSettled wants a second reader to be asked unless it could change nothing.
func TestSettled(t *testing.T) {
	gives := []form.Gives{{Value: slip.TicketNumber}}
	f := &form.Form{Values: []form.Value{{Name: slip.TicketNumber, Required: true}, {Name: slip.BirthDate}}, Fields: []form.Field{
		{Name: "printed", Type: form.PrintedDigits, Gives: gives},
		{Name: "barcode", Type: form.Barcode, Gives: gives},
		{Name: "qr", Type: form.QR, Gives: []form.Gives{{Value: slip.TicketNumber, From: 9, To: 18}}},
	}}
	read := func(text string, p float64) slip.Reading {
		return slip.Reading{Candidates: []slip.Candidate{{Text: text, P: p}}}
	}
	optional := form.Field{Name: "birth", Type: form.Date, Gives: []form.Gives{{Value: slip.BirthDate}}}
	s := &sheet{reading: &slip.PageReading{}, fit: &register.Fit{Form: f}}
	if !s.settled(optional, read("1965-04-12", 0.99)) || s.settled(optional, read("1965-04-12", 0.95)) {
		t.Error("a value that the slip can do without is settled by a sure reading, and by no other")
	}
	for name, test := range map[string]struct {
		barcode, qr string
		own         slip.Reading
		want        bool
	}{
		"certain alone":          {"", "", read("0000123457", 0.9999), true},
		"sure but alone":         {"", "", read("0000123457", 0.995), false},
		"two others agree":       {"0000123457", "221310160000123457", read("0000123457", 0.97), true},
		"one other agrees":       {"0000123457", "", read("0000123457", 0.97), false},
		"others disagree":        {"0000123457", "221310160000123458", read("0000123457", 0.97), false},
		"others agree, own weak": {"0000123457", "221310160000123457", read("0000123457", 0.6), false},
		"nothing read":           {"0000123457", "221310160000123457", slip.Reading{}, false},
	} {
		page := slip.PageReading{}
		for field, text := range map[string]string{"barcode": test.barcode, "qr": test.qr} {
			if text != "" {
				definition, _ := f.Field(field)
				page.Readings = append(page.Readings, slip.Reading{Field: field, Source: definition.Source(), Candidates: []slip.Candidate{{Text: text, P: 0.998}}})
			}
		}
		s := &sheet{reading: &page, fit: &register.Fit{Form: f}}
		if got := s.settled(f.Fields[0], test.own); got != test.want {
			t.Errorf("%s: settled is %v", name, got)
		}
	}
}

func TestInkless(t *testing.T) {
	crop := image.NewGray(image.Rect(0, 0, 300, 60))
	for i := range crop.Pix {
		crop.Pix[i] = uint8(225 + i%17)
	}
	if !inkless(crop) {
		t.Error("grainy paper shows ink")
	}
	for x := range 40 {
		for y := range 3 {
			crop.Pix[(30+y)*300+100+x] = 120
		}
	}
	if inkless(crop) {
		t.Error("a pencil stroke is no ink")
	}
}
