package line

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"sesshu/ocr/internal/onnx"
)

// copyOf returns the embedded weights, to be damaged.
func copyOf(t *testing.T) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	err := fs.WalkDir(embedded, "weights", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := embedded.ReadFile(path)
		files[strings.TrimPrefix(path, "weights/")] = &fstest.MapFile{Data: content}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestDamagedWeightsAreRefused(t *testing.T) {
	whole := copyOf(t)["line.onnx"].Data
	for _, damage := range []func([]byte) []byte{
		func(b []byte) []byte { b[len(b)/2] ^= 4; return b },
		func(b []byte) []byte { return b[:len(b)-1] },
		func([]byte) []byte { return nil },
	} {
		files := copyOf(t)
		files["line.onnx"] = &fstest.MapFile{Data: damage(append([]byte(nil), whole...))}
		if _, err := open(files); !errors.Is(err, onnx.ErrDamaged) || !strings.Contains(err.Error(), "line.onnx") {
			t.Errorf("with damaged weights the error is %v", err)
		}
	}
}

func TestMissingFilesAreRefused(t *testing.T) {
	for name := range copyOf(t) {
		files := copyOf(t)
		delete(files, name)
		if _, err := open(files); err == nil {
			t.Errorf("without %s it opened", name)
		}
	}
	files := copyOf(t)
	files["calibration.json"] = &fstest.MapFile{Data: []byte("{}")}
	if _, err := open(files); !errors.Is(err, onnx.ErrDamaged) {
		t.Errorf("with an empty calibration the error is %v", err)
	}
}
