package slip

import (
	"regexp"
	"strings"
)

// ValueError says, in both languages, why a typed text cannot be a value. It
// never holds the text itself: values are about people and stay out of logs.
type ValueError struct {
	Value    Value
	Japanese string
	English  string
}

// Error returns the English message after the value's name.
func (e *ValueError) Error() string { return string(e.Value) + ": " + e.English }

var (
	amountText  = regexp.MustCompile(`^(\d{0,2})(?:\.(\d{1,3}))?(?i:ml|cc)?$`)
	referenceID = regexp.MustCompile(`^[0-9A-Z-]{1,20}$`)
)

// Normalise brings what a person typed or a reader read into the one form in
// which a value enters the ledger: half width, dates in ISO form, lots in
// capitals, amounts like "0.3", consent "yes" or "no". It checks everything that
// can be said of the value alone (length, calendar, check digit where the rule
// is a law of the field), nothing that needs a master. The error is always a
// *ValueError.
func Normalise(value Value, text string) (string, error) {
	folded := strings.TrimSpace(HalfWidth(text))
	if folded == "" {
		return "", &ValueError{value, "入力してください。", "is empty"}
	}
	packed := strings.Join(strings.Fields(folded), "")
	switch value {
	case TicketType:
		return digits(value, packed, 1)
	case Dose:
		packed = strings.TrimSuffix(packed, "回目")
		if packed == "0" {
			return "", &ValueError{value, "1から9の数字1桁で入力してください。", "must be one digit from 1 to 9"}
		}
		return digits(value, packed, 1)
	case MunicipalityCode:
		code, err := digits(value, packed, 6)
		if err == nil && !ValidMunicipalityCode(code) {
			return "", &ValueError{value, "検査数字が合いません。6桁の市区町村コードを確かめてください。", "the check digit does not fit this municipality code"}
		}
		return code, err
	case TicketNumber:
		return digits(value, strings.ReplaceAll(packed, "-", ""), 10)
	case FacilityCode:
		return digits(value, strings.ReplaceAll(packed, "-", ""), 10)
	case VaccinationDate, BirthDate:
		date, ok := ParseDate(packed)
		if !ok {
			return "", &ValueError{value, "日付として読めません。例: 2021-06-30、20210630、令和3年6月30日。", "is no date; write 2021-06-30, 20210630 or 令和3年6月30日"}
		}
		return date, nil
	case LotNumber:
		lot := strings.ToUpper(strings.ReplaceAll(packed, "-", ""))
		if !ValidLot(lot) {
			return "", &ValueError{value, "ロット番号は英大文字と数字4〜8文字です(数字を含む)。", "a lot number has 4 to 8 letters and digits, at least one digit"}
		}
		return lot, nil
	case Manufacturer:
		if len([]rune(folded)) > 40 {
			return "", &ValueError{value, "メーカー名は40文字までです。", "a manufacturer's name has at most 40 characters"}
		}
		if name, ok := NormaliseManufacturer(folded); ok {
			return name, nil
		}
		return strings.TrimSpace(text), nil
	case AmountML:
		return amount(packed)
	case Consent:
		return consent(packed)
	case ReferenceNumber:
		reference := strings.ToUpper(packed)
		if !referenceID.MatchString(reference) {
			return "", &ValueError{value, "整理番号は英数字20文字までです。", "a reference number has at most 20 letters, digits and hyphens"}
		}
		return reference, nil
	case Vaccine:
		name, _ := NormaliseVaccine(folded)
		if name == "" || len([]rune(name)) > 40 {
			return "", &ValueError{value, "予防接種の種類を40文字までで入力してください。", "must be the name of a vaccination, of at most 40 characters"}
		}
		return name, nil
	}
	return "", &ValueError{value, "この項目は使われていません。", "is not a value of a slip"}
}

func digits(value Value, text string, count int) (string, error) {
	if len(text) != count || !allDigits(text) {
		number := string(rune('0' + count%10))
		if count >= 10 {
			number = "1" + number
		}
		return "", &ValueError{value, "数字" + number + "桁で入力してください。", "must be " + number + " digits"}
	}
	return text, nil
}

// amount reads millilitres: 0.3, .3, 0.30, 0.5mL.
func amount(text string) (string, error) {
	fault := &ValueError{AmountML, "接種量はmLの数で入力してください。例: 0.3。", "must be millilitres such as 0.3"}
	parts := amountText.FindStringSubmatch(text)
	if parts == nil {
		return "", fault
	}
	whole := strings.TrimLeft(parts[1], "0")
	fraction := strings.TrimRight(parts[2], "0")
	if whole == "" && fraction == "" {
		return "", fault // nothing, or nothing injected
	}
	if whole == "" {
		whole = "0"
	}
	if fraction == "" {
		return whole, nil
	}
	return whole + "." + fraction, nil
}

func consent(text string) (string, error) {
	switch strings.ToLower(text) {
	case "yes", "y", "はい", "同意", "同意する", "同意します", "希望する", "希望します", "有", "1":
		return "yes", nil
	case "no", "n", "いいえ", "不同意", "同意しない", "同意しません", "希望しない", "希望しません", "無", "0":
		return "no", nil
	}
	return "", &ValueError{Consent, "「はい」か「いいえ」で入力してください。", "must be yes or no"}
}
