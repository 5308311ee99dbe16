package ink

import (
	"image"
	"image/draw"
	"math"
)

// Paste lays a piece of paper on the canvas. The transform maps the piece's
// millimetres to the canvas's; pieceScale is the piece's pixels per
// millimetre. The piece covers what is below; a faint shadow lies along its
// lower and right edges.
func (c *Canvas) Paste(piece *image.Gray, pieceScale float64, transform Transform) {
	width := float64(piece.Rect.Dx()) / pieceScale
	height := float64(piece.Rect.Dy()) / pieceScale
	var outline Path
	outline.Rectangle(0, 0, width, height)
	const shadow = 0.16
	c.Fill(&outline, Moved(shadow, shadow).After(transform), Ink{Shade: 60})

	toPixels := Scaled(c.Scale, c.Scale).After(transform)
	bounds, _ := outline.bounds(toPixels)
	area := bounds.Intersect(c.Image.Rect)
	back := toPixels.inverse()
	for y := area.Min.Y; y < area.Max.Y; y++ {
		row := c.Image.Pix[c.Image.PixOffset(0, y):]
		for x := area.Min.X; x < area.Max.X; x++ {
			mmX, mmY := back.Apply(float64(x)+0.5, float64(y)+0.5)
			px, py := mmX*pieceScale-0.5, mmY*pieceScale-0.5
			if value, ok := sample(piece, px, py); ok {
				row[x] = value
			}
		}
	}
}

// sample reads between the pixels of a picture, false outside.
func sample(picture *image.Gray, x, y float64) (uint8, bool) {
	ix, iy := int(math.Floor(x)), int(math.Floor(y))
	if ix < 0 || iy < 0 || ix+1 >= picture.Rect.Dx() || iy+1 >= picture.Rect.Dy() {
		return 0, false
	}
	fx, fy := x-float64(ix), y-float64(iy)
	at := picture.Pix[iy*picture.Stride+ix:]
	below := picture.Pix[(iy+1)*picture.Stride+ix:]
	top := float64(at[0])*(1-fx) + float64(at[1])*fx
	bottom := float64(below[0])*(1-fx) + float64(below[1])*fx
	return uint8(top*(1-fy) + bottom*fy + 0.5), true
}

func (t Transform) inverse() Transform {
	det := t[0]*t[3] - t[1]*t[2]
	return Transform{
		t[3] / det, -t[1] / det, -t[2] / det, t[0] / det,
		(t[2]*t[5] - t[3]*t[4]) / det, (t[1]*t[4] - t[0]*t[5]) / det,
	}
}

// Blot sets everything inside an outline to one level, lighter or darker.
func (c *Canvas) Blot(path *Path, level uint8) {
	toPixels := Scaled(c.Scale, c.Scale)
	bounds, ok := path.bounds(toPixels)
	area := bounds.Intersect(c.Image.Rect)
	if !ok || area.Empty() {
		return
	}
	c.raster.Reset(area.Dx(), area.Dy())
	path.draw(&c.raster, Moved(float64(-area.Min.X), float64(-area.Min.Y)).After(toPixels))
	mask := c.cleanMask(area.Dx(), area.Dy())
	c.raster.DrawOp = draw.Src
	c.raster.Draw(mask, mask.Rect, image.Opaque, image.Point{})
	for y := area.Min.Y; y < area.Max.Y; y++ {
		row := c.Image.Pix[c.Image.PixOffset(area.Min.X, y):][:area.Dx()]
		for x, part := range mask.Pix[(y-area.Min.Y)*mask.Stride:][:area.Dx()] {
			row[x] = uint8((int(row[x])*(255-int(part)) + int(level)*int(part)) / 255)
		}
	}
}
