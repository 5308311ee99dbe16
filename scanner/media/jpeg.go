package media

import (
	"bytes"
	"encoding/binary"
)

// Markers of ITU-T T.81, table B.1.
const (
	markerSOI = 0xd8
	markerEOI = 0xd9
	markerSOS = 0xda
	markerTEM = 0x01
	markerRST = 0xd0 // to 0xd7
)

// checkJPEG walks the segments to the end-of-image marker. Segments are
// skipped by their length, so an end marker inside an embedded preview does
// not count.
func checkJPEG(data []byte) error {
	at, frames, scans := 2, 0, 0
	for {
		marker, next, err := nextMarker(data, at)
		if err != nil {
			return err
		}
		at = next
		switch {
		case marker == markerEOI:
			return checkEndOfJPEG(data[at:], frames, scans)
		case marker == markerSOI:
			return damaged("image starts again at byte %d", at)
		case marker == markerTEM || isRestart(marker):
			continue // markers without a segment
		}
		if at+2 > len(data) {
			return incomplete("segment %#x cut off", marker)
		}
		length := int(binary.BigEndian.Uint16(data[at:]))
		if length < 2 {
			return damaged("segment %#x has length %d", marker, length)
		}
		if at+length > len(data) {
			return incomplete("segment %#x cut off", marker)
		}
		if isFrame(marker) {
			frames++
			if err := checkFrame(data[at+2 : at+length]); err != nil {
				return err
			}
		}
		at += length
		if marker == markerSOS {
			scans++
			at = skipEntropy(data, at)
		}
	}
}

// nextMarker reads the marker at a position where T.81 wants one; any number
// of fill bytes may stand before it.
func nextMarker(data []byte, at int) (marker byte, next int, err error) {
	if at >= len(data) {
		return 0, at, incomplete("no end-of-image marker")
	}
	if data[at] != 0xff {
		return 0, at, damaged("no marker at byte %d", at)
	}
	for at < len(data) && data[at] == 0xff {
		at++
	}
	if at >= len(data) {
		return 0, at, incomplete("no end-of-image marker")
	}
	return data[at], at + 1, nil
}

// skipEntropy returns the position of the first marker after the coded data of
// a scan. A stuffed zero and restart markers belong to the data.
func skipEntropy(data []byte, at int) int {
	for {
		step := bytes.IndexByte(data[at:], 0xff)
		if step < 0 {
			return len(data)
		}
		at += step
		if at+1 >= len(data) {
			return at
		}
		if follow := data[at+1]; follow == 0 || isRestart(follow) {
			at += 2
			continue
		}
		return at
	}
}

func isRestart(marker byte) bool { return marker >= markerRST && marker < markerRST+8 }

// isFrame reports a start-of-frame marker: C0 to CF without the tables DHT
// (C4) and DAC (CC) and the reserved C8.
func isFrame(marker byte) bool {
	return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc
}

func checkFrame(segment []byte) error {
	if len(segment) < 6 {
		return damaged("frame header of %d bytes", len(segment))
	}
	if width := binary.BigEndian.Uint16(segment[3:]); width == 0 {
		return damaged("image has no width")
	}
	return nil
}

// checkEndOfJPEG looks behind the end marker. Devices pad there, and that is
// harmless; a second image there would be a page that nobody reads.
func checkEndOfJPEG(rest []byte, frames, scans int) error {
	if frames == 0 || scans == 0 {
		return damaged("image has %d frames and %d scans", frames, scans)
	}
	if bytes.Contains(rest, []byte{0xff, markerSOI, 0xff}) {
		return damaged("a second image follows the first")
	}
	return nil
}
