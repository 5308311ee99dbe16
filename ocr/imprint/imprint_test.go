package imprint_test

import (
	"flag"
	"fmt"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"sesshu/ledger/slip"
	"sesshu/ocr/imprint"
)

var drawn = flag.Int("imprints", 6, "drawn imprints of each kind")
var only = flag.String("only", "", "kind")
var keep = flag.String("keep", "", "folder")

func TestDrawnImprints(t *testing.T) {
	d := newDrawer(t, 4)
	reader := imprint.New()
	defer reader.Close()
	for _, kind := range kinds {
		if *only != "" && *only != kind {
			continue
		}
		var right, wrong [3]int
		var took time.Duration
		for i := range *drawn {
			random := rand.New(rand.NewPCG(uint64(i), 7))
			number := 1 + random.IntN(400)
			text := imprintText(random, number)
			dpi := []float64{200, 300, 300}[random.IntN(3)]
			sheet := d.imprinted(t, random, text, kind, dpi)
			before := time.Now()
			got, err := reader.Read(sheet, dpi, text)
			took += time.Since(before)
			if err != nil {
				t.Fatal(err)
			}
			right[place(got.Verdict)]++
			if *keep != "" && got.Verdict != slip.ImprintSame {
				save(t, fmt.Sprintf("%s/%s-%d-%s.jpg", *keep, kind, i, got.Verdict), sheet)
				fmt.Println(kind, i, text, got.Verdict, got.Text)
			}
			other := text[:len(text)-5] + fmt.Sprintf("%05d", number+1-2*random.IntN(2))
			got, err = reader.Read(sheet, dpi, other)
			if err != nil {
				t.Fatal(err)
			}
			if got.Verdict == slip.ImprintOther && got.Text != text {
				t.Logf("%s: %q read as %q", kind, text, got.Text)
			}
			wrong[place(got.Verdict)]++
		}
		t.Logf("%-24s right %v wrong %v  %v", kind, right, wrong, took/time.Duration(*drawn))
	}
}

func place(v slip.ImprintVerdict) int {
	return map[slip.ImprintVerdict]int{slip.ImprintSame: 0, slip.ImprintUnreadable: 1, slip.ImprintOther: 2}[v]
}

func save(t *testing.T, name string, img *image.Gray) {
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := jpeg.Encode(f, img, &jpeg.Options{Quality: 80}); err != nil {
		t.Fatal(err)
	}
}
