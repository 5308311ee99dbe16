// Package testcard draws small grey pages for the tests of the scanning room:
// each number gives another page, and the same number gives the same bytes.
package testcard

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
)

// Draw returns the page with a number, noisy like a scan, so that no two pages
// share a coded row. Width and height are in pixels.
func Draw(number, width, height int) *image.Gray {
	noise := rand.New(rand.NewPCG(uint64(number), 20210412)) //nolint:gosec // pictures, not secrets
	page := image.NewGray(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			shade := uint8(236 + noise.IntN(16))
			// The number in binary, as bars across the page.
			if bar := y * 16 / height; bar%2 == 1 && number>>(bar/2)&1 == 1 && x > width/8 && x < width*7/8 {
				shade = uint8(16 + noise.IntN(16))
			}
			page.SetGray(x, y, color.Gray{Y: shade})
		}
	}
	return page
}

// JPEG returns the page with a number as a JPEG of A4 shape.
func JPEG(number int) []byte {
	var buffer bytes.Buffer
	// Writing to memory cannot fail, and the page is within JPEG's bounds.
	_ = jpeg.Encode(&buffer, Draw(number, 124, 175), &jpeg.Options{Quality: 80})
	return buffer.Bytes()
}

// Page returns the page with a number as a scanner delivers a slip: A4, 300 dpi,
// grey JPEG.
func Page(number int) []byte {
	var buffer bytes.Buffer
	_ = jpeg.Encode(&buffer, Draw(number, 2480, 3508), &jpeg.Options{Quality: 60}) // as above
	return buffer.Bytes()
}

// PNG returns the page with a number as a PNG.
func PNG(number, width, height int) []byte {
	var buffer bytes.Buffer
	_ = png.Encode(&buffer, Draw(number, width, height)) // as above
	return buffer.Bytes()
}
