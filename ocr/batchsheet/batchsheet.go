// Package batchsheet recognises the sheets that steer the feeding: the header in
// front of a batch and the separators inside it. Their QR code says what they
// are, see slip.BatchSheet; it is found anywhere on the page, in any
// orientation.
package batchsheet

import (
	"context"
	"image"
	"slices"

	"sesshu/ledger/slip"
	"sesshu/ocr/barcode"
	"sesshu/ocr/page"
)

// Find looks for batch sheets among the pages of a file that fit no form, and
// adds what it reads to them; such a page is then no unknown form any more. The
// pages of slips are not looked at: their codes are of people. The error is not
// nil only when ctx ended or the code's reader broke.
func Find(ctx context.Context, file []byte, pages []slip.PageReading) error {
	var document *page.Document
	for i := range pages {
		if !slices.Contains(pages[i].Faults, slip.ReasonFormUnknown) && !slices.Contains(pages[i].Faults, slip.ReasonRegistration) {
			continue
		}
		if document == nil {
			var err error
			if document, err = page.Open(ctx, file); err != nil {
				return ctx.Err() // the reader has said so already
			}
		}
		grey, err := decode(ctx, document, pages[i].Page)
		if err != nil {
			return ctx.Err()
		}
		candidates, err := barcode.QR(reduced(grey))
		if err != nil {
			return err
		}
		for _, candidate := range candidates {
			if sheet, err := slip.ParseBatchSheet(candidate.Text); err == nil {
				pages[i].Readings = append(pages[i].Readings, slip.BatchSheetReading(sheet, candidate.P, barcode.Version))
				pages[i].Faults = nil
			}
		}
	}
	return nil
}

func decode(ctx context.Context, document *page.Document, n int) (*image.Gray, error) {
	decoded, err := document.Decode(ctx, n)
	if err != nil {
		return nil, err
	}
	grey := decoded.Gray()
	return grey, decoded.Close()
}

// longSide is the size to which a page is reduced before it is searched,
// pixels. The codes are printed 70 mm wide: at this size one of their modules
// is five pixels or more.
const longSide = 1100

// reduced averages squares of pixels so that the longer side is at most
// longSide by the smallest whole factor.
func reduced(grey *image.Gray) *image.Gray {
	size := grey.Bounds().Size()
	factor := (max(size.X, size.Y) + longSide - 1) / longSide
	if factor <= 1 {
		return grey
	}
	small := image.NewGray(image.Rect(0, 0, size.X/factor, size.Y/factor))
	for y := range small.Rect.Dy() {
		for x := range small.Rect.Dx() {
			sum := 0
			for dy := range factor {
				row := grey.Pix[(y*factor+dy)*grey.Stride+x*factor:]
				for _, value := range row[:factor] {
					sum += int(value)
				}
			}
			small.Pix[y*small.Stride+x] = uint8(sum / (factor * factor))
		}
	}
	return small
}
