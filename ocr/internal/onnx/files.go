package onnx

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
)

// OpenFile loads NAME.onnx of a folder whose SHA-256 stands in NAME.json, the card
// that also tells people how the network was made. It returns that hash too.
func OpenFile(folder fs.FS, name string) (net *Net, hash string, err error) {
	var card struct {
		SHA256 string `json:"sha256"`
	}
	if err := ReadJSON(folder, name+".json", &card); err != nil {
		return nil, "", err
	}
	file, err := fs.ReadFile(folder, name+".onnx")
	if err != nil {
		return nil, "", fmt.Errorf("read network: %w", err)
	}
	net, err = Open(name+".onnx", file, card.SHA256)
	return net, card.SHA256, err
}

// ReadJSON reads a file that lies beside a network. A file that is not the JSON it
// should be is damaged.
func ReadJSON(folder fs.FS, name string, into any) error {
	text, err := fs.ReadFile(folder, name)
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		return errors.Join(fmt.Errorf("read %s: %w", name, err), ErrDamaged)
	}
	return nil
}
