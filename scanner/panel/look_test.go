package panel

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sesshu/scanner"
)

// tokens reads the colours that a style sheet's root gives names to.
func tokens(sheet string) map[string]string {
	found := map[string]string{}
	for _, root := range regexp.MustCompile(`(?s):root\s*\{(.*?)\}`).FindAllStringSubmatch(sheet, -1) {
		for _, token := range regexp.MustCompile(`(--[\w-]+):\s*([^;]+);`).FindAllStringSubmatch(root[1], -1) {
			found[token[1]] = token[2]
		}
	}
	return found
}

// The station's page and the desk look like one product: their tokens are the
// same, though the rooms share no files.
func TestTokensAreTheDesks(t *testing.T) {
	desk := map[string]string{}
	sheets, err := filepath.Glob("../../review/assets/*.css")
	if err != nil || len(sheets) == 0 {
		t.Fatalf("the desk has no style sheets here: %v", err)
	}
	for _, name := range sheets {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		maps.Copy(desk, tokens(string(text)))
	}
	text, err := assetFiles.ReadFile("assets/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	own := tokens(string(text))
	if len(own) < 10 {
		t.Errorf("only %d tokens", len(own))
	}
	for name, value := range own {
		if desk[name] != value {
			t.Errorf("%s is %q here and %q at the desk", name, value, desk[name])
		}
	}
	page, err := assetFiles.ReadFile("assets/panel.css")
	if err != nil {
		t.Fatal(err)
	}
	for _, used := range regexp.MustCompile(`var\((--[\w-]+)\)`).FindAllStringSubmatch(string(page), -1) {
		if own[used[1]] == "" {
			t.Errorf("%s is used and has no value", used[1])
		}
	}
}

// Every text is there in both languages, is asked for, and nothing is asked for
// that is not there.
func TestTexts(t *testing.T) {
	words, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	for key, text := range words {
		if text[japanese] == "" || text[english] == "" || len(text) != 2 {
			t.Errorf("%s: want exactly ja and en", key)
		}
		if strings.Contains(text[japanese], "{n}") != strings.Contains(text[english], "{n}") {
			t.Errorf("%s: {n} stands in one language only", key)
		}
	}
	asked := map[string]bool{}
	for _, folder := range []string{"templates", "assets", "."} {
		files, err := fs.ReadDir(os.DirFS("."), folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if file.IsDir() || strings.HasSuffix(file.Name(), "_test.go") || strings.HasSuffix(file.Name(), ".json") {
				continue
			}
			content, err := os.ReadFile(filepath.Join(folder, file.Name()))
			if err != nil {
				t.Fatal(err)
			}
			for _, match := range regexp.MustCompile(`(?:\bT |words\(|get\(japanese, |return )"([a-z_]+\.[a-z_]+)"`).FindAllStringSubmatch(string(content), -1) {
				asked[match[1]] = true
			}
			if strings.HasSuffix(file.Name(), ".js") && file.Name() != "ask.js" {
				for _, match := range regexp.MustCompile(`[^.\w]words\.([a-z_]+)`).FindAllStringSubmatch(string(content), -1) {
					asked["js."+match[1]] = true
				}
			}
		}
	}
	// Those that are put together from a state, a phase or a deed.
	for _, state := range []string{"here", "waiting", "accepted", "review", "rejected", "duplicate"} {
		asked["js."+state] = true
	}
	for _, phase := range []Phase{PhaseFeeding, PhaseStopped, PhaseDisagree, PhaseHeld, PhaseComplete, PhaseClosing, PhaseClosed, PhaseDiscarded, PhaseStuck} {
		asked["js.title_"+string(phase)] = true
	}
	for _, deed := range []string{"close", "discard", "release"} {
		asked["ask."+deed+"_title"] = true
	}
	// In practice a page says some things in words of its own.
	for key := range maps.Clone(asked) {
		if own := "practice." + key; words[own] != nil {
			asked[own] = true
		}
	}
	for key := range asked {
		if words[key] == nil {
			t.Errorf("asked for, but no text: %s", key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(words)) {
		if !asked[key] {
			t.Errorf("nobody asks for %s", key)
		}
	}
}

// The page breaks the steps of every condition into more than one line, and
// loses none of their text.
func TestStepsEndTheirSentences(t *testing.T) {
	for _, condition := range scanner.Conditions() {
		steps := condition.Steps(3)
		if !strings.HasSuffix(steps.Japanese, "。") || !strings.HasSuffix(steps.English, ".") {
			t.Errorf("%v: %q", condition, steps)
		}
	}
}
