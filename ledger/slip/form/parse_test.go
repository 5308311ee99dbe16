package form_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
)

const whole = `# a small form with everything in it
form small-form
title ja 小さな帳票
title en Small form
size 210 297
blank blank.png
kind covid19
campaign 2021-02-17 2024-03-31
anchor 10 10 50 20
ignore 100 100 20 20

insert ticket
  picture ticket.png
  size 63 34
  at 138 9
  shift 6
  turn 6

field ocr_line
  on ticket
  type ocr_line
  box 2 28 50 4
  characters 0-9
  length 18
  gives ticket_type 1-1
  gives ticket_number 9-18   # the last ten

field date_boxes
  type boxed_digits
  box 20 250 60 8
  format 202YMMDD
  cell 35 250 6 8
  cells 42 250 6 8 6.5 4
  gives vaccination_date

field consent
  type check_box
  box 20 200 60 8
  choice yes 20 200 4 4
  choice no 40 200 4 4
  gives consent

value ticket_number
  title ja 券番号
  title en Ticket number
  required
  witnesses 2
  check ticket
value ticket_type
value vaccination_date
  required
  check date
value consent
  check consent
`

var png = []byte("\x89PNG\r\n\x1a\nrest")

func folder(text string) fstest.MapFS {
	return fstest.MapFS{
		"small-form/form.txt":   {Data: []byte(text)},
		"small-form/blank.png":  {Data: png},
		"small-form/ticket.png": {Data: png},
		"notes/readme.md":       {Data: []byte("no form here")},
	}
}

func TestLoad(t *testing.T) {
	forms, err := form.LoadAll(folder(whole))
	if err != nil {
		t.Fatal(err)
	}
	if len(forms) != 1 {
		t.Fatalf("%d forms", len(forms))
	}
	f := forms[0]
	if f.Title["ja"] != "小さな帳票" || f.Width != 210 || f.Height != 297 || f.Kind != "covid19" || f.CampaignFirst != "2021-02-17" {
		t.Errorf("form %+v", f)
	}
	line, ok := f.Field("ocr_line")
	if !ok || line.Characters != "0123456789" || line.Insert != "ticket" || line.Source() != slip.SourceOCRLine {
		t.Errorf("line %+v", line)
	}
	number, ok := line.Gives[1].Part("210410091234567890")
	if !ok || number != "1234567890" {
		t.Errorf("part %q", number)
	}
	if _, ok := line.Gives[1].Part("21041009"); ok {
		t.Error("a line that is too short gave a number")
	}
	date, _ := f.Field("date_boxes")
	if len(date.Cells) != 5 || date.Cells[4] != (form.Rectangle{X: 42 + 3*6.5, Y: 250, Width: 6, Height: 8}) {
		t.Errorf("cells %+v", date.Cells)
	}
	number2, _ := f.Value(slip.TicketNumber)
	if !number2.Required || number2.Witnesses != 2 || number2.Checks[0] != form.CheckTicket {
		t.Errorf("value %+v", number2)
	}
	changed := folder(whole)
	changed["small-form/ticket.png"] = &fstest.MapFile{Data: append(bytes.Clone(png), '!')}
	other, err := form.Load(changed, "small-form")
	if err != nil || other.Hash == f.Hash {
		t.Errorf("another picture, the same hash (error %v)", err)
	}
}

// Every fault names the file, the line and the block it is in.
func TestFaults(t *testing.T) {
	for _, c := range []struct{ from, to, want string }{
		{"size 210 297", "size 210", "small-form/form.txt:5: size wants 2 numbers"},
		{"size 210 297", "", "no size statement"},
		{"kind covid19", "kind dental", `kind "dental" is none of`},
		{"campaign 2021-02-17 2024-03-31", "campaign 2021-2-17 2024-03-31", "is not of the form"},
		{"type ocr_line", "type ocrline", "field ocr_line: type"},
		{"box 2 28 50 4", "box 2 28 70 4", "field ocr_line: box 2 28 70 4 reaches outside"},
		{"on ticket", "on tickets", `insert "tickets", which does not exist`},
		{"characters 0-9", "characters 9-0", "runs backwards"},
		{"gives ticket_number 9-18", "gives ticket_number 9-19", "reaches beyond length 18"},
		{"gives ticket_number 9-18", "gives ticket_numbers 9-18", "there is no value block"},
		{"gives ticket_number 9-18", "gives ticket_number 18-9", "is not a range"},
		{"format 202YMMDD", "format 202YMMDDD", "has 6 cells, but 5 are drawn"},
		{"format 202YMMDD", "", "want a format"},
		{"choice yes 20 200 4 4", "choice yes 20 200 4", "choice wants a value"},
		{"choice no 40 200 4 4", "choice no 40 200 4 0", "has no area"},
		{"witnesses 2", "witnesses 0", "value ticket_number: witnesses must be"},
		{"check ticket", "check tickets", "check"},
		{"field consent", "field date_boxes", "stands twice"},
		{"field consent", "field Consent", "lower-case letters"},
		{"  gives vaccination_date", "", "is required, but no field gives it"},
		{"blank blank.png", "blank ../blank.png", "in the same folder"},
		{"blank blank.png", "blank missing.png", `picture "missing.png"`},
		{"form small-form", "form other-form", "but lies in folder"},
		{"  shift 6", "  shift six", "is not a number"},
		{"anchor 10", "anker 10", `unknown statement "anker"`},
		{"box 2 28 50 4", "box NaN 28 50 4", "is not a number"},
	} {
		text := strings.Replace(whole, c.from, c.to, 1)
		if text == whole {
			t.Fatalf("%q is not in the text", c.from)
		}
		_, err := form.LoadAll(folder(text))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q → %q: error %v, want %q", c.from, c.to, err, c.want)
			continue
		}
		var fault *form.Error
		if !errors.As(err, &fault) || fault.File != "small-form/form.txt" {
			t.Errorf("%q: error names %+v", c.to, fault)
		}
	}
	if _, err := form.Parse("f", []byte("form \xff")); err == nil {
		t.Error("broken UTF-8 was taken")
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(whole))
	f.Add([]byte("form a\nfield b\ncells 1 1 1 1 1 99\nformat NN\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		parsed, err := form.Parse("fuzz/form.txt", text)
		if err == nil && (parsed == nil || len(parsed.Fields) == 0) {
			t.Error("a form without fields was taken")
		}
	})
}
