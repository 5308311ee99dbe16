package page

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"gocv.io/x/gocv"

	"sesshu/ocr/internal/jpeg"
)

// jpegSegments calls visit for every marker segment before the first scan,
// with the segment's place in data (marker included) and its payload, until
// visit returns false. It returns an error when the chain of segments breaks.
func jpegSegments(data []byte, visit func(marker byte, start, end int, payload []byte) bool) error {
	position := 2
	for {
		for position < len(data) && data[position] == 0xff { // fill bytes
			position++
		}
		start := position - 1
		if position+3 > len(data) {
			return fmt.Errorf("%w: inside its header", ErrTruncated)
		}
		if data[start] != 0xff {
			return fmt.Errorf("%w: marker expected at byte %d", ErrCorrupt, start)
		}
		marker := data[position]
		position++
		if marker >= 0xd0 && marker <= 0xd8 || marker == 0x01 { // markers without payload
			continue
		}
		length := int(binary.BigEndian.Uint16(data[position:]))
		if length < 2 {
			return fmt.Errorf("%w: segment of length %d", ErrCorrupt, length)
		}
		end := position + length
		if end > len(data) {
			return fmt.Errorf("%w: inside its header", ErrTruncated)
		}
		if !visit(marker, start, end, data[position+2:end]) || marker == 0xda || marker == 0xd9 {
			return nil
		}
		position = end
	}
}

func jpegHeader(data []byte) header {
	var head header
	err := jpegSegments(data, func(marker byte, _, _ int, payload []byte) bool {
		switch {
		case marker == 0xe0 && len(payload) >= 12 && bytes.HasPrefix(payload, []byte("JFIF\x00")):
			density := float64(binary.BigEndian.Uint16(payload[8:]))
			switch payload[7] {
			case 1:
				head.dpi = density
			case 2:
				head.dpi = density * 2.54
			}
		case marker == 0xe1 && bytes.HasPrefix(payload, []byte("Exif\x00\x00")):
			head.orientation = exifOrientation(payload[6:])
		case marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc:
			if len(payload) < 6 {
				return false
			}
			head.height = int(binary.BigEndian.Uint16(payload[1:]))
			head.width = int(binary.BigEndian.Uint16(payload[3:]))
			head.components = int(payload[5])
			if payload[0] != 8 || marker > 0xc2 || head.components != 1 && head.components != 3 {
				head.fault = fmt.Errorf("%w: JPEG process %#x, %d bits, %d components", ErrUnsupported, marker, payload[0], head.components)
			}
			return false
		}
		return true
	})
	if err != nil && head.fault == nil {
		head.fault = err
	}
	return head
}

func decodeJPEG(data []byte, head header) (*Image, error) {
	mat := gocv.NewMatWithSize(head.height, head.width, gocv.MatTypeCV8UC1)
	pixels, err := mat.DataPtrUint8()
	if err == nil {
		err = jpeg.Decode(data, pixels, head.width, head.height)
	}
	if err == nil {
		return newImage(mat, head.dpi), nil
	}
	mat.Close()
	if errors.Is(err, jpeg.ErrTruncated) {
		return nil, fmt.Errorf("%w: %w", ErrTruncated, err)
	}
	return nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
}

// exifOrientation returns the orientation number of an EXIF block, 0 when it
// has none. An EXIF block is a small TIFF file.
func exifOrientation(block []byte) int {
	if !isTIFF(block) {
		return 0
	}
	reader := newTIFFReader(block)
	place, err := reader.first()
	if err != nil {
		return 0
	}
	tags, _, err := reader.directory(place)
	if err != nil {
		return 0
	}
	return int(first(tags[tagOrientation]))
}

// withoutEXIF returns the file without its EXIF segments, so that a browser
// shows the pixels as they are stored.
func withoutEXIF(data []byte) ([]byte, error) {
	kept := make([]byte, 0, len(data))
	last := 0
	err := jpegSegments(data, func(marker byte, start, end int, payload []byte) bool {
		if marker == 0xe1 && bytes.HasPrefix(payload, []byte("Exif\x00\x00")) {
			kept = append(kept, data[last:start]...)
			last = end
		}
		return true
	})
	if err != nil {
		return nil, err
	}
	return append(kept, data[last:]...), nil
}
