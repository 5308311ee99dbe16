package media

import (
	"bytes"
	"strconv"
)

// pdfTail is how far from the end the trailer may begin: readers in use accept
// the end marker in the last 1,024 bytes (ISO 32000-1, annex H.3, note 18).
const pdfTail = 1024

// checkPDF requires the trailer (startxref, its offset, %%EOF) at the end and a
// cross-reference inside the file that the offset points to.
func checkPDF(data []byte) error {
	tail := data[max(0, len(data)-pdfTail):]
	end := bytes.LastIndex(tail, []byte("%%EOF"))
	if end < 0 {
		return incomplete("no end marker")
	}
	start := bytes.LastIndex(tail[:end], []byte("startxref"))
	if start < 0 {
		return incomplete("no cross-reference pointer")
	}
	text := bytes.TrimSpace(tail[start+len("startxref") : end])
	offset, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil || offset <= 0 {
		return damaged("cross-reference pointer is no offset")
	}
	if offset >= int64(len(data)) {
		return incomplete("cross-reference lies behind the end")
	}
	table := data[offset:]
	isStream := len(table) > 0 && table[0] >= '0' && table[0] <= '9'
	if !bytes.HasPrefix(table, []byte("xref")) && !isStream {
		return damaged("no cross-reference where the trailer points")
	}
	return nil
}
