package imprint

import (
	"image"
	"math"
)

// look is one way of making a line ready for the network: how much of its
// height the characters fill, and how far dots are made to run together, as a
// share of the characters' height.
type look struct{ fill, soft float64 }

// looks are the ways in which every line is read. What only one of them shows
// is not read surely.
var looks = []look{{0.60, 0.045}, {0.68, 0.075}, {0.54, 0.025}}

// lineHeight is the height of Tesseract's network, pixels.
const lineHeight = 36

// margin is the white before and after the line, pixels of the result.
const margin = 9

// cut draws a strip straight and level, dark on white, as high as the network
// looks. Ink keeps its greys. scale is page pixels per coarse pixel.
func cut(page *image.Gray, line strip, scale float64, as look) *image.Gray {
	height := line.height * scale // page pixels
	step := height / (as.fill * lineHeight)
	left, right := line.left*scale, line.right*scale
	width := int((right-left)/step + 2*margin + 0.5)
	out := image.NewGray(image.Rect(0, 0, max(width, lineHeight), lineHeight))
	radius := max(step*0.6, as.soft*height) // of the bell over which is averaged
	reach := int(math.Ceil(2.2 * radius))
	weights := make([]float64, 2*reach+1)
	for i := range weights {
		d := float64(i-reach) / radius
		weights[i] = math.Exp(-d * d / 2)
	}
	size := page.Bounds().Size()
	values := make([]float64, len(out.Pix))
	lowest, highest := 255.0, 0.0
	for y := range lineHeight {
		for x := range out.Rect.Dx() {
			px := left + (float64(x)+0.5-margin)*step
			if px < left-0.2*height || px > right+0.2*height {
				values[y*out.Stride+x] = -1 // beyond its ends lies other print
				continue
			}
			py := (line.middle+line.slope*px/scale)*scale + (float64(y)+0.5-lineHeight/2)*step
			ix, iy := int(px), int(py)
			sum, total := 0.0, 0.0
			for dy := -reach; dy <= reach; dy++ {
				row := iy + dy
				if row < 0 || row >= size.Y {
					continue
				}
				for dx := -reach; dx <= reach; dx++ {
					if column := ix + dx; column >= 0 && column < size.X {
						weight := weights[dy+reach] * weights[dx+reach]
						sum += weight * float64(page.Pix[row*page.Stride+column])
						total += weight
					}
				}
			}
			value := 255.0
			if total > 0 {
				value = sum / total
			}
			values[y*out.Stride+x] = value
			if math.Abs(float64(y)+0.5-lineHeight/2) < as.fill*lineHeight/2 {
				lowest, highest = min(lowest, value), max(highest, value)
			}
		}
	}
	span := max(highest-lowest, 12)
	for i, value := range values {
		if value < 0 {
			value = 255
		}
		out.Pix[i] = uint8(255 * max(0, min(1, (value-lowest)/span)))
	}
	return out
}

// turned returns a picture upside down.
func turned(img *image.Gray) *image.Gray {
	out := image.NewGray(image.Rect(0, 0, img.Rect.Dx(), img.Rect.Dy()))
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			out.Pix[(img.Rect.Dy()-1-y)*out.Stride+img.Rect.Dx()-1-x] = img.Pix[y*img.Stride+x]
		}
	}
	return out
}

// standing returns a page turned by a quarter, clockwise, so that a line that
// runs up it runs from left to right.
func standing(page *image.Gray) *image.Gray {
	size := page.Bounds().Size()
	out := image.NewGray(image.Rect(0, 0, size.Y, size.X))
	const block = 32 // pixels; keeps both pictures' rows in the processor's cache
	for top := 0; top < size.Y; top += block {
		for left := 0; left < size.X; left += block {
			for y := top; y < min(top+block, size.Y); y++ {
				row := page.Pix[y*page.Stride:]
				for x := left; x < min(left+block, size.X); x++ {
					out.Pix[x*out.Stride+size.Y-1-y] = row[x]
				}
			}
		}
	}
	return out
}
