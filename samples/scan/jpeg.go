package scan

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
)

// JPEG encodes a picture as scanners do, with its resolution in a JFIF header.
func JPEG(picture *image.Gray, dpi float64, quality int) ([]byte, error) {
	var file bytes.Buffer
	file.Grow(len(picture.Pix) / 6)
	if err := jpeg.Encode(&file, picture, &jpeg.Options{Quality: quality}); err != nil {
		return nil, fmt.Errorf("encode scan: %w", err)
	}
	content := file.Bytes()
	density := uint16(dpi)
	header := []byte{
		0xff, 0xd8, // start of image
		0xff, 0xe0, 0, 16, 'J', 'F', 'I', 'F', 0, 1, 1,
		1, byte(density >> 8), byte(density), byte(density >> 8), byte(density), // dots per inch
		0, 0, // no thumbnail
	}
	return append(header, content[2:]...), nil
}
