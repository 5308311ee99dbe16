package review_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"sesshu/ledger/slip"
)

// contradicted is a slip whose ticket number two prints say differently.
func (d *desk) contradicted(ticket, other string) slip.Sheet {
	d.t.Helper()
	values := truth(ticket)
	file, reading := d.filled(values, true)
	decision := doubt(decided(values, reading, d.form), slip.TicketNumber, 0.9, slip.ReasonContradiction)
	field := decision.Fields[slip.TicketNumber]
	field.Witnesses = []slip.Witness{
		{Source: slip.SourceOCRLine, Text: ticket, P: 0.9}, {Source: slip.SourcePrinted, Text: other, P: 0.1},
	}
	decision.Fields[slip.TicketNumber] = field
	return d.handIn(file, reading, decision)
}

// From sign-in to the feed with the keyboard alone.
func TestCorrectAFieldWithTheKeyboard(t *testing.T) {
	d := newDesk(t)
	d.contradicted("2190000001", "2190000004")
	p := d.sit("hanako")
	p.start()
	p.asked("ticket_number")
	if prefilled := p.read(`document.getElementById("answer").value`); prefilled != "" {
		t.Errorf("an identity is put before the person as typed already: %q", prefilled)
	}
	if listed := p.read(`[...document.querySelectorAll(".candidates .text")].map(e => e.textContent).join(" ")`); listed != "2190000001 2190000004" {
		t.Errorf("candidates %q", listed)
	}
	p.until(`document.querySelector(".crops figure").dataset.times >= 3`)
	p.press(kb.ArrowDown, kb.ArrowDown, kb.ArrowUp) // on the first candidate
	p.press(kb.Enter)
	p.until(`document.activeElement.id === "confirm"`)
	if len(d.entries()) != 0 {
		t.Fatal("in the ledger before the person confirmed")
	}
	p.press(kb.Enter)
	p.until(`document.body.classList.contains("home")`)

	got := d.request(http.MethodGet, "/v1/entries?after=0", d.token("consumer", "feed"), nil, nil)
	var page struct{ Entries []slip.Entry }
	if err := json.Unmarshal([]byte(got.body), &page); err != nil {
		t.Fatal(err)
	}
	if len(page.Entries) != 1 || page.Entries[0].Values[slip.TicketNumber] != "2190000001" ||
		page.Entries[0].DecidedBy != (slip.Actor{Kind: slip.ActorPerson, Name: "hanako"}) {
		t.Errorf("feed: %s", got.body)
	}
}

func TestSeveralFieldsAndForms(t *testing.T) {
	d := newDesk(t)
	d.slip("2190000001", slip.VaccinationDate, slip.LotNumber, slip.Consent)
	p := d.sit("hanako")
	p.start()
	p.asked("vaccination_date")
	p.write("令和3年6月30日")
	p.until(`document.querySelector(".stored").textContent.includes("2021-06-30")`)
	p.press(kb.Enter)
	p.asked("lot_number")
	p.write("ey")
	p.press(kb.Enter)
	p.until(`!document.querySelector(".card .fault").hidden`) // too short for a lot
	p.do(chromedp.Evaluate[chromedp.Void](`document.getElementById("answer").select()`))
	p.write("ＥＹ５４２２")
	p.press(kb.Enter)
	p.asked("consent")
	p.press(kb.ArrowDown, kb.Enter)
	p.until(`document.activeElement.id === "confirm"`)
	// An accepted value may be corrected too.
	p.do(chromedp.Evaluate[chromedp.Void](`document.querySelector('[data-value=dose]').focus()`))
	p.press(kb.Enter)
	p.asked("dose")
	p.write("2")
	p.press(kb.Enter)
	p.until(`document.activeElement.id === "confirm"`)
	p.press(kb.Enter)
	p.until(`document.body.classList.contains("home")`)
	values := d.entries()[0].Values
	for value, want := range map[slip.Value]string{slip.VaccinationDate: "2021-06-30", slip.LotNumber: "EY5422", slip.Consent: "yes", slip.Dose: "2"} {
		if values[value] != want {
			t.Errorf("%s: %q, want %q", value, values[value], want)
		}
	}
}

// Digits and letters only ever write.
func TestLettersAreNeverCommands(t *testing.T) {
	d := newDesk(t)
	d.slip("2190000001", slip.Manufacturer)
	p := d.sit("hanako")
	p.start()
	p.asked("manufacturer")
	const all = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-/. ?"
	p.do(chromedp.Evaluate[chromedp.Void](`document.getElementById("answer").select()`))
	p.write(all)
	if typed := p.read(`document.getElementById("answer").value`); typed != all {
		t.Errorf("typed %q", typed)
	}
	// Also when the cursor has been lost to the page.
	p.do(chromedp.Evaluate[chromedp.Void](`document.activeElement.blur()`))
	p.write("12")
	if typed := p.read(`document.getElementById("answer").value`); typed != all+"12" {
		t.Errorf("typed beside the field: %q", typed)
	}
	p.asked("manufacturer")
	if p.read(`document.querySelectorAll("dialog[open]").length`) != "0" {
		t.Error("a letter opened a window")
	}
	if items, err := d.store.ReviewQueue(t.Context(), 0, 10); err != nil || len(items) != 1 || len(items[0].Answers) != 0 {
		t.Errorf("a letter did something: %v, %v", items, err)
	}
}

func TestRejectAndUndo(t *testing.T) {
	d := newDesk(t)
	d.slip("2190000001", slip.LotNumber, slip.VaccinationDate)
	d.slip("2190000002", slip.LotNumber)
	p := d.sit("hanako")
	p.start()
	first := p.read(`location.pathname`)

	// An answer, taken back.
	p.asked("vaccination_date")
	p.write("20210629")
	p.press(kb.Enter)
	p.asked("lot_number")
	p.press(kb.F2)
	p.asked("vaccination_date")
	p.write("20210630")
	p.press(kb.Enter)
	p.asked("lot_number")
	p.pressWith(chromedp.ModifierCtrl, "z") // nothing typed here: the last answer again
	p.asked("vaccination_date")

	// A rejection, first thought better of, then done, then taken back.
	p.press(kb.F8)
	p.until(`document.activeElement.id === "reject-list"`)
	p.press(kb.Escape)
	p.asked("vaccination_date")
	p.pressWith(chromedp.ModifierAlt, "r")
	p.until(`document.activeElement.id === "reject-list"`)
	p.write("3") // no shortcut here either
	p.press(kb.ArrowDown, kb.ArrowDown, kb.Enter)
	p.until(`location.pathname !== ` + "`" + first + "`")
	p.asked("lot_number")
	totals, err := d.store.Totals(t.Context())
	if err != nil || totals.Rejected != 1 || totals.Review != 1 {
		t.Errorf("after rejecting: %+v, %v", totals, err)
	}
	p.press(kb.F2)
	p.until(`location.pathname === ` + "`" + first + "`")
	p.asked("vaccination_date")
	totals, err = d.store.Totals(t.Context())
	if err != nil || totals.Rejected != 0 || totals.Review != 2 {
		t.Errorf("after taking the rejection back: %+v, %v", totals, err)
	}
	if len(d.entries()) != 0 {
		t.Error("something entered the ledger")
	}
}

// Holding ENTER down stores one field and does not run on into the ledger.
func TestHeldEnterConfirmsNothing(t *testing.T) {
	d := newDesk(t)
	d.slip("2190000001", slip.LotNumber)
	p := d.sit("hanako")
	p.start()
	p.asked("lot_number")
	p.write("EY5422")
	p.press(kb.Enter)
	p.until(`document.activeElement.id === "confirm"`)
	held := true
	for range 5 {
		p.do(chromedp.KeyEvent(kb.Enter, func(key *input.DispatchKeyEventParams) { key.AutoRepeat = &held }))
	}
	p.until(`document.activeElement.id === "confirm"`)
	if entries := d.entries(); len(entries) != 0 {
		t.Fatalf("%d entries from one long ENTER", len(entries))
	}
	p.press(kb.Enter)
	p.until(`document.body.classList.contains("home")`)
}

func TestSkipAndLeave(t *testing.T) {
	d := newDesk(t)
	d.slip("2190000001", slip.LotNumber)
	d.slip("2190000002", slip.LotNumber)
	p := d.sit("hanako")
	p.start()
	first := p.read(`location.pathname`)
	p.asked("lot_number")
	p.press(kb.PageDown)
	p.until(`location.pathname !== ` + "`" + first + "`")
	p.asked("lot_number")
	p.press(kb.PageDown) // after the last one comes the first
	p.until(`location.pathname === ` + "`" + first + "`")
	p.asked("lot_number")
	p.write("EY")
	p.press(kb.Escape) // warns: something is typed
	p.until(`!document.getElementById("notice").hidden`)
	p.press(kb.Escape)
	p.until(`document.body.classList.contains("home")`)
	items, err := d.store.ReviewQueue(t.Context(), 0, 10)
	if err != nil || len(items) != 2 {
		t.Fatalf("%d items, %v", len(items), err)
	}
	for _, item := range items {
		if item.LeasedBy != "" {
			t.Errorf("item %d is still leased by %s", item.ID, item.LeasedBy)
		}
	}
}

func TestLanguages(t *testing.T) {
	d := newDesk(t)
	d.slip("2190000001", slip.LotNumber)
	p := d.newcomer()
	p.open("/sign-in")
	if got := p.read(`document.documentElement.lang`); got != "ja" {
		t.Errorf("the desk begins in %q", got)
	}
	p = d.sit("hanako")
	p.start()
	p.asked("lot_number")
	if words := p.read(`document.querySelector(".reasons").textContent`); !strings.Contains(words, "はっきり読み取れませんでした") {
		t.Errorf("reason %q", words)
	}
	p.write("EY54")
	p.do(chromedp.Click(chromedp.CSS(`button[value=en]`)))
	p.until(`document.documentElement.lang === "en"`)
	p.asked("lot_number")
	if words := p.read(`document.querySelector(".reasons").textContent`); !strings.Contains(words, "could not be read clearly") {
		t.Errorf("reason %q", words)
	}
	if typed := p.read(`document.getElementById("answer").value`); typed != "EY54" {
		t.Errorf("what was typed is gone with the language: %q", typed)
	}
	p.press(kb.Escape, kb.Escape)
	p.until(`document.body.classList.contains("home") && document.documentElement.lang === "en"`)
}

// A sheet that is no slip: the whole picture, empty fields, and a way out.
func TestForeignAndUnreadableSheets(t *testing.T) {
	d := newDesk(t)
	file, _ := d.filled(truth("2190000001"), false)
	d.handIn(file, slip.PageReading{Page: 1, Width: 2480, Height: 3508, Faults: []slip.Reason{slip.ReasonFormUnknown}},
		slip.Decision{Reasons: []slip.Reason{slip.ReasonFormUnknown}})
	d.handIn([]byte("no picture at all"), slip.PageReading{Page: 1, Faults: []slip.Reason{slip.ReasonUnreadable}},
		slip.Decision{Reasons: []slip.Reason{slip.ReasonUnreadable}})
	p := d.sit("hanako")
	p.start()
	p.until(`document.querySelector("#notice .reject") && document.activeElement.id === "answer" && document.activeElement.value === ""`)
	p.press(kb.F8)
	p.until(`document.activeElement.id === "reject-list" && document.querySelector("[aria-selected=true]").dataset.value === "not_a_slip"`)
	p.press(kb.Enter)
	p.until(`document.querySelector(".loading a[download]")`) // cannot be shown, but kept
	p.press(kb.F8)
	p.until(`document.activeElement.id === "reject-list" && document.querySelector("[aria-selected=true]").dataset.value === "unreadable"`)
	p.press(kb.Enter)
	p.until(`document.body.classList.contains("home")`)
	if totals, err := d.store.Totals(t.Context()); err != nil || totals.Rejected != 2 {
		t.Errorf("%+v, %v", totals, err)
	}
}

func TestDuplicateBesideTheFirst(t *testing.T) {
	d := newDesk(t)
	d.slip("2190000001")
	d.slip("2190000001")
	p := d.sit("hanako")
	p.start()
	p.until(`document.querySelectorAll(".paper .view").length === 2 && document.body.dataset.picture === "shown"`)
	p.questioned("duplicate")
	p.press(kb.Enter)
	p.until(`document.getElementById("notice").innerText.includes("このままでは登録できません")`)
	if p.read(`document.getElementById("confirm")`) != "null" {
		t.Error("a dose that is in the ledger already is offered for entering")
	}
	p.press(kb.Tab, kb.Enter) // the first thing to press is rejecting
	p.until(`document.activeElement.id === "reject-list" && document.querySelector("[aria-selected=true]").dataset.value === "duplicate"`)
	p.press(kb.Enter)
	p.until(`document.body.classList.contains("home")`)
	if entries := d.entries(); len(entries) != 1 {
		t.Errorf("%d entries, want the first only", len(entries))
	}
}
