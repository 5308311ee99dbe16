package digits

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"

	"sesshu/ocr/internal/onnx"
)

//go:embed weights
var embedded embed.FS

// Open loads the networks that are embedded in the program. It fails with
// onnx.ErrDamaged in its chain when their bytes are not the trained ones. The
// caller must Close the Reader.
func Open() (*Reader, error) {
	weights, err := fs.Sub(embedded, "weights")
	if err != nil {
		return nil, fmt.Errorf("open digit networks: %w", err)
	}
	reader, err := open(weights)
	if err != nil {
		return nil, fmt.Errorf("open digit networks: %w", err)
	}
	return reader, nil
}

// manifest is calibration.json: which networks are averaged, and what their
// mean probability is worth.
type manifest struct {
	Networks []string `json:"networks"`
	calibration
}

// open loads calibration.json and every network that it names, NAME.onnx with
// its card NAME.json.
func open(weights fs.FS) (*Reader, error) {
	var fitted manifest
	if err := onnx.ReadJSON(weights, "calibration.json", &fitted); err != nil {
		return nil, err
	}
	if len(fitted.Networks) == 0 || !(fitted.Sharpness > 0) || !(fitted.Floor > 0 && fitted.Floor < 1) || !(fitted.Slope > 0) {
		return nil, fmt.Errorf("calibration.json makes no sense: %w", onnx.ErrDamaged)
	}
	reader := &Reader{calibration: fitted.calibration}
	whole := sha256.New()
	for _, name := range fitted.Networks {
		network, hash, err := onnx.OpenFile(weights, name)
		if err != nil {
			return nil, errors.Join(err, reader.Close())
		}
		reader.networks = append(reader.networks, network)
		whole.Write([]byte(hash))
	}
	fmt.Fprintf(whole, "%v", reader.calibration)
	reader.version = "digits-" + hex.EncodeToString(whole.Sum(nil)[:6])
	return reader, nil
}
