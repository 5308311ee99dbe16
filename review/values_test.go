package review_test

import (
	"encoding/json"
	"testing"

	"github.com/chromedp/chromedp"

	"sesshu/ledger/slip"
)

// typings are texts as people type them. What the browser shows as "stored as"
// must be what the server stores, and both must refuse the same.
var typings = []struct {
	value slip.Value
	text  string
}{
	{slip.VaccinationDate, "20210630"}, {slip.VaccinationDate, "2021-06-30"}, {slip.VaccinationDate, "2021/6/30"},
	{slip.VaccinationDate, "2021.6.30"}, {slip.VaccinationDate, "2021年6月30日"}, {slip.VaccinationDate, "２０２１０６３０"},
	{slip.VaccinationDate, "令和3年6月30日"}, {slip.VaccinationDate, "令和３年６月３０日"}, {slip.VaccinationDate, "R3.6.30"},
	{slip.VaccinationDate, "r3/6/30"}, {slip.VaccinationDate, "R030630"}, {slip.VaccinationDate, "20210631"},
	{slip.VaccinationDate, "2021-13-01"}, {slip.VaccinationDate, "20210229"}, {slip.VaccinationDate, "きのう"}, {slip.VaccinationDate, "2021063"},
	{slip.BirthDate, "昭和31年4月1日"}, {slip.BirthDate, "S31.4.1"}, {slip.BirthDate, "平成元年1月8日"}, {slip.BirthDate, "大正10年2月3日"},
	{slip.BirthDate, "昭和64年1月7日"},
	{slip.TicketNumber, "2190000001"}, {slip.TicketNumber, "２１９０００００１０"}, {slip.TicketNumber, "219 000 0001"},
	{slip.TicketNumber, "219000000"}, {slip.TicketNumber, "21900000011"}, {slip.TicketNumber, "21900000O1"},
	{slip.Dose, "2"}, {slip.Dose, "2回目"}, {slip.Dose, "12"}, {slip.TicketType, "２"},
	{slip.FacilityCode, "0418010146"}, {slip.FacilityCode, "041-801-0146"},
	{slip.LotNumber, "ey5422"}, {slip.LotNumber, "ＥＹ５４２２"}, {slip.LotNumber, "EY 5422"}, {slip.LotNumber, "000021A"},
	{slip.LotNumber, "ABCDEF"}, {slip.LotNumber, "EY5"}, {slip.LotNumber, "EY5422345"},
	{slip.AmountML, "0.3"}, {slip.AmountML, ".3"}, {slip.AmountML, "0.30"}, {slip.AmountML, "0.5mL"}, {slip.AmountML, "０．３"}, {slip.AmountML, "1"},
	{slip.AmountML, "0"}, {slip.AmountML, "x"},
	{slip.Consent, "yes"}, {slip.Consent, "はい"}, {slip.Consent, "いいえ"}, {slip.Consent, "n"}, {slip.Consent, "maybe"},
}

func TestBrowserAgreesWithTheServer(t *testing.T) {
	d := newDesk(t)
	p := d.newcomer()
	p.open("/sign-in")
	kinds := map[slip.Value]map[string]any{
		slip.VaccinationDate: {"kind": "date"}, slip.BirthDate: {"kind": "date"}, slip.LotNumber: {"kind": "lot"},
		slip.TicketNumber: {"kind": "digits", "length": 10}, slip.FacilityCode: {"kind": "digits", "length": 10},
		slip.Dose: {"kind": "digits", "length": 1}, slip.TicketType: {"kind": "digits", "length": 1},
		slip.AmountML: {"kind": "amount"}, slip.Consent: {"kind": "choice", "candidates": []any{}},
	}
	type question struct {
		Field map[string]any `json:"field"`
		Text  string         `json:"text"`
	}
	var questions []question
	for _, typing := range typings {
		questions = append(questions, question{kinds[typing.value], typing.text})
	}
	asked, err := json.Marshal(questions)
	if err != nil {
		t.Fatal(err)
	}
	p.do(chromedp.Evaluate[chromedp.Void](`import("/assets/values.js").then((values) => {
		window.answers = ` + string(asked) + `.map(({ field, text }) => values.normalise(field, text).text ?? null);
	}); undefined`))
	p.until(`window.answers`)
	var answers []*string
	if err := json.Unmarshal([]byte(p.read(`JSON.stringify(window.answers)`)), &answers); err != nil {
		t.Fatal(err)
	}
	for i, typing := range typings {
		want, err := slip.Normalise(typing.value, typing.text)
		switch got := answers[i]; {
		case got == nil && err == nil:
			t.Errorf("%s %q: the browser refuses what the server stores as %q", typing.value, typing.text, want)
		case got != nil && err == nil && *got != want:
			t.Errorf("%s %q: the browser shows %q, the server stores %q", typing.value, typing.text, *got, want)
		case got != nil && err != nil:
			t.Errorf("%s %q: the browser shows %q, the server refuses: %v", typing.value, typing.text, *got, err)
		}
	}
}
