package main

import (
	"bytes"
	"encoding/binary"
	"image"
	"testing"

	"golang.org/x/image/tiff"
)

// tiffOf encodes one page; the directory of x/image's encoder comes last, its
// offset stands in the header.
func tiffOf(t *testing.T, page image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := tiff.Encode(&b, page, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// patchNextDirectory makes the first directory name another one at offset next.
func patchNextDirectory(t *testing.T, file []byte, next uint32) {
	t.Helper()
	directory := binary.LittleEndian.Uint32(file[4:])
	entries := uint32(binary.LittleEndian.Uint16(file[directory:]))
	binary.LittleEndian.PutUint32(file[directory+2+12*entries:], next)
}
