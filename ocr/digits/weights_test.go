package digits

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
	for name, file := range copyOf(t) {
		if !strings.HasSuffix(name, ".onnx") {
			continue
		}
		for _, damage := range []func([]byte) []byte{
			func(b []byte) []byte { b[len(b)/2] ^= 4; return b },
			func(b []byte) []byte { return b[:len(b)-1] },
			func([]byte) []byte { return nil },
		} {
			files := copyOf(t)
			files[name] = &fstest.MapFile{Data: damage(append([]byte(nil), file.Data...))}
			_, err := open(files)
			if !errors.Is(err, onnx.ErrDamaged) || !strings.Contains(err.Error(), name) {
				t.Errorf("with %s damaged the error is %v", name, err)
			}
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

func TestVersionNamesTheWeights(t *testing.T) {
	first, err := open(copyOf(t))
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	files := copyOf(t)
	files["calibration.json"] = &fstest.MapFile{Data: []byte(`{"networks": ["digits-1"], "sharpness": 1, "floor": 0.5, "sure": 3, "slope": 1}`)}
	second, err := open(files)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	if first.Version() == second.Version() || first.Version() == "" {
		t.Errorf("two calibrations are both version %q", first.Version())
	}
}
