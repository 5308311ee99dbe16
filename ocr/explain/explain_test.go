package explain_test

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"image/jpeg"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
	"sesshu/ocr/decide"
	"sesshu/ocr/explain"
)

const definition = `
form test
title ja 試験票
title en Test slip
size 210 297
blank blank.png
kind covid19
field ticket
  type printed_digits
  box 10 10 50 10
  gives ticket_number
field note
  type printed_text
  box 10 50 50 10
value ticket_number
  title ja 券番号
  title en Ticket number
  required
  witnesses 2
  check ticket
`

func quad(x, y, width, height float64) slip.Quad {
	return slip.Quad{{X: x, Y: y}, {X: x + width, Y: y}, {X: x + width, Y: y + height}, {X: x, Y: y + height}}
}

// sheet is a page on which one print was read and a second witness is missing.
func sheet(t *testing.T) explain.Sheet {
	t.Helper()
	test, err := form.Parse("test/form.txt", []byte(definition))
	if err != nil {
		t.Fatal(err)
	}
	page := image.NewGray(image.Rect(0, 0, 400, 500))
	for i := range page.Pix {
		page.Pix[i] = 240
	}
	for x := 60; x < 90; x++ {
		page.SetGray(x, 30, color.Gray{Y: 10})
	}
	var file bytes.Buffer
	if err := jpeg.Encode(&file, page, nil); err != nil {
		t.Fatal(err)
	}
	reading := slip.PageReading{
		SHA256: slip.HashOf([]byte("page")), Page: 1, Width: 400, Height: 500,
		Registration: slip.Registration{Form: "test", Residual: 0.05, Coverage: 0.9, Turn: 90},
		Readings: []slip.Reading{
			{
				Field: "ticket", Source: slip.SourcePrinted, Reader: "line+tesseract", Version: "line-1 tesseract-5", Quad: quad(50, 20, 100, 30),
				Candidates: []slip.Candidate{{Text: "0000123457", P: 0.97}, {Text: "0000123451", P: 0.01}},
			},
			{Field: "note", Source: slip.SourcePrinted, Reader: "tesseract", Version: "tesseract-5", Quad: quad(50, 200, 100, 30), Candidates: []slip.Candidate{{Text: `<script>alert("x")</script>`, P: 0.5}}},
		},
	}
	decision := slip.Decision{
		Outcome: slip.NeedsReview, Reasons: []slip.Reason{slip.ReasonOneWitness},
		Fields: map[slip.Value]slip.FieldDecision{slip.TicketNumber: {
			Value: "0000123457", P: 0.9701, Reasons: []slip.Reason{slip.ReasonOneWitness, slip.ReasonUncertain}, Field: "ticket", Quad: quad(50, 20, 100, 30), Required: true,
			Candidates: []slip.Candidate{{Text: "0000123457", P: 0.97}, {Text: "0000123451", P: 0.02}},
			Witnesses:  []slip.Witness{{Source: slip.SourcePrinted, Text: "0000123457", P: 0.97}},
		}},
	}
	return explain.Sheet{Name: "0001.jpg", Policy: decide.DefaultPolicy(), Pages: []explain.Page{{Reading: reading, Decision: decision, Form: test, Image: file.Bytes()}}}
}

func write(t *testing.T, sheet explain.Sheet) string {
	t.Helper()
	var page, again bytes.Buffer
	if err := explain.Write(&page, sheet); err != nil {
		t.Fatal(err)
	}
	if err := explain.Write(&again, sheet); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(page.Bytes(), again.Bytes()) {
		t.Error("the same sheet gives two pages")
	}
	if _, err := html.Parse(&again); err != nil {
		t.Error(err)
	}
	return page.String()
}

func wants(t *testing.T, page string, wanted ...string) {
	t.Helper()
	for _, want := range wanted {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

var pictures = regexp.MustCompile(`<img[^>]* src="data:image/jpeg;base64,`)

// The page says in both languages what was seen, weighed and decided, shows the
// crops, and nothing on it runs or is fetched.
func TestPageSaysWhy(t *testing.T) {
	page := write(t, sheet(t))
	wants(t, page,
		"券番号", "Ticket number", "0000123457", "0000123451", "97.0 %", "line network (print) &#43; Tesseract (print)", "line-1 tesseract-5",
		"人が確認", "A person is asked", "一か所からしか読み取れず", "Only one place could be read", "It could not be read clearly",
		"1 : 10,000", "1 / 2", "Enough separate witnesses agree", "Register: issued", slip.HashOf([]byte("page")).String(),
		"0.05 mm", "90 %", "90°", "anything else", `&lt;script&gt;`, decide.DefaultPolicy().Hash.String())
	if found := len(pictures.FindAllString(page, -1)); found != 3 { // the sheet and two crops
		t.Errorf("%d pictures, want 3", found)
	}
	for _, never := range []string{"<script", "http://", "https://", "onclick", "javascript:"} {
		if strings.Contains(page, never) {
			t.Errorf("the page holds %q", never)
		}
	}
}

// What was accepted says so, and why not even a doubtful page is.
func TestAcceptedAndPageFault(t *testing.T) {
	good := sheet(t)
	field := good.Pages[0].Decision.Fields[slip.TicketNumber]
	field.Outcome, field.Reasons, field.P = slip.Accepted, nil, 0.9999999
	good.Pages[0].Decision = slip.Decision{Outcome: slip.Accepted, Fields: map[slip.Value]slip.FieldDecision{slip.TicketNumber: field}}
	wants(t, write(t, good), "すべての条件を満たした", "Every condition holds", "&gt; 99.9999 %")

	field.Outcome = slip.NeedsReview
	good.Pages[0].Decision = slip.Decision{Reasons: []slip.Reason{slip.ReasonRegistration}, Fields: map[slip.Value]slip.FieldDecision{slip.TicketNumber: field}}
	wants(t, write(t, good), "The page itself is in doubt", "The form fits only loosely")

	tightened, err := good.Policy.Tighten("test", slip.TicketNumber)
	if err != nil {
		t.Fatal(err)
	}
	good.Policy = tightened
	wants(t, write(t, good), tightened.Base.String(), tightened.Hash.String())
}

// Neither texts nor pictures show a 個人番号.
func TestPersonalNumberIsNeverShown(t *testing.T) {
	const number = "123456789018"
	s := sheet(t)
	s.Name = number + ".jpg"
	reading := &s.Pages[0].Reading
	reading.Faults = []slip.Reason{slip.ReasonPersonalNumber}
	reading.Readings[1].Candidates[0].Text = "番号 1234 5678 9018"
	field := s.Pages[0].Decision.Fields[slip.TicketNumber]
	field.Value, field.Witnesses[0].Text, field.Candidates[1].Text = number, number, number
	s.Pages[0].Decision.Fields[slip.TicketNumber] = field
	s.Pages[0].Decision.Reasons = []slip.Reason{slip.ReasonPersonalNumber}
	page := write(t, s)
	if strings.Contains(page, number) || strings.Contains(page, "1234 5678") {
		t.Error("the page shows the number")
	}
	if pictures.MatchString(page) {
		t.Error("the page shows a picture of it")
	}
	wants(t, page, "************", "Pictures are withheld", "個人番号らしい数字")

	// Even if the page was not marked, the crop it was read in is left out.
	reading.Faults = nil
	if found := len(pictures.FindAllString(write(t, s), -1)); found != 2 {
		t.Errorf("%d pictures, want the sheet and one crop", found)
	}
}

// Pages without a form, without an image or with nothing on them are explained
// as far as there is anything to say.
func TestLittleToSay(t *testing.T) {
	bare := sheet(t)
	bare.Pages[0].Form = nil
	bare.Pages[0].Decision = slip.Decision{Reasons: []slip.Reason{slip.ReasonFormUnknown}}
	wants(t, write(t, bare), "No form fits", "登録された帳票のどれとも合いません")

	torn := sheet(t)
	torn.Pages[0].Image = []byte("no picture")
	wants(t, write(t, torn), "no picture", "0000123457")

	torn.Pages[0].Reading.Readings = nil
	torn.Pages[0].Decision.Fields = map[slip.Value]slip.FieldDecision{slip.TicketNumber: {Reasons: []slip.Reason{slip.ReasonEmpty}}}
	wants(t, write(t, torn), "nothing legible", "Nothing seems to be written here", "(none)")
}

// Every reason has words, the very ones that the desk shows.
func TestReasonsAreTheDesks(t *testing.T) {
	text, err := os.ReadFile("../../review/texts.json")
	if err != nil {
		t.Fatal(err)
	}
	var desk map[string]map[string]string
	if err := json.Unmarshal(text, &desk); err != nil {
		t.Fatal(err)
	}
	for _, reason := range slip.Reasons() {
		japanese, english := explain.Reason(reason)
		if want := map[string]string{"ja": japanese, "en": english}; !maps.Equal(desk["reason."+string(reason)], want) {
			t.Errorf("%s is %q here, %q at the desk", reason, want, desk["reason."+string(reason)])
		}
	}
}

// Every word that the page or the code asks for exists, in both languages.
func TestWordsExist(t *testing.T) {
	text, err := os.ReadFile("texts.json")
	if err != nil {
		t.Fatal(err)
	}
	var words map[string]map[string]string
	if err := json.Unmarshal(text, &words); err != nil {
		t.Fatal(err)
	}
	var asked []string
	for _, name := range []string{"page.html", "view.go", "rules.go"} {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range regexp.MustCompile(`say\(? ?"([a-z]+\.[a-z_]+)"`).FindAllStringSubmatch(string(source), -1) {
			asked = append(asked, found[1])
		}
	}
	for _, check := range []form.Check{form.CheckMunicipality, form.CheckTicket, form.CheckDate, form.CheckLot, form.CheckManufacturer, form.CheckFacility, form.CheckPerson, form.CheckAmount, form.CheckConsent} {
		asked = append(asked, "check."+string(check))
	}
	for _, outcome := range []slip.Outcome{slip.Accepted, slip.NeedsReview, slip.Rejected} {
		asked = append(asked, "outcome."+outcome.String())
	}
	for _, state := range []string{"pass", "fail", "open"} {
		asked = append(asked, "state."+state)
	}
	for _, reader := range []string{"tesseract", "line", "digits", "mark", "nw7", "qr", "data_matrix", "ink"} {
		asked = append(asked, "reader."+reader)
	}
	if len(asked) < 60 || !slices.Contains(asked, "word.footer") {
		t.Fatalf("only %d words are asked for", len(asked))
	}
	for _, key := range asked {
		if words[key]["ja"] == "" || words[key]["en"] == "" {
			t.Errorf("%s has no words", key)
		}
	}
}
