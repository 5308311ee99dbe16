package review_test

import (
	"os"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"sesshu/ledger/slip"
)

func (p *person) shot(name string) {
	p.t.Helper()
	time.Sleep(500 * time.Millisecond)
	png, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.t.Fatal(err)
	}
	os.MkdirAll("/tmp/review/shots", 0o755)
	os.WriteFile("/tmp/review/shots/"+name+".png", png, 0o644)
}

func TestShots(t *testing.T) {
	d := newDesk(t)
	// contradiction in the ticket number, doubtful date, doubtful lot
	values := truth("2190000001")
	file, reading := d.filled(values, false)
	decision := decided(values, reading, d.form)
	decision = doubt(decision, slip.TicketNumber, 0.6, slip.ReasonContradiction, slip.ReasonUncertain)
	field := decision.Fields[slip.TicketNumber]
	field.Witnesses = []slip.Witness{{Source: slip.SourceOCRLine, Text: "2190000001", P: 0.6}, {Source: slip.SourcePrinted, Text: "2190000004", P: 0.3}, {Source: slip.SourceBarcode, Text: "2190000001", P: 0.9}}
	decision.Fields[slip.TicketNumber] = field
	decision = doubt(decision, slip.VaccinationDate, 0.7, slip.ReasonUncertain)
	field = decision.Fields[slip.VaccinationDate]
	field.Candidates = []slip.Candidate{{Text: "2021-06-30", P: 0.7}, {Text: "2021-06-20", P: 0.2}}
	decision.Fields[slip.VaccinationDate] = field
	decision = doubt(decision, slip.LotNumber, 0.4, slip.ReasonLotUnknown)
	d.handIn(file, reading, decision)
	// upside down, consent
	values = truth("2190000002")
	file, reading = d.filled(values, true)
	decision = doubt(decided(values, reading, d.form), slip.Consent, 0.2, slip.ReasonEmpty)
	decision = doubt(decision, slip.FacilityCode, 0.3, slip.ReasonCheckDigit)
	d.handIn(file, reading, decision)
	// foreign
	d.handIn(file, slip.PageReading{Page: 1, Width: 2480, Height: 3508}, slip.Decision{Reasons: []slip.Reason{slip.ReasonFormUnknown}})
	// unreadable
	d.handIn([]byte("no picture"), slip.PageReading{Page: 1, Faults: []slip.Reason{slip.ReasonUnreadable}}, slip.Decision{Reasons: []slip.Reason{slip.ReasonUnreadable}})
	// duplicate
	d.slip("2190000005")
	d.slip("2190000005")
	n := d.newcomer()
	n.open("/sign-in")
	n.shot("signin")
	for _, language := range []string{"ja", "en"} {
		p := d.sit("hanako")
		if language == "en" {
			p.do(chromedp.Click(chromedp.CSS(`button[value=en]`)))
			p.until(`document.documentElement.lang === "en"`)
		}
		p.shot(language + "-queue")
		p.start()
		if language == "ja" {
			p.asked("ticket_number")
		} else {
			p.asked("facility_code")
		}
		p.until(`document.querySelector(".crops canvas")`)
		p.shot(language + "-1-ticket")
		p.press(kb.ArrowDown)
		p.shot(language + "-2-candidate")
		if language == "en" {
			p.press(kb.F8)
			p.shot("en-5-reject")
			p.press(kb.Escape)
			p.press(kb.F1)
			p.shot("en-6-help")
			p.press(kb.Escape)
			p.press(kb.PageDown)
			p.press(kb.PageDown)
			p.until(`document.querySelector("#sheet").textContent.endsWith("3")`)
			p.shot("en-9-foreign")
			p.press(kb.Escape)
			continue
		}
		p.press(kb.Enter)
		p.asked("vaccination_date")
		p.write("R3.6.3")
		p.shot(language + "-3-date")
		p.press("0", kb.Enter)
		p.asked("lot_number")
		p.write("ey5422")
		p.shot(language + "-4-lot")
		p.press(kb.F8)
		p.shot(language + "-5-reject")
		p.press(kb.Escape)
		p.press(kb.F1)
		p.shot(language + "-6-help")
		p.press(kb.Escape)
		p.press(kb.Enter)
		p.until(`document.querySelector("#confirm")`)
		p.shot(language + "-7-confirm")
		p.press(kb.Enter)
		p.until(`document.querySelector("#sheet").textContent.endsWith("2")`)
		p.until(`document.querySelector(".crops canvas")||true`)
		p.shot(language + "-8-turned")
		p.press(kb.PageDown)
		p.until(`document.querySelector("#sheet").textContent.endsWith("3")`)
		p.shot(language + "-9-foreign")
		p.press(kb.PageDown)
		p.until(`document.querySelector("#sheet").textContent.endsWith("4")`)
		p.shot(language + "-10-unreadable")
		p.press(kb.PageDown)
		p.until(`document.querySelector("#sheet").textContent.endsWith("6")`)
		p.shot(language + "-11-duplicate")
		d.stop()
		p.press(kb.PageDown)
		p.until(`document.querySelector("#saved").dataset.state==="offline"||true`)
		p.shot(language + "-12-offline")
		d.start()
		p.until(`document.querySelector("#saved").dataset.state!=="offline"`)
		p.press(kb.Escape)
		p.until(`document.body.classList.contains("home")`)
	}
}
