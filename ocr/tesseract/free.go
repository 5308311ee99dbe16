package tesseract

import (
	"errors"
	"fmt"
	"image"
	"strings"

	"sesshu/ledger/slip"
	"sesshu/ocr/internal/tess"
)

// free reads a line that may hold Japanese. Its model spells kanji in parts,
// which the time steps do not name, so Tesseract's own reading is taken whole.
// Its probability is the product of its symbols' confidences, capped: it is
// good for showing a person, not for deciding alone.
func (r *Reader) free(img *image.Gray, dpi int, charset string) ([]slip.Candidate, error) {
	if err := r.openJapanese(); err != nil {
		return nil, err
	}
	ready, ok := prepare(img, dpi)
	if !ok {
		return nil, nil
	}
	line, err := r.japanese.Line(ready.image, 300)
	if errors.Is(err, tess.ErrRefused) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read line: %w", err)
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

func (r *Reader) openJapanese() error {
	if r.japanese != nil {
		return nil
	}
	engine, err := tess.Open(r.kana, japanese)
	if err != nil {
		return fmt.Errorf("start tesseract: %w", err)
	}
	r.japanese, r.kana = engine, nil
	return nil
}
