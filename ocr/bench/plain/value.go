package plain

import (
	"strings"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
)

// Value brings a text into a value's normal form; false when it is none. No
// master is asked: a wrong text of the right form passes.
func Value(value slip.Value, field form.Field, text string) (string, bool) {
	text = slip.HalfWidth(text)
	if field.Type == form.BoxedDigits {
		var ok bool
		if text, ok = boxed(field, text); !ok {
			return "", false
		}
	}
	for _, gives := range field.Gives {
		if gives.Value != value {
			continue
		}
		part, ok := gives.Part(text)
		if !ok {
			return "", false
		}
		text = part
	}
	if value == slip.Manufacturer {
		return slip.NormaliseManufacturer(text)
	}
	normal, err := slip.Normalise(value, text)
	return normal, err == nil
}

// boxed puts digits that were read in boxes into the field's format, whether or
// not the preprinted ones were read with them.
func boxed(field form.Field, text string) (string, bool) {
	var digits []rune
	for _, r := range text {
		if r >= '0' && r <= '9' {
			digits = append(digits, r)
		}
	}
	cells, printed := 0, 0
	for _, letter := range field.Format {
		switch {
		case strings.ContainsRune(cellLetters, letter):
			cells++
		case letter >= '0' && letter <= '9':
			printed++
		}
	}
	withPrinted := printed > 0 && len(digits) == cells+printed
	if len(digits) != cells && !withPrinted {
		return "", false
	}
	var whole []rune
	parts := map[rune]string{}
	for _, letter := range field.Format {
		cell := strings.ContainsRune(cellLetters, letter)
		next := letter
		if cell || withPrinted && letter >= '0' && letter <= '9' {
			next, digits = digits[0], digits[1:]
		}
		if !cell && next != letter {
			return "", false // a preprinted digit was misread
		}
		whole = append(whole, next)
		parts[letter] += string(next)
	}
	if field.Era != "" {
		return field.Era + parts['Y'] + "年" + parts['M'] + "月" + parts['D'] + "日", true
	}
	return string(whole), true
}

// cellLetters are the letters of a format that stand for a cell.
const cellLetters = "YMDN"
