package virtual

import (
	"bytes"
	"image/jpeg"
	"testing"

	"sesshu/scanner/internal/testcard"
)

// A stamped image is another file with the same pixels.
func TestStamp(t *testing.T) {
	sheet := testcard.JPEG(1)
	device := New(Config{Stamp: true})
	first, second := device.stamped(sheet), device.stamped(sheet)
	if bytes.Equal(first, second) || bytes.Equal(first, sheet) {
		t.Error("two images share their bytes")
	}
	want, err := jpeg.Decode(bytes.NewReader(sheet))
	if err != nil {
		t.Fatal(err)
	}
	for _, image := range [][]byte{first, second} {
		got, err := jpeg.Decode(bytes.NewReader(image))
		if err != nil {
			t.Fatal(err)
		}
		for y := range 175 {
			for x := range 124 {
				if got.At(x, y) != want.At(x, y) {
					t.Fatalf("pixel %d,%d differs", x, y)
				}
			}
		}
	}
	if plain := New(Config{}).stamped(sheet); !bytes.Equal(plain, sheet) {
		t.Error("an image is stamped unasked")
	}
}
