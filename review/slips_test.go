package review_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
)

// truth is what the test's slips say.
func truth(ticket string) map[slip.Value]string {
	return map[slip.Value]string{
		slip.TicketType: "2", slip.Dose: "1", slip.MunicipalityCode: "041009", slip.TicketNumber: ticket,
		slip.VaccinationDate: "2021-06-30", slip.LotNumber: "EY5422", slip.Manufacturer: "ファイザー",
		slip.FacilityCode: "0418010146", slip.BirthDate: "1956-04-01", slip.Consent: "yes",
	}
}

// filled draws the form with the values of a slip and returns the readings that
// a good reader makes of it. With turned, the sheet lies upside down.
func (d *desk) filled(values map[slip.Value]string, turned bool) ([]byte, slip.PageReading) {
	d.t.Helper()
	blank, err := png.Decode(bytes.NewReader(d.form.Blank))
	if err != nil {
		d.t.Fatal(err)
	}
	page := image.NewGray(blank.Bounds())
	for y := range page.Bounds().Dy() {
		for x := range page.Bounds().Dx() {
			page.Set(x, y, blank.At(x, y))
		}
	}
	perMM := float64(page.Bounds().Dx()) / d.form.Width
	reading := slip.PageReading{
		Page: 1, Width: page.Bounds().Dx(), Height: page.Bounds().Dy(),
		Registration: slip.Registration{Form: d.form.Name, FormHash: d.form.Hash, Coverage: 1},
	}
	line := values[slip.TicketType] + values[slip.Dose] + values[slip.MunicipalityCode] + values[slip.TicketNumber]
	texts := map[string]string{
		"ocr_line": line, "qr": line, "barcode": values[slip.TicketNumber], "ticket_number_printed": values[slip.TicketNumber],
		"vaccination_date": values[slip.VaccinationDate], "facility_code": values[slip.FacilityCode],
		"sticker": values[slip.LotNumber], "birth_date": values[slip.BirthDate],
	}
	for _, field := range d.form.Fields {
		text, known := texts[field.Name]
		if !known {
			continue
		}
		quad := quadOf(field.Box, perMM)
		if len(field.Cells) > 0 {
			writeCells(d.t, page, text, field, perMM)
		} else {
			size := min(quad.Box()[3]*0.75, quad.Box()[2]/float64(max(1, len(text)))/0.62)
			write(d.t, page, text, quad, min(size, 6*perMM))
		}
		if turned {
			for i, p := range quad {
				quad[i] = slip.Point{X: float64(reading.Width) - p.X, Y: float64(reading.Height) - p.Y}
			}
		}
		reading.Readings = append(reading.Readings, slip.Reading{
			Field: field.Name, Source: field.Source(), Reader: "test", Version: "1", Quad: quad,
			Candidates: []slip.Candidate{{Text: text, P: 0.99}},
		})
	}
	if turned {
		reading.Registration.Turn = 180
		for i, j := 0, len(page.Pix)-1; i < j; i, j = i+1, j-1 {
			page.Pix[i], page.Pix[j] = page.Pix[j], page.Pix[i]
		}
	}
	var file bytes.Buffer
	if err := jpeg.Encode(&file, page, &jpeg.Options{Quality: 60}); err != nil {
		d.t.Fatal(err)
	}
	reading.SHA256 = slip.HashOf(file.Bytes())
	return file.Bytes(), reading
}

var mono = sync.OnceValues(func() (*opentype.Font, error) { return opentype.Parse(gomono.TTF) })

func quadOf(box form.Rectangle, perMM float64) slip.Quad {
	left, top, right, bottom := box.X*perMM, box.Y*perMM, (box.X+box.Width)*perMM, (box.Y+box.Height)*perMM
	return slip.Quad{{X: left, Y: top}, {X: right, Y: top}, {X: right, Y: bottom}, {X: left, Y: bottom}}
}

// writeCells puts the digits of a text into the cells that the format leaves for
// them.
func writeCells(t *testing.T, page *image.Gray, text string, field form.Field, perMM float64) {
	t.Helper()
	digits := strings.ReplaceAll(text, "-", "")
	cell := 0
	for i, letter := range field.Format {
		if strings.ContainsRune("YMDN", letter) {
			write(t, page, digits[i:i+1], quadOf(field.Cells[cell], perMM), 6.5*perMM)
			cell++
		}
	}
}

// write puts a text into a box of the page.
func write(t *testing.T, page *image.Gray, text string, quad slip.Quad, size float64) {
	t.Helper()
	typeface, err := mono()
	if err != nil {
		t.Fatal(err)
	}
	box := quad.Box()
	face, err := opentype.NewFace(typeface, &opentype.FaceOptions{Size: size, DPI: 72})
	if err != nil {
		t.Fatal(err)
	}
	pen := font.Drawer{Dst: page, Src: image.NewUniform(color.Gray{Y: 40}), Face: face}
	pen.Dot = fixed.P(int(box[0]+0.15*size), int(box[1]+box[3]/2+0.35*size))
	pen.DrawString(text)
}

// decided is the machine's decision on a slip: all of it accepted.
func decided(values map[slip.Value]string, reading slip.PageReading, known *form.Form) slip.Decision {
	fields := map[slip.Value]slip.FieldDecision{}
	for value, text := range values {
		block, _ := known.Value(value)
		field := slip.FieldDecision{Value: text, P: 0.99999, Outcome: slip.Accepted, Required: block.Required}
		for _, read := range reading.Readings {
			place, _ := known.Field(read.Field)
			for _, gives := range place.Gives {
				if gives.Value == value && read.Source != slip.SourceBarcode && read.Source != slip.SourceQR && field.Field == "" {
					field.Field, field.Quad, field.Box = read.Field, read.Quad, read.Quad.Box()
				}
			}
		}
		fields[value] = field
	}
	return slip.Decision{Outcome: slip.Accepted, Fields: fields}
}

// doubt makes the machine ask for one value.
func doubt(decision slip.Decision, value slip.Value, p float64, reasons ...slip.Reason) slip.Decision {
	decision.Outcome = slip.NeedsReview
	for _, reason := range reasons {
		if !slices.Contains(decision.Reasons, reason) {
			decision.Reasons = append(slices.Clone(decision.Reasons), reason)
		}
	}
	decision.Fields = maps.Clone(decision.Fields)
	field := decision.Fields[value]
	field.Outcome, field.P, field.Reasons = slip.NeedsReview, p, reasons
	decision.Fields[value] = field
	return decision
}

// handIn stores a sheet and what the machine said of it, and returns its id.
func (d *desk) handIn(file []byte, reading slip.PageReading, decision slip.Decision) slip.Sheet {
	d.t.Helper()
	d.sheets++
	sheet := slip.Sheet{
		SheetID: slip.SheetID{Station: "station-1", Batch: "2021-07-01-a", Sequence: d.sheets},
		SHA256:  slip.HashOf(file), Bytes: int64(len(file)), MediaType: "image/jpeg", CapturedAt: time.Now().UTC(), DPI: 300,
	}
	ctx := d.t.Context()
	if d.sheets == 1 {
		if err := d.store.OpenBatch(ctx, sheet.Station, sheet.Batch, nil); err != nil {
			d.t.Fatal(err)
		}
	}
	if _, err := d.store.StoreSheet(ctx, sheet, bytes.NewReader(file)); err != nil {
		d.t.Fatal(err)
	}
	reading.SHA256 = sheet.SHA256
	if err := d.store.RecordPages(ctx, sheet, []slip.PageDecision{{Reading: reading, Decision: decision}}); err != nil {
		d.t.Fatal(err)
	}
	return sheet
}

// slip hands in a slip with these values asked.
func (d *desk) slip(ticket string, asked ...slip.Value) slip.Sheet {
	d.t.Helper()
	values := truth(ticket)
	file, reading := d.filled(values, false)
	decision := decided(values, reading, d.form)
	for _, value := range asked {
		decision = doubt(decision, value, 0.4, slip.ReasonUncertain)
	}
	return d.handIn(file, reading, decision)
}
