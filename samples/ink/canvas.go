// Package ink draws on grey paper in millimetres: filled outlines, pen strokes
// and soft-edged pictures. Everything darkens what is below it, as ink does;
// nothing makes paper lighter except a pasted piece.
package ink

import (
	"image"
	"image/draw"
	"math"

	"golang.org/x/image/vector"
)

// MillimetresPerInch converts resolutions.
const MillimetresPerInch = 25.4

// Canvas is a grey picture with a scale. 255 is bare paper, 0 the blackest
// black. A canvas is not safe for concurrent use.
type Canvas struct {
	Image *image.Gray
	Scale float64 // pixels per millimetre

	raster vector.Rasterizer
	mask   image.Alpha
}

// NewCanvas returns white paper of the given size in millimetres.
func NewCanvas(width, height, dpi float64) *Canvas {
	scale := dpi / MillimetresPerInch
	canvas := &Canvas{
		Image: image.NewGray(image.Rect(0, 0, int(math.Round(width*scale)), int(math.Round(height*scale)))),
		Scale: scale,
	}
	for i := range canvas.Image.Pix {
		canvas.Image.Pix[i] = 255
	}
	return canvas
}

// On returns a canvas that draws on an existing picture.
func On(picture *image.Gray, scale float64) *Canvas {
	return &Canvas{Image: picture, Scale: scale}
}

// Ink says how something is drawn.
type Ink struct {
	Shade uint8    // how much of the light it takes: 255 is black, 0 nothing
	Grain *Texture // unevenness, such as a stamp's; nil for none
}

// Black is a laser printer's toner.
var Black = Ink{Shade: 238}

// Fill fills an outline that is given in millimetres.
func (c *Canvas) Fill(path *Path, transform Transform, with Ink) {
	toPixels := Scaled(c.Scale, c.Scale).After(transform)
	bounds, ok := path.bounds(toPixels)
	if !ok {
		return
	}
	area := bounds.Intersect(c.Image.Rect)
	if area.Empty() {
		return
	}
	c.raster.Reset(area.Dx(), area.Dy())
	path.draw(&c.raster, Moved(float64(-area.Min.X), float64(-area.Min.Y)).After(toPixels))
	mask := c.cleanMask(area.Dx(), area.Dy())
	c.raster.DrawOp = draw.Src
	c.raster.Draw(mask, mask.Rect, image.Opaque, image.Point{})
	c.darken(mask, area.Min, with)
}

// Rectangle fills an upright rectangle given in millimetres.
func (c *Canvas) Rectangle(x, y, width, height float64, with Ink) {
	var path Path
	path.Rectangle(x, y, width, height)
	c.Fill(&path, Identity, with)
}

// Frame draws the outline of a rectangle; the line lies on its edges.
func (c *Canvas) Frame(x, y, width, height, line float64, with Ink) {
	c.Line(x, y, x+width, y, line, with)
	c.Line(x, y+height, x+width, y+height, line, with)
	c.Line(x, y, x, y+height, line, with)
	c.Line(x+width, y, x+width, y+height, line, with)
}

// Line draws an upright or level line with square ends. Its ends reach half
// its thickness further, so that corners close.
func (c *Canvas) Line(x1, y1, x2, y2, thickness float64, with Ink) {
	half := thickness / 2
	c.Rectangle(min(x1, x2)-half, min(y1, y2)-half, math.Abs(x2-x1)+thickness, math.Abs(y2-y1)+thickness, with)
}

// Dashes draws an upright or level broken line; on and off are lengths.
func (c *Canvas) Dashes(x1, y1, x2, y2, thickness, on, off float64, with Ink) {
	length := math.Hypot(x2-x1, y2-y1)
	for at := 0.0; at < length; at += on + off {
		end := min(at+on, length)
		c.Line(x1+(x2-x1)*at/length, y1+(y2-y1)*at/length, x1+(x2-x1)*end/length, y1+(y2-y1)*end/length, thickness, with)
	}
}

func (c *Canvas) cleanMask(width, height int) *image.Alpha {
	size := width * height
	if cap(c.mask.Pix) < size {
		c.mask.Pix = make([]uint8, size)
	}
	c.mask.Pix = c.mask.Pix[:size]
	clear(c.mask.Pix)
	c.mask.Stride = width
	c.mask.Rect = image.Rect(0, 0, width, height)
	return &c.mask
}

// darken lets ink through a mask; the mask's top left lies at place.
func (c *Canvas) darken(mask *image.Alpha, place image.Point, with Ink) {
	area := mask.Rect.Add(place).Intersect(c.Image.Rect)
	for y := area.Min.Y; y < area.Max.Y; y++ {
		row := c.Image.Pix[c.Image.PixOffset(area.Min.X, y):][:area.Dx()]
		cover := mask.Pix[(y-place.Y)*mask.Stride+area.Min.X-place.X:][:area.Dx()]
		for i, part := range cover {
			if part == 0 {
				continue
			}
			taken := uint32(part) * uint32(with.Shade)
			if with.Grain != nil {
				taken = taken * uint32(with.Grain.at(area.Min.X+i, y)) / 255
			}
			row[i] = uint8(uint32(row[i]) * (255*255 - taken) / (255 * 255))
		}
	}
}
