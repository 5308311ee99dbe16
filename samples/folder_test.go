package samples_test

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sesshu/samples"
)

func TestASetReplacesAnOlderOne(t *testing.T) {
	dir, _ := generate(t, samples.Config{Count: 3, Seed: 1})
	config := samples.Config{Out: dir, Count: 1, Seed: 2}
	if err := samples.Generate(t.Context(), config); err != nil {
		t.Fatal(err)
	}
	fresh, _ := generate(t, config)
	if !maps.Equal(fingerprints(t, dir), fingerprints(t, fresh)) {
		t.Error("drawn over an older set it is another than in an empty folder")
	}
}

// TestNothingForeignIsTouched draws into folders that hold something else than
// an older set, or that set and something more.
func TestNothingForeignIsTouched(t *testing.T) {
	put := func(name, text string) func(string) error {
		return func(dir string) error { return os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600) }
	}
	drawn, _ := generate(t, samples.Config{Count: 1, Seed: 1})
	for name, change := range map[string]func(dir string) error{
		"note.txt":           put("note.txt", "to keep"),
		"0002.jpg":           put("0002.jpg", "a scan of one's own"),
		"0001.jpg":           put("0001.jpg", "another picture than was drawn"),
		"truth.jsonl":        put("truth.jsonl", "corrected by hand"),
		"masters/people.csv": put("masters/people.csv", "name"),
		"old":                func(dir string) error { return os.Mkdir(filepath.Join(dir, "old"), 0o700) },
		"link.jpg":           func(dir string) error { return os.Symlink("0001.jpg", filepath.Join(dir, "link.jpg")) },
		"0001.jpg was":       func(dir string) error { return os.Remove(filepath.Join(dir, "samples.sha256")) },
		"fonts.txt":          put("fonts.txt", ""),
		"/0001.jpg ":         put("samples.sha256", "somebody else's\n"),
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "set")
			if err := errors.Join(os.CopyFS(dir, os.DirFS(drawn)), change(dir)); err != nil {
				t.Fatal(err)
			}
			before := fingerprints(t, dir)
			err := samples.Generate(t.Context(), samples.Config{Out: dir, Count: 1, Seed: 2})
			if !errors.Is(err, samples.ErrForeignFiles) || !strings.Contains(err.Error(), name) {
				t.Errorf("error %v", err)
			}
			if !maps.Equal(fingerprints(t, dir), before) {
				t.Error("files were touched")
			}
		})
	}
}
