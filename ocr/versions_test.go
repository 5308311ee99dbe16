package ocr

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"go/scanner"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// renew says that fieldsVersion stands for the code as it is now:
//
//	go test ./ocr -run TestFieldsVersion -renew
var renew = flag.Bool("renew", false, "write testdata/fields.txt anew: fieldsVersion stands for the code as it is")

const fieldsFile = "testdata/fields.txt"

// fieldsSources is the code that fieldsVersion stands for, from the repository's
// root: whole folders, and of the shared words what readers shape their texts with.
var fieldsSources = []string{
	"ocr/*", "ocr/page/*", "ocr/register/*", "ocr/label/*",
	"ocr/barcode/*", "ocr/digits/*", "ocr/digits/cell/*", "ocr/line/*", "ocr/line/decode/*", "ocr/line/strip/*",
	"ocr/mark/*", "ocr/tesseract/*",
	"ocr/internal/correlate/*", "ocr/internal/jpeg/*", "ocr/internal/onnx/*", "ocr/internal/plane/*", "ocr/internal/tess/*",
	"ledger/slip/date.go", "ledger/slip/era.go", "ledger/slip/lot.go", "ledger/slip/manufacturer.go",
	"ledger/slip/personalnumber.go", "ledger/slip/width.go",
}

// The readers' own versions name engines, models and tables. What is done to a page
// before a reader sees it, and to its answers after, has the one version of the
// fields; this test knows the code that the version was given to.
func TestFieldsVersion(t *testing.T) {
	now := sums(t)
	if *renew {
		var text strings.Builder
		fmt.Fprintf(&text, "# The code that makes readings, as %s stands for it: go test ./ocr -run TestFieldsVersion -renew\n%[1]s\n", fieldsVersion)
		for _, name := range slices.Sorted(maps.Keys(now)) {
			fmt.Fprintf(&text, "%s %s\n", now[name], name)
		}
		if err := os.WriteFile(fieldsFile, []byte(text.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	version, pinned := readSums(t)
	var changed []string
	for name := range now {
		if pinned[name] != now[name] {
			changed = append(changed, name)
		}
	}
	for name := range pinned {
		if now[name] == "" {
			changed = append(changed, name+" (gone)")
		}
	}
	if version == fieldsVersion && len(changed) == 0 {
		return
	}
	slices.Sort(changed)
	t.Errorf(`the code that makes readings is not the one that %s, now %s, was given to; changed: %s
1. If any reading can come out differently, raise fieldsVersion in ocr/versions.go by one. Policies that were
   calibrated before are then refused until sesshu calibrate made new ones; look at the built-in one's thresholds, too.
   If none can (other names, other words), leave the version as it is.
2. In both cases renew the sums, and commit them with the change:
   go test ./ocr -run TestFieldsVersion -renew`, version, fieldsVersion, strings.Join(changed, ", "))
}

// sums returns what each source is: its tokens, so that comments and spaces change
// nothing; the bytes of what is not Go, or has C in its comments.
func sums(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, pattern := range fieldsSources {
		names, err := filepath.Glob(filepath.Join("..", pattern))
		if err != nil || len(names) == 0 {
			t.Fatalf("no source is %s (%v)", pattern, err)
		}
		for _, name := range names {
			switch filepath.Ext(name) {
			case ".go", ".c", ".cpp", ".h":
			default:
				continue
			}
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			short, err := filepath.Rel("..", name)
			if err != nil {
				t.Fatal(err)
			}
			found[filepath.ToSlash(short)] = sum(short, text)
		}
	}
	delete(found, "ocr/versions.go") // holds the version itself
	return found
}

func sum(name string, text []byte) string {
	digest := sha256.New()
	if filepath.Ext(name) != ".go" || bytes.Contains(text, []byte("import \"C\"")) {
		digest.Write(text)
		return hex.EncodeToString(digest.Sum(nil)[:8])
	}
	var scan scanner.Scanner
	scan.Init(token.NewFileSet().AddFile(name, -1, len(text)), text, nil, 0)
	for {
		_, kind, literal := scan.Scan()
		if kind == token.EOF {
			return hex.EncodeToString(digest.Sum(nil)[:8])
		}
		if kind == token.SEMICOLON {
			literal = "" // written or implied
		}
		fmt.Fprintf(digest, "%s %q\n", kind, literal)
	}
}

func readSums(t *testing.T) (version string, pinned map[string]string) {
	t.Helper()
	file, err := os.Open(fieldsFile)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	pinned = map[string]string{}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		switch words := strings.Fields(lines.Text()); {
		case len(words) == 0 || words[0] == "#":
		case len(words) == 1:
			version = words[0]
		default:
			pinned[words[1]] = words[0]
		}
	}
	return version, pinned
}

// A comment or a line break changes no reading; a number does.
func TestSumsKnowCodeFromWords(t *testing.T) {
	const before = "package a\n\n// one\nconst share = 0.5 // half\n"
	for after, same := range map[string]bool{
		"package a\n\nconst share = 0.5\n":                        true,
		"package a\n\n// other words\n\n\nconst share = 0.5 // h": true,
		"package a\n\n// one\nconst share = 0.4 // half\n":        false,
		"package a\n\n// one\nconst shared = 0.5 // half\n":       false,
	} {
		if got := sum("a.go", []byte(before)) == sum("a.go", []byte(after)); got != same {
			t.Errorf("%q is the same: %v, want %v", after, got, same)
		}
	}
	c := "package a\n\n// #define N 1\nimport \"C\"\n"
	if sum("a.go", []byte(c)) == sum("a.go", []byte(strings.Replace(c, "1", "2", 1))) {
		t.Error("C in a comment is overlooked")
	}
	if sum("a.c", []byte("int a; /* 1 */")) == sum("a.c", []byte("int a; /* 2 */")) {
		t.Error("a C file's bytes are overlooked")
	}
}
