package tesseract

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"io/fs"
	"os"
	"path/filepath"

	"sesshu/ocr/internal/tess"
)

// modelFolders is where Debian, Ubuntu and Tesseract's own installation put
// language models; TESSDATA_PREFIX goes before them.
var modelFolders = []string{
	"/usr/share/tesseract-ocr/5/tessdata",
	"/usr/share/tesseract-ocr/4.00/tessdata",
	"/usr/share/tessdata",
	"/usr/local/share/tessdata",
}

// ErrNoModel means that a language's traineddata file is not installed.
var ErrNoModel = errors.New("tesseract language model not found")

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
	file, hash, err := loadModel(language)
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

// loadModel reads a language's traineddata file and names its content by the
// first 12 hexadecimal digits of its SHA-256.
func loadModel(language string) (data []byte, hash string, err error) {
	folders := modelFolders
	if prefix := os.Getenv("TESSDATA_PREFIX"); prefix != "" {
		folders = append([]string{prefix, filepath.Join(prefix, "tessdata")}, folders...)
	}
	for _, folder := range folders {
		data, err = os.ReadFile(filepath.Join(folder, language+".traineddata"))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, "", fmt.Errorf("read language model %s: %w", language, err)
		}
		sum := sha256.Sum256(data)
		return data, hex.EncodeToString(sum[:6]), nil
	}
	return nil, "", fmt.Errorf("%w: %s", ErrNoModel, language)
}
