package virtual

import (
	"bytes"
	"fmt"
	pixels "image"
	"image/draw"
	"image/jpeg"
	"log/slog"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
)

// The imprint is as large as a real endorser's: letters of a matrix of dots,
// about 3 mm high, 6 mm from the bottom edge and 10 mm from the left one, where
// no form has a field.
const (
	imprintLeft   = 10.0
	imprintBottom = 6.0
	imprintHeight = 3.5 // of a line of the font
)

// endorsed returns the sheet's front as the endorser leaves it: with the job's
// text and its number on it. Paper that is no JPEG stays as it is. d.mu is held.
func (d *Device) endorsed(job *job, front []byte) []byte {
	if job.imprint == "" {
		return front
	}
	text := fmt.Sprintf("%s%05d", job.imprint, job.number)
	job.number++
	picture, err := jpeg.Decode(bytes.NewReader(front))
	if err != nil {
		d.log.Warn("virtual scanner: no imprint on this sheet", slog.String("error", err.Error()))
		return front
	}
	grey := pixels.NewGray(picture.Bounds())
	draw.Draw(grey, grey.Rect, picture, grey.Rect.Min, draw.Src)
	imprint(grey, text, float64(d.config.Resolution)/25.4)
	var file bytes.Buffer
	if err := jpeg.Encode(&file, grey, &jpeg.Options{Quality: 90}); err != nil {
		d.log.Warn("virtual scanner: no imprint on this sheet", slog.String("error", err.Error()))
		return front
	}
	return file.Bytes()
}

// imprint prints black dots on a page of so many pixels a millimetre.
func imprint(page *pixels.Gray, text string, scale float64) {
	face := basicfont.Face7x13
	line := pixels.NewAlpha(pixels.Rect(0, 0, face.Advance*len(text), face.Height))
	drawer := font.Drawer{Dst: line, Src: pixels.Opaque, Face: face, Dot: fixed.P(0, face.Ascent)}
	drawer.DrawString(text)
	dot := max(1, int(imprintHeight*scale/float64(face.Height)))
	left := page.Rect.Min.X + int(imprintLeft*scale)
	top := page.Rect.Max.Y - int(imprintBottom*scale) - dot*face.Height
	for y := range line.Rect.Dy() {
		for x := range line.Rect.Dx() {
			if line.AlphaAt(x, y).A == 0 {
				continue
			}
			place := pixels.Rect(left+x*dot, top+y*dot, left+(x+1)*dot, top+(y+1)*dot)
			draw.Draw(page, place.Intersect(page.Rect), pixels.Black, pixels.Point{}, draw.Src)
		}
	}
}
