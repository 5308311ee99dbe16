// Package explain writes one self-contained HTML page that shows how a sheet was
// read and decided: value by value, what each witness saw, the probabilities, the
// rules that spoke, the policy's threshold, and why the value was accepted or a
// person is asked. It is for auditors and for whoever doubts a decision; it needs
// no network, no script and no program but a browser.
//
// The page shows what is on the paper, so it is as confidential as the paper. A
// 個人番号 is never on it: texts are masked, and pictures of a page that seems to
// hold one are left out.
//
// The same input always gives the same bytes.
package explain

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
	"sesshu/ocr/decide"
)

// Page is one page to explain.
type Page struct {
	Reading  slip.PageReading
	Decision slip.Decision
	Form     *form.Form // nil when none fits
	Image    []byte     // the page as a JPEG, pixel for pixel where the boxes mean; nil when it cannot be shown
}

// Sheet is one file to explain.
type Sheet struct {
	Name   string // of the file
	Policy decide.Policy
	Pages  []Page
}

//go:embed texts.json
var textsFile []byte

//go:embed page.html
var pageFile string

// words are one text in both languages.
type words struct {
	JA string `json:"ja"`
	EN string `json:"en"`
}

// texts are all words of the page, by key.
var texts = func() map[string]words {
	var loaded map[string]words
	if err := json.Unmarshal(textsFile, &loaded); err != nil {
		panic("the embedded texts are wrong: " + err.Error()) // a fault of the build, shown by the first test
	}
	return loaded
}()

// say returns the words for a key; the key itself shows what is missing.
func say(key string) words {
	if text, ok := texts[key]; ok {
		return text
	}
	return words{key, key}
}

// Reason returns the words for a reason, in Japanese and English.
func Reason(reason slip.Reason) (japanese, english string) {
	text := say("reason." + string(reason))
	return text.JA, text.EN
}

var page = template.Must(template.New("page").Funcs(template.FuncMap{"say": say}).Parse(pageFile))

// Write writes the page.
func Write(w io.Writer, sheet Sheet) error {
	var text bytes.Buffer
	if err := page.Execute(&text, newView(sheet)); err != nil {
		return fmt.Errorf("explain: %w", err)
	}
	if _, err := w.Write(text.Bytes()); err != nil {
		return fmt.Errorf("explain: %w", err)
	}
	return nil
}
