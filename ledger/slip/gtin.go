package slip

// GTINCheckDigit computes the check digit of a GS1 number (GTIN-8, GTIN-12,
// GTIN-13, GTIN-14, SSCC) from the digits before it: weights 3, 1, 3 … from the
// right, the sum filled up to the next ten. It returns false unless body is
// digits.
//
// Source: GS1 General Specifications, check digit calculation.
func GTINCheckDigit(body string) (byte, bool) {
	if !allDigits(body) {
		return 0, false
	}
	sum := 0
	for i := range len(body) {
		digit := int(body[len(body)-1-i] - '0')
		if i%2 == 0 {
			digit *= 3
		}
		sum += digit
	}
	return '0' + byte((10-sum%10)%10), true
}

// ValidGTIN reports whether code is a GTIN of 8, 12, 13 or 14 digits with the
// right check digit.
func ValidGTIN(code string) bool {
	switch len(code) {
	case 8, 12, 13, 14:
		return gtinFits(code)
	}
	return false
}

// ValidSSCC reports whether code is a serial shipping container code: 18 digits
// with the right check digit.
func ValidSSCC(code string) bool { return len(code) == 18 && gtinFits(code) }

func gtinFits(code string) bool {
	digit, ok := GTINCheckDigit(code[:len(code)-1])
	return ok && digit == code[len(code)-1]
}
