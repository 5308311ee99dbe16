package line

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"sesshu/ocr/internal/onnx"
)

//go:embed weights
var embedded embed.FS

// Open loads the network that is embedded in the program. It fails with
// onnx.ErrDamaged in its chain when its bytes are not the trained ones. The
// caller must Close the Reader.
func Open() (*Reader, error) {
	weights, err := fs.Sub(embedded, "weights")
	if err != nil {
		return nil, fmt.Errorf("open line network: %w", err)
	}
	reader, err := open(weights)
	if err != nil {
		return nil, fmt.Errorf("open line network: %w", err)
	}
	return reader, nil
}

// open loads line.onnx with line.json, and calibration.json.
func open(weights fs.FS) (*Reader, error) {
	// The rest of the card tells people how the network was made.
	var card struct {
		SHA256 string `json:"sha256"`
	}
	reader := &Reader{}
	if err := readJSON(weights, "line.json", &card); err != nil {
		return nil, err
	}
	if err := readJSON(weights, "calibration.json", &reader.calibration); err != nil {
		return nil, err
	}
	if !(reader.calibration.Weights[1] > 0) || !(reader.calibration.Floor > 0 && reader.calibration.Floor < 1) {
		return nil, fmt.Errorf("calibration.json makes no sense: %w", onnx.ErrDamaged)
	}
	model, err := fs.ReadFile(weights, "line.onnx")
	if err != nil {
		return nil, fmt.Errorf("read network: %w", err)
	}
	reader.network, err = onnx.Open("line.onnx", model, card.SHA256)
	if err != nil {
		return nil, err
	}
	whole := sha256.Sum256(fmt.Appendf(nil, "%s %v", card.SHA256, reader.calibration))
	reader.version = "line-" + hex.EncodeToString(whole[:6])
	return reader, nil
}

func readJSON(weights fs.FS, name string, into any) error {
	text, err := fs.ReadFile(weights, name)
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		return errors.Join(fmt.Errorf("read %s: %w", name, err), onnx.ErrDamaged)
	}
	return nil
}
