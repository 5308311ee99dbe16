package slip

import "strings"

// codabarValues holds the characters of NW-7 (Codabar) at the place of their
// value in modulus 16.
const codabarValues = "0123456789-$:/.+ABCD"

// CodabarCheck is a way of computing the check character that an NW-7 symbol
// may carry as its last data character. NW-7 demands none, and tickets were
// seen without one.
type CodabarCheck int

// The common check characters.
const (
	CodabarModulus16      CodabarCheck = iota // over all characters with start and stop
	CodabarModulus10                          // weights 2 1 from the right, digits of products summed (Luhn)
	CodabarModulus10Whole                     // weights 2 1 from the right, products as they are
	CodabarSevenCheck                         // 7DR: the number modulo 7
)

// Character returns the check character for symbol, which is written as
// printed: start letter, data without the check character, stop letter, e.g.
// "A37859B"; only modulus 16 looks at the letters, and the other rules take bare
// digits too. It returns false when the symbol holds characters that the rule
// cannot count.
func (c CodabarCheck) Character(symbol string) (byte, bool) {
	if c == CodabarModulus16 {
		sum := 0
		for i := range len(symbol) {
			value := strings.IndexByte(codabarValues, symbol[i])
			if value < 0 {
				return 0, false
			}
			sum += value
		}
		return codabarValues[(16-sum%16)%16], symbol != ""
	}
	data := StripCodabar(symbol)
	if !allDigits(data) {
		return 0, false
	}
	switch c {
	default:
		return 0, false
	case CodabarModulus10:
		return '0' + byte((10-luhnSum(data)%10)%10), true
	case CodabarModulus10Whole:
		sum := 0
		for i := range len(data) {
			sum += int(data[len(data)-1-i]-'0') * (2 - i%2)
		}
		return '0' + byte((10-sum%10)%10), true
	case CodabarSevenCheck:
		remainder := 0
		for i := range len(data) {
			remainder = (remainder*10 + int(data[i]-'0')) % 7
		}
		return '0' + byte(remainder), true
	}
}

// StripCodabar removes the start and stop letters (A to D, in either case) from
// an NW-7 text, if it has them.
func StripCodabar(text string) string {
	if len(text) >= 2 && isCodabarLetter(text[0]) && isCodabarLetter(text[len(text)-1]) {
		return text[1 : len(text)-1]
	}
	return text
}

func isCodabarLetter(c byte) bool {
	return c >= 'A' && c <= 'D' || c >= 'a' && c <= 'd'
}
