package practice

import (
	"bytes"
	"image/jpeg"
	"testing"
)

// The practice stack is what a scanner would deliver: whole A4 pages, each
// another one, and all of them small enough to be built in.
func TestSheets(t *testing.T) {
	if *drawSheets {
		drawAnew(t)
	}
	papers, err := stack()
	if err != nil {
		t.Fatal(err)
	}
	total, names := 0, map[string]bool{}
	for i, paper := range papers {
		picture, err := jpeg.Decode(bytes.NewReader(paper.image))
		if err != nil {
			t.Fatalf("sheet %d: %v", i+1, err)
		}
		size := picture.Bounds().Size()
		if width, height := 210*Resolution*10/254, 297*Resolution*10/254; size.X < width-2 || size.X > width+2 || size.Y < height-2 || size.Y > height+2 {
			t.Errorf("sheet %d has %v pixels, A4 has %d × %d", i+1, size, width, height)
		}
		total += len(paper.image)
		names[paper.Name] = true
		for _, other := range papers[:i] {
			if bytes.Equal(other.image, paper.image) {
				t.Errorf("sheets %d and %d are one picture", other.Number, paper.Number)
			}
		}
	}
	if len(names) != Sheets {
		t.Errorf("%d names on %d sheets", len(names), Sheets)
	}
	if most := 1_500_000; total > most {
		t.Errorf("the pictures have %d bytes, at most %d are to be built in", total, most)
	}
}
