package ocr_test

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"slices"
	"testing"

	"golang.org/x/image/font"
	"golang.org/x/image/math/fixed"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
)

// print is a line on a sticker, millimetres from its field's corner.
type print struct {
	points, x, y float64
	text         string
}

// drawSticker pastes a sticker on an empty form. A streak is a dark line down
// the sheet, at so many millimetres from the field's left edge; 0 for none.
func drawSticker(t *testing.T, f *form.Form, streak float64, prints ...print) []byte {
	t.Helper()
	decoded, _, err := image.Decode(bytes.NewReader(f.Blank))
	if err != nil {
		t.Fatal(err)
	}
	sheet := image.NewGray(decoded.Bounds())
	draw.Draw(sheet, sheet.Rect, decoded, image.Point{}, draw.Src)
	scale := float64(sheet.Rect.Dx()) / f.Width
	at := func(x, y float64) image.Point { return image.Pt(int(x*scale), int(y*scale)) }
	i := slices.IndexFunc(f.Fields, func(field form.Field) bool { return field.Type == form.Sticker })
	box := f.Fields[i].Box
	draw.Draw(sheet, image.Rectangle{Min: at(box.X+4, box.Y+3), Max: at(box.X+54, box.Y+24)}, image.NewUniform(color.Gray{Y: 243}), image.Point{}, draw.Src)
	for _, line := range prints {
		place := at(box.X+line.x, box.Y+line.y)
		drawer := font.Drawer{Dst: sheet, Src: image.NewUniform(color.Gray{Y: 30}), Face: face(t, line.points), Dot: fixed.P(place.X, place.Y)}
		drawer.DrawString(line.text)
	}
	if streak > 0 {
		left := at(box.X+streak, 0).X
		draw.Draw(sheet, image.Rect(left, 0, left+4, sheet.Rect.Dy()), image.NewUniform(color.Gray{Y: 60}), image.Point{}, draw.Src)
	}
	var file bytes.Buffer
	if err := jpeg.Encode(&file, sheet, &jpeg.Options{Quality: 85}); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func reading(t *testing.T, page slip.PageReading, field string) slip.Reading {
	t.Helper()
	i := slices.IndexFunc(page.Readings, func(r slip.Reading) bool { return r.Field == field })
	if i < 0 {
		t.Fatalf("no reading of %s; faults %v", field, page.Faults)
	}
	return page.Readings[i]
}

// A lot beside its caption with no more than a blank between them is found.
func TestReadsTheLotBesideItsCaption(t *testing.T) {
	all := forms(t)
	reader := open(t, all)
	f := preprinted(t, all)
	for caption, lot := range map[string]string{"LOT ": "400082A", "LOT": "3005239", "ロット番号  ": "FE9787", "製造番号：": "N004A", "ロット番号 ": "400082A"} {
		got := read(t, reader, drawSticker(t, f, 0, print{9, 8, 9, "スパイクバックス筋注"}, print{10, 8, 15, caption + lot}, print{7, 8, 21, "使用期限 2022.07.30"}))
		if best := reading(t, got, "sticker/lot_number").Best(); best.Text != lot || best.P < 0.5 {
			t.Errorf("%s%s is read as %q with %.3f", caption, lot, best.Text, best.P)
		}
		if best := reading(t, got, "sticker/manufacturer").Best(); best.Text != slip.Moderna {
			t.Errorf("%s%s: the manufacturer is read as %q", caption, lot, best.Text)
		}
	}
}

// A streak that hides a lot's first or last character never leaves the rest as
// a lot that is believed: F053A is one in its own right.
func TestAHiddenCharacterLeavesNoSureLot(t *testing.T) {
	all := forms(t)
	reader := open(t, all)
	f := preprinted(t, all)
	const lot = "HF053A"
	for _, streak := range []float64{20.4, 20.8, 21.2, 21.6, 22, 32, 32.4, 32.8, 33.2, 33.6} {
		got := read(t, reader, drawSticker(t, f, streak, print{9, 8, 9, "コミナティ筋注"}, print{12, 20, 15.5, lot}))
		for _, candidate := range reading(t, got, "sticker/lot_number").Candidates {
			if candidate.Text != lot && candidate.P > 0.6 {
				t.Errorf("streak at %.1f mm: %s is read as %q with %.3f", streak, lot, candidate.Text, candidate.P)
			}
		}
	}
}
