package decide_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"sesshu/ledger/master"
	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
	"sesshu/ocr/decide"
)

// definition is a slip with every kind of witness.
const definition = `
form test
size 210 297
blank blank.png
kind covid19
campaign 2021-02-17 2024-03-31
field ocr_line
  type ocr_line
  box 130 40 50 6
  length 18
  gives ticket_type 1-1
  gives dose 2-2
  gives municipality_code 3-8
  gives ticket_number 9-18
field qr
  type qr
  box 185 10 12 12
  length 18
  gives ticket_type 1-1
  gives dose 2-2
  gives municipality_code 3-8
  gives ticket_number 9-18
field barcode
  type barcode
  box 130 30 50 6
  gives ticket_number
field ticket_number_printed
  type printed_digits
  box 140 20 40 4
  length 10
  gives ticket_number
field birth_date
  type date
  box 30 40 40 6
  gives birth_date
field consent
  type check_box
  box 60 210 60 6
  choice yes 62 211 3 3
  choice no 90 211 3 3
  gives consent
field sticker
  type sticker
  box 10 230 60 27
  gives lot_number
  gives manufacturer
field amount
  type boxed_digits
  box 80 240 10 8
  format 0.N
  cell 83 241 6 6
  gives amount_ml
field facility_code
  type boxed_digits
  box 130 230 70 10
  format NNNNNNNNNN
  cells 131 231 6 8 6 10
  gives facility_code
field vaccination_date
  type boxed_digits
  box 130 250 70 10
  format 202YMMDD
  cells 131 251 6 8 7 5
  gives vaccination_date
value ticket_number
  required
  witnesses 2
  check ticket
value municipality_code
  required
  check municipality
value ticket_type
  required
value dose
  required
value vaccination_date
  required
  check date
value lot_number
  required
  check lot
value manufacturer
  required
  check manufacturer
value facility_code
  required
  check facility
value birth_date
  check person
value amount_ml
  check amount
value consent
  required
  check consent
`

func parseForm(t testing.TB, text string) *form.Form {
	t.Helper()
	parsed, err := form.Parse("test/form.txt", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

const (
	city     = "041009"
	number   = "0000123456"
	person   = "1960-05-17"
	facility = "0418010146"
)

var scanDay = time.Date(2021, 7, 10, 0, 0, 0, 0, time.UTC)

// register holds the slip's own ticket, its neighbours, and tickets with every
// kind of trouble.
func register(t testing.TB) *master.Masters {
	t.Helper()
	ticket := func(number, dose, birth, status string) slip.Ticket {
		return slip.Ticket{MunicipalityCode: city, TicketNumber: number, TicketType: "2", Dose: dose, BirthDate: birth, Status: status}
	}
	rows := master.Rows{
		Tickets: []slip.Ticket{
			ticket(number, "1", person, slip.TicketIssued), ticket(number, "2", person, slip.TicketIssued),
			ticket("0000123457", "1", "1971-01-31", slip.TicketIssued), ticket("0000123466", "1", "1945-08-01", slip.TicketIssued),
			ticket("0000200000", "1", "1950-01-01", slip.TicketUsed), ticket("0000300000", "1", "1950-01-01", slip.TicketInvalid),
			ticket("0000400000", "1", "1950-01-01", slip.TicketIssued), ticket("0000400001", "1", "1950-01-01", slip.TicketIssued),
		},
		Lots: []slip.Lot{
			{Manufacturer: "ファイザー", Product: "コミナティ 12歳以上用", LotNumber: "EP2163", FirstShipped: "2021-03-05"},
			{Manufacturer: "ファイザー", Product: "コミナティ 12歳以上用", LotNumber: "EY5422", FirstShipped: "2021-05-30"},
			{Manufacturer: "ファイザー", Product: "コミナティ 12歳以上用", LotNumber: "EY5423", FirstShipped: "2021-05-30"},
			{Manufacturer: "武田/モデルナ", Product: "COVID-19ワクチンモデルナ", LotNumber: "3004667", FirstShipped: "2021-06-01"},
		},
		Facilities: []slip.Facility{{FacilityCode: facility, Name: "見本病院"}, {FacilityCode: "0415413269", Name: "見本診療所"}},
	}
	masters, err := master.New(rows)
	if err != nil {
		t.Fatal(err)
	}
	return masters
}

// sure is a reading of one text by a reader that has little doubt.
func sure(field string, source slip.Source, text string, p float64) slip.Reading {
	return slip.Reading{Field: field, Source: source, Reader: "test", Version: "1", Candidates: []slip.Candidate{{Text: text, P: p}}}
}

// ordinary is an ordinary slip, read well.
func ordinary(t testing.TB) decide.Input {
	line := "21" + city + number
	return decide.Input{
		Form: parseForm(t, definition),
		Page: slip.PageReading{
			SHA256: slip.HashOf([]byte("sheet")), Page: 1, Width: 2480, Height: 3508,
			Registration: slip.Registration{Form: "test", Residual: 0.2, Coverage: 0.95},
			Readings: []slip.Reading{
				sure("ocr_line", slip.SourceOCRLine, line, 0.995),
				sure("qr", slip.SourceQR, line, 0.99999),
				sure("barcode", slip.SourceBarcode, number, 0.9995),
				sure("ticket_number_printed", slip.SourcePrinted, number, 0.98),
				sure("birth_date", slip.SourcePrinted, "昭和35年5月17日", 0.97),
				sure("consent", slip.SourceMark, "yes", 0.995),
				sure("sticker/lot_number", slip.SourceSticker, "EP2163", 0.98),
				sure("sticker/manufacturer", slip.SourceSticker, "コミナティ筋注", 0.95),
				sure("amount", slip.SourceHandwritten, "0.3", 0.99),
				sure("facility_code", slip.SourceHandwritten, facility, 0.97),
				sure("vaccination_date", slip.SourceHandwritten, "2021-06-30", 0.99995),
			},
		},
		ScanDay: scanDay, Masters: register(t), Policy: decide.DefaultPolicy(),
	}
}

// reading returns the place of the reading of a field.
func reading(t testing.TB, in *decide.Input, field string) *slip.Reading {
	t.Helper()
	for i := range in.Page.Readings {
		if in.Page.Readings[i].Field == field {
			return &in.Page.Readings[i]
		}
	}
	t.Fatalf("no reading of %s", field)
	return nil
}

func show(t testing.TB, in *decide.Input, field, text string, p float64) {
	reading(t, in, field).Candidates = []slip.Candidate{{Text: text, P: p}}
}

func slipOf(t testing.TB, in decide.Input) slip.Decision {
	t.Helper()
	decision, err := decide.Slip(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	return decision
}

func TestOrdinarySlipIsAccepted(t *testing.T) {
	decision := slipOf(t, ordinary(t))
	if decision.Outcome != slip.Accepted || len(decision.Reasons) != 0 || decision.PolicyHash.IsZero() {
		t.Errorf("the slip is %v for %v", decision.Outcome, decision.Reasons)
	}
	want := map[slip.Value]string{
		slip.TicketNumber: number, slip.MunicipalityCode: city, slip.TicketType: "2", slip.Dose: "1", slip.VaccinationDate: "2021-06-30",
		slip.LotNumber: "EP2163", slip.Manufacturer: "ファイザー", slip.FacilityCode: facility, slip.BirthDate: person,
		slip.AmountML: "0.3", slip.Consent: "yes",
	}
	for value, text := range want {
		got := decision.Fields[value]
		if got.Value != text || got.Outcome != slip.Accepted || got.P < 0.9999 || got.P > 1 || len(got.Witnesses) == 0 || got.Field == "" {
			t.Errorf("%s is %+v, want %s accepted", value, got, text)
		}
	}
	if len(decision.Fields) != len(want) {
		t.Errorf("%d values were decided, want %d", len(decision.Fields), len(want))
	}
	if again := slipOf(t, ordinary(t)); fmt.Sprint(again) != fmt.Sprint(decision) {
		t.Error("the same slip is decided differently the second time")
	}
}

// trouble is one thing wrong with an ordinary slip, and what must be said of it.
var troubles = map[string]struct {
	change  func(t testing.TB, in *decide.Input)
	reason  slip.Reason
	value   slip.Value // that must not be accepted; empty when the slip as a whole is asked
	outcome slip.Outcome
}{
	"blank":            {func(_ testing.TB, in *decide.Input) { in.Page.Blank = true }, slip.ReasonBlankPage, "", slip.Rejected},
	"unknown form":     {func(_ testing.TB, in *decide.Input) { in.Form = nil }, slip.ReasonFormUnknown, "", slip.NeedsReview},
	"badly registered": {func(_ testing.TB, in *decide.Input) { in.Page.Registration.Residual = 2 }, slip.ReasonRegistration, slip.TicketNumber, slip.NeedsReview},
	"few anchors":      {func(_ testing.TB, in *decide.Input) { in.Page.Registration.Coverage = 0.1 }, slip.ReasonRegistration, slip.TicketNumber, slip.NeedsReview},
	"other version of the form": {func(_ testing.TB, in *decide.Input) { in.Page.Registration.FormHash = slip.HashOf(nil) },
		slip.ReasonRegistration, slip.LotNumber, slip.NeedsReview},
	"unbound image":   {func(_ testing.TB, in *decide.Input) { in.Page.SHA256 = slip.Hash{} }, slip.ReasonUnreadable, slip.LotNumber, slip.NeedsReview},
	"personal number": {func(_ testing.TB, in *decide.Input) { in.Page.Faults = []slip.Reason{slip.ReasonPersonalNumber} }, slip.ReasonPersonalNumber, slip.LotNumber, slip.NeedsReview},
	"no masters":      {func(_ testing.TB, in *decide.Input) { in.Masters = nil }, slip.ReasonTicketUnknown, slip.TicketNumber, slip.NeedsReview},
	"empty masters":   {func(_ testing.TB, in *decide.Input) { in.Masters = &master.Masters{} }, slip.ReasonTicketUnknown, slip.LotNumber, slip.NeedsReview},
	"one print differs": {func(t testing.TB, in *decide.Input) { show(t, in, "barcode", "0000123457", 0.9995) },
		slip.ReasonContradiction, slip.TicketNumber, slip.NeedsReview},
	"one witness": {func(t testing.TB, in *decide.Input) {
		for _, field := range []string{"qr", "barcode", "ticket_number_printed", "birth_date"} {
			reading(t, in, field).Candidates = nil
		}
	}, slip.ReasonOneWitness, slip.TicketNumber, slip.NeedsReview},
	"other person": {func(t testing.TB, in *decide.Input) { show(t, in, "birth_date", "1999-01-01", 0.97) },
		slip.ReasonPersonMismatch, slip.TicketNumber, slip.NeedsReview},
	"used ticket":    {func(t testing.TB, in *decide.Input) { allNumbers(t, in, "0000200000") }, slip.ReasonTicketUsed, "", slip.NeedsReview},
	"invalid ticket": {func(t testing.TB, in *decide.Input) { allNumbers(t, in, "0000300000") }, slip.ReasonTicketInvalid, "", slip.NeedsReview},
	"never issued":   {func(t testing.TB, in *decide.Input) { allNumbers(t, in, "0000900000") }, slip.ReasonTicketUnknown, slip.TicketNumber, slip.NeedsReview},
	"other city": {func(t testing.TB, in *decide.Input) {
		show(t, in, "ocr_line", "21"+"011002"+number, 0.995)
		show(t, in, "qr", "21"+"011002"+number, 0.9999)
	}, slip.ReasonOtherMunicipality, slip.MunicipalityCode, slip.NeedsReview},
	"interview only": {func(t testing.TB, in *decide.Input) {
		show(t, in, "ocr_line", "11"+city+number, 0.995)
		show(t, in, "qr", "11"+city+number, 0.9999)
	}, slip.ReasonNoVaccination, slip.TicketType, slip.NeedsReview},
	"line and code differ in the dose": {func(t testing.TB, in *decide.Input) { show(t, in, "qr", "22"+city+number, 0.99999) },
		slip.ReasonContradiction, slip.Dose, slip.NeedsReview},
	"date after the scan":  {func(t testing.TB, in *decide.Input) { show(t, in, "vaccination_date", "2021-07-11", 0.99999) }, slip.ReasonDateImpossible, slip.VaccinationDate, slip.NeedsReview},
	"date before campaign": {func(t testing.TB, in *decide.Input) { show(t, in, "vaccination_date", "2021-02-16", 0.99999) }, slip.ReasonDateImpossible, slip.VaccinationDate, slip.NeedsReview},
	"date before the lot":  {func(t testing.TB, in *decide.Input) { show(t, in, "vaccination_date", "2021-03-04", 0.99999) }, slip.ReasonDateBeforeLot, slip.VaccinationDate, slip.NeedsReview},
	"no calendar day":      {func(t testing.TB, in *decide.Input) { show(t, in, "vaccination_date", "2021-06-31", 0.99999) }, slip.ReasonFormat, slip.VaccinationDate, slip.NeedsReview},
	"doubtful date":        {func(t testing.TB, in *decide.Input) { show(t, in, "vaccination_date", "2021-06-30", 0.95) }, slip.ReasonUncertain, slip.VaccinationDate, slip.NeedsReview},
	"empty date": {func(t testing.TB, in *decide.Input) {
		r := reading(t, in, "vaccination_date")
		r.Candidates, r.Empty = nil, 0.99
	}, slip.ReasonEmpty, slip.VaccinationDate, slip.NeedsReview},
	"unknown lot":          {func(t testing.TB, in *decide.Input) { show(t, in, "sticker/lot_number", "FA5715", 0.99) }, slip.ReasonLotUnknown, slip.LotNumber, slip.NeedsReview},
	"lot with a neighbour": {func(t testing.TB, in *decide.Input) { show(t, in, "sticker/lot_number", "EY5422", 0.98) }, slip.ReasonUncertain, slip.LotNumber, slip.NeedsReview},
	"repaired lot":         {func(t testing.TB, in *decide.Input) { show(t, in, "sticker/lot_number", "EP2I63", 0.98) }, slip.ReasonUncertain, slip.LotNumber, slip.NeedsReview},
	"lot of another maker": {func(t testing.TB, in *decide.Input) {
		show(t, in, "sticker/manufacturer", "スパイクバックス", 0.98)
	}, slip.ReasonLotManufacturer, slip.Manufacturer, slip.NeedsReview},
	"facility check digit": {func(t testing.TB, in *decide.Input) { show(t, in, "facility_code", "0418010147", 0.99999) }, slip.ReasonCheckDigit, slip.FacilityCode, slip.NeedsReview},
	"unknown facility":     {func(t testing.TB, in *decide.Input) { show(t, in, "facility_code", "0418010179", 0.99999) }, slip.ReasonFacilityUnknown, slip.FacilityCode, slip.NeedsReview},
	"doubtful facility":    {func(t testing.TB, in *decide.Input) { show(t, in, "facility_code", facility, 0.004) }, slip.ReasonUncertain, slip.FacilityCode, slip.NeedsReview},
	"consent refused":      {func(t testing.TB, in *decide.Input) { show(t, in, "consent", "no", 0.99) }, slip.ReasonNoConsent, slip.Consent, slip.NeedsReview},
	"consent not marked": {func(t testing.TB, in *decide.Input) {
		r := reading(t, in, "consent")
		r.Candidates, r.Empty = nil, 0.99
	}, slip.ReasonNoConsent, slip.Consent, slip.NeedsReview},
	"always asked":           {func(_ testing.TB, in *decide.Input) { in.Policy.AlwaysAsk = []slip.Value{slip.LotNumber} }, slip.ReasonAlwaysAsk, slip.LotNumber, slip.NeedsReview},
	"a witness was not read": {func(_ testing.TB, in *decide.Input) { in.Page.Readings = in.Page.Readings[1:] }, slip.ReasonUncertain, slip.TicketNumber, slip.NeedsReview},
}

func allNumbers(t testing.TB, in *decide.Input, number string) {
	show(t, in, "ocr_line", "21"+city+number, 0.995)
	show(t, in, "qr", "21"+city+number, 0.9999)
	show(t, in, "barcode", number, 0.9995)
	show(t, in, "ticket_number_printed", number, 0.98)
	show(t, in, "birth_date", "1950-01-01", 0.97)
}

// A text that the masters rule out is never called probable, however badly the
// rest was read.
func TestImpossibleIsImprobable(t *testing.T) {
	in := ordinary(t)
	show(t, &in, "sticker/lot_number", "J165", 0.06)
	show(t, &in, "facility_code", "0418010147", 0.3)
	decision := slipOf(t, in)
	for _, value := range []slip.Value{slip.LotNumber, slip.FacilityCode} {
		if got := decision.Fields[value]; got.P > 0.01 || got.Outcome == slip.Accepted {
			t.Errorf("%s is %+v", value, got)
		}
	}
}

// Two digits that are hard to read do not hide which institution is meant: the
// check digit and the master leave one. A reading that fits none of them better
// than another stays a question.
func TestCheckDigitSettlesAnInstitution(t *testing.T) {
	in := ordinary(t)
	show(t, &in, "facility_code", facility, 0.3)
	if got := slipOf(t, in).Fields[slip.FacilityCode]; got.Value != facility || got.Outcome != slip.Accepted {
		t.Errorf("read with 0.3 and no other code in sight, it is %+v", got)
	}
	readings := in.Page.Readings
	for i := range readings {
		if readings[i].Field == "facility_code" {
			readings[i].Candidates = []slip.Candidate{{Text: "0415413269", P: 0.3}, {Text: facility, P: 0.3}}
		}
	}
	if got := slipOf(t, in).Fields[slip.FacilityCode]; got.Outcome == slip.Accepted {
		t.Errorf("between two known institutions it is %+v", got)
	}
}

// A new institution's code fits its check digit too. It must not become the one
// in the master that a reader holds for just possible.
func TestANewInstitutionBecomesNoOther(t *testing.T) {
	in := ordinary(t)
	reading(t, &in, "facility_code").Candidates = []slip.Candidate{{Text: "0418010179", P: 0.98}, {Text: facility, P: 0.02}}
	if got := slipOf(t, in).Fields[slip.FacilityCode]; got.Outcome == slip.Accepted {
		t.Errorf("of a code that is in no master it is %+v", got)
	}
}

// In prefectures 11 to 14 the check digit does not cover the first three digits:
// one misread digit there is another institution.
func TestNeighboursThatTheCheckDigitMisses(t *testing.T) {
	const read, near = "1311234567", "1411234567"
	digit, ok := slip.FacilityCheckDigit(read[:9])
	if other, same := slip.FacilityCheckDigit(near[:9]); !ok || !same || digit != other {
		t.Fatal("the two numbers are no such neighbours")
	}
	code, neighbour := read[:9]+string(digit), near[:9]+string(digit)
	decided := func(known ...string) slip.FieldDecision {
		in := ordinary(t)
		var rows master.Rows
		for _, one := range known {
			rows.Facilities = append(rows.Facilities, slip.Facility{FacilityCode: one, Name: "見本"})
		}
		masters, err := master.New(rows)
		if err != nil {
			t.Fatal(err)
		}
		in.Masters = masters
		show(t, &in, "facility_code", code, 0.5)
		return slipOf(t, in).Fields[slip.FacilityCode]
	}
	if got := decided(code); got.Outcome != slip.Accepted {
		t.Errorf("alone it is %+v", got)
	}
	if got := decided(code, neighbour); got.Outcome == slip.Accepted {
		t.Errorf("beside its neighbour it is %+v", got)
	}
}

// What a reader makes of boxes without ink is nobody's answer.
func TestEmptyBoxesHaveNoCandidates(t *testing.T) {
	in := ordinary(t)
	r := reading(t, &in, "consent")
	r.Candidates, r.Empty = []slip.Candidate{{Text: "no", P: 0.004}, {Text: "yes", P: 0.004}}, 0.99
	decision := slipOf(t, in)
	if got := decision.Fields[slip.Consent]; got.Value != "" || len(got.Candidates) > 0 || !slices.Contains(got.Reasons, slip.ReasonNoConsent) {
		t.Errorf("consent is %+v", got)
	}
}

// The register knows when the person was born, whatever can be read of the slip's
// own birth date.
func TestNobodyIsVaccinatedBeforeBirth(t *testing.T) {
	in := ordinary(t)
	rows := master.Rows{Tickets: []slip.Ticket{{MunicipalityCode: city, TicketNumber: number, TicketType: "2", Dose: "1", BirthDate: "2021-07-01", Status: slip.TicketIssued}}}
	masters, err := master.New(rows)
	if err != nil {
		t.Fatal(err)
	}
	in.Masters = masters
	reading(t, &in, "birth_date").Candidates = nil
	if got := slipOf(t, in).Fields[slip.VaccinationDate]; !slices.Contains(got.Reasons, slip.ReasonDateImpossible) {
		t.Errorf("the date is %+v", got)
	}
}

// withDoses are masters with doses that are in the ledger.
type withDoses struct {
	*master.Masters
	given []slip.GivenDose
}

func (m withDoses) Given(_ context.Context, municipality, ticket string) ([]slip.GivenDose, error) {
	if municipality != city || ticket != number {
		return nil, nil
	}
	return m.given, nil
}

// The first dose is given before the second.
func TestDosesKeepTheirOrder(t *testing.T) {
	cases := map[string]struct {
		given []slip.GivenDose
		want  slip.Outcome
	}{
		"later dose, later":     {[]slip.GivenDose{{Dose: "2", VaccinationDate: "2021-07-01"}}, slip.Accepted},
		"later dose, same day":  {[]slip.GivenDose{{Dose: "2", VaccinationDate: "2021-06-30"}}, slip.NeedsReview},
		"later dose, earlier":   {[]slip.GivenDose{{Dose: "3", VaccinationDate: "2021-07-05"}, {Dose: "2", VaccinationDate: "2021-06-01"}}, slip.NeedsReview},
		"earlier dose, later":   {[]slip.GivenDose{{Dose: "0", VaccinationDate: "2021-07-05"}}, slip.NeedsReview},
		"earlier dose, earlier": {[]slip.GivenDose{{Dose: "0", VaccinationDate: "2021-05-05"}}, slip.Accepted},
		"no number":             {[]slip.GivenDose{{Dose: "B", VaccinationDate: "2021-05-05"}}, slip.Accepted},
	}
	for name, c := range cases {
		in := ordinary(t)
		in.Masters = withDoses{register(t), c.given}
		decision := slipOf(t, in)
		if decision.Outcome != c.want || slices.Contains(decision.Reasons, slip.ReasonDoseOrder) != (c.want != slip.Accepted) {
			t.Errorf("%s: the slip is %v for %v", name, decision.Outcome, decision.Reasons)
		}
	}
}

func TestTroublesAreAsked(t *testing.T) {
	for name, trouble := range troubles {
		t.Run(name, func(t *testing.T) {
			in := ordinary(t)
			trouble.change(t, &in)
			decision := slipOf(t, in)
			if decision.Outcome != trouble.outcome || !slices.Contains(decision.Reasons, trouble.reason) {
				t.Errorf("the slip is %v for %v, want %v for %s", decision.Outcome, decision.Reasons, trouble.outcome, trouble.reason)
			}
			if field, has := decision.Fields[trouble.value]; trouble.value != "" && (!has || field.Outcome == slip.Accepted) {
				t.Errorf("%s is %+v", trouble.value, field)
			}
		})
	}
}

// What is not required does not stop the slip, and stays out of the ledger.
func TestOptionalValuesDoNotStopTheSlip(t *testing.T) {
	in := ordinary(t)
	show(t, &in, "amount", "0.5", 0.99) // no dose of this product
	decision := slipOf(t, in)
	if amount := decision.Fields[slip.AmountML]; amount.Outcome == slip.Accepted || amount.Reasons[0] != slip.ReasonAmountUnusual {
		t.Errorf("the amount is %+v", amount)
	}
	if decision.Outcome != slip.Accepted {
		t.Errorf("the slip is %v for %v", decision.Outcome, decision.Reasons)
	}
}

func BenchmarkSlip(b *testing.B) {
	in := ordinary(b)
	for b.Loop() {
		slipOf(b, in)
	}
}
