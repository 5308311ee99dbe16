package virtual

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Folder reads the sheets of a folder, in the order of their names. A file
// whose name ends in ".back" before its extension is the back of the sheet of
// the same name: 0001.jpg and 0001.back.jpg are one sheet. Files of other
// extensions than the given ones (".jpg") are left out.
func Folder(files fs.FS, extensions ...string) ([]Sheet, error) {
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return nil, fmt.Errorf("read sheets: %w", err)
	}
	var sheets []Sheet
	backs := map[string][]byte{}
	for _, entry := range entries {
		extension := path.Ext(entry.Name())
		if entry.IsDir() || !slices.Contains(extensions, strings.ToLower(extension)) {
			continue
		}
		data, err := fs.ReadFile(files, entry.Name())
		if err != nil {
			return nil, fmt.Errorf("read sheets: %w", err)
		}
		stem := strings.TrimSuffix(entry.Name(), extension)
		if front, isBack := strings.CutSuffix(stem, ".back"); isBack {
			backs[front+extension] = data
			continue
		}
		sheets = append(sheets, Sheet{Name: entry.Name(), Front: data})
	}
	for i := range sheets {
		sheets[i].Back = backs[sheets[i].Name]
		delete(backs, sheets[i].Name)
	}
	for name := range backs {
		return nil, fmt.Errorf("read sheets: %s has a back and no front", name)
	}
	return sheets, nil
}
