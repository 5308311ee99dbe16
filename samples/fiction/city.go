package fiction

import "sesshu/ledger/slip"

// City is a municipality that issues tickets. The cities are real, so that
// their codes are; nothing said about them here is.
type City struct {
	Code       string // six digits with the check digit
	Prefecture string
	Name       string
}

var cities = [...]City{
	city("04100", "宮城県", "仙台市"), city("03201", "岩手県", "盛岡市"), city("09201", "栃木県", "宇都宮市"),
	city("13201", "東京都", "八王子市"), city("14201", "神奈川県", "横須賀市"), city("17201", "石川県", "金沢市"),
	city("22100", "静岡県", "静岡市"), city("33100", "岡山県", "岡山市"), city("37201", "香川県", "高松市"),
	city("43100", "熊本県", "熊本市"),
}

func city(body, prefecture, name string) City {
	digit, ok := slip.MunicipalityCheckDigit(body)
	if !ok { // the table above holds a code that is none
		panic("city code " + body)
	}
	return City{body + string(rune(digit)), prefecture, name}
}
