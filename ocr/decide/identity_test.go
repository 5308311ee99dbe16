package decide_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sesshu/ledger/master"
	"sesshu/ledger/slip"
	"sesshu/ocr/decide"
)

// A single number with the right birth date is enough, unless a neighbour in
// the register was born on the same day.
func TestRegisterSpeaksThroughTheBirthDate(t *testing.T) {
	in := ordinary(t)
	for _, field := range []string{"qr", "barcode", "ticket_number_printed"} {
		reading(t, &in, field).Candidates = nil
	}
	reading(t, &in, "ocr_line").Candidates[0].P = 0.9999
	if got := slipOf(t, in).Fields[slip.TicketNumber]; got.Outcome != slip.Accepted {
		t.Errorf("a number with its person's birth date is %+v", got)
	}
	show(t, &in, "ocr_line", "21"+city+"0000400000", 0.9999)
	show(t, &in, "birth_date", "1950-01-01", 0.99)
	if got := slipOf(t, in).Fields[slip.TicketNumber]; got.Outcome == slip.Accepted || !slices.Contains(got.Reasons, slip.ReasonOneWitness) {
		t.Errorf("a number whose neighbour has the same birth date is %+v", got)
	}
}

// Takeda sells Moderna's vaccine: its name on the sticker contradicts nothing,
// another maker's does.
func TestSellerOnTheSticker(t *testing.T) {
	in := ordinary(t)
	show(t, &in, "sticker/lot_number", "3004667", 0.99)
	for name, accepted := range map[string]bool{"武田薬品工業": true, "武田/モデルナ": true, "ファイザー": false} {
		show(t, &in, "sticker/manufacturer", name, 0.98)
		got := slipOf(t, in).Fields[slip.Manufacturer]
		if (got.Outcome == slip.Accepted) != accepted || accepted && got.Value != "武田/モデルナ" {
			t.Errorf("with %s on the sticker the manufacturer is %+v", name, got)
		}
	}
}

// A birth date that was misread in a digit or two is left to a person, but does
// not make the slip somebody else's.
func TestMisreadBirthDateIsNoOtherPerson(t *testing.T) {
	in := ordinary(t)
	show(t, &in, "birth_date", "1960-05-11", 0.7)
	decision := slipOf(t, in)
	if birth := decision.Fields[slip.BirthDate]; birth.Outcome == slip.Accepted || decision.Outcome != slip.Accepted {
		t.Errorf("the slip is %v for %v, the birth date %+v", decision.Outcome, decision.Reasons, birth)
	}
}

// One misread digit of the dose is overruled by two other prints and the
// register; one misread digit of the number is not.
func TestWhatIsOverruled(t *testing.T) {
	in := ordinary(t)
	in.Form = parseForm(t, definition+"field dose_printed\n  type printed_digits\n  box 100 20 5 4\n  gives dose\n")
	in.Page.Readings = append(in.Page.Readings, sure("dose_printed", slip.SourcePrinted, "7", 0.9))
	if decision := slipOf(t, in); decision.Outcome != slip.Accepted || decision.Fields[slip.Dose].Value != "1" {
		t.Errorf("the slip is %v for %v", decision.Outcome, decision.Reasons)
	}
	show(t, &in, "qr", "22"+city+number, 0.9999)
	if decision := slipOf(t, in); decision.Outcome == slip.Accepted || !slices.Contains(decision.Fields[slip.Dose].Reasons, slip.ReasonContradiction) {
		t.Errorf("with two prints against it the slip is %v for %v", decision.Outcome, decision.Reasons)
	}
}

// Bars carry ten or eighteen digits, with start and stop letters and a check
// character or without.
func TestBarcodeLengths(t *testing.T) {
	for _, text := range []string{number, "A" + number + "B", number + "7", "21" + city + number, "a21" + city + number + "3d"} {
		in := ordinary(t)
		show(t, &in, "barcode", text, 0.9995)
		if decision := slipOf(t, in); decision.Outcome != slip.Accepted {
			t.Errorf("with %d characters in the bar code the slip is %v for %v", len(text), decision.Outcome, decision.Reasons)
		}
	}
}

// A line with a lost or gained digit says nothing, even where a form forgets to
// give its length: its parts would be shifted.
func TestShiftedLineIsNoWitness(t *testing.T) {
	for _, text := range []string{"2" + city + number, "211" + city + number} {
		in := ordinary(t)
		in.Form = parseForm(t, strings.Replace(definition, "  length 18\n", "", 1))
		show(t, &in, "ocr_line", text, 0.99)
		decision := slipOf(t, in)
		for _, witness := range decision.Fields[slip.TicketNumber].Witnesses {
			if witness.Source == slip.SourceOCRLine {
				t.Errorf("a line of %d digits is a witness for the number", len(text))
			}
		}
	}
}

var changes = flag.Int("changes", 20_000, "changes of issued numbers to try")

// Every one-digit change and every swap of neighbours of an issued number, in
// one witness, with the others silent or right, is never accepted: not as the
// changed number and not as the right one. A million of them: go test -run
// OneWitness -args -changes 1000000.
func TestIdentityNeverRestsOnOneWitness(t *testing.T) {
	wanted := int64(*changes)
	prints, rest, _ := strings.Cut(definition, "field consent")
	_, values, _ := strings.Cut(rest, "value ticket_number")
	values, _, _ = strings.Cut(values, "value vaccination_date")
	identity := parseForm(t, prints+"value ticket_number"+values+"value birth_date\n  check person\n")
	random := rand.New(rand.NewPCG(20210630, 1))
	rows := master.Rows{}
	for i := range 30_000 {
		birth := time.Date(1925, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, random.IntN(36_000))
		if i%5 == 1 { // couples and twins sit side by side
			birth, _ = time.Parse(time.DateOnly, rows.Tickets[i-1].BirthDate)
		}
		rows.Tickets = append(rows.Tickets, slip.Ticket{
			MunicipalityCode: city, TicketNumber: fmt.Sprintf("%010d", 100_000+i), TicketType: "2", Dose: "1",
			BirthDate: birth.Format(time.DateOnly), Status: slip.TicketIssued,
		})
	}
	masters, err := master.New(rows)
	if err != nil {
		t.Fatal(err)
	}
	policy := decide.DefaultPolicy()
	var tried, issued atomic.Int64
	var group sync.WaitGroup
	for worker := range runtime.GOMAXPROCS(0) {
		random := rand.New(rand.NewPCG(20210630, uint64(worker)))
		group.Go(func() {
			for tried.Load() < wanted && !t.Failed() {
				ticket := rows.Tickets[random.IntN(len(rows.Tickets))]
				for i, changed := range oneStep(ticket.TicketNumber) {
					tried.Add(1)
					if changed >= "0000100000" && changed < "0000130000" {
						issued.Add(1)
					}
					wrong, other := "21"+city+changed, slip.Reading{Field: "barcode"}
					if i%2 == 0 { // the changed print contradicts a right one
						wrong, other = "21"+city+ticket.TicketNumber, sure("barcode", slip.SourceBarcode, changed, 0.9999)
					}
					decision := slipOf(t, decide.Input{
						Form: identity, ScanDay: scanDay, Masters: masters, Policy: policy,
						Page: slip.PageReading{
							SHA256: slip.HashOf(nil), Registration: slip.Registration{Form: "test", Coverage: 1},
							Readings: []slip.Reading{
								sure("ocr_line", slip.SourceOCRLine, wrong, 0.9999), other, {Field: "qr"}, {Field: "ticket_number_printed"},
								sure("birth_date", slip.SourcePrinted, ticket.BirthDate, 0.9999),
							},
						},
					})
					if decision.Outcome == slip.Accepted || decision.Fields[slip.TicketNumber].Outcome == slip.Accepted {
						t.Errorf("%s was accepted for %s", decision.Fields[slip.TicketNumber].Value, ticket.TicketNumber)
					}
				}
			}
		})
	}
	group.Wait()
	t.Logf("%d changes, %d of them to another issued number, 0 accepted", tried.Load(), issued.Load())
}

func oneStep(number string) []string {
	var near []string
	for i := range number {
		for digit := byte('0'); digit <= '9'; digit++ {
			if digit != number[i] {
				near = append(near, number[:i]+string(digit)+number[i+1:])
			}
		}
		if i > 0 && number[i-1] != number[i] {
			near = append(near, number[:i-1]+string(number[i])+string(number[i-1])+number[i+1:])
		}
	}
	return near
}
