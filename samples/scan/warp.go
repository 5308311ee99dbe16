package scan

import (
	"image"
	"math"
)

// bed is a scanner's picture before light falls on it: its size and, for each
// of its pixels, where on the sheet that is (a homography, row major).
type bed struct {
	width, height int
	toSheet       [9]float64
}

// bedOf lays the sheet on the bed.
func bedOf(sheet *image.Gray, scale float64, with Settings) bed {
	sheetWidth, sheetHeight := float64(sheet.Rect.Dx()), float64(sheet.Rect.Dy())
	zoom := with.DPI / 25.4 / scale // bed pixels for one sheet pixel at true size
	perMM := with.DPI / 25.4
	b := bed{
		width:  int(sheetWidth*zoom - with.CutRight*perMM + 0.5),
		height: int(sheetHeight*zoom - with.CutBottom*perMM + 0.5),
	}
	sin, cos := math.Sincos(with.Skew * math.Pi / 180)
	place := func(x, y, dx, dy float64) [2]float64 { // a corner of the sheet on the bed
		x, y = (x-sheetWidth/2)*zoom*with.Scale, (y-sheetHeight/2)*zoom*with.Scale
		return [2]float64{
			x*cos - y*sin + sheetWidth*zoom/2 + with.ShiftX*perMM + dx*sheetWidth*zoom,
			x*sin + y*cos + sheetHeight*zoom/2 + with.ShiftY*perMM + dy*sheetWidth*zoom,
		}
	}
	c := with.Corners
	b.toSheet = homography(
		[4][2]float64{place(0, 0, c[0], c[1]), place(sheetWidth, 0, c[2], c[3]), place(sheetWidth, sheetHeight, c[4], c[5]), place(0, sheetHeight, c[6], c[7])},
		[4][2]float64{{0, 0}, {sheetWidth, 0}, {sheetWidth, sheetHeight}, {0, sheetHeight}})
	return b
}

// warp reads the sheet at every pixel of the bed.
func warp(sheet *image.Gray, b bed, backing uint8) *image.Gray {
	picture := image.NewGray(image.Rect(0, 0, b.width, b.height))
	width, height, stride := sheet.Rect.Dx(), sheet.Rect.Dy(), sheet.Stride
	h := b.toSheet
	affine := math.Abs(h[6])+math.Abs(h[7]) < 1e-12
	const one = 1 << 16
	limitX, limitY := int64(width-1)*one, int64(height-1)*one
	for y := range b.height {
		row := picture.Pix[y*picture.Stride:][:b.width]
		fy := float64(y) + 0.5
		sourceX, sourceY := h[1]*fy+h[2], h[4]*fy+h[5]
		if affine {
			x := int64((sourceX + h[0]*0.5 - 0.5) * one)
			y := int64((sourceY + h[3]*0.5 - 0.5) * one)
			stepX, stepY := int64(h[0]*one+0.5), int64(math.Round(h[3]*one))
			for i := range row {
				if x < 0 || y < 0 || x >= limitX || y >= limitY {
					row[i] = backing
				} else {
					row[i] = mix(sheet.Pix[int(y>>16)*stride+int(x>>16):], stride, uint32(x&0xffff)>>8, uint32(y&0xffff)>>8)
				}
				x += stepX
				y += stepY
			}
			continue
		}
		for i := range row {
			fx := float64(i) + 0.5
			depth := h[6]*fx + h[7]*fy + h[8]
			x := int64(((sourceX+h[0]*fx)/depth - 0.5) * one)
			y := int64(((sourceY+h[3]*fx)/depth - 0.5) * one)
			if x < 0 || y < 0 || x >= limitX || y >= limitY {
				row[i] = backing
			} else {
				row[i] = mix(sheet.Pix[int(y>>16)*stride+int(x>>16):], stride, uint32(x&0xffff)>>8, uint32(y&0xffff)>>8)
			}
		}
	}
	return picture
}

// mix reads between four pixels; fx and fy are 256ths.
func mix(at []uint8, stride int, fx, fy uint32) uint8 {
	top := uint32(at[0])*(256-fx) + uint32(at[1])*fx
	below := at[stride : stride+2]
	bottom := uint32(below[0])*(256-fx) + uint32(below[1])*fx
	return uint8((top*(256-fy) + bottom*fy + 1<<15) >> 16)
}

// homography returns the map that takes four points to four others.
func homography(from, to [4][2]float64) [9]float64 {
	var m [8][9]float64
	for i := range 4 {
		x, y, u, v := from[i][0], from[i][1], to[i][0], to[i][1]
		m[2*i] = [9]float64{x, y, 1, 0, 0, 0, -u * x, -u * y, u}
		m[2*i+1] = [9]float64{0, 0, 0, x, y, 1, -v * x, -v * y, v}
	}
	for column := range 8 {
		pivot := column
		for row := column + 1; row < 8; row++ {
			if math.Abs(m[row][column]) > math.Abs(m[pivot][column]) {
				pivot = row
			}
		}
		m[column], m[pivot] = m[pivot], m[column]
		for row := range 8 {
			if row == column {
				continue
			}
			factor := m[row][column] / m[column][column]
			for k := column; k < 9; k++ {
				m[row][k] -= factor * m[column][k]
			}
		}
	}
	var h [9]float64
	for i := range 8 {
		h[i] = m[i][8] / m[i][i]
	}
	h[8] = 1
	return h
}
