package slip

import "strings"

// PersonalNumberCheckDigit computes the twelfth digit of a 個人番号 from the
// first eleven: weights 6 5 4 3 2 7 6 5 4 3 2 from the left, sum modulo 11; 0
// when the remainder is 0 or 1, else 11 minus it. It returns false unless body
// is eleven digits.
//
// Source: 総務省令第85号 (平成26年) 第5条.
func PersonalNumberCheckDigit(body string) (byte, bool) {
	if len(body) != 11 || !allDigits(body) {
		return 0, false
	}
	sum := 0
	for i := range len(body) {
		n := len(body) - i // counted from the right, from 1
		weight := n + 1
		if n > 6 {
			weight = n - 5
		}
		sum += int(body[i]-'0') * weight
	}
	if sum%11 <= 1 {
		return '0', true
	}
	return '0' + byte(11-sum%11), true
}

// ValidPersonalNumber reports whether number is twelve digits with the right
// check digit. About one in ten random numbers is: a hit is a suspicion.
func ValidPersonalNumber(number string) bool {
	if len(number) != 12 {
		return false
	}
	digit, ok := PersonalNumberCheckDigit(number[:11])
	return ok && digit == number[11]
}

// MaskPersonalNumbers replaces the digits of everything in text that looks like
// a 個人番号 by asterisks, and returns how many it found. It looks for twelve
// digits with the right check digit, half or full width, in one run or in three
// groups of four with one blank or dash between them. Longer runs are left
// alone: the OCR line of a ticket has eighteen digits and is no 個人番号.
//
// The intake must never store a 個人番号; text from outside is masked with this
// before it goes anywhere.
func MaskPersonalNumbers(text string) (string, int) {
	runes := []rune(text)
	found := 0
	for start := 0; start < len(runes); {
		if _, ok := digitOf(runes[start]); !ok {
			start++
			continue
		}
		end, digits, groups := digitGroups(runes, start)
		if len(digits) == 12 && twelveAsOne(groups) && ValidPersonalNumber(string(digits)) {
			found++
			for i := start; i < end; i++ {
				if _, ok := digitOf(runes[i]); ok {
					runes[i] = '*'
				}
			}
		}
		start = end
	}
	if found == 0 {
		return text, 0
	}
	return string(runes), found
}

// digitGroups reads groups of digits that are parted by single separators,
// from start on. It returns where they end, their digits in ASCII and the
// length of each group.
func digitGroups(runes []rune, start int) (end int, digits []byte, groups []int) {
	group := 0
	for end = start; end < len(runes); end++ {
		if digit, ok := digitOf(runes[end]); ok {
			digits = append(digits, digit)
			group++
			continue
		}
		if !strings.ContainsRune(" \u3000-‐‑–−－", runes[end]) || end+1 == len(runes) {
			break
		}
		if _, ok := digitOf(runes[end+1]); !ok {
			break
		}
		groups = append(groups, group)
		group = 0
	}
	return end, digits, append(groups, group)
}

// twelveAsOne reports whether groups of digits are 12 or 4-4-4.
func twelveAsOne(groups []int) bool {
	return len(groups) == 1 || len(groups) == 3 && groups[0] == 4 && groups[1] == 4
}

// digitOf returns the ASCII digit for a half- or full-width digit.
func digitOf(r rune) (byte, bool) {
	switch {
	case r >= '0' && r <= '9':
		return byte(r), true
	case r >= '０' && r <= '９':
		return byte(r - '０' + '0'), true
	}
	return 0, false
}
