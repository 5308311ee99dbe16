// Package tesseract reads one line of print with Tesseract's line network and
// says how probable each reading is. The network's own time steps are decoded
// again under the field's alphabet, so a digit field is never answered with
// letters and never loses its answer to a whitelist; what the alphabet cannot
// explain lowers the probability instead. Probabilities come from a table that
// was fitted on lines in typefaces and damages drawn by the command in fit/.
//
// The answer depends on the crop alone: no dictionary, no adaptation, no state
// from one line to the next.
package tesseract

import (
	"errors"
	"fmt"
	"image"

	"sesshu/ledger/slip"
	"sesshu/ocr/internal/tess"
)

// The English model reads digits and Latin letters, the Japanese one the rest.
const (
	english  = "eng"
	japanese = "jpn"
)

// Reader reads lines. A process needs one; it is not safe for concurrent use.
type Reader struct {
	english     *tess.Engine
	japanese    *tess.Engine // opened when first needed: many forms never ask for it
	kana        []byte       // the Japanese model until then
	calibration *calibration
	version     string
}

// Open loads the models and the calibration, and reads one line to warm up.
// The caller closes the reader.
func Open() (*Reader, error) {
	table, tableHash, err := loadCalibration()
	if err != nil {
		return nil, err
	}
	model, modelHash, err := loadModel(english)
	if err != nil {
		return nil, err
	}
	kana, kanaHash, err := loadModel(japanese)
	if err != nil {
		return nil, err
	}
	engine, err := tess.Open(model, english)
	if err != nil {
		return nil, fmt.Errorf("start tesseract: %w", err)
	}
	reader := &Reader{
		english:     engine,
		kana:        kana,
		calibration: table,
		version:     fmt.Sprintf("tesseract-%s eng-%s jpn-%s table-%s", tess.Version(), modelHash, kanaHash, tableHash),
	}
	if _, err := reader.english.Line(image.NewGray(image.Rect(0, 0, 2*lineHeight, lineHeight)), 300); err != nil {
		reader.Close()
		return nil, fmt.Errorf("warm up tesseract: %w", err)
	}
	return reader, nil
}

// Close frees the engines. It may be called twice.
func (r *Reader) Close() {
	r.english.Close()
	if r.japanese != nil {
		r.japanese.Close()
	}
}

// Version names the engine, the models and the calibration: together they
// decide every answer.
func (r *Reader) Version() string { return r.version }

// Line reads the one line of print in the crop, dark on light, upright within
// about six degrees. The charset lists what may stand there; empty means any
// text. The candidates are calibrated, best first; none at all means that
// there is nothing like a line. An error means the engine failed, not that the
// line is bad.
func (r *Reader) Line(img *image.Gray, dpi int, charset string) ([]slip.Candidate, error) {
	if !latin(charset) {
		return r.free(img, dpi, charset)
	}
	m, err := r.Measure(img, dpi, charset)
	if err != nil {
		return nil, err
	}
	return r.calibration.candidates(m), nil
}

// Measure does everything for Line but the last step, from scores to
// probabilities. It is there for the command that fits this step.
func (r *Reader) Measure(img *image.Gray, dpi int, charset string) (Measurement, error) {
	ready, ok := prepare(img, dpi)
	if !ok {
		return Measurement{}, nil
	}
	line, err := r.english.Line(ready.image, 300)
	if errors.Is(err, tess.ErrRefused) {
		return Measurement{}, nil
	}
	if err != nil {
		return Measurement{}, fmt.Errorf("read line: %w", err)
	}
	set := newAlphabet(charset)
	steps, foreign := restrict(line, set)
	return measure(search(steps, set), steps, set, foreign, ready), nil
}
