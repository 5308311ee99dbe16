package scan

import (
	"image"
	"math/rand/v2"
)

// Scanner scans sheets. It is safe for concurrent use.
type Scanner struct {
	back *image.Gray // what may show through from the back of a sheet; mirrored
}

// NewScanner returns a scanner. Back is a printed page of the same size as the
// sheets, seen from its front.
func NewScanner(back *image.Gray) *Scanner {
	return &Scanner{back: mirrored(back)}
}

// Scan returns the scanner's picture of a sheet drawn at pixels per millimetre
// scale. The sheet's picture is spoilt: dirt is drawn on it.
func (s *Scanner) Scan(random *rand.Rand, sheet *image.Gray, scale float64, with Settings) *image.Gray {
	s.age(random, sheet, scale, with)
	bed := bedOf(sheet, scale, with)
	picture := warp(sheet, bed, with.Backing)
	for pass := with.Blur; pass > 0; pass-- {
		soften(picture, min(1, pass))
	}
	light(random, picture, with)
	streaks(random, picture, with.Streaks)
	if with.Bilevel {
		threshold(picture, with.Threshold)
	}
	return turned(picture, with.Turn)
}

func mirrored(picture *image.Gray) *image.Gray {
	result := image.NewGray(picture.Rect)
	width := picture.Rect.Dx()
	for y := range picture.Rect.Dy() {
		from, to := picture.Pix[y*picture.Stride:], result.Pix[y*result.Stride:]
		for x := range width {
			to[x] = from[width-1-x]
		}
	}
	return result
}

// turned turns a picture clockwise by a multiple of 90 degrees.
func turned(picture *image.Gray, degrees int) *image.Gray {
	width, height := picture.Rect.Dx(), picture.Rect.Dy()
	switch degrees {
	case 90, 270:
		result := image.NewGray(image.Rect(0, 0, height, width))
		for y := range height {
			row := picture.Pix[y*picture.Stride:]
			for x := range width {
				if degrees == 90 {
					result.Pix[x*result.Stride+height-1-y] = row[x]
				} else {
					result.Pix[(width-1-x)*result.Stride+y] = row[x]
				}
			}
		}
		return result
	case 180:
		result := image.NewGray(picture.Rect)
		for i, value := range picture.Pix {
			result.Pix[len(result.Pix)-1-i] = value
		}
		return result
	}
	return picture
}
