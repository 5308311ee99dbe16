package slip_test

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sesshu/ledger/slip"
)

func TestParseDate(t *testing.T) {
	for text, want := range map[string]string{
		"2021-06-30": "2021-06-30", "2021/6/30": "2021-06-30", "20210630": "2021-06-30", "2021.6.30": "2021-06-30",
		"2021年6月30日": "2021-06-30", "西暦２０２１年　６月３０日": "2021-06-30", "令和3年6月30日": "2021-06-30",
		"令和 3年 6月 30日": "2021-06-30", "R3.6.30": "2021-06-30", "r3/6/30": "2021-06-30", "令3.6.30": "2021-06-30",
		"5030630": "2021-06-30", "R030630": "2021-06-30", "㋿3年6月30日": "2021-06-30",
		"令和元年5月1日": "2019-05-01", "令和1年5月1日": "2019-05-01", "平成31年4月30日": "2019-04-30", "H元.1.8": "1989-01-08",
		"昭和64年1月7日": "1989-01-07", "S1.12.25": "1926-12-25", "大正元年7月30日": "1912-07-30", "明治45年7月29日": "1912-07-29",
		"M6.1.1": "1873-01-01", "2024-02-29": "2024-02-29",
	} {
		if got, ok := slip.ParseDate(text); !ok || got != want {
			t.Errorf("%q reads as %q (%v), want %s", text, got, ok, want)
		}
	}
	for _, text := range []string{
		"", "2021-02-29", "2021-13-01", "2021-00-10", "20210631", "21-06-30", "21/6/30", "令和0年1月1日", "令和1年4月30日",
		"平成31年5月1日", "昭和64年1月8日", "6030630", "20210630 3", "2021-6", "明治5年12月2日", "X3.6.30", "二〇二一年六月三十日",
	} {
		if got, ok := slip.ParseDate(text); ok {
			t.Errorf("%q reads as %s", text, got)
		}
	}
}

// Every day has one era, and comes back from every way of writing it.
func TestErasAndBack(t *testing.T) {
	first := time.Date(1873, 1, 1, 0, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		day := first.AddDate(0, 0, rapid.IntRange(0, 70000).Draw(t, "days"))
		iso := day.Format(time.DateOnly)
		era, year, ok := slip.EraOf(iso)
		if !ok {
			t.Fatalf("%s has no era", iso)
		}
		if back, ok := era.Date(year, int(day.Month()), day.Day()); !ok || back != iso {
			t.Fatalf("%s is %s %d and comes back as %s", iso, era.Name, year, back)
		}
		for _, text := range []string{
			iso, day.Format("20060102"), day.Format("2006/1/2"), day.Format("2006年1月2日"),
			era.Name + strconv.Itoa(year) + day.Format("年1月2日"), era.Letter + strconv.Itoa(year) + day.Format(".1.2"),
		} {
			if back, ok := slip.ParseDate(text); !ok || back != iso {
				t.Fatalf("%s written as %s reads as %s", iso, text, back)
			}
		}
	})
}

func TestFindEra(t *testing.T) {
	for text, want := range map[string]string{"令和": "令和", "R": "令和", "h": "平成", "3": "昭和", "02": "大正", "明": "明治", "㍾": "明治"} {
		if era, ok := slip.FindEra(text); !ok || era.Name != want {
			t.Errorf("%q finds %q, want %s", text, era.Name, want)
		}
	}
	for _, text := range []string{"", "6", "0", "慶応", "X", "00"} {
		if era, ok := slip.FindEra(text); ok {
			t.Errorf("%q finds %s", text, era.Name)
		}
	}
}

func TestLotsOfEveryManufacturer(t *testing.T) {
	for maker, lots := range map[string]string{
		"ファイザー":       "EP2163 ER7449 ET3674 EY5422 FA5715 FC8736 FF0843 FE9787 FK7441 FP9647 FW0547 FR4267 GE0695 GJ9259",
		"武田/モデルナ":     "3004667 3004734 3004956 3004733 3004228 3005239 3005840 3006279 000021A 000267A 200040A 200042A 400082A",
		"アストラゼネカ":     "K004C D016A D017A N004A N005A",
		"武田社(ノババックス)": "NP001",
		"BIKEN":       "4K23 4K23A 4K23B 4K24C",
		"北里第一三共":      "HF053A HF054A",
		"武田薬品工業":      "Y302 F112",
	} {
		for lot := range strings.FieldsSeq(lots) {
			if fits, known := slip.LotFits(maker, lot); !fits || !known {
				t.Errorf("%s is a lot of %s and was refused", lot, maker)
			}
			if !slip.ValidLot(lot) {
				t.Errorf("%s is no lot at all", lot)
			}
			name, _ := slip.NormaliseManufacturer(maker)
			if !slices.Contains(slip.LotMakers(lot), name) {
				t.Errorf("%s is not known as a lot of %s", lot, name)
			}
		}
	}
	if fits, _ := slip.LotFits("モデルナ", "4000824"); fits {
		t.Error("4000824 passes as a lot of モデルナ: only 300…… has seven digits")
	}
	if fits, known := slip.LotFits("知らない会社", "AB1234"); fits || known {
		t.Error("an unknown manufacturer has a pattern")
	}
	for _, text := range []string{"", "不明", "ABC", "ABCDEF", "123456789", "ab1234", "EY 542"} {
		if slip.ValidLot(text) {
			t.Errorf("%q passes as a lot", text)
		}
	}
}

func TestRepairLot(t *testing.T) {
	for _, example := range []struct{ maker, text, want string }{
		{"ファイザー", "EY542Z", "EY5422"}, {"ファイザー", "8Y54ZZ", "BY5422"}, {"ファイザー", "FKO1O8", "FK0108"}, {"ファイザー", "ey5422", "EY5422"},
		{"モデルナ", "4000824", "400082A"}, {"モデルナ", "OOO021A", "000021A"}, {"モデルナ", "30O4667", "3004667"}, {"アストラゼネカ", "K0O4C", "K004C"},
	} {
		if got := slip.RepairLot(example.maker, example.text); !slices.Contains(got, example.want) {
			t.Errorf("%s of %s is repaired to %v, want %s", example.text, example.maker, got, example.want)
		}
	}
	if got := slip.RepairLot("ファイザー", "EY54X2"); len(got) != 0 {
		t.Errorf("EY54X2 became %v: X looks like no digit", got)
	}
}

func TestManufacturerSpellings(t *testing.T) {
	for text, want := range map[string]string{
		"ファイザー": "ファイザー", "ﾌｧｲｻﾞｰ": "", "Ｐｆｉｚｅｒ": "ファイザー", "コミナティ筋注": "ファイザー", "武田・モデルナ": "モデルナ", "武田/モデルナ": "モデルナ",
		"モデルナ": "モデルナ", "COVID-19ワクチンモデルナ": "モデルナ", "アストラゼネカ": "アストラゼネカ", "武田社(ノババックス)": "ノババックス",
		"武田薬品工業": "武田薬品工業", "北里第一三共ワクチン": "北里第一三共ワクチン", "テトラビック皮下注": "阪大微生物病研究会", "不明": "",
	} {
		got, known := slip.NormaliseManufacturer(text)
		if known != (want != "") || known && got != want {
			t.Errorf("%q is taken for %q (%v), want %q", text, got, known, want)
		}
	}
	if !slip.SameManufacturer("武田/モデルナ", "スパイクバックス") || slip.SameManufacturer("ファイザー", "モデルナ") || slip.SameManufacturer("", "") {
		t.Error("manufacturers are compared wrongly")
	}
}

func TestNormalise(t *testing.T) {
	for _, example := range []struct {
		value      slip.Value
		text, want string
	}{
		{slip.VaccinationDate, "20210630", "2021-06-30"}, {slip.BirthDate, "昭和３５年１月２日", "1960-01-02"},
		{slip.TicketNumber, "１２３４５６７８９０", "1234567890"}, {slip.TicketNumber, "12345 67890", "1234567890"},
		{slip.MunicipalityCode, "041009", "041009"}, {slip.Dose, "３回目", "3"}, {slip.TicketType, "2", "2"},
		{slip.LotNumber, "ey5422", "EY5422"}, {slip.LotNumber, "ＥＹ５４２２ ", "EY5422"}, {slip.FacilityCode, "04-1-8010146", "0418010146"},
		{slip.AmountML, "0.30", "0.3"}, {slip.AmountML, ".3 mL", "0.3"}, {slip.AmountML, "０．５", "0.5"}, {slip.AmountML, "1", "1"},
		{slip.Consent, "はい", "yes"}, {slip.Consent, "NO", "no"}, {slip.Manufacturer, "Pfizer", "ファイザー"}, {slip.Manufacturer, " 新製薬 ", "新製薬"},
		{slip.ReferenceNumber, "ab12-34", "AB12-34"},
		{slip.Vaccine, "水　痘", "水痘"}, {slip.Vaccine, "麻しん風しん混合（ＭＲ）", "麻しん風しん混合"}, {slip.Vaccine, "mr", "麻しん風しん混合"},
		{slip.Vaccine, "４種混合ワクチン", "四種混合"}, {slip.Vaccine, "風疹", "風しん"}, {slip.Vaccine, "ｂｃｇ", "BCG"}, {slip.Vaccine, "狂犬病 ワクチン", "狂犬病ワクチン"},
	} {
		if got, err := slip.Normalise(example.value, example.text); err != nil || got != example.want {
			t.Errorf("%s %q becomes %q (%v), want %q", example.value, example.text, got, err, example.want)
		}
	}
	for _, example := range []struct {
		value slip.Value
		text  string
	}{
		{slip.VaccinationDate, ""}, {slip.VaccinationDate, "6/30"}, {slip.TicketNumber, "123456789"}, {slip.TicketNumber, "12345678901"},
		{slip.MunicipalityCode, "041008"}, {slip.Dose, "0"}, {slip.Dose, "10"}, {slip.TicketType, "A"}, {slip.LotNumber, "不明"},
		{slip.FacilityCode, "8010146"}, {slip.AmountML, "0"}, {slip.AmountML, "0.0"}, {slip.AmountML, "."}, {slip.AmountML, "abc"},
		{slip.Consent, "たぶん"}, {slip.Manufacturer, strings.Repeat("社", 41)}, {slip.Vaccine, "（　）"}, {slip.Vaccine, strings.Repeat("炎", 41)}, {"shoe_size", "27"},
	} {
		got, err := slip.Normalise(example.value, example.text)
		var fault *slip.ValueError
		if !errors.As(err, &fault) || fault.Japanese == "" || fault.English == "" || got != "" {
			t.Errorf("%s %q gives %q and %v, want a ValueError in both languages", example.value, example.text, got, err)
		}
	}
}

var everyValue = []slip.Value{
	slip.TicketType, slip.Dose, slip.MunicipalityCode, slip.TicketNumber, slip.VaccinationDate, slip.LotNumber, slip.Manufacturer,
	slip.FacilityCode, slip.BirthDate, slip.AmountML, slip.Consent, slip.ReferenceNumber, slip.Vaccine,
}

// The name of a vaccination is in normal form, and no two vaccinations share a
// word: a word that meant two would make one dose out of two, or two out of one.
func TestVaccines(t *testing.T) {
	seen := map[string]bool{}
	for _, name := range slip.Vaccines() {
		if got, err := slip.Normalise(slip.Vaccine, name); err != nil || got != name || seen[name] {
			t.Errorf("%s becomes %s (%v)", name, got, err)
		}
		seen[name] = true
	}
}

// What is in normal form stays as it is, whatever was typed.
func FuzzNormalise(f *testing.F) {
	for _, text := range []string{"20210630", "令和元年5月1日", "ＥＹ５４２２", "0.30mL", "はい", "041009", "\xff"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, value := range everyValue {
			normal, err := slip.Normalise(value, text)
			if err != nil {
				if len(text) > 20 && strings.Contains(err.Error(), text) {
					t.Errorf("the error for %s repeats the value", value)
				}
				continue
			}
			if again, err := slip.Normalise(value, normal); err != nil || again != normal {
				t.Errorf("%s %q became %q, and that %q (%v)", value, text, normal, again, err)
			}
		}
	})
}
