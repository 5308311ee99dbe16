package slip

import "strings"

// lotPatterns say how each manufacturer writes lot numbers: @ stands for a
// letter, # for a digit, everything else for itself. They are derived from lots
// that the Ministry of Health, cities and newspapers published; a lot that fits
// none is a reason to ask, not to reject.
var lotPatterns = [...]struct{ manufacturer, pattern string }{
	{Pfizer, "@@####"},     // EP2163, GJ9259
	{Moderna, "300####"},   // 2021: 3004667
	{Moderna, "######A"},   // 2022 on: 000021A, 200042A
	{AstraZeneca, "@###@"}, // K004C
	{Novavax, "@@###"},     // NP001
	{Biken, "#@##"},        // 4K23
	{Biken, "#@##@"},       // 4K23A
	{Kitasato, "@@###@"},   // HF053A
	{Takeda, "@###"},       // Y302
}

// LotPatterns returns the patterns of a manufacturer's lot numbers, in any
// spelling of its name; none when we know none. With an empty name it returns
// the patterns of all.
func LotPatterns(manufacturer string) []string {
	name, _ := NormaliseManufacturer(manufacturer)
	var patterns []string
	for _, lot := range lotPatterns {
		if name == "" || lot.manufacturer == name {
			patterns = append(patterns, lot.pattern)
		}
	}
	return patterns
}

// LotFits reports whether lot is written the way the manufacturer writes lots,
// and whether we know how it writes them at all.
func LotFits(manufacturer, lot string) (fits, known bool) {
	patterns := LotPatterns(manufacturer)
	for _, pattern := range patterns {
		if matchesLot(pattern, lot) {
			return true, true
		}
	}
	return false, len(patterns) > 0
}

// LotMakers returns the manufacturers that write lots like this one.
func LotMakers(lot string) []string {
	var makers []string
	for _, known := range lotPatterns {
		if matchesLot(known.pattern, lot) && (len(makers) == 0 || makers[len(makers)-1] != known.manufacturer) {
			makers = append(makers, known.manufacturer)
		}
	}
	return makers
}

// ValidLot reports whether text can be a lot number at all: 4 to 8 capital
// letters and digits, at least one of them a digit.
func ValidLot(text string) bool {
	digits := 0
	for i := range len(text) {
		switch c := text[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c < 'A' || c > 'Z':
			return false
		}
	}
	return len(text) >= 4 && len(text) <= 8 && digits > 0
}

// What a reader makes of a digit where a letter stands, and the other way
// round. Letters that no digit looks like stay.
var (
	asDigit  = map[byte]byte{'O': '0', 'Q': '0', 'D': '0', 'I': '1', 'L': '1', '|': '1', 'Z': '2', 'A': '4', 'S': '5', 'G': '6', 'B': '8', 'T': '7'}
	asLetter = map[byte]byte{'0': 'O', '1': 'I', '2': 'Z', '4': 'A', '5': 'S', '6': 'G', '7': 'T', '8': 'B'}
)

// RepairLot proposes the manufacturer's lot numbers that a reader may have
// misread as text, by the kind of character that each place of the pattern
// holds: in EY542Z the last place wants a digit, so EY5422. The text itself is
// among them when it fits. A repaired lot is a proposal with less weight than
// one that was read: 400082A read as 4000824 comes back, and a person or a second
// reading must confirm it. With an empty manufacturer all patterns are tried.
func RepairLot(manufacturer, text string) []string {
	text = strings.ToUpper(text)
	var proposals []string
	seen := map[string]bool{}
	for _, pattern := range LotPatterns(manufacturer) {
		if lot, ok := repairLot(pattern, text); ok && !seen[lot] {
			seen[lot] = true
			proposals = append(proposals, lot)
		}
	}
	return proposals
}

func repairLot(pattern, text string) (string, bool) {
	if len(text) != len(pattern) {
		return "", false
	}
	lot := make([]byte, len(text))
	for i := range len(text) {
		fixed, ok := text[i], true
		if !lotCharacter(pattern[i], fixed) {
			if pattern[i] == '@' || pattern[i] >= 'A' && pattern[i] <= 'Z' {
				fixed, ok = asLetter[fixed]
			} else {
				fixed, ok = asDigit[fixed]
			}
		}
		if !ok || !lotCharacter(pattern[i], fixed) {
			return "", false
		}
		lot[i] = fixed
	}
	return string(lot), true
}

func matchesLot(pattern, lot string) bool {
	if len(pattern) != len(lot) {
		return false
	}
	for i := range len(lot) {
		if !lotCharacter(pattern[i], lot[i]) {
			return false
		}
	}
	return true
}

func lotCharacter(kind, c byte) bool {
	switch kind {
	case '@':
		return c >= 'A' && c <= 'Z'
	case '#':
		return c >= '0' && c <= '9'
	}
	return c == kind
}
