//go:build matprofile

package ocr_test

import (
	"bytes"
	"testing"

	"gocv.io/x/gocv"

	"sesshu/ocr"
)

// TestNoMatStaysOpen reads 50 pages and counts the native images that were not
// given back. Run it with -tags matprofile.
func TestNoMatStaysOpen(t *testing.T) {
	all := forms(t)
	before := gocv.MatProfile.Count()
	reader, err := ocr.Open(ocr.Config{Forms: all})
	if err != nil {
		t.Fatal(err)
	}
	opened := gocv.MatProfile.Count()
	files := [][]byte{drawSlip(t, preprinted(t, all), 0), drawSlip(t, preprinted(t, all), 3), all[0].Blank, all[len(all)-1].Blank, []byte("no image")}
	for i := range 50 {
		read(t, reader, files[i%len(files)])
	}
	report := func(want int) {
		t.Helper()
		if open := gocv.MatProfile.Count(); open != want {
			var traces bytes.Buffer
			gocv.MatProfile.WriteTo(&traces, 1)
			t.Errorf("%d native images are open, want %d:\n%s", open, want, traces.String())
		}
	}
	report(opened)
	if err := reader.Close(); err != nil {
		t.Error(err)
	}
	report(before)
	if err := reader.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
}
