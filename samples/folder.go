package samples

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"sesshu/ledger/slip"
)

// manifestName is the file with the hash of every other file of a set, as
// `sha256sum --check` reads it. It is written last, and tells a set that was
// drawn from everything else that may lie in a folder.
const manifestName = "samples.sha256"

// mastersName is the folder of the registers in a set.
const mastersName = "masters"

// ErrForeignFiles says that a folder holds what was not drawn here, or was
// changed since. Nothing in it was touched.
var ErrForeignFiles = errors.New("the folder holds more than slips that were drawn into it: name an empty folder, or a new one")

// folder is the folder of a set while it is drawn.
type folder struct {
	dir   string
	mutex sync.Mutex
	sums  map[string]slip.Hash // by path below dir
}

// openFolder makes the folder, or clears it of an older set. It refuses one in
// which a single file is not exactly as it was drawn.
func openFolder(dir string) (*folder, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	f := &folder{dir: dir, sums: map[string]slip.Hash{}}
	drawn, err := readManifest(filepath.Join(dir, manifestName))
	if err != nil {
		return nil, err
	}
	old, err := f.old(drawn)
	if err != nil {
		return nil, err
	}
	return f, f.remove(old)
}

// old lists the files of the set that was drawn before.
func (f *folder) old(drawn map[string]slip.Hash) ([]string, error) {
	var old []string
	err := filepath.WalkDir(f.dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() && path == f.dir {
			return err
		}
		name, err := filepath.Rel(f.dir, path)
		if err != nil {
			return err
		}
		if len(drawn) > 0 && (name == manifestName || name == mastersName && entry.IsDir()) {
			return nil
		}
		hash, ours := drawn[filepath.ToSlash(name)]
		if !ours || !entry.Type().IsRegular() {
			return fmt.Errorf("%w (%s was not drawn here)", ErrForeignFiles, path)
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if slip.HashOf(content) != hash {
			return fmt.Errorf("%w (%s was changed since)", ErrForeignFiles, path)
		}
		old = append(old, name)
		return nil
	})
	return old, err
}

// remove takes files of a set away, its manifest last: as long as that is there,
// the rest can still be told from what is foreign.
func (f *folder) remove(names []string) error {
	for _, name := range names {
		if err := os.Remove(filepath.Join(f.dir, name)); err != nil {
			return err
		}
	}
	for _, name := range []string{mastersName, manifestName} {
		if err := os.Remove(filepath.Join(f.dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// write writes one file of the set, by its path below the folder.
func (f *folder) write(name string, content []byte) error {
	f.mutex.Lock()
	f.sums[name] = slip.HashOf(content)
	f.mutex.Unlock()
	return os.WriteFile(filepath.Join(f.dir, name), content, 0o644)
}

// noteAll takes the files that somebody else wrote into a folder of the set.
func (f *folder) noteAll(name string) error {
	entries, err := os.ReadDir(filepath.Join(f.dir, name))
	if err != nil {
		return err
	}
	for _, entry := range entries {
		content, err := os.ReadFile(filepath.Join(f.dir, name, entry.Name()))
		if err != nil {
			return err
		}
		f.sums[name+"/"+entry.Name()] = slip.HashOf(content)
	}
	return nil
}

// seal writes the manifest: the set is whole.
func (f *folder) seal() error {
	var text bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(f.sums)) {
		fmt.Fprintf(&text, "%s  %s\n", f.sums[name], name)
	}
	return os.WriteFile(filepath.Join(f.dir, manifestName), text.Bytes(), 0o644)
}

// abandon takes away what was written of a set that did not become whole, so
// that the same command may be given again. It returns why the set did not.
func (f *folder) abandon(why error) error {
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(f.sums)), func(name string) bool {
		_, err := os.Lstat(filepath.Join(f.dir, name))
		return errors.Is(err, fs.ErrNotExist)
	})
	return errors.Join(why, f.remove(names))
}

// readManifest returns the hash of every file of an older set; none when there
// is no set, or none that can be understood.
func readManifest(path string) (map[string]slip.Hash, error) {
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	drawn := map[string]slip.Hash{}
	lines := bufio.NewScanner(bytes.NewReader(content))
	for lines.Scan() {
		sum, name, found := strings.Cut(lines.Text(), "  ")
		hash, err := slip.ParseHash(sum)
		if !found || err != nil {
			return nil, nil //nolint:nilerr // somebody else's file, which is refused as such
		}
		drawn[name] = hash
	}
	return drawn, lines.Err()
}
