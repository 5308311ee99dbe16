package review

import (
	"bytes"
	"slices"
)

// fileType finds out by its first bytes what kind of file somebody hands in.
// Kinds that can never be read are refused at the door, where the person still
// has the file; whether a file is whole is the reader's finding.
func fileType(content []byte) (string, error) {
	switch {
	case len(content) == 0:
		return "", errEmptyFile
	case bytes.HasPrefix(content, []byte("\xff\xd8\xff")):
		return "image/jpeg", nil
	case bytes.HasPrefix(content, []byte("\x89PNG\r\n\x1a\n")):
		return "image/png", nil
	case bytes.HasPrefix(content, []byte("II*\x00")), bytes.HasPrefix(content, []byte("MM\x00*")):
		return "image/tiff", nil
	case bytes.Contains(content[:min(len(content), 1024)], []byte("%PDF-")):
		return "application/pdf", nil
	case isHEIC(content):
		return "", errHEIC
	}
	return "", errFileType
}

// isHEIC knows the photographs of iPhones (ISO 23008-12) by their brand.
func isHEIC(content []byte) bool {
	if len(content) < 12 || string(content[4:8]) != "ftyp" {
		return false
	}
	return slices.Contains([]string{"heic", "heix", "hevc", "hevx", "heim", "heis", "mif1", "msf1", "avif"}, string(content[8:12]))
}
