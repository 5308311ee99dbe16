package page

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

const pngSignature = "\x89PNG\r\n\x1a\n"

// pngHeader walks all chunks and checks their sums: libpng would show what a
// cut-off file still holds and leave the rest as it was.
func pngHeader(data []byte) header {
	var head header
	rest := data[len(pngSignature):]
	for {
		if len(rest) < 12 {
			head.fault = fmt.Errorf("%w: no end chunk", ErrTruncated)
			return head
		}
		length := uint64(binary.BigEndian.Uint32(rest))
		if length > uint64(len(rest)-12) {
			head.fault = fmt.Errorf("%w: inside a chunk", ErrTruncated)
			return head
		}
		kind, payload := string(rest[4:8]), rest[8:8+length]
		if crc32.ChecksumIEEE(rest[4:8+length]) != binary.BigEndian.Uint32(rest[8+length:]) {
			head.fault = fmt.Errorf("%w: checksum of a chunk", ErrCorrupt)
			return head
		}
		switch {
		case kind == "IHDR" && len(payload) == 13:
			width, height := binary.BigEndian.Uint32(payload), binary.BigEndian.Uint32(payload[4:])
			if width > 1<<30 || height > 1<<30 {
				head.fault = fmt.Errorf("%w: %d × %d", ErrTooLarge, width, height)
				return head
			}
			head.width, head.height = int(width), int(height)
		case kind == "pHYs" && len(payload) == 9 && payload[8] == 1:
			head.dpi = float64(binary.BigEndian.Uint32(payload)) * 0.0254
		case kind == "acTL":
			head.fault = fmt.Errorf("%w: animated PNG", ErrUnsupported)
		case kind == "IEND":
			return head
		}
		rest = rest[12+length:]
		if kind == "IDAT" && head.width == 0 || !bytes.HasPrefix(data[12:], []byte("IHDR")) {
			head.fault = fmt.Errorf("%w: no header chunk", ErrCorrupt)
			return head
		}
	}
}
