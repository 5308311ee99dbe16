package media

import (
	"bytes"
	"fmt"
	"image/color"
	"image/jpeg"
)

// Pair writes front and back of one sheet, both JPEG, into one two-page PDF, so
// that a sheet stays one object on its way. The scanner's own bytes lie inside
// unchanged (DCTDecode), front first, and the same two images always give the
// same PDF. dpi is what the images were scanned at and must be positive.
func Pair(front, back []byte, dpi int) ([]byte, error) {
	if dpi <= 0 {
		return nil, fmt.Errorf("pair sides: %d dots per inch", dpi)
	}
	writer := &pdfWriter{}
	writer.WriteString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
	writer.object("<< /Type /Catalog /Pages 2 0 R >>")
	writer.object("<< /Type /Pages /Kids [3 0 R 6 0 R] /Count 2 >>")
	for i, side := range [][]byte{front, back} {
		if err := writer.page(side, 3+3*i, dpi); err != nil {
			return nil, fmt.Errorf("pair sides: side %d: %w", i+1, err)
		}
	}
	writer.trailer()
	return writer.Bytes(), nil
}

// pdfWriter collects objects and remembers where each one starts.
type pdfWriter struct {
	bytes.Buffer
	offsets []int
}

func (w *pdfWriter) object(format string, args ...any) {
	w.offsets = append(w.offsets, w.Len())
	fmt.Fprintf(w, "%d 0 obj\n", len(w.offsets))
	fmt.Fprintf(w, format, args...)
	w.WriteString("\nendobj\n")
}

// page writes the three objects of a page: the page, its drawing instructions
// and its image; first is the page's object number.
func (w *pdfWriter) page(side []byte, first, dpi int) error {
	if _, err := Check(side); err != nil {
		return err
	}
	config, err := jpeg.DecodeConfig(bytes.NewReader(side))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	space := "DeviceRGB"
	switch config.ColorModel {
	case color.GrayModel:
		space = "DeviceGray"
	case color.CMYKModel:
		space = "DeviceCMYK"
	}
	const pointsPerInch = 72
	width := float64(config.Width) * pointsPerInch / float64(dpi)
	height := float64(config.Height) * pointsPerInch / float64(dpi)
	drawing := fmt.Sprintf("q %.4f 0 0 %.4f 0 0 cm /Side Do Q", width, height)
	w.object("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %.4f %.4f] /Contents %d 0 R /Resources << /XObject << /Side %d 0 R >> >> >>",
		width, height, first+1, first+2)
	w.object("<< /Length %d >>\nstream\n%s\nendstream", len(drawing), drawing)
	w.object("<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /%s /BitsPerComponent 8 /Filter /DCTDecode /Length %d >>\nstream\n%s\nendstream",
		config.Width, config.Height, space, len(side), side)
	return nil
}

func (w *pdfWriter) trailer() {
	start := w.Len()
	fmt.Fprintf(w, "xref\n0 %d\n0000000000 65535 f \n", len(w.offsets)+1)
	for _, offset := range w.offsets {
		fmt.Fprintf(w, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(w, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(w.offsets)+1, start)
}
