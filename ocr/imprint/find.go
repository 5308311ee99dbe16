package imprint

import (
	"context"
	"image"
	"math"
	"slices"

	"sesshu/ledger/slip"
	"sesshu/ocr/page"
)

// Find looks for the expected text on the pages of a sheet that were read before,
// and adds what it finds to them: on one of them it suffices. dpi is what was
// asked of the scanner, 0 when unknown. A back that holds the imprint and nothing
// else is blank from then on. The error is not nil only when ctx ended or a
// network broke.
func (r *Reader) Find(ctx context.Context, file []byte, dpi int, expected string, pages []slip.PageReading) error {
	document, err := page.Open(ctx, file)
	if err != nil {
		return ctx.Err() // who read the pages has said so already
	}
	for i := range pages {
		reading := &pages[i]
		if reading.Blank || reading.Fault != "" {
			continue // nothing is on it, or nothing can be seen
		}
		decoded, err := document.Decode(ctx, reading.Page)
		if err != nil {
			return ctx.Err()
		}
		grey, stated := decoded.Gray(), decoded.DPI
		if err := decoded.Close(); err != nil {
			return err
		}
		resolution := resolutionOf(*reading, stated, dpi)
		found, err := r.Read(grey, resolution, expected)
		if err != nil {
			return err
		}
		reading.Imprint = &found
		if found.Quad != (slip.Quad{}) && slices.Contains(reading.Faults, slip.ReasonFormUnknown) && emptyBeside(grey, resolution, found.Quad) {
			reading.Blank, reading.Faults = true, []slip.Reason{slip.ReasonBlankPage}
		}
		if found.Verdict == slip.ImprintSame {
			return nil
		}
	}
	return nil
}

// resolutionOf returns a page's pixels per inch: as its form lies on it, as its
// file says, as was asked of the scanner, or as if it were A4.
func resolutionOf(reading slip.PageReading, stated float64, asked int) float64 {
	h := reading.Registration.Homography
	if measured := 25.4 * math.Sqrt(math.Abs(h[0]*h[4]-h[1]*h[3])); reading.Registration.Form != "" && plausible(reading, measured) {
		return measured
	}
	for _, dpi := range []float64{stated, float64(asked)} {
		if plausible(reading, dpi) {
			return dpi
		}
	}
	return float64(max(reading.Width, reading.Height)) / 297 * 25.4
}

// plausible reports whether a page of this resolution goes through a feeder:
// its longer side is 10 to 45 cm long.
func plausible(reading slip.PageReading, dpi float64) bool {
	if dpi <= 0 {
		return false
	}
	long := float64(max(reading.Width, reading.Height)) / dpi * 25.4
	return long > 100 && long < 450
}

// What may lie on a page beside its imprint that is blank; the same as for pages
// without one, see package register.
const (
	blankEdge     = 5.0 // millimetres at the page's edge that are not looked at
	blankContrast = 22  // grey levels below the paper round it
	blankSpecks   = 6   // coarse pixels: one speck of less than a millimetre
	darkest       = 120 // grey level of paper
	imprintRoom   = 1.5 // millimetres round the imprint: its ink runs
)

// emptyBeside reports whether provably nothing is on a page outside an outline.
func emptyBeside(grey *image.Gray, dpi float64, outline slip.Quad) bool {
	scale := dpi / 25.4 / coarse
	small := shrink(grey, scale)
	box := outline.Box()
	const room = imprintRoom * coarse
	imprint := image.Rect(int(box[0]/scale-room), int(box[1]/scale-room), int((box[0]+box[2])/scale+room)+1, int((box[1]+box[3])/scale+room)+1)
	const edge, block = int(blankEdge * coarse), 24
	inside := small.Rect.Inset(edge)
	specks := 0
	for top := inside.Min.Y; top < inside.Max.Y; top += block {
		for left := inside.Min.X; left < inside.Max.X; left += block {
			area := image.Rect(left, top, left+block, top+block).Intersect(inside)
			paper := median(small, area)
			if paper < darkest {
				return false
			}
			for y := area.Min.Y; y < area.Max.Y; y++ {
				for x := area.Min.X; x < area.Max.X; x++ {
					if int(small.Pix[y*small.Stride+x]) < paper-blankContrast && !image.Pt(x, y).In(imprint) {
						specks++
					}
				}
			}
		}
	}
	return specks <= blankSpecks
}
