package page

import (
	"bytes"
	"math"
	"regexp"
	"strconv"
)

// A station keeps front and back of one sheet together in a PDF of two pages, each
// of which shows one JPEG from edge to edge, the scanner's own bytes (scanner/media,
// Pair). Of every duplex sheet such a file comes in, and poppler's programs would
// take longer over it than the readers. So the two pictures are taken out of it
// directly, when it is byte for byte such a file; all other PDFs go through poppler.
const sidesHead = "%PDF-1.4\n%\xe2\xe3\xcf\xd3\n" +
	"1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n" +
	"2 0 obj\n<< /Type /Pages /Kids [3 0 R 6 0 R] /Count 2 >>\nendobj\n"

// sideHead is everything of a side before its picture: page, drawing, picture.
var sideHead = regexp.MustCompile(`\A(\d) 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox \[0 0 (\d{1,5}\.\d{4}) (\d{1,5}\.\d{4})\] /Contents (\d) 0 R /Resources << /XObject << /Side (\d) 0 R >> >> >>\nendobj\n` +
	`(\d) 0 obj\n<< /Length \d\d >>\nstream\nq (\d{1,5}\.\d{4}) 0 0 (\d{1,5}\.\d{4}) 0 0 cm /Side Do Q\nendstream\nendobj\n` +
	`(\d) 0 obj\n<< /Type /XObject /Subtype /Image /Width (\d{1,5}) /Height (\d{1,5}) /ColorSpace /Device(Gray|RGB) /BitsPerComponent 8 /Filter /DCTDecode /Length (\d{1,9}) >>\nstream\n`)

const sideTail = "\nendstream\nendobj\n"

// pairedSides returns the two JPEG files of such a PDF with what they are; none for
// any other file.
func pairedSides(data []byte) ([][]byte, []header) {
	rest, ok := bytes.CutPrefix(data, []byte(sidesHead))
	if !ok {
		return nil, nil
	}
	var sides [][]byte
	var headers []header
	for _, first := range []int{3, 6} {
		found := sideHead.FindSubmatch(rest[:min(len(rest), 1024)])
		if found == nil {
			return nil, nil
		}
		number := func(group int) int {
			n, _ := strconv.Atoi(string(found[group])) // digits only, and few
			return n
		}
		rest = rest[len(found[0]):]
		length := number(13)
		if number(1) != first || number(4) != first+1 || number(5) != first+2 || number(6) != first+1 || number(9) != first+2 ||
			!bytes.Equal(found[2], found[7]) || !bytes.Equal(found[3], found[8]) ||
			length > len(rest) || !bytes.HasPrefix(rest[length:], []byte(sideTail)) {
			return nil, nil
		}
		side := rest[:length:length]
		rest = rest[length+len(sideTail):]
		head := jpegHeader(side)
		width, err := strconv.ParseFloat(string(found[2]), 64)
		components := map[string]int{"Gray": 1, "RGB": 3}[string(found[12])]
		if err != nil || width <= 0 || head.check() != nil || head.width != number(10) || head.height != number(11) || head.components != components {
			return nil, nil
		}
		head.dpi = math.Round(float64(head.width)*72/width*100) / 100
		sides, headers = append(sides, side), append(headers, head)
	}
	if !bytes.HasPrefix(rest, []byte("xref\n0 9\n")) {
		return nil, nil
	}
	return sides, headers
}
