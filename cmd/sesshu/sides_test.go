package main

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"testing"

	"sesshu/ocr/page"
	"sesshu/scanner/media"
)

// grey returns a JPEG of one shade.
func grey(t *testing.T, shade uint8) []byte {
	t.Helper()
	picture := image.NewGray(image.Rect(0, 0, 1240, 1754))
	for i := range picture.Pix {
		picture.Pix[i] = shade
	}
	picture.Set(3, 3, color.Black)
	var file bytes.Buffer
	if err := jpeg.Encode(&file, picture, nil); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// What a station keeps together the readers take apart by themselves: no PDF
// program is started for it, and a person sees the scanner's own bytes.
func TestSidesOfASheetNeedNoPDFProgram(t *testing.T) {
	sides := [][]byte{grey(t, 200), grey(t, 120)}
	pair, err := media.Pair(sides[0], sides[1], 150)
	if err != nil {
		t.Fatal(err)
	}
	changed := bytes.Replace(pair, []byte("/Side Do Q"), []byte("/Side Do q"), 1)
	seen := func(file []byte, n int) *page.Image {
		document, err := page.Open(t.Context(), file)
		if err != nil {
			t.Fatal(err)
		}
		picture, err := document.Decode(t.Context(), n)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = picture.Close() })
		return picture
	}
	for n, side := range sides {
		// Any other PDF takes the long way, and shows the same page.
		if slow, fast := seen(changed, n+1), seen(pair, n+1); slow.Width != fast.Width || slow.Height != fast.Height || slow.DPI != fast.DPI || fast.DPI != 150 {
			t.Errorf("page %d is %d × %d at %v, by poppler %d × %d at %v", n+1, fast.Width, fast.Height, fast.DPI, slow.Width, slow.Height, slow.DPI)
		}
		if shown, err := page.Show(t.Context(), pair, n+1); err != nil || !bytes.Equal(shown, side) {
			t.Errorf("page %d is shown with %d other bytes, %v", n+1, len(shown), err)
		}
	}
	t.Setenv("PATH", t.TempDir())
	if _, err := page.Open(t.Context(), changed); err == nil {
		t.Error("another PDF is opened without a PDF program: the test proves nothing")
	}
	for n := range sides {
		seen(pair, n+1)
	}
	for _, cut := range []int{len(pair) / 3, 2 * len(pair) / 3} {
		if _, err := page.Open(t.Context(), pair[:cut]); err == nil {
			t.Errorf("a pair that is cut off at %d of %d bytes is taken for whole", cut, len(pair))
		}
	}
}
