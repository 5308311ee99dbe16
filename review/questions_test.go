package review_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/jackc/pgx/v5"

	"sesshu/ledger/slip"
)

// questioned waits until the page asks about these reasons of the slip as a
// whole, with the cursor on no button.
func (p *person) questioned(codes ...string) {
	p.t.Helper()
	p.until(fmt.Sprintf(`[...document.querySelectorAll("#end .questions li")].map((li) => li.dataset.code).join(" ") === %q && document.activeElement.id === "end"`,
		strings.Join(codes, " ")))
}

// checks ticks the reasons with the keyboard, once the picture shows.
func (p *person) checks(codes ...string) {
	p.t.Helper()
	p.questioned(codes...)
	p.until(`document.body.dataset.picture !== undefined && !document.querySelector("#end input").disabled`)
	for i, code := range codes {
		for range 2 - min(i, 1) { // past the button that rejects
			p.press(kb.Tab)
		}
		p.until(fmt.Sprintf(`document.activeElement.dataset.code === %q`, code))
		p.press(" ")
	}
	p.until(`!document.getElementById("confirm").disabled`)
}

// whole hands in a slip every field of which the machine accepted, and which
// waits for reasons of its own.
func (d *desk) whole(ticket string, reasons ...slip.Reason) slip.Sheet {
	d.t.Helper()
	values := truth(ticket)
	file, reading := d.filled(values, false)
	decision := decided(values, reading, d.form)
	decision.Outcome, decision.Reasons = slip.NeedsReview, reasons
	return d.handIn(file, reading, decision)
}

// lookedAt reads the objects of one kind of look from the log.
func (d *desk) lookedAt(action string) (objects []string) {
	d.t.Helper()
	connection, err := pgx.Connect(d.t.Context(), d.database)
	if err != nil {
		d.t.Fatal(err)
	}
	defer connection.Close(context.WithoutCancel(d.t.Context()))
	rows, err := connection.Query(d.t.Context(), `select object from access_log where action = $1 order by id`, action)
	if err != nil {
		d.t.Fatal(err)
	}
	if objects, err = pgx.CollectRows(rows, pgx.RowTo[string]); err != nil {
		d.t.Fatal(err)
	}
	return objects
}

// A slip that waits because of its ticket is a question: ENTER never enters it,
// the deliberate way does and is kept for ever, and rejecting rejects.
func TestUsedTicketIsAQuestion(t *testing.T) {
	d := newDesk(t)
	gate := make(chan struct{})
	d.page = func(file []byte, page int) ([]byte, error) {
		<-gate
		return showPage(file, page)
	}
	d.whole("2190000001", slip.ReasonTicketUsed)
	d.whole("2190000002", slip.ReasonTicketUsed)
	d.whole("2190000003", slip.ReasonTicketUsed, slip.ReasonOtherMunicipality)
	p := d.sit("hanako")
	p.start()
	first := p.read(`location.pathname`)

	// Before the paper shows nothing can be ticked or entered.
	p.questioned("ticket_used")
	p.press(kb.Enter)
	p.until(`document.getElementById("notice").innerText.includes("画像が出るまで")`)
	p.pressWith(chromedp.ModifierCtrl, kb.Enter)
	p.press(kb.Tab, kb.Tab) // over the button that rejects: nothing else in the card can be reached
	if p.read(`document.getElementById("end").contains(document.activeElement)`) != "false" ||
		p.read(`[...document.querySelectorAll("#end input, #confirm")].every((e) => e.disabled)`) != "true" {
		t.Error("the slip can be ticked or entered before its picture shows")
	}
	p.do(chromedp.Evaluate[chromedp.Void](`document.querySelector("#end .reject").focus()`))
	close(gate)
	p.until(`document.body.dataset.picture === "shown"`)
	if p.read(`document.activeElement === document.querySelector("#end .reject")`) != "true" {
		t.Error("the picture takes the cursor from the button that rejects")
	}
	p.do(chromedp.Evaluate[chromedp.Void](`document.getElementById("end").focus()`))
	p.questioned("ticket_used")
	p.press(kb.Enter, kb.Enter, " ", "1")
	p.until(`document.getElementById("notice").innerText.includes("ENTER だけでは")`)
	p.pressWith(chromedp.ModifierCtrl, kb.Enter) // goes to what is to be ticked
	p.until(`document.activeElement.dataset.code === "ticket_used"`)
	p.press(kb.Enter)
	p.questionStays(first)
	p.press(" ", kb.Enter) // ticked, and ENTER alone still does not
	p.until(`!document.getElementById("confirm").disabled`)
	p.questionStays(first)
	if entries := d.entries(); len(entries) != 0 {
		t.Fatalf("%d entries without the deliberate way", len(entries))
	}
	p.pressWith(chromedp.ModifierCtrl, kb.Enter)
	p.until(`location.pathname !== ` + "`" + first + "`")
	if entries := d.entries(); len(entries) != 1 || entries[0].Values[slip.TicketNumber] != "2190000001" {
		t.Fatalf("entered: %v", entries)
	}
	if got := strings.Join(d.lookedAt("checked"), " "); got != "item:1/ticket_used" {
		t.Errorf("kept of what was checked: %q", got)
	}

	second := p.read(`location.pathname`)
	p.questioned("ticket_used")
	p.press(kb.Tab, kb.Enter)
	p.until(`document.activeElement.id === "reject-list" && document.querySelector("[aria-selected=true]").dataset.value === "duplicate"`)
	p.press(kb.Enter)
	p.until(`location.pathname !== ` + "`" + second + "`")

	p.checks("ticket_used", "other_municipality")
	p.press(kb.Tab, kb.Enter) // the button itself, once both are ticked
	p.until(`document.body.classList.contains("home")`)
	if totals, err := d.store.Totals(t.Context()); err != nil || totals.Rejected != 1 || totals.Entries != 2 {
		t.Errorf("%+v, %v", totals, err)
	}
}

// questionStays looks that the same question is still asked when everything
// that was pressed has come through.
func (p *person) questionStays(path string) {
	p.t.Helper()
	p.until(`!document.body.classList.contains("busy")`)
	if got := p.read(`location.pathname`); got != path || p.read(`Boolean(document.querySelector("#end .questions"))`) != "true" {
		p.t.Errorf("the question is gone: %s\n%s", got, p.seen())
	}
}

// A duplicate cannot be entered as it stands. With its number corrected it is a
// slip like others.
// That a slip goes to another city is said before any of its values is asked.
func TestAnotherCitysSlipIsSaidAtOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	values := truth("2190000001")
	file, reading := d.filled(values, false)
	decision := doubt(decided(values, reading, d.form), slip.TicketNumber, 0.4, slip.ReasonTicketUnknown)
	d.handIn(file, reading, doubt(decision, slip.MunicipalityCode, 0.4, slip.ReasonOtherMunicipality))
	_, cookie := d.signIn("hanako", password)
	got := d.request(http.MethodPost, "/items/next", "", strings.NewReader("{}"), map[string]string{"Cookie": cookie, "Content-Type": "application/json"})
	var view struct {
		Reasons []string
		Reject  string
		Fields  []struct{ Reasons []string }
	}
	if err := json.Unmarshal([]byte(got.body), &view); err != nil {
		t.Fatalf("%v: %s", err, got.body)
	}
	if len(view.Reasons) != 1 || !strings.Contains(view.Reasons[0], "ほかの市区町村") || view.Reject != "other_municipality" ||
		len(view.Fields[0].Reasons) != 1 || !strings.Contains(view.Fields[0].Reasons[0], "発行台帳にない") {
		t.Errorf("%+v", view)
	}
}

func TestDuplicateWithTheNumberCorrected(t *testing.T) {
	d := newDesk(t)
	d.slip("2190000001")
	d.whole("2190000001")
	p := d.sit("hanako")
	p.start()
	p.questioned("duplicate")
	p.until(`document.body.dataset.picture === "shown"`)
	const pictures = `[...document.querySelectorAll(".paper .view canvas")].map((canvas) => canvas.toDataURL())`
	p.until(`document.querySelectorAll(".paper .view").length === 2 && !document.querySelector(".paper .loading")`)
	const still = `!document.querySelector(".paper .moving")`
	p.until(still)
	p.read(`(window.whole = ` + pictures + `).length`)
	p.press(kb.F6) // both sheets at the same place
	p.until(pictures + `.length === 2 && ` + pictures + `.every((picture, i) => picture !== window.whole[i])`)
	p.until(still)
	p.press(kb.F6)
	p.until(still + ` && ` + pictures + `.every((picture, i) => picture === window.whole[i])`)
	p.press(kb.Enter)
	p.pressWith(chromedp.ModifierCtrl, kb.Enter)
	p.until(`document.getElementById("notice").innerText.includes("このままでは")`)
	p.press(kb.Tab, kb.Tab, kb.Enter)
	p.asked("ticket_number")
	p.write("2190000007")
	p.press(kb.Enter)
	p.until(`document.activeElement.id === "confirm" && document.querySelectorAll(".paper .view").length === 1`)
	if len(d.entries()) != 1 {
		t.Fatal("entered before the end")
	}
	p.press(kb.Enter)
	p.until(`document.body.classList.contains("home")`)
	if entries := d.entries(); len(entries) != 2 || entries[1].Values[slip.TicketNumber] != "2190000007" {
		t.Errorf("%v", entries)
	}
}

// The ENTER that enters a plain slip is dead until the paper shows, too.
func TestPlainSlipWaitsForItsPicture(t *testing.T) {
	d := newDesk(t)
	gate := make(chan struct{})
	d.page = func(file []byte, page int) ([]byte, error) {
		<-gate
		return showPage(file, page)
	}
	d.slip("2190000001", slip.LotNumber)
	p := d.sit("hanako")
	p.start()
	p.asked("lot_number")
	p.write("EY5422")
	p.press(kb.Enter)
	p.until(`document.activeElement.id === "end" && document.getElementById("confirm").disabled`)
	p.press(kb.Enter)
	p.pressWith(chromedp.ModifierCtrl, kb.Enter)
	p.until(`document.getElementById("notice").innerText.includes("画像が出るまで")`)
	close(gate)
	p.until(`document.activeElement.id === "confirm"`)
	if len(d.entries()) != 0 {
		t.Fatal("entered unseen")
	}
	p.press(kb.Enter)
	p.until(`document.body.classList.contains("home")`)
	if len(d.entries()) != 1 {
		t.Error("not entered")
	}
}

// Where no picture can be shown, that is one more thing to check.
func TestSlipWithoutAPicture(t *testing.T) {
	d := newDesk(t)
	d.page = func([]byte, int) ([]byte, error) { return nil, fmt.Errorf("no picture") }
	d.whole("2190000001", slip.ReasonDrift)
	p := d.sit("hanako")
	p.start()
	p.until(`document.body.dataset.picture === "missing"`)
	p.checks("drift", "unseen")
	p.pressWith(chromedp.ModifierCtrl, kb.Enter)
	p.until(`document.body.classList.contains("home")`)
	if got := strings.Join(d.lookedAt("checked"), " "); got != "item:1/drift item:1/unseen" {
		t.Errorf("kept of what was checked: %q", got)
	}
}

// Every reason of the slip as a whole stands until it is checked by name: the
// server enters nothing else, whatever a page sends.
func TestEveryReasonIsCheckedByName(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	_, cookie := d.signIn("hanako", password)
	headers := map[string]string{"Cookie": cookie, "Content-Type": "application/json"}
	confirm := func(item int64, version int, checked string) answered {
		return d.request(http.MethodPost, fmt.Sprintf("/items/%d/confirm", item), "",
			strings.NewReader(fmt.Sprintf(`{"version":%d,"checked":[%s]}`, version, checked)), headers)
	}
	reasons := []slip.Reason{
		slip.ReasonTicketUsed, slip.ReasonTicketInvalid, slip.ReasonTicketUnknown, slip.ReasonOtherMunicipality, slip.ReasonNoVaccination,
		slip.ReasonPersonMismatch, slip.ReasonPersonalNumber, slip.ReasonRegistration, slip.ReasonFormUnknown, slip.ReasonUnreadable,
		slip.ReasonSamePaper, slip.ReasonDrift,
	}
	for i, reason := range reasons {
		d.whole(fmt.Sprintf("21900000%02d", i), reason)
		item, err := d.store.LeaseNext(t.Context(), "hanako", 0)
		if err != nil {
			t.Fatal(err)
		}
		wantProblem(t, confirm(item.ID, item.Version, ``), http.StatusConflict, "unchecked")
		wantProblem(t, confirm(item.ID, item.Version, `"lot_unknown"`), http.StatusConflict, "unchecked")
		if got := confirm(item.ID, item.Version, `"`+string(reason)+`"`); got.status != http.StatusOK {
			t.Errorf("%s, checked: %d %s", reason, got.status, got.body)
		}
	}
	if entries := d.entries(); len(entries) != len(reasons) {
		t.Errorf("%d entries, want %d", len(entries), len(reasons))
	}
}

// A doubt about a value that the slip can do without is no way round the reasons
// of the slip as a whole.
func TestAnOptionalDoubtHidesNoReason(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	_, cookie := d.signIn("hanako", password)
	values := truth("2190000001")
	file, reading := d.filled(values, false)
	decision := doubt(decided(values, reading, d.form), slip.BirthDate, 0.4, slip.ReasonUncertain)
	decision.Reasons = append(decision.Reasons, slip.ReasonTicketUsed)
	d.handIn(file, reading, decision)
	item, err := d.store.LeaseNext(t.Context(), "hanako", 0)
	if err != nil {
		t.Fatal(err)
	}
	if len(item.Open) != 1 || item.Decision.Fields[slip.BirthDate].Required {
		t.Fatalf("open %v", item.Open)
	}
	send := func(path, body string) answered {
		return d.request(http.MethodPost, fmt.Sprintf("/items/%d/%s", item.ID, path), "", strings.NewReader(body),
			map[string]string{"Cookie": cookie, "Content-Type": "application/json"})
	}
	wantProblem(t, send("confirm", fmt.Sprintf(`{"version":%d}`, item.Version)), http.StatusConflict, "incomplete")
	if got := send("answers", fmt.Sprintf(`{"version":%d,"value":"birth_date","text":"19560401"}`, item.Version)); got.status != http.StatusOK {
		t.Fatalf("answer: %d %s", got.status, got.body)
	}
	wantProblem(t, send("confirm", fmt.Sprintf(`{"version":%d}`, item.Version+1)), http.StatusConflict, "unchecked")
	if len(d.entries()) != 0 {
		t.Fatal("a used ticket entered that nobody had checked")
	}
	if got := send("confirm", fmt.Sprintf(`{"version":%d,"checked":["ticket_used"]}`, item.Version+1)); got.status != http.StatusOK {
		t.Errorf("checked: %d %s", got.status, got.body)
	}
	if got := strings.Join(d.lookedAt("checked"), " "); got != fmt.Sprintf("item:%d/ticket_used", item.ID) {
		t.Errorf("kept of what was checked: %q", got)
	}
}

// What a person types is asked of the register anew.
func TestTypedTicketsAreLookedUp(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ticket := func(number, status string) slip.Ticket {
		return slip.Ticket{MunicipalityCode: "041009", TicketNumber: number, TicketType: "2", Dose: "1", BirthDate: "1956-04-01", Status: status}
	}
	other := ticket("2190000005", slip.TicketIssued)
	other.BirthDate = "1960-01-01"
	if err := d.store.ReplaceTickets(t.Context(), []slip.Ticket{
		ticket("2190000001", slip.TicketUsed), ticket("2190000002", slip.TicketIssued), ticket("2190000003", slip.TicketInvalid), other,
	}); err != nil {
		t.Fatal(err)
	}
	_, cookie := d.signIn("hanako", password)
	headers := map[string]string{"Cookie": cookie, "Content-Type": "application/json"}
	d.whole("2190000001", slip.ReasonTicketUsed)
	item, err := d.store.LeaseNext(t.Context(), "hanako", 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, typed := range []struct{ value, text, want string }{
		{"ticket_number", "2190000002", `"questions":[]`},
		{"ticket_number", "2190000003", `"code":"ticket_invalid"`},
		{"ticket_number", "2190000004", `"code":"ticket_unknown"`},
		{"ticket_number", "2190000005", `"code":"person_mismatch"`},
		{"birth_date", "19600101", `"questions":[]`},
		{"municipality_code", "131016", `"code":"other_municipality"`},
		{"municipality_code", "041009", `"questions":[]`},
		{"consent", "no", `"code":"no_consent"`},
		{"consent", "yes", `"questions":[]`},
		{"ticket_number", "2190000001", `"code":"ticket_used"`},
	} {
		item, err := d.store.ReviewItem(t.Context(), item.ID)
		if err != nil {
			t.Fatal(err)
		}
		got := d.request(http.MethodPost, fmt.Sprintf("/items/%d/answers", item.ID), "",
			strings.NewReader(fmt.Sprintf(`{"version":%d,"value":%q,"text":%q}`, item.Version, typed.value, typed.text)), headers)
		if got.status != http.StatusOK || !strings.Contains(got.body, typed.want) {
			t.Errorf("%s %s: %d, want %s in %s", typed.value, typed.text, got.status, typed.want, got.body)
		}
	}
}

// At 1366 × 768 a question and every value that would enter are seen at once.
func TestQuestionFitsTheScreen(t *testing.T) {
	d := newDesk(t)
	d.whole("2190000001", slip.ReasonPersonalNumber, slip.ReasonOtherMunicipality, slip.ReasonPersonMismatch)
	p := d.sit("hanako")
	p.start()
	for _, language := range []string{"ja", "en"} {
		p.click(`button[value=` + language + `]`)
		p.until(`document.documentElement.lang === "` + language + `" && document.body.dataset.picture === "shown"`)
		p.questioned("personal_number", "other_municipality", "person_mismatch")
		for _, part := range []string{"card", "others"} {
			if p.read(`document.getElementById("`+part+`").scrollHeight <= document.getElementById("`+part+`").clientHeight`) != "true" {
				t.Errorf("%s: part of #%s is cut off", language, part)
			}
		}
	}
}
