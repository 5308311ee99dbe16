package slip

import (
	"slices"
	"strings"
	"unicode"
)

// vaccines are the vaccinations of the routine programme (定期接種) by the name
// under which the ledger keeps them, each with the words that mean it. Words are
// compared whole, without blanks and brackets, in half width and lower case:
// 麻しん風しん混合 is not 風しん. Two names for one vaccination would be two doses.
var vaccines = [...]struct {
	name  string
	words []string
}{
	{"五種混合", []string{"5種混合", "dpt-ipv-hib"}},
	{"四種混合", []string{"4種混合", "dpt-ipv"}},
	{"三種混合", []string{"3種混合", "dpt"}},
	{"二種混合", []string{"2種混合", "dt"}},
	{"麻しん風しん混合", []string{"麻しん風しん混合mr", "麻しん風しん", "麻しん・風しん混合", "麻疹風疹混合", "mr"}},
	{"麻しん", []string{"麻疹", "はしか"}},
	{"風しん", []string{"風疹"}},
	{"水痘", []string{"水ぼうそう", "みずぼうそう"}},
	{"日本脳炎", []string{"je"}},
	{"BCG", []string{"結核"}},
	{"ポリオ", []string{"不活化ポリオ", "急性灰白髄炎", "ipv"}},
	{"Hib", []string{"ヒブ", "ヒブ感染症", "hib感染症"}},
	{"小児用肺炎球菌", []string{"小児肺炎球菌", "小児の肺炎球菌感染症"}},
	{"B型肝炎", []string{"hbv"}},
	{"ロタウイルス", []string{"ロタ", "ロタウイルス感染症"}},
	{"ヒトパピローマウイルス感染症", []string{"hpv", "子宮頸がん", "子宮頸がん予防"}},
	{"インフルエンザ", []string{"季節性インフルエンザ"}},
	{"高齢者用肺炎球菌", []string{"高齢者肺炎球菌", "成人用肺炎球菌"}},
	{"帯状疱疹", nil},
	{"新型コロナ", []string{"新型コロナウイルス", "新型コロナウイルス感染症", "covid-19"}},
}

// Vaccines lists the names of the vaccinations that are known, in a fixed order.
func Vaccines() []string {
	names := make([]string, len(vaccines))
	for i, vaccine := range vaccines {
		names[i] = vaccine.name
	}
	return names
}

// NormaliseVaccine returns the name under which the ledger keeps the vaccination
// that a text means, with or without the word ワクチン behind it. It returns false,
// and the text in half width without blanks and brackets, when it knows none.
func NormaliseVaccine(text string) (string, bool) {
	bare := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || strings.ContainsRune("()[]「」", r) {
			return -1
		}
		return r
	}, HalfWidth(text))
	folded := strings.ToLower(strings.TrimSuffix(bare, "ワクチン"))
	for _, vaccine := range vaccines {
		if folded == strings.ToLower(vaccine.name) || slices.Contains(vaccine.words, folded) {
			return vaccine.name, true
		}
	}
	return bare, false
}
