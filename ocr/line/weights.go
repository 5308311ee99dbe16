package line

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
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
	reader := &Reader{}
	if err := onnx.ReadJSON(weights, "calibration.json", &reader.calibration); err != nil {
		return nil, err
	}
	if !(reader.calibration.Weights[1] > 0) || !(reader.calibration.Floor > 0 && reader.calibration.Floor < 1) {
		return nil, fmt.Errorf("calibration.json makes no sense: %w", onnx.ErrDamaged)
	}
	network, hash, err := onnx.OpenFile(weights, "line")
	if err != nil {
		return nil, err
	}
	reader.network = network
	whole := sha256.Sum256(fmt.Appendf(nil, "%s %v", hash, reader.calibration))
	reader.version = "line-" + hex.EncodeToString(whole[:6])
	return reader, nil
}
