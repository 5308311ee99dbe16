package explain

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html/template"
	"image"
	"image/jpeg"
	"strings"

	"golang.org/x/image/draw"

	"sesshu/ledger/slip"
	"sesshu/ocr/cutout"
)

// pictures cuts what the page shows; without an image, or with one that must not
// be shown, there are none.
type pictures struct{ page *image.Gray }

func newPictures(page Page, hidden bool) *pictures {
	if hidden || len(page.Image) == 0 {
		return &pictures{}
	}
	decoded, err := cutout.Page(page.Image)
	if err != nil {
		return &pictures{} // the page says "no picture"; the rest of it is still worth having
	}
	return &pictures{decoded}
}

const (
	cropMargin   = 10  // pixels of paper round a crop
	cropQuality  = 82  // JPEG
	sheetWidth   = 640 // pixels of the whole sheet
	sheetQuality = 70
	widestCrop   = 1400 // pixels
)

// crop is what a reading's reader was shown.
func (p *pictures) crop(reading slip.Reading) template.URL {
	if p.page == nil || strings.ContainsRune(texted(reading), '*') {
		return ""
	}
	cut := cutout.Of(p.page, reading.Quad, cropMargin)
	if cut == nil {
		return ""
	}
	return dataURI(shrunk(cut, widestCrop), cropQuality)
}

// texted joins a reading's texts: those of a 個人番号 are masked.
func texted(reading slip.Reading) string {
	var all strings.Builder
	for _, candidate := range reading.Candidates {
		all.WriteString(mask(candidate.Text))
	}
	return all.String()
}

func shrunk(picture *image.Gray, widest int) *image.Gray {
	if picture.Rect.Dx() <= widest {
		return picture
	}
	small := image.NewGray(image.Rect(0, 0, widest, max(1, picture.Rect.Dy()*widest/picture.Rect.Dx())))
	draw.ApproxBiLinear.Scale(small, small.Rect, picture, picture.Rect, draw.Src, nil)
	return small
}

func dataURI(picture *image.Gray, quality int) template.URL {
	var file bytes.Buffer
	if err := jpeg.Encode(&file, picture, &jpeg.Options{Quality: quality}); err != nil {
		return "" // only a picture larger than JPEG allows, and these are bounded
	}
	return template.URL("data:image/jpeg;base64," + base64.StdEncoding.EncodeToString(file.Bytes())) //nolint:gosec // our own encoding of our own picture
}

// sheetView is the whole sheet with the outlines of the values on it.
type sheetView struct {
	Picture       template.URL
	Width, Height int // pixels that the outlines speak of
	Outlines      []outlineView
}

type outlineView struct {
	Points, Outcome string
	Number          int
	X, Y            string
}

// sheet is the page in small; nil when it must not be shown.
func (p *pictures) sheet(page Page) *sheetView {
	if p.page == nil {
		return nil
	}
	view := &sheetView{
		Picture: dataURI(box(p.page, sheetWidth), sheetQuality), Width: p.page.Rect.Dx(), Height: p.page.Rect.Dy(),
	}
	number := 0
	for _, value := range page.Form.Values {
		decided, has := page.Decision.Fields[value.Name]
		if !has {
			continue
		}
		number++
		if decided.Quad == (slip.Quad{}) {
			continue
		}
		var points []string
		for _, corner := range decided.Quad {
			points = append(points, fmt.Sprintf("%.1f,%.1f", corner.X, corner.Y))
		}
		view.Outlines = append(view.Outlines, outlineView{
			Points: strings.Join(points, " "), Outcome: decided.Outcome.String(), Number: number,
			X: fmt.Sprintf("%.1f", decided.Quad[0].X), Y: fmt.Sprintf("%.1f", decided.Quad[0].Y),
		})
	}
	return view
}

// box reduces a page by averaging, which keeps thin strokes visible.
func box(page *image.Gray, widest int) *image.Gray {
	if page.Rect.Dx() <= widest {
		return page
	}
	small := image.NewGray(image.Rect(0, 0, widest, max(1, page.Rect.Dy()*widest/page.Rect.Dx())))
	draw.BiLinear.Scale(small, small.Rect, page, page.Rect, draw.Src, nil)
	return small
}
