package tesseract

import (
	"image"
	"strings"

	"sesshu/ledger/slip"
)

// free reads a line of any text. There is no alphabet to decode under, so
// Tesseract's own reading is taken whole. Its probability is the product of its
// symbols' confidences, capped: it is good for finding a name in a short list
// or for showing a person, not for deciding alone.
func (r *Reader) free(img *image.Gray, dpi int, charset string) ([]slip.Candidate, error) {
	ready, ok := prepare(img, dpi)
	if !ok {
		return nil, nil
	}
	line, err := r.japanese.line(ready.image)
	if err != nil {
		return nil, err
	}
	var text strings.Builder
	p := mostFree
	for _, symbol := range line.Symbols {
		if charset != "" && !strings.Contains(charset, symbol.Text) {
			p *= 0.5
			continue
		}
		text.WriteString(symbol.Text)
		p *= min(1, max(0, symbol.Confidence))
	}
	if text.Len() == 0 {
		return nil, nil
	}
	return []slip.Candidate{{Text: text.String(), P: p}}, nil
}

// mostFree bounds the probability of free text, which has no table of its own.
const mostFree = 0.9
