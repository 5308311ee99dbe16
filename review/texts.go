package review

import (
	_ "embed"
	"encoding/json"
	"fmt"

	"sesshu/ledger/slip"
)

// The languages of the desk.
const (
	japanese = "ja"
	english  = "en"
)

//go:embed texts.json
var textsFile []byte

// texts are all words of the desk: key, then language.
type texts map[string]map[string]string

func loadTexts() (texts, error) {
	var loaded texts
	if err := json.Unmarshal(textsFile, &loaded); err != nil {
		return nil, fmt.Errorf("review: read texts: %w", err)
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

// reasons puts reasons into words, in their order.
func (t texts) reasons(language string, reasons []slip.Reason) []string {
	words := make([]string, 0, len(reasons))
	for _, reason := range reasons {
		words = append(words, t.get(language, "reason."+string(reason)))
	}
	return words
}

// under returns all texts whose key starts with prefix, without the prefix, for
// the scripts of a page.
func (t texts) under(language, prefix string) map[string]string {
	part := map[string]string{}
	for key, words := range t {
		if len(key) > len(prefix) && key[:len(prefix)] == prefix {
			part[key[len(prefix):]] = words[language]
		}
	}
	return part
}
