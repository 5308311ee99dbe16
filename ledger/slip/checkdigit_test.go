package slip_test

import (
	"bufio"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sesshu/ledger/slip"
)

// lines reads a list of codes from testdata, without comments.
func lines(t testing.TB, name string) []string {
	t.Helper()
	file, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var codes []string
	for scanner := bufio.NewScanner(file); scanner.Scan(); {
		if line := scanner.Text(); !strings.HasPrefix(line, "#") {
			codes = append(codes, line)
		}
	}
	return codes
}

func TestMunicipalityExamples(t *testing.T) {
	for _, code := range []string{
		"041009", "041017", "131016", "011002", // 仙台市, 青葉区, 千代田区, 札幌市
		"012131", "012050", // the edges: remainder 0 gives 1, remainder 1 gives 0
	} {
		if !slip.ValidMunicipalityCode(code) {
			t.Errorf("%s is a real code and was refused", code)
		}
	}
	for _, code := range []string{"", "04100", "0410090", "041008", "04100a", "991009", "000000", "040002", "０４１００９"} {
		if slip.ValidMunicipalityCode(code) {
			t.Errorf("%q passed", code)
		}
	}
}

func TestEveryMunicipality(t *testing.T) {
	codes := lines(t, "municipalities.txt")
	if len(codes) != 1916 {
		t.Fatalf("testdata holds %d codes, want 1916", len(codes))
	}
	for _, code := range codes {
		if !slip.ValidMunicipalityCode(code) {
			t.Errorf("%s is a real code and was refused", code)
		}
	}
}

// The rule lets 1.5 % of one-digit changes through; for 仙台市 it lets none.
func TestMunicipalityPower(t *testing.T) {
	passed, tried := 0, 0
	for _, code := range lines(t, "municipalities.txt") {
		for _, changed := range substitutions(code) {
			tried++
			if slip.ValidMunicipalityCode(changed) {
				passed++
				if code == "041009" {
					t.Errorf("%s passes in place of 041009", changed)
				}
			}
		}
	}
	if share := float64(passed) / float64(tried); share > 0.02 {
		t.Errorf("%.2f %% of one-digit changes pass, want about 1.5 %%", 100*share)
	}
}

func TestFacilityExamples(t *testing.T) {
	for _, code := range []string{"0418010146", "0415413269", "0418010179", "1318814790", "0110113719"} {
		if !slip.ValidFacilityCode(code) {
			t.Errorf("%s is a real code and was refused", code)
		}
	}
	for _, code := range []string{"", "041801014", "0418010147", "0428010146", "9918010146", "4818010140", "04180101460"} {
		if slip.ValidFacilityCode(code) {
			t.Errorf("%q passed", code)
		}
	}
}

func TestPublishedFacilities(t *testing.T) {
	codes := lines(t, "facilities.txt")
	four, dental := 0, 0
	for _, code := range codes {
		if !slip.ValidFacilityCode(code) {
			t.Errorf("%s is a real code and was refused", code)
		}
		if code >= "11" && code < "15" {
			four++
		}
		if code[2] == '3' {
			dental++
			if as1 := code[:2] + "1" + code[3:]; slip.ValidFacilityCode(as1) {
				t.Errorf("%s passes with either 点数表 digit", code)
			}
		}
	}
	if four < 100 || dental != 27 {
		t.Errorf("testdata covers %d codes of the four prefectures and %d of 点数表 3, want 120 and 27", four, dental)
	}
}

// A one-digit change of the seven-digit part never passes.
func TestFacilityCatchesEverySubstitution(t *testing.T) {
	for _, code := range lines(t, "facilities.txt") {
		for i, changed := range substitutions(code) {
			if i/9 >= 3 && slip.ValidFacilityCode(changed) {
				t.Errorf("%s passes in place of %s", changed, code)
			}
		}
	}
}

// substitutions returns every one-digit change, nine for each place in order.
func substitutions(code string) []string {
	var changed []string
	for i := range code {
		for digit := byte('0'); digit <= '9'; digit++ {
			if digit != code[i] {
				changed = append(changed, code[:i]+string(digit)+code[i+1:])
			}
		}
	}
	return changed
}

func TestGTINExamples(t *testing.T) {
	for _, code := range []string{"4569951116179", "4901085128534", "14569951116176", "40170725", "614141000036"} {
		if !slip.ValidGTIN(code) {
			t.Errorf("%s was refused", code)
		}
	}
	for _, code := range []string{"", "4569951116178", "456995111617", "abcdefgh", "106141412345678908"} {
		if slip.ValidGTIN(code) {
			t.Errorf("%q passed", code)
		}
	}
	if !slip.ValidSSCC("106141412345678908") {
		t.Error("the SSCC of the GS1 specification was refused")
	}
}

func TestCodabarExamples(t *testing.T) {
	for _, example := range []struct {
		check  slip.CodabarCheck
		symbol string
		want   byte
	}{
		{slip.CodabarModulus16, "A37859B", '+'},
		{slip.CodabarModulus16, "A6889B", '0'}, // 16+6+8+8+9+17 = 64: remainder 0 gives 0, not A
		{slip.CodabarModulus10, "12345678", '2'},
		{slip.CodabarModulus10Whole, "12345678", '4'},
		{slip.CodabarSevenCheck, "99991234567", '0'},
		{slip.CodabarSevenCheck, "A99991234567B", '0'},
	} {
		if got, ok := example.check.Character(example.symbol); !ok || got != example.want {
			t.Errorf("rule %d over %s gives %q (%v), want %q", example.check, example.symbol, got, ok, example.want)
		}
	}
	for _, symbol := range []string{"", "A12x4B", "１２"} {
		for check := slip.CodabarModulus16; check <= slip.CodabarSevenCheck; check++ {
			if got, ok := check.Character(symbol); ok {
				t.Errorf("rule %d gives %q for %q", check, got, symbol)
			}
		}
	}
	for text, want := range map[string]string{"A123B": "123", "a123d": "123", "123": "123", "A": "A", "AB": ""} {
		if got := slip.StripCodabar(text); got != want {
			t.Errorf("stripping %q gives %q, want %q", text, got, want)
		}
	}
}

func TestPersonalNumberExamples(t *testing.T) {
	for _, number := range []string{"123456789018", "111111111118", "234567890121", "210987654320"} {
		if !slip.ValidPersonalNumber(number) {
			t.Errorf("%s was refused", number)
		}
	}
	for _, number := range []string{"", "210987654321", "12345678901", "1234567890180"} {
		if slip.ValidPersonalNumber(number) {
			t.Errorf("%q passed", number)
		}
	}
}

func TestMaskPersonalNumbers(t *testing.T) {
	for text, want := range map[string]string{
		"個人番号 123456789018 です":      "個人番号 ************ です",
		"1234 5678 9018":            "**** **** ****",
		"1234-5678-9018":            "****-****-****",
		"１２３４　５６７８　９０１８":            "****　****　****",
		"x123456789018y":            "x************y",
		"111111111118,123456789018": "************,************",
		"123456789012":              "123456789012",       // the check digit does not fit
		"214100901234567890":        "214100901234567890", // an OCR line
		"12345 6789018":             "12345 6789018",      // not how anyone writes one
		"123456789018 1":            "123456789018 1",     // a longer number
		"0418010146":                "0418010146",
		"":                          "",
	} {
		got, found := slip.MaskPersonalNumbers(text)
		if got != want || (found > 0) != strings.Contains(want, "*") {
			t.Errorf("masking %q gives %q (%d found), want %q", text, got, found, want)
		}
	}
}

func FuzzMaskPersonalNumbers(f *testing.F) {
	f.Add("1234 5678 9018")
	f.Add("\xff１２３４567890１８")
	f.Fuzz(func(t *testing.T, text string) {
		masked, found := slip.MaskPersonalNumbers(text)
		if found == 0 && masked != text {
			t.Error("text changed although nothing was found")
		}
		if again, more := slip.MaskPersonalNumbers(masked); more != 0 || again != masked {
			t.Errorf("a second pass finds %d more", more)
		}
	})
}

// Every rule refuses every one-digit change of a number that it made itself,
// where the rule promises so.
func TestCheckDigitsCatchSubstitutions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		body := rapid.StringMatching(`[0-9]{11}`).Draw(t, "body")
		digit, _ := slip.GTINCheckDigit(body)
		for _, changed := range substitutions(body + string(digit)) {
			if slip.ValidGTIN(changed) {
				t.Fatalf("%s passes in place of %s%c", changed, body, digit)
			}
		}
		digit, _ = slip.PersonalNumberCheckDigit(body)
		if !slip.ValidPersonalNumber(body + string(digit)) {
			t.Fatalf("%s%c does not pass its own rule", body, digit)
		}
		character, _ := slip.CodabarModulus16.Character("A" + body + "B")
		if again, _ := slip.CodabarModulus16.Character("A" + body + string(character) + "B"); again != '0' {
			t.Fatalf("modulus 16 of a symbol with its check character leaves %c, want 0", again)
		}
	})
}
