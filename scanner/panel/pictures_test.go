package panel

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"testing"

	"golang.org/x/image/tiff"

	"sesshu/scanner/internal/testcard"
	"sesshu/scanner/media"
)

// A picture is drawn of every format that scanners deliver, front first, and of
// nothing else.
func TestPicturesOfEveryFormat(t *testing.T) {
	card := testcard.Draw(5, 400, 560)
	colours := image.NewNRGBA(card.Bounds())
	for y := range 560 {
		for x := range 400 {
			colours.Set(x, y, color.NRGBA{R: card.GrayAt(x, y).Y, G: card.GrayAt(x, y).Y, B: 200, A: 255})
		}
	}
	encoded := map[string]*bytes.Buffer{"jpeg": {}, "colour jpeg": {}, "png": {}, "tiff": {}}
	for name, err := range map[string]error{
		"jpeg":        jpeg.Encode(encoded["jpeg"], card, nil),
		"colour jpeg": jpeg.Encode(encoded["colour jpeg"], colours, nil),
		"png":         png.Encode(encoded["png"], colours),
		"tiff":        tiff.Encode(encoded["tiff"], card, &tiff.Options{Compression: tiff.Deflate}),
	} {
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	both, err := media.Pair(encoded["jpeg"].Bytes(), testcard.JPEG(200), 300)
	if err != nil {
		t.Fatal(err)
	}
	encoded["pdf of two sides"] = bytes.NewBuffer(both)
	for name, file := range encoded {
		drawn, err := drawBoth(file.Bytes())
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		small, err := jpeg.Decode(bytes.NewReader(drawn.small))
		if err != nil || small.Bounds().Dx() != smallWidth || small.Bounds().Dy() != 560*smallWidth/400 {
			t.Errorf("%s: small picture %v, %v", name, small.Bounds(), err)
			continue
		}
		// Card 5 has its first and third bar: see testcard.Draw.
		for bar, dark := range []bool{true, false, true, false} {
			lightness, _, _, _ := small.At(smallWidth/2, (2*(2*bar+1)+1)*small.Bounds().Dy()/32).RGBA()
			if (lightness < 0x8000) != dark {
				t.Errorf("%s: bar %d has lightness %#x", name, bar, lightness)
			}
		}
	}
	for name, file := range map[string][]byte{
		"nothing": nil, "text": []byte("this is no image"), "half a JPEG": testcard.JPEG(1)[:300],
		"PDF without a picture": []byte("%PDF-1.4\nstartxref\n3\n%%EOF"),
	} {
		if _, err := drawBoth(file); err == nil {
			t.Errorf("a picture of %s", name)
		}
	}
}

func FuzzDraw(f *testing.F) {
	f.Add(testcard.JPEG(1))
	f.Add(testcard.PNG(1, 30, 40))
	f.Fuzz(func(_ *testing.T, file []byte) {
		_, _ = drawBoth(file) // must not panic
	})
}

func TestPicturesAreForgotten(t *testing.T) {
	kept := newPictures()
	for sequence := 1; sequence <= keptSmall+5; sequence++ {
		kept.put(pictureID{"b1", sequence}, drawing{small: []byte{1}, large: []byte{2}})
	}
	if len(kept.small) != keptSmall || len(kept.large) != keptLarge {
		t.Errorf("%d small and %d large pictures are kept", len(kept.small), len(kept.large))
	}
	if _, wanted := kept.get(pictureID{"b1", keptSmall + 5}, true); !wanted {
		t.Error("the last large picture is not kept")
	}
	if picture, wanted := kept.get(pictureID{"b1", 100}, true); wanted || picture == nil {
		t.Error("an older sheet has no small picture in place of its large one")
	}
}

// BenchmarkPictures measures what one sheet's pictures cost: A4, 300 dpi, grey.
func BenchmarkPictures(b *testing.B) {
	page := testcard.Page(1)
	b.SetBytes(int64(len(page)))
	for b.Loop() {
		if _, err := drawBoth(page); err != nil {
			b.Fatal(err)
		}
	}
}
