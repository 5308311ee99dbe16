package review

import (
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sesshu/ledger/slip"
)

func TestEveryTextInBothLanguages(t *testing.T) {
	words, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	for key, text := range words {
		for _, language := range []string{japanese, english} {
			if _, ok := text[language]; !ok {
				t.Errorf("%s: no text in %s", key, language)
			}
		}
		if text[japanese] == "" || len(text) != 2 {
			t.Errorf("%s: want exactly ja and en, and ja not empty", key)
		}
		for _, mark := range []string{"{n}", "{m}"} {
			if strings.Contains(text[japanese], mark) != strings.Contains(text[english], mark) {
				t.Errorf("%s: %s stands in one language only", key, mark)
			}
		}
	}
}

func TestTextsOfClosedLists(t *testing.T) {
	words, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, reason := range slip.Reasons() {
		keys = append(keys, "reason."+string(reason))
	}
	for _, value := range slip.Values() {
		keys = append(keys, "value."+string(value), "hint."+string(value))
	}
	for _, fault := range slip.Faults() {
		keys = append(keys, "unreadable."+string(fault), "remedy."+string(fault))
	}
	for _, state := range []string{slip.SheetWaiting, slip.SheetAccepted, slip.SheetReview, slip.SheetRejected} {
		keys = append(keys, "outcome."+state)
	}
	for _, reason := range slip.Reasons() {
		if ofTheSlip(reason) {
			keys = append(keys, "ask."+string(reason))
		}
	}
	for _, reason := range rejectReasons {
		keys = append(keys, "reject."+reason)
	}
	for _, source := range []slip.Source{
		slip.SourceOCRLine, slip.SourceBarcode, slip.SourceQR, slip.SourcePrinted, slip.SourceSticker,
		slip.SourceHandwritten, slip.SourceMark, slip.SourceRegistry, slip.SourceMaster, slip.SourcePerson,
	} {
		keys = append(keys, "source."+string(source))
	}
	source, err := os.ReadFile("problem.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, match := range regexp.MustCompile(`&fault\{[^,]+, "([a-z_]+)"`).FindAllSubmatch(source, -1) {
		keys = append(keys, "fault."+string(match[1]))
	}
	for _, key := range keys {
		if words[key] == nil {
			t.Errorf("no text %s", key)
		}
	}
}

// What templates and scripts ask for exists, and nothing exists that nobody asks
// for.
func TestTextsAreAskedFor(t *testing.T) {
	words, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	asked := map[string]bool{}
	find := func(pattern, prefix, content string) {
		for _, match := range regexp.MustCompile(pattern).FindAllStringSubmatch(content, -1) {
			asked[prefix+match[1]] = true
		}
	}
	for _, folder := range []string{"templates", "assets", "."} {
		files, err := fs.ReadDir(os.DirFS("."), folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if file.IsDir() || strings.HasSuffix(file.Name(), "_test.go") || strings.HasSuffix(file.Name(), ".json") {
				continue
			}
			content, err := os.ReadFile(folder + "/" + file.Name())
			if err != nil {
				t.Fatal(err)
			}
			find(`\b(?:T|Count|get)\b[^"\n]*"([a-z_]+\.[a-z_]+)"`, "", string(content))
			if strings.HasSuffix(file.Name(), ".js") {
				find(`[^.\w]words\.([a-z_]+)`, "js.", string(content))
				find(`fault: "([a-z_]+)"`, "js.", string(content))
			}
		}
	}
	for key := range asked {
		if words[key] == nil {
			t.Errorf("asked for, but no text: %s", key)
		}
	}
	lists := []string{"value.", "hint.", "reason.", "reject.", "source.", "fault.", "consent.", "unreadable.", "remedy.", "outcome.", "ask."}
	states := []string{"js.ready", "js.saving", "js.saved", "js.offline"}
	for key := range words {
		listed := slices.ContainsFunc(lists, func(prefix string) bool { return strings.HasPrefix(key, prefix) })
		if !asked[key] && !listed && !slices.Contains(states, key) {
			t.Errorf("nobody asks for %s", key)
		}
	}
}

// ofTheSlip reports whether a reason is of the slip as a whole, so that the page
// must say what to do next.
func ofTheSlip(reason slip.Reason) bool {
	switch reason {
	case slip.ReasonContradiction, slip.ReasonOneWitness, slip.ReasonCheckDigit, slip.ReasonFormat, slip.ReasonDateImpossible,
		slip.ReasonDateBeforeLot, slip.ReasonDoseOrder, slip.ReasonLotUnknown, slip.ReasonLotManufacturer, slip.ReasonFacilityUnknown,
		slip.ReasonAmountUnusual, slip.ReasonEmpty, slip.ReasonUncertain, slip.ReasonAlwaysAsk:
		return false // of a field
	default:
		return true
	}
}
