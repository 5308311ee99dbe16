// Package media tells whether a file that a scanner delivered is whole. A
// transfer that was cut off, a file still being written or a page lost from a
// multi-page file is found by the structure that each format carries: the end
// marker and segment lengths of JPEG, the checksums of PNG, the directory chain
// of TIFF, the trailer of PDF.
//
// It looks at structure only and decodes no pixels: that is cheap enough for
// the station to do to every image while the next sheet is fed, and safe on
// bytes from outside. An image that is whole may still be unreadable; that is
// the reader's finding, not the station's.
package media

import (
	"bytes"
	"errors"
	"fmt"
)

// The media types that scanners deliver.
const (
	JPEG    = "image/jpeg"
	PNG     = "image/png"
	TIFF    = "image/tiff"
	PDF     = "application/pdf"
	Unknown = "application/octet-stream"
)

// ErrIncomplete says that the file ends before its format says that it does.
var ErrIncomplete = errors.New("file is incomplete")

// ErrDamaged says that the file contradicts its format.
var ErrDamaged = errors.New("file is damaged")

// ErrUnknown says that the bytes are of no format that a scanner delivers.
var ErrUnknown = errors.New("file is of no known image format")

// TypeOf returns the media type that the first bytes show, Unknown when none.
// What a server or a file name claims is not asked: both have been seen wrong.
func TypeOf(data []byte) string {
	switch {
	case bytes.HasPrefix(data, []byte{0xff, 0xd8, 0xff}):
		return JPEG
	case bytes.HasPrefix(data, []byte(pngSignature)):
		return PNG
	case bytes.HasPrefix(data, []byte("II*\x00")), bytes.HasPrefix(data, []byte("MM\x00*")):
		return TIFF
	case bytes.HasPrefix(data, []byte("%PDF-")):
		return PDF
	}
	return Unknown
}

// Check returns the media type of data and an error unless the file is whole.
// The error wraps ErrIncomplete, ErrDamaged or ErrUnknown.
func Check(data []byte) (mediaType string, err error) {
	mediaType = TypeOf(data)
	switch mediaType {
	case JPEG:
		err = checkJPEG(data)
	case PNG:
		err = checkPNG(data)
	case TIFF:
		err = checkTIFF(data)
	case PDF:
		err = checkPDF(data)
	default:
		if len(data) == 0 {
			return mediaType, fmt.Errorf("empty: %w", ErrIncomplete)
		}
		return mediaType, ErrUnknown
	}
	if err != nil {
		return mediaType, fmt.Errorf("check %s: %w", mediaType, err)
	}
	return mediaType, nil
}

func incomplete(format string, args ...any) error {
	return fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), ErrIncomplete)
}

func damaged(format string, args ...any) error {
	return fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), ErrDamaged)
}
