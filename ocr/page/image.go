package page

import (
	"fmt"
	"image"

	"gocv.io/x/gocv"
)

// Image is one decoded page: 8-bit grey, 0 black, 255 white. It owns native
// memory; the caller closes it. It is not safe for concurrent use.
type Image struct {
	Width, Height int     // pixels
	DPI           float64 // what the file says; 0 when it does not. Registration measures the truth
	mat           gocv.Mat
}

func newImage(mat gocv.Mat, dpi float64) *Image {
	if dpi < 30 || dpi > 2400 { // 72 is a filler, but harmless; beyond that it is nonsense
		dpi = 0
	}
	return &Image{Width: mat.Cols(), Height: mat.Rows(), DPI: dpi, mat: mat}
}

// FromGray copies a Go image.
func FromGray(grey *image.Gray, dpi float64) (*Image, error) {
	size := grey.Bounds().Size()
	if size.X <= 0 || size.Y <= 0 {
		return nil, fmt.Errorf("%w: no pixels", ErrTooSmall)
	}
	mat := gocv.NewMatWithSize(size.Y, size.X, gocv.MatTypeCV8UC1)
	pixels, err := mat.DataPtrUint8()
	if err != nil {
		mat.Close()
		return nil, fmt.Errorf("reach pixels: %w", err)
	}
	for y := range size.Y {
		start := grey.PixOffset(grey.Rect.Min.X, grey.Rect.Min.Y+y)
		copy(pixels[y*size.X:(y+1)*size.X], grey.Pix[start:start+size.X])
	}
	return newImage(mat, dpi), nil
}

// Mat returns the pixels: one channel of 8 bits, never empty. It stays the
// image's own: the caller neither closes nor changes it.
func (i *Image) Mat() gocv.Mat { return i.mat }

// Gray copies the pixels to a Go image.
func (i *Image) Gray() *image.Gray {
	return &image.Gray{Pix: i.mat.ToBytes(), Stride: i.Width, Rect: image.Rect(0, 0, i.Width, i.Height)}
}

// Close frees the pixels. It is safe to call it twice.
func (i *Image) Close() error {
	if i.Width == 0 {
		return nil
	}
	i.Width, i.Height = 0, 0
	return i.mat.Close()
}
