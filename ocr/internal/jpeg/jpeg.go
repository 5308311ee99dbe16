// Package jpeg decodes JPEG files straight to grey pixels with the system's
// libjpeg. OpenCV's decoder fills what is missing from a cut-off file with
// grey and says nothing; this one reports every damage that libjpeg notices.
package jpeg

/*
#cgo LDFLAGS: -ljpeg
#include <stdlib.h>
#include "decode.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"unsafe"
)

// The ways in which a JPEG file can be bad.
var (
	ErrTruncated = errors.New("the JPEG data end too early")
	ErrCorrupt   = errors.New("the JPEG data are damaged")
)

// Decode decodes data into grey, which must hold exactly width × height bytes,
// row by row. Width and height must be those of the file's frame header. After
// an error the contents of grey mean nothing.
func Decode(data []byte, grey []byte, width, height int) error {
	if len(data) == 0 || width <= 0 || height <= 0 || len(grey) != width*height {
		return fmt.Errorf("%w: %d bytes for %d × %d pixels in %d", ErrCorrupt, len(data), width, height, len(grey))
	}
	var message [C.SESSHU_JPEG_MESSAGE]C.char
	status := C.sesshu_jpeg_decode((*C.uchar)(unsafe.Pointer(&data[0])), C.ulong(len(data)),
		(*C.uchar)(unsafe.Pointer(&grey[0])), C.uint(width), C.uint(height), &message[0])
	switch status {
	case C.SESSHU_JPEG_OK:
		return nil
	case C.SESSHU_JPEG_TRUNCATED:
		return fmt.Errorf("%w: %s", ErrTruncated, C.GoString(&message[0]))
	default:
		return fmt.Errorf("%w: %s", ErrCorrupt, C.GoString(&message[0]))
	}
}
