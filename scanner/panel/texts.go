package panel

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"

	"sesshu/scanner"
)

// The languages of the page.
const (
	japanese = "ja"
	english  = "en"
)

//go:embed texts.json
var textsFile []byte

// texts are all words of the page: key, then language.
type texts map[string]map[string]string

func loadTexts() (texts, error) {
	var loaded texts
	if err := json.Unmarshal(textsFile, &loaded); err != nil {
		return nil, fmt.Errorf("panel: read texts: %w", err)
	}
	return loaded, nil
}

// get returns the words for a key; the key itself shows what is missing.
func (t texts) get(language, key string) string {
	if text, ok := t[key][language]; ok {
		return text
	}
	return key
}

// practise puts the words for practice in the place of those for work.
func (t texts) practise() {
	for key, words := range t {
		if instead, ok := strings.CutPrefix(key, "practice."); ok && t[instead] != nil {
			t[instead] = words
		}
	}
}

func (t texts) words(key string) scanner.Words {
	return scanner.Words{Japanese: t.get(japanese, key), English: t.get(english, key)}
}

// under returns all texts whose key starts with prefix, without the prefix, for
// the scripts of a page.
func (t texts) under(language, prefix string) map[string]string {
	part := map[string]string{}
	for key, words := range t {
		if rest, ok := strings.CutPrefix(key, prefix); ok {
			part[rest] = words[language]
		}
	}
	return part
}
