package slip

// FacilityCheckDigit computes the last digit (検証番号) of a ten-digit
// 医療機関等コード from the first nine: prefecture (2), 点数表 (1), 郡市区 and
// number (6). It returns false unless body is nine digits of a prefecture from
// 01 to 47.
//
// The digit is Luhn's over all nine digits, with the 点数表 digit as it is
// written, except in 埼玉 11, 千葉 12, 東京 13 and 神奈川 14, where it is Luhn's
// over the last six alone. No official text of the exception was found:
// it is the one rule that explains all 97,024 codes that the regional bureaus of
// the Ministry of Health published in August 2025. 68,149 of them fit the
// general rule, 27 with 点数表 3; the 28,875 of the four prefectures fit the
// exception, and none of those fits the general rule.
func FacilityCheckDigit(body string) (byte, bool) {
	if len(body) != 9 || !allDigits(body) || !validPrefecture(body) {
		return 0, false
	}
	covered := body
	switch body[:2] {
	case "11", "12", "13", "14":
		covered = body[3:]
	}
	return '0' + byte((10-luhnSum(covered)%10)%10), true
}

// ValidFacilityCode reports whether code is ten digits with a known 点数表 digit
// (1 medical, 3 dental, 4 pharmacy, 6 visiting nurses) and the right check
// digit. A code that fails may still stand on a slip (health check centres and
// places without an insurance code write other numbers): it is a reason to ask,
// never to reject.
func ValidFacilityCode(code string) bool {
	if len(code) != 10 {
		return false
	}
	switch code[2] {
	case '1', '3', '4', '6':
	default:
		return false
	}
	digit, ok := FacilityCheckDigit(code[:9])
	return ok && digit == code[9]
}
