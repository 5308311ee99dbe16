package page_test

import (
	"bytes"
	"image"
	"image/draw"
	"image/png"
	"io/fs"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/oned"
	"github.com/makiuchi-d/gozxing/qrcode"

	"sesshu/ledger/slip/form"
	"sesshu/samples/fiction"
	"sesshu/samples/hand"
	"sesshu/samples/page"
	"sesshu/samples/typeface"
)

const scale = 300 / 25.4

// desk is a printer with the shipped forms.
func desk(t *testing.T) (*page.Printer, map[string]*form.Form, *fiction.World) {
	t.Helper()
	root, err := fs.Sub(os.DirFS("../"), "forms")
	if err != nil {
		t.Fatal(err)
	}
	forms, err := form.LoadAll(root)
	if err != nil {
		t.Fatal(err)
	}
	fonts, err := typeface.Open(typeface.Directories())
	if err != nil {
		t.Fatal(err)
	}
	printer, err := page.NewPrinter(forms, fonts, hand.NewKit(nil, fonts.Faces(typeface.Japanese)))
	if err != nil {
		t.Fatal(err)
	}
	world, err := fiction.New(1, 10)
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]*form.Form{}
	for _, form := range forms {
		byName[form.Name] = form
	}
	return printer, byName, world
}

func slipOf(world *fiction.World, random *rand.Rand, kind string, index int) page.Slip {
	slip := page.Slip{
		Holder: world.Holder(index), Consent: "yes", DateBy: page.ByHand, FacilityBy: page.ByStamp, AmountBy: page.ByPrint,
		Neat: 1, Toner: 1,
	}
	if kind == "routine" {
		child := world.Child(random)
		slip.Holder, slip.Reference, slip.Parent = child.Holder, child.Reference, child.Parent
		slip.Visit = world.RoutineVisit(random)
		return slip
	}
	slip.Visit = world.Visit(random, slip.Holder.Dose, func(lot fiction.Lot) bool { return lot.AmountML != "0.25" && lot.Covid() })
	return slip
}

// crop returns a field's place, with white round it.
func crop(picture *image.Gray, place form.Rectangle) *image.Gray {
	const margin = 30
	area := pixels(place)
	result := image.NewGray(image.Rect(0, 0, area.Dx()+2*margin, area.Dy()+2*margin))
	for i := range result.Pix {
		result.Pix[i] = 255
	}
	for y := range area.Dy() {
		for x := range area.Dx() {
			result.SetGray(x+margin, y+margin, picture.GrayAt(area.Min.X+x, area.Min.Y+y))
		}
	}
	return result
}

func pixels(place form.Rectangle) image.Rectangle {
	return image.Rect(int(place.X*scale), int(place.Y*scale), int((place.X+place.Width)*scale), int((place.Y+place.Height)*scale))
}

func TestCodesDecodeWhereTheFormSays(t *testing.T) {
	printer, forms, world := desk(t)
	for name, definition := range forms {
		for index := range 4 {
			random := rand.New(rand.NewPCG(5, uint64(index)))
			slip := slipOf(world, random, definition.Kind, index)
			picture, err := printer.Fill(random, name, slip) // Askew is 0: stickers lie in their frame
			if err != nil {
				t.Fatal(err)
			}
			place := func(field string) form.Rectangle {
				f, _ := definition.Field(field)
				if insert, ok := definition.Insert(f.Insert); ok {
					f.Box.X += insert.X
					f.Box.Y += insert.Y
				}
				return f.Box
			}
			if definition.Kind == "routine" {
				if got := decode(t, oned.NewCodaBarReader(), crop(picture, place("reference_barcode"))); got != slip.Reference {
					t.Errorf("%s: barcode says %q, want %q", name, got, slip.Reference)
				}
				continue
			}
			want := page.Line(slip.Holder)
			if got := decode(t, qrcode.NewQRCodeReader(), crop(picture, place("qr"))); got != want {
				t.Errorf("%s: QR code says %q, want %q", name, got, want)
			}
			if got := decode(t, oned.NewCodaBarReader(), crop(picture, place("barcode"))); got != want[8:] {
				t.Errorf("%s: barcode says %q, want %q", name, got, want[8:])
			}
		}
	}
}

func decode(t *testing.T, reader gozxing.Reader, picture *image.Gray) string {
	t.Helper()
	bitmap, err := gozxing.NewBinaryBitmapFromImage(picture)
	if err != nil {
		t.Fatal(err)
	}
	hints := map[gozxing.DecodeHintType]interface{}{gozxing.DecodeHintType_TRY_HARDER: true}
	result, err := reader.Decode(bitmap, hints)
	if err != nil {
		return "nothing: " + err.Error()
	}
	return result.GetText()
}

func TestEveryFieldHoldsInk(t *testing.T) {
	printer, forms, world := desk(t)
	for name, definition := range forms {
		random := rand.New(rand.NewPCG(9, 9))
		slip := slipOf(world, random, definition.Kind, 0)
		filled, err := printer.Fill(random, name, slip)
		if err != nil {
			t.Fatal(err)
		}
		decoded, err := png.Decode(bytes.NewReader(definition.Blank))
		if err != nil {
			t.Fatal(err)
		}
		blank := image.NewGray(decoded.Bounds())
		draw.Draw(blank, blank.Rect, decoded, blank.Rect.Min, draw.Src)
		for _, field := range definition.Fields {
			places := field.Cells
			if len(places) == 0 {
				places = []form.Rectangle{field.Box}
			}
			for i, place := range places {
				if field.Insert != "" {
					insert, _ := definition.Insert(field.Insert)
					place.X += insert.X
					place.Y += insert.Y
				}
				inside := pixels(place).Inset(6) // without the frame
				if dark := darkness(filled, inside); dark < 60 {
					t.Errorf("%s: %s, place %d: only %d dark pixels", name, field.Name, i, dark)
				}
			}
			for _, choice := range field.Choices {
				around := pixels(choice.Box).Inset(-18) // a ring may lie round the square
				ticked := darkness(filled, around) > darkness(blank, around)+25
				if want := choice.Value == "yes" || choice.Value == slip.Holder.Dose || choice.Value == slip.Visit.Lot.Vaccine(); ticked != want {
					t.Errorf("%s: %s: choice %s is ticked: %v", name, field.Name, choice.Value, ticked)
				}
			}
		}
	}
}

// darkness counts the pixels of ink, however faint.
func darkness(picture *image.Gray, area image.Rectangle) int {
	count := 0
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			if picture.GrayAt(x, y).Y < 225 {
				count++
			}
		}
	}
	return count
}
