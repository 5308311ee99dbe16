package plain_test

import (
	"image"
	"image/color"
	"image/draw"
	"os"
	"testing"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
	"sesshu/ocr/bench/plain"
)

func line(t *testing.T, text string) *image.Gray {
	t.Helper()
	data, err := os.ReadFile("/usr/share/fonts/opentype/ipaexfont-gothic/ipaexg.ttf")
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := opentype.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: 11, DPI: 300})
	if err != nil {
		t.Fatal(err)
	}
	defer face.Close()
	picture := image.NewGray(image.Rect(0, 0, 700, 90))
	draw.Draw(picture, picture.Rect, image.White, image.Point{}, draw.Src)
	drawer := font.Drawer{Dst: picture, Src: image.NewUniform(color.Gray{Y: 20}), Face: face, Dot: fixed.P(30, 62)}
	drawer.DrawString(text)
	return picture
}

// Clean print is read by the command, each crop's words in its own place.
func TestRead(t *testing.T) {
	digits := form.Field{Type: form.PrintedDigits}
	crops := []plain.Crop{
		{slip.TicketNumber, digits, line(t, "0000123457")},
		{slip.LotNumber, form.Field{Type: form.Sticker}, line(t, "EY5422")},
		{slip.MunicipalityCode, digits, line(t, "")},
		{slip.FacilityCode, digits, line(t, "1318814790")},
		{slip.BirthDate, form.Field{Type: form.Date}, line(t, "1965年4月12日")},
	}
	texts, err := plain.Read(t.Context(), crops)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"0000123457", "EY5422", "", "1318814790", "1965年4月12日"} {
		if texts[i].Text != want || want != "" && !(texts[i].Confidence > 0.5 && texts[i].Confidence <= 1) {
			t.Errorf("crop %d: %+v, want %q", i, texts[i], want)
		}
	}
}

func TestValue(t *testing.T) {
	date := form.Field{Type: form.BoxedDigits, Format: "202YMMDD", Gives: []form.Gives{{Value: slip.VaccinationDate}}}
	era := form.Field{Type: form.BoxedDigits, Format: "YYMMDD", Era: "令和", Gives: []form.Gives{{Value: slip.VaccinationDate}}}
	amount := form.Field{Type: form.BoxedDigits, Format: "0.N", Gives: []form.Gives{{Value: slip.AmountML}}}
	ocrLine := form.Field{Type: form.OCRLine, Gives: []form.Gives{{Value: slip.TicketNumber, From: 9, To: 18}}}
	for _, example := range []struct {
		value slip.Value
		field form.Field
		text  string
		want  string // empty: no value
	}{
		{slip.VaccinationDate, date, "10630", "2021-06-30"},
		{slip.VaccinationDate, date, "20210630", "2021-06-30"},
		{slip.VaccinationDate, date, "2|0 2 1 0630", "2021-06-30"},
		{slip.VaccinationDate, date, "70210630", ""},
		{slip.VaccinationDate, date, "1063", ""},
		{slip.VaccinationDate, date, "11330", ""},
		{slip.VaccinationDate, era, "030630", "2021-06-30"},
		{slip.AmountML, amount, "3", "0.3"},
		{slip.AmountML, amount, "0.3", "0.3"},
		{slip.AmountML, amount, "13", ""},
		{slip.TicketNumber, ocrLine, "221310160000123457", "0000123457"},
		{slip.TicketNumber, ocrLine, "22131016", ""},
		{slip.Manufacturer, form.Field{Type: form.Sticker}, "ファイザー", "ファイザー"},
		{slip.Manufacturer, form.Field{Type: form.Sticker}, "xyz", ""},
		{slip.LotNumber, form.Field{Type: form.Sticker}, "ey5422", "EY5422"},
	} {
		got, ok := plain.Value(example.value, example.field, example.text)
		if got != example.want && ok || ok != (example.want != "") {
			t.Errorf("%s %q gives %q (%v), want %q", example.value, example.text, got, ok, example.want)
		}
	}
}

func TestLegible(t *testing.T) {
	for kind, want := range map[form.Type]bool{form.OCRLine: true, form.Sticker: true, form.QR: false, form.CheckBox: false, form.Barcode: false} {
		if plain.Legible(form.Field{Type: kind}) != want {
			t.Errorf("%s: want %v", kind, want)
		}
	}
}
