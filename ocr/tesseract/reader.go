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
	"fmt"
	"image"
	"slices"
	"strings"

	"sesshu/ledger/slip"
	"sesshu/ocr/internal/tess"
)

// Reader reads lines. A process needs one; it is not safe for concurrent use.
type Reader struct {
	english     *model
	japanese    *model
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
	reader := &Reader{calibration: table}
	if reader.english, err = newModel(english); err != nil {
		return nil, err
	}
	if reader.japanese, err = newModel(japanese); err != nil {
		return nil, err
	}
	reader.version = fmt.Sprintf("tesseract-%s eng-%s jpn-%s table-%s",
		tess.Version(), reader.english.hash, reader.japanese.hash, tableHash)
	if _, err := reader.english.line(image.NewGray(image.Rect(0, 0, 2*lineHeight, lineHeight))); err != nil {
		reader.Close()
		return nil, fmt.Errorf("warm up tesseract: %w", err)
	}
	return reader, nil
}

// Close frees the engines. It may be called twice.
func (r *Reader) Close() {
	r.english.close()
	r.japanese.close()
}

// Version names the engine, the models and the calibration: together they
// decide every answer.
func (r *Reader) Version() string { return r.version }

// Models names the installed models by language, as calibration.json names those
// that it was fitted on.
func (r *Reader) Models() map[string]string {
	return map[string]string{english: r.english.hash, japanese: r.japanese.hash}
}

// Unfitted lists the languages whose installed model is another one than the
// calibration was fitted on, in order; none where all is well. Systems ship models
// of several releases, so it is no error: the reader reads, and what it calls
// probable may or may not be. Whoever decides by its probabilities has to ask.
func (r *Reader) Unfitted() []string {
	var languages []string
	for language, hash := range r.Models() {
		if r.calibration.Models[language] != hash {
			languages = append(languages, language)
		}
	}
	slices.Sort(languages)
	return languages
}

// Line reads the one line of print in the crop, dark on light, upright within
// about six degrees. The charset lists what may stand there; empty means any
// text. The candidates are calibrated, best first; none at all means that
// there is nothing like a line. An error means the engine failed, not that the
// line is bad.
func (r *Reader) Line(img *image.Gray, dpi int, charset string) ([]slip.Candidate, error) {
	if !latin(charset) && !strings.ContainsRune(charset, '年') {
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
	language := r.english
	if !latin(charset) {
		language = r.japanese
	}
	line, err := language.line(ready.image)
	if err != nil {
		return Measurement{}, err
	}
	set := newAlphabet(charset, language.book)
	steps, foreign := restrict(line, set)
	found := readable(search(steps, set))
	class := classOf(set)
	switch class.name {
	case letters.name:
		found = vary(found, set)
	case dates.name:
		if found, err = r.date(found, line, ready.image, set); err != nil {
			return Measurement{}, err
		}
	}
	return measure(class, found, steps, foreign, ready), nil
}
