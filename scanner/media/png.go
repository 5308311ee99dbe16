package media

import (
	"encoding/binary"
	"hash/crc32"
)

const pngSignature = "\x89PNG\r\n\x1a\n"

// checkPNG walks the chunks to IEND and proves each one's checksum.
func checkPNG(data []byte) error {
	at, pixels := len(pngSignature), false
	for first := true; ; first = false {
		if at+12 > len(data) {
			return incomplete("no IEND chunk")
		}
		length := int64(binary.BigEndian.Uint32(data[at:]))
		if int64(at)+12+length > int64(len(data)) {
			return incomplete("chunk at byte %d cut off", at)
		}
		end := at + 8 + int(length)
		kind := string(data[at+4 : at+8])
		if crc32.ChecksumIEEE(data[at+4:end]) != binary.BigEndian.Uint32(data[end:]) {
			return damaged("chunk at byte %d fails its checksum", at)
		}
		if first && kind != "IHDR" {
			return damaged("first chunk is not IHDR")
		}
		switch kind {
		case "IDAT":
			pixels = true
		case "IEND":
			if !pixels {
				return damaged("image has no pixels")
			}
			return nil
		}
		at = end + 4
	}
}
