package tess

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
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

// LoadModel reads the installed traineddata file of a language, for Open, and
// names its content by the first 12 hexadecimal digits of its SHA-256.
func LoadModel(language string) (model []byte, hash string, err error) {
	folders := modelFolders
	if prefix := os.Getenv("TESSDATA_PREFIX"); prefix != "" {
		folders = append([]string{prefix, filepath.Join(prefix, "tessdata")}, folders...)
	}
	for _, folder := range folders {
		model, err = os.ReadFile(filepath.Join(folder, language+".traineddata"))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, "", fmt.Errorf("read language model %s: %w", language, err)
		}
		sum := sha256.Sum256(model)
		return model, hex.EncodeToString(sum[:6]), nil
	}
	return nil, "", fmt.Errorf("%w: %s", ErrNoModel, language)
}
