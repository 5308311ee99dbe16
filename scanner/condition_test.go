package scanner_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode"

	"sesshu/scanner"
)

// Every condition says in both languages what happened and what to do with
// which sheet.
func TestEveryConditionHasWords(t *testing.T) {
	names := map[string]bool{}
	for _, condition := range scanner.Conditions() {
		if condition.Error() == "" || names[condition.Error()] {
			t.Errorf("condition %d has the name %q", condition, condition.Error())
		}
		names[condition.Error()] = true
		steps := condition.Steps(41)
		for _, words := range []scanner.Words{condition.Title(), steps} {
			if !strings.ContainsFunc(words.Japanese, isKana) {
				t.Errorf("%v: no Japanese in %q", condition, words.Japanese)
			}
			if words.English == "" || strings.ContainsFunc(words.English, isKana) {
				t.Errorf("%v: no English in %q", condition, words.English)
			}
		}
		if !strings.Contains(steps.Japanese, "41枚目") || !strings.Contains(steps.English, "41") {
			t.Errorf("%v: steps do not name the last safe sheet: %+v", condition, steps)
		}
		if strings.Contains(steps.Japanese+steps.English, "{") {
			t.Errorf("%v: unfilled words: %+v", condition, steps)
		}
	}
}

func isKana(r rune) bool { return unicode.In(r, unicode.Hiragana, unicode.Katakana) }

func TestFaultCarriesConditionAndCause(t *testing.T) {
	err := fmt.Errorf("scan batch: %w", &scanner.Fault{Condition: scanner.Jam, Protocol: "SANE", Raw: "status 6", Cause: io.ErrUnexpectedEOF})
	if !errors.Is(err, scanner.Jam) || errors.Is(err, scanner.DoubleFeed) || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%v is read wrongly", err)
	}
	if scanner.ConditionOf(err) != scanner.Jam || scanner.ConditionOf(io.EOF) != scanner.Unknown {
		t.Error("condition is not found")
	}
	broke := &scanner.Fault{Condition: scanner.Unplugged, Cause: fmt.Errorf("read: %w", io.EOF)}
	if errors.Is(broke, io.EOF) || !errors.Is(broke, scanner.Unplugged) {
		t.Error("a connection that broke off looks like the end of a feed")
	}
	if got, want := err.Error(), "scan batch: paper jam (SANE status 6): unexpected EOF"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if scanner.Condition(250).Error() != scanner.Unknown.Error() {
		t.Error("a number behind the table is not unknown")
	}
}
