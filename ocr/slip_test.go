package ocr_test

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"os"
	"strings"
	"testing"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/codabar"
	"github.com/boombuler/barcode/qr"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"sesshu/ledger/slip/form"
)

// What the drawn slip says, by field.
var written = map[string]string{
	"ocr_line": "221310160000123457", "qr": "221310160000123457", "barcode": "0000123457",
	"ticket_number_printed": "0000123457", "municipality_printed": "131016",
	"birth_date": "1965年4月12日", "consent": "yes",
	"facility_code": "1318814790", "vaccination_date": "10630",
}

// want is what the readings must say, by the name of the reading.
var want = map[string]string{
	"ocr_line": "221310160000123457", "qr": "221310160000123457", "barcode": "0000123457",
	"ticket_number_printed": "0000123457", "municipality_printed": "131016",
	"facility_code": "1318814790", "vaccination_date": "2021-06-30",
	"sticker/lot_number": "EY5422", "sticker/manufacturer": "ファイザー", "consent": "yes",
}

func forms(t testing.TB) []*form.Form {
	t.Helper()
	loaded, err := form.LoadAll(os.DirFS("../samples/forms"))
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}

func face(t testing.TB, points float64) font.Face {
	t.Helper()
	data, err := os.ReadFile("/usr/share/fonts/opentype/ipaexfont-gothic/ipaexg.ttf")
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := opentype.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	made, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: points, DPI: 300})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { made.Close() })
	return made
}

// drawSlip fills in a form in print and turns it by quarters.
func drawSlip(t testing.TB, f *form.Form, turn int) []byte {
	t.Helper()
	decoded, _, err := image.Decode(bytes.NewReader(f.Blank))
	if err != nil {
		t.Fatal(err)
	}
	sheet := image.NewGray(decoded.Bounds())
	draw.Draw(sheet, sheet.Rect, decoded, image.Point{}, draw.Src)
	scale := float64(sheet.Rect.Dx()) / f.Width
	at := func(x, y float64) image.Point { return image.Pt(int(x*scale), int(y*scale)) }
	text := func(points, x, y float64, s string) {
		place := at(x, y)
		drawer := font.Drawer{Dst: sheet, Src: image.NewUniform(color.Gray{Y: 20}), Face: face(t, points), Dot: fixed.P(place.X, place.Y)}
		drawer.DrawString(s)
	}
	code := func(made barcode.Barcode, err error, x, y, width, height float64) {
		if err != nil {
			t.Fatal(err)
		}
		target := image.Rectangle{Min: at(x, y), Max: at(x+width, y+height)}
		sized, err := barcode.Scale(made, target.Dx(), target.Dy())
		if err != nil {
			t.Fatal(err)
		}
		draw.Draw(sheet, target, sized, image.Point{}, draw.Src)
	}
	for _, field := range f.Fields {
		box, value := field.Box, written[field.Name]
		switch {
		case field.Type == form.Sticker:
			label := image.Rectangle{Min: at(box.X+6, box.Y+3), Max: at(box.X+52, box.Y+24)}
			draw.Draw(sheet, label, image.NewUniform(color.Gray{Y: 243}), image.Point{}, draw.Src)
			text(10, box.X+9, box.Y+9, "コミナティ筋注")
			text(9, box.X+9, box.Y+15, "Lot No.  EY5422")
			text(8, box.X+9, box.Y+21, "使用期限 2021.09.30")
		case value == "":
		case field.Type == form.QR:
			made, err := qr.Encode(value, qr.M, qr.Numeric)
			code(made, err, box.X+1.2, box.Y+1.2, 10, 10)
		case field.Type == form.Barcode:
			made, err := codabar.Encode("A" + value + "A")
			code(made, err, box.X+3, box.Y+1.2, 38, 5.6)
		case field.Type == form.CheckBox:
			for _, choice := range field.Choices {
				if choice.Value == value {
					text(13, choice.Box.X+0.2, choice.Box.Y+choice.Box.Height, "X")
				}
			}
		case len(field.Cells) > 0:
			for i, cell := range field.Cells {
				text(16, cell.X+cell.Width/2-1.4, cell.Y+cell.Height/2+2, string(value[i]))
			}
		default:
			text(9, box.X+1.5, box.Y+box.Height/2+1.2, value)
		}
	}
	for range turn {
		turned := image.NewGray(image.Rect(0, 0, sheet.Rect.Dy(), sheet.Rect.Dx()))
		for y := range sheet.Rect.Dy() {
			for x := range sheet.Rect.Dx() {
				turned.Pix[x*turned.Stride+sheet.Rect.Dy()-1-y] = sheet.Pix[y*sheet.Stride+x]
			}
		}
		sheet = turned
	}
	var file bytes.Buffer
	if err := jpeg.Encode(&file, sheet, &jpeg.Options{Quality: 85}); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// preprinted returns the shipped form whose ticket is printed on it.
func preprinted(t testing.TB, all []*form.Form) *form.Form {
	t.Helper()
	for _, f := range all {
		if strings.HasSuffix(f.Name, "preprinted") {
			return f
		}
	}
	t.Fatal("the form with a preprinted ticket is gone")
	return nil
}
