package ink

import (
	"image"
	"math"
)

// Cover draws anything that can say how much of a point it covers: the
// transform maps a width × height area to the canvas's millimetres, and cover
// returns, for a point of that area, how much ink lies there, 0 to 1.
func (c *Canvas) Cover(width, height float64, transform Transform, cover func(x, y float64) float64, with Ink) {
	var outline Path
	outline.Rectangle(0, 0, width, height)
	toPixels := Scaled(c.Scale, c.Scale).After(transform)
	bounds, _ := outline.bounds(toPixels)
	area := bounds.Intersect(c.Image.Rect)
	if area.Empty() {
		return
	}
	back := toPixels.inverse()
	mask := c.cleanMask(area.Dx(), area.Dy())
	for y := range area.Dy() {
		row := mask.Pix[y*mask.Stride:]
		for x := range area.Dx() {
			px, py := back.Apply(float64(area.Min.X+x)+0.5, float64(area.Min.Y+y)+0.5)
			row[x] = uint8(255 * math.Max(0, math.Min(1, cover(px, py))))
		}
	}
	c.darken(mask, image.Pt(area.Min.X, area.Min.Y), with)
}
