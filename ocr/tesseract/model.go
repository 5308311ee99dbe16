package tesseract

import (
	"errors"
	"fmt"
	"image"

	"sesshu/ocr/internal/tess"
)

// ErrNoModel means that a language's traineddata file is not installed.
var ErrNoModel = tess.ErrNoModel

// The languages' names.
const (
	english  = "eng"
	japanese = "jpn"
)

// model is one language: its file until the engine is first needed, since many
// forms never ask for Japanese, then the engine.
type model struct {
	language string
	hash     string
	book     tess.Codebook
	file     []byte
	engine   *tess.Engine
}

func newModel(language string) (*model, error) {
	file, hash, err := tess.LoadModel(language)
	if err != nil {
		return nil, err
	}
	book, err := tess.OpenCodebook(file)
	if err != nil {
		return nil, fmt.Errorf("read language model %s: %w", language, err)
	}
	return &model{language: language, hash: hash, book: book, file: file}, nil
}

// line recognises a prepared line. A line that Tesseract refuses holds nothing.
func (m *model) line(img *image.Gray) (tess.Line, error) {
	if m.engine == nil {
		if m.file == nil {
			return tess.Line{}, tess.ErrClosed
		}
		engine, err := tess.Open(m.file, m.language)
		if err != nil {
			return tess.Line{}, fmt.Errorf("start tesseract: %w", err)
		}
		m.engine, m.file = engine, nil
	}
	line, err := m.engine.Line(img, 300)
	if errors.Is(err, tess.ErrRefused) {
		return tess.Line{}, nil
	}
	if err != nil {
		return tess.Line{}, fmt.Errorf("read line: %w", err)
	}
	return line, nil
}

// close frees the engine; it stays closed.
func (m *model) close() {
	if m.engine != nil {
		m.engine.Close()
	}
	m.file = nil
}
