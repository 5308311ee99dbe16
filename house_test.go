// Package house_test keeps the rooms of the house apart: which package may
// import which, and where C may be spoken.
package house_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "sesshu/"

// rooms do not import each other; all of them share the words in ledger/slip.
var rooms = []string{"scanner", "ocr", "review", "ledger", "samples"}

// shared is what any room may import of another.
const shared = "ledger/slip"

func TestImports(t *testing.T) {
	checked := 0
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if name != "." && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "tools") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		checked++
		folder := filepath.ToSlash(filepath.Dir(name))
		test := strings.HasSuffix(name, "_test.go")
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if fault := importFault(folder, imported, test); fault != "" {
				t.Errorf("%s imports %s: %s", name, imported, fault)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if checked < 20 {
		t.Fatalf("only %d files were checked; is the test run from the root?", checked)
	}
}

// importFault says what is wrong with folder importing a package, or nothing.
func importFault(folder, imported string, test bool) string {
	if imported == "C" && !slices.Contains(strings.Split(folder, "/"), "internal") {
		return "C is spoken in internal leaves only"
	}
	if within(folder, shared) && strings.Contains(imported, ".") && !test {
		return "the shared words use the standard library only"
	}
	inside, ok := strings.CutPrefix(imported, module)
	if !ok {
		return ""
	}
	if within(folder, shared) && !within(inside, shared) && !test {
		return "the shared words use the standard library only"
	}
	from, to := room(folder), room(inside)
	switch {
	case from == "" || from == to || within(inside, shared):
		return ""
	case test:
		// A room's test may stand the real neighbour beside it.
		return ""
	case to == "":
		return "nothing imports cmd"
	default:
		return "rooms do not import each other"
	}
}

func room(folder string) string {
	top, _, _ := strings.Cut(folder, "/")
	if slices.Contains(rooms, top) {
		return top
	}
	return ""
}

func within(folder, ancestor string) bool {
	return folder == ancestor || strings.HasPrefix(folder, ancestor+"/")
}

func TestImportFaultFindsFaults(t *testing.T) {
	for _, c := range []struct {
		folder, imported string
		test, fault      bool
	}{
		{"ocr/decide", "sesshu/ledger", false, true},
		{"ocr/decide", "sesshu/ledger/slip", false, false},
		{"ocr/decide", "sesshu/ledger/slip/form", false, false},
		{"ocr/decide", "sesshu/samples", true, false},
		{"ocr/decide", "sesshu/samples", false, true},
		{"review", "sesshu/ocr/page", false, true},
		{"scanner/escl", "sesshu/scanner", false, false},
		{"ledger/slip", "golang.org/x/text/width", false, true},
		{"ledger/slip", "sesshu/ledger", false, true},
		{"ledger/verify", "sesshu/ledger/slip", false, false},
		{"ocr/page", "C", false, true},
		{path.Join("ocr", "internal", "tess"), "C", false, false},
		{"cmd/sesshu", "sesshu/review", false, false},
		{"review", "sesshu/cmd/sesshu", false, true},
	} {
		if got := importFault(c.folder, c.imported, c.test); (got != "") != c.fault {
			t.Errorf("%s imports %s (test %v): %q", c.folder, c.imported, c.test, got)
		}
	}
}
