package truth

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// repeatedKey finds what encoding/json lets pass: one key twice in an object,
// of which the last would silently win, and a key in other letters (File for
// file), which would be taken for the right one.
func repeatedKey(text []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	var objects []map[string]bool // one for each object that is open; nil for an array
	expectKey := false
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("no JSON: %w", err)
		}
		switch token {
		case json.Delim('{'):
			objects = append(objects, map[string]bool{})
			expectKey = true
			continue
		case json.Delim('['):
			objects = append(objects, nil)
			expectKey = false
			continue
		case json.Delim('}'), json.Delim(']'):
			objects = objects[:len(objects)-1]
		default:
			if key, ok := token.(string); ok && expectKey {
				if err := checkKey(objects, key); err != nil {
					return err
				}
				expectKey = false
				continue
			}
		}
		expectKey = len(objects) > 0 && objects[len(objects)-1] != nil
	}
}

func checkKey(objects []map[string]bool, key string) error {
	open := objects[len(objects)-1]
	if open[key] {
		return fmt.Errorf("key %q stands twice", key)
	}
	open[key] = true
	if len(objects) == 1 {
		switch key {
		case "file", "form", "expect", "fields":
		default:
			return fmt.Errorf("unknown key %q", key)
		}
	}
	return nil
}
