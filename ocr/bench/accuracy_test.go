package bench_test

import (
	"encoding/xml"
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"sesshu/ledger/master"
	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
	"sesshu/ledger/slip/truth"
	"sesshu/ocr/bench"
	"sesshu/ocr/bench/plain"
	"sesshu/ocr/decide"
)

const jointDefinition = `
form joint
size 210 297
blank blank.png
kind covid19
field ocr_line
  type ocr_line
  box 10 10 50 10
  length 18
  gives dose 2-2
  gives ticket_number 9-18
field number
  type printed_digits
  box 10 30 50 10
  gives ticket_number
field dose
  type printed_digits
  length 1
  box 10 50 5 10
  gives dose
field birth_date
  type date
  box 10 70 50 10
  gives birth_date
value ticket_number
  required
  witnesses 2
  check ticket
value dose
  required
value birth_date
  check person
`

// input is a slip whose dose is hard to read alone, and whose ticket makes it
// certain.
func input(t *testing.T) decide.Input {
	t.Helper()
	joint, err := form.Parse("joint/form.txt", []byte(jointDefinition))
	if err != nil {
		t.Fatal(err)
	}
	masters, err := master.New(master.Rows{Tickets: []slip.Ticket{
		{MunicipalityCode: "131016", TicketNumber: "0000123457", TicketType: "2", Dose: "1", BirthDate: "1965-04-12", Status: slip.TicketIssued},
	}})
	if err != nil {
		t.Fatal(err)
	}
	read := func(field, text string, p float64) slip.Reading {
		return slip.Reading{Field: field, Candidates: []slip.Candidate{{Text: text, P: p}}}
	}
	return decide.Input{
		Form: joint, Masters: masters, Policy: decide.DefaultPolicy(), ScanDay: time.Date(2021, 6, 30, 0, 0, 0, 0, time.UTC),
		Page: slip.PageReading{
			SHA256: slip.HashOf([]byte("page")), Page: 1, Registration: slip.Registration{Form: "joint", FormHash: joint.Hash, Coverage: 1},
			Readings: []slip.Reading{
				read("ocr_line", "211310160000123457", 0.98), read("number", "0000123457", 0.9995), read("dose", "1", 0.9),
				read("birth_date", "1965-04-12", 0.98),
			},
		},
	}
}

// Deciding values one by one takes away what they say of each other, and nothing
// else: values are the same, none is surer, and the input is untouched.
func TestIndependentTakesAwayTheJointEvidence(t *testing.T) {
	in := input(t)
	before := *in.Form
	joint, err := decide.Slip(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	alone, err := bench.Independent(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(before, *in.Form) {
		t.Error("the form was changed")
	}
	if joint.Outcome != slip.Accepted || alone.Outcome != slip.NeedsReview || len(alone.Reasons) == 0 {
		t.Errorf("jointly %v, one by one %v for %v", joint.Outcome, alone.Outcome, alone.Reasons)
	}
	if len(alone.Fields) != len(joint.Fields) {
		t.Fatalf("%d values one by one, %d jointly", len(alone.Fields), len(joint.Fields))
	}
	for value, field := range joint.Fields {
		if alone.Fields[value].Value != field.Value || alone.Fields[value].P > field.P {
			t.Errorf("%s is %+v one by one, %+v jointly", value, alone.Fields[value], field)
		}
	}
	if alone.Fields[slip.BirthDate].Outcome == slip.Accepted || joint.Fields[slip.BirthDate].Outcome != slip.Accepted {
		t.Error("the birth date does not rest on the ticket's person")
	}
	in.Form = nil
	if none, err := bench.Independent(t.Context(), in); err != nil || none.Outcome != slip.NeedsReview {
		t.Errorf("without a form: %v, %v", none.Outcome, err)
	}
}

// cells are two kinds of slips, of which the second has a wrong acceptance.
func cells(t *testing.T) []bench.Cell {
	t.Helper()
	in := input(t)
	right := truth.Sheet{File: "a.jpg", Form: "joint", Expect: truth.Accept, Fields: map[slip.Value]string{
		slip.TicketNumber: "0000123457", slip.Dose: "1", slip.BirthDate: "1965-04-12",
	}}
	wrong := right
	wrong.Fields = map[slip.Value]string{slip.TicketNumber: "0000123457", slip.Dose: "2", slip.BirthDate: "1965-04-12"}
	texts := map[slip.Value]plain.Text{
		slip.TicketNumber: {Field: "number", Text: "0000123457", Confidence: 0.95},
		slip.Dose:         {Field: "dose", Text: "l", Confidence: 0.99},
		slip.BirthDate:    {Field: "birth_date", Text: "1965年4月12日", Confidence: 0.6},
	}
	made := []bench.Cell{{Tier: "office", Dates: "print"}, {Tier: "office", Dates: "hand"}}
	for i, sheet := range []truth.Sheet{right, wrong} {
		kept := bench.Kept{Truth: sheet, Pages: []slip.PageReading{in.Page}, CPU: 50 * time.Millisecond}
		for n := range 3 {
			if kept.Plain = nil; n == 0 {
				kept.Plain = texts
			}
			if err := made[i].Add(t.Context(), in, []*form.Form{in.Form}, kept); err != nil {
				t.Fatal(err)
			}
		}
	}
	return made
}

func TestCellsCount(t *testing.T) {
	made := cells(t)
	first, second := &made[0], &made[1]
	if first.Joint.Slips != 3 || first.Joint.Whole != 3 || first.Joint.WrongWhole != 0 || first.Alone.Whole != 0 || first.CPU != 150*time.Millisecond {
		t.Errorf("first cell %+v", first)
	}
	if second.Joint.Whole != 3 || second.Joint.WrongWhole != 3 || second.Joint.Values[slip.Dose].Wrong != 3 || second.Joint.Values[slip.Dose].Right != 0 {
		t.Errorf("second cell %+v, dose %+v", second.Joint, second.Joint.Values[slip.Dose])
	}
	if upper := first.Joint.Values[slip.Dose].Upper(); math.Abs(upper-0.6316) > 1e-4 {
		t.Errorf("0 of 3 wrong is at most %g", upper)
	}
	tesseract := first.Plain
	if tesseract.Slips != 1 || tesseract.Whole != 0 || tesseract.Values[slip.TicketNumber].Accepted != 1 || tesseract.Values[slip.Dose].Right != 0 ||
		tesseract.Values[slip.BirthDate].Right != 1 || tesseract.Values[slip.BirthDate].Accepted != 0 || first.Same.Slips != 1 {
		t.Errorf("plain Tesseract %+v", tesseract)
	}
	var both bench.Account
	both.Merge(&first.Joint)
	both.Merge(&second.Joint)
	if all := both.All(); all.N != 18 || all.Wrong != 3 || all.Accepted != 18 || len(all.Read) != 18 || both.StraightThrough() != 1 {
		t.Errorf("together %+v", all)
	}
}

const stickerDefinition = `
form pasted
size 210 297
blank blank.png
kind covid19
field sticker
  type sticker
  box 10 10 60 30
  gives lot_number
  gives manufacturer
value lot_number
  required
  check lot
value manufacturer
  required
  check manufacturer
`

// A manufacturer's name is never sure by itself: one by one no slip is accepted, and
// what the other values do is seen only where it is left out.
func TestOneByOneWithoutTheManufacturer(t *testing.T) {
	pasted, err := form.Parse("pasted/form.txt", []byte(stickerDefinition))
	if err != nil {
		t.Fatal(err)
	}
	masters, err := master.New(master.Rows{Lots: []slip.Lot{{LotNumber: "EY5422", Manufacturer: slip.Pfizer, FirstShipped: "2021-05-10"}}})
	if err != nil {
		t.Fatal(err)
	}
	in := decide.Input{Form: pasted, Masters: masters, Policy: decide.DefaultPolicy(), ScanDay: time.Date(2021, 6, 30, 0, 0, 0, 0, time.UTC)}
	page := slip.PageReading{
		SHA256: slip.HashOf([]byte("page")), Page: 1, Registration: slip.Registration{Form: "pasted", FormHash: pasted.Hash, Coverage: 1},
		Readings: []slip.Reading{
			{Field: "sticker/lot_number", Candidates: []slip.Candidate{{Text: "EY5422", P: 0.9999}}},
			{Field: "sticker/manufacturer", Candidates: []slip.Candidate{{Text: slip.Pfizer, P: 0.995}}},
		},
	}
	sheet := bench.Kept{Truth: truth.Sheet{File: "a.jpg", Form: "pasted", Expect: truth.Accept, Fields: map[slip.Value]string{
		slip.LotNumber: "EY5422", slip.Manufacturer: slip.Pfizer,
	}}, Pages: []slip.PageReading{page}}
	cell := bench.Cell{Tier: "office", Dates: "print"}
	if err := cell.Add(t.Context(), in, []*form.Form{pasted}, sheet); err != nil {
		t.Fatal(err)
	}
	if cell.Joint.Whole != 1 || cell.Alone.Whole != 0 || cell.Nameless.Whole != 1 {
		t.Errorf("accepted whole: jointly %d, one by one %d, without the manufacturer %d", cell.Joint.Whole, cell.Alone.Whole, cell.Nameless.Whole)
	}
	if all, other := cell.Alone.All(), cell.Nameless.All(); all.N != 2 || other.N != 1 || other.Accepted != 1 || len(sheet.Truth.Fields) != 2 {
		t.Errorf("values one by one %+v, without the manufacturer %+v", all, other)
	}
	text, _, err := bench.Measured{Policy: in.Policy, Cells: []bench.Cell{cell}}.Document("")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| office | print | 1 | 1 (100.0 %) | 0 | 0.0 % | 100.0 % |", "| office | one by one, without the manufacturer | 1 | 100.0 % | 1 |",
		"the manufacturer is at most 0.995 sure here and accepted from 0.9997",
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the document does not say %q:\n%s", want, text)
		}
	}
}

// The document tells the tables, the goals that are not met, and the plots, and
// leaves alone what people wrote.
func TestDocument(t *testing.T) {
	measured := bench.Measured{
		Command: "sesshu accuracy --count 3", Day: "2026-11-23", Machine: "2 cores", Policy: decide.DefaultPolicy(),
		Readers: map[string]string{"line": "line-1"}, Digits: "Digits are drawn.", Cells: cells(t),
	}
	text, plots, err := measured.Document("plots/")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"`sesshu accuracy --count 3`", "`line-1`", "| office | print | 3 | 3 (100.0 %) | 0 | 0.0 % | 0.0 % | 0.0 % | 50 ms |",
		"| office, dates printed or stamped: at least 97 % accepted whole | 100.0 % of 3 | met |",
		"3 of 18 wrong", "**not met**", "| office | values one by one | 6 | 0.0 % |", "| office | plain Tesseract | 2 |",
		"| dose | 6 | 3 (50.0 %) | 6 (100.0 %) | 3 |", "![Reliability, office](plots/reliability-office.svg)", "![Risk and coverage, office](plots/risk-office.svg)",
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the document does not say %q:\n%s", want, text)
		}
	}
	if len(plots) != 2 {
		t.Fatalf("%d plots", len(plots))
	}
	for name, plot := range plots {
		if err := xml.Unmarshal([]byte(plot), new(struct{})); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := (bench.Measured{}).Document(""); err == nil {
		t.Error("nothing was measured, and a document is made of it")
	}

	first, err := bench.Splice([]byte("# By hand\n\nBefore.\n"), []byte("one\n"))
	if err != nil {
		t.Fatal(err)
	}
	first = append(first, "\nAfter.\n"...)
	second, err := bench.Splice(first, []byte("two"))
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.Replace(string(first), "one", "two", 1); string(second) != want || !strings.HasPrefix(want, "# By hand\n\nBefore.\n\n<!--") || !strings.HasSuffix(want, "-->\n\nAfter.\n") {
		t.Errorf("spliced:\n%s", second)
	}
	if _, err := bench.Splice([]byte("<!-- /accuracy --> only"), nil); err == nil {
		t.Error("a document with half the markers was taken")
	}
}

// What is kept comes back as it was; a damaged file is an error, and so is one
// that is not there.
func TestKept(t *testing.T) {
	in := input(t)
	kept := []bench.Kept{
		{Truth: truth.Sheet{File: "a.jpg", Form: "joint", Expect: truth.Accept, Fields: map[slip.Value]string{slip.Dose: "1"}}, Pages: []slip.PageReading{in.Page}, CPU: 7},
		{Truth: truth.Sheet{File: "b.jpg", Expect: truth.Reject, Fields: map[slip.Value]string{}}, Plain: map[slip.Value]plain.Text{slip.Dose: {Field: "dose", Text: "1", Confidence: 0.5}}},
	}
	name := filepath.Join(t.TempDir(), "kept.jsonl.gz")
	if _, err := bench.ReadKept(name); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file gives %v", err)
	}
	if err := bench.WriteKept(name, kept); err != nil {
		t.Fatal(err)
	}
	back, err := bench.ReadKept(name)
	if err != nil || !reflect.DeepEqual(back, kept) {
		t.Errorf("kept %+v (%v), want %+v", back, err, kept)
	}
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, whole[:len(whole)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := bench.ReadKept(name); err == nil {
		t.Error("half a file was read")
	}
	left, err := os.ReadDir(filepath.Dir(name))
	if err != nil || len(left) != 1 {
		t.Errorf("%d files lie about", len(left))
	}
	if err := bench.WriteKept(filepath.Join(name, "no", "such"), kept); err == nil {
		t.Error("a file was written where none can be")
	}
}
