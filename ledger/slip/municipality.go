package slip

// MunicipalityCheckDigit computes the sixth digit of a 全国地方公共団体コード from
// the first five: weights 6 5 4 3 2, sum modulo 11, and the last digit of 11
// minus the remainder. It returns false unless body is five digits.
//
// Source: the rule of the Ministry of Internal Affairs and Communications for
// 全国地方公共団体コード; it holds for all 1,916 codes in testdata.
func MunicipalityCheckDigit(body string) (byte, bool) {
	if len(body) != 5 || !allDigits(body) {
		return 0, false
	}
	sum := 0
	for i := range len(body) {
		sum += int(body[i]-'0') * (6 - i)
	}
	return '0' + byte((11-sum%11)%10), true
}

// ValidMunicipalityCode reports whether code can be a municipality's: six
// digits, a prefecture from 01 to 47, a municipality number that is not 000 (a
// prefecture itself issues no tickets), and the right check digit. It does not
// say that the code was ever given out.
func ValidMunicipalityCode(code string) bool {
	if len(code) != 6 || !validPrefecture(code) || code[2:5] == "000" {
		return false
	}
	digit, ok := MunicipalityCheckDigit(code[:5])
	return ok && digit == code[5]
}

// validPrefecture reports whether code starts with a prefecture number, 01 to 47.
func validPrefecture(code string) bool {
	if len(code) < 2 || !allDigits(code[:2]) {
		return false
	}
	prefecture := int(code[0]-'0')*10 + int(code[1]-'0')
	return prefecture >= 1 && prefecture <= 47
}

// allDigits reports whether text is one or more ASCII digits.
func allDigits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return text != ""
}

// luhnSum adds the digits of body with weights 2, 1, 2 … from the right, taking
// the digits of two-digit products one by one. body must be digits.
func luhnSum(body string) int {
	sum := 0
	for i := range len(body) {
		product := int(body[len(body)-1-i] - '0')
		if i%2 == 0 {
			product *= 2
		}
		sum += product/10 + product%10
	}
	return sum
}
