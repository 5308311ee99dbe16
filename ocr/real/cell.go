package real

import (
	"image"
	"image/color"

	"golang.org/x/image/draw"
)

// A cell as the forms have it and as a 300 dpi scan shows it: the inside, about
// 1 mm round it, and the frame between the two. Millimetres.
const (
	cellDensity = 300 / 25.4
	cellWidth   = 6.0
	cellHeight  = 8.0
	cellMargin  = 1.0
	cellFrame   = 0.25
	frameLevel  = 60 // grey
)

// boxed puts the picture of a digit, dark on light, into the middle of a printed
// cell, so large in millimetres. The cell's paper is the picture's own.
func boxed(digit *image.Gray, width, height float64) *image.Gray {
	pixels := func(mm float64) int { return int(mm*cellDensity + 0.5) }
	cell := image.NewGray(image.Rect(0, 0, pixels(cellWidth+2*cellMargin), pixels(cellHeight+2*cellMargin)))
	draw.Draw(cell, cell.Rect, image.NewUniform(color.Gray{Y: paperLevel(digit)}), image.Point{}, draw.Src)
	w, h := pixels(width), pixels(height)
	left, top := (cell.Rect.Dx()-w)/2, (cell.Rect.Dy()-h)/2
	draw.CatmullRom.Scale(cell, image.Rect(left, top, left+w, top+h), digit, digit.Rect, draw.Src, nil)
	frame := image.NewUniform(color.Gray{Y: frameLevel})
	outer := cell.Rect.Inset(pixels(cellMargin - cellFrame))
	inner := cell.Rect.Inset(pixels(cellMargin))
	for _, side := range []image.Rectangle{
		{outer.Min, image.Pt(outer.Max.X, inner.Min.Y)}, {image.Pt(outer.Min.X, inner.Max.Y), outer.Max},
		{outer.Min, image.Pt(inner.Min.X, outer.Max.Y)}, {image.Pt(inner.Max.X, outer.Min.Y), outer.Max},
	} {
		draw.Draw(cell, side, frame, image.Point{}, draw.Src)
	}
	return cell
}

// paperLevel is the level that a quarter of the pixels reach.
func paperLevel(img *image.Gray) uint8 {
	var counts [256]int
	for _, value := range img.Pix {
		counts[value]++
	}
	level, rest := 255, len(img.Pix)/4
	for ; level > 0 && rest > counts[level]; level-- {
		rest -= counts[level]
	}
	return uint8(level)
}
