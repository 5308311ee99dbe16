package review_test

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"sesshu/ledger/slip"
)

// The network goes while an answer is on its way, and comes back: the answer is
// stored, once, and the person did not have to type it again.
func TestNetworkLossLosesNothing(t *testing.T) {
	d := newDesk(t)
	d.slip("2190000001", slip.LotNumber, slip.VaccinationDate)
	p := d.sit("hanako")
	p.start()
	p.asked("vaccination_date")
	p.write("20210630")
	d.stop()
	p.press(kb.Enter)
	p.until(`document.getElementById("saved").dataset.state === "offline"`)
	if typed := p.read(`document.getElementById("answer").value`); typed != "20210630" {
		t.Errorf("the field lost what was typed: %q", typed)
	}
	p.press(kb.Enter, kb.PageDown, kb.Escape) // impatience changes nothing
	d.start()
	p.asked("lot_number")
	p.until(`document.getElementById("saved").dataset.state === "saved"`)
	p.write("EY5422")
	p.press(kb.Enter)
	p.until(`document.activeElement.id === "confirm"`)
	d.stop()
	p.press(kb.Enter)
	p.until(`document.getElementById("saved").dataset.state === "offline"`)
	d.start()
	p.until(`document.body.classList.contains("home")`)
	entries := d.entries()
	if len(entries) != 1 || entries[0].Values[slip.VaccinationDate] != "2021-06-30" {
		t.Fatalf("entries %+v", entries)
	}
	evidence, err := d.store.Evidence(t.Context(), 1)
	if err != nil || len(evidence.Answers) != 2 {
		t.Errorf("%d answers (%v), want each once", len(evidence.Answers), err)
	}
}

// The reply to an answer gets lost: the second try finds the first one's work.
func TestLostReplyIsNotAnsweredTwice(t *testing.T) {
	d := newDesk(t)
	d.slip("2190000001", slip.LotNumber, slip.VaccinationDate)
	p := d.sit("hanako")
	p.start()
	p.asked("vaccination_date")
	p.do(chromedp.Evaluate[chromedp.Void](`(() => {
		const send = window.fetch;
		let lose = true;
		window.fetch = async (path, options) => {
			const answer = await send(path, options);
			if (lose && String(path).endsWith("/answers")) { lose = false; throw new TypeError("the reply is lost"); }
			return answer;
		};
	})()`))
	p.write("20210630")
	p.press(kb.Enter)
	p.asked("lot_number")
	items, err := d.store.ReviewQueue(t.Context(), 0, 1)
	if err != nil || len(items[0].Answers) != 1 {
		t.Errorf("answers %+v (%v), want one", items[0].Answers, err)
	}
}

// The session ends under somebody's hands; the password brings it back, and what
// was typed is stored.
func TestSessionExpiryLosesNothing(t *testing.T) {
	d := newDesk(t)
	d.slip("2190000001", slip.LotNumber)
	p := d.sit("hanako")
	p.start()
	p.asked("lot_number")
	p.write("EY54")
	d.endSessions()
	p.write("22")
	p.press(kb.Enter)
	p.until(`document.activeElement.id === "signin-password"`)
	p.write("wrong")
	p.press(kb.Enter)
	p.until(`!document.getElementById("signin-fault").hidden`)
	p.press(kb.Escape) // does not open a way round
	p.until(`document.getElementById("signin-dialog").open`)
	p.write(password) // the wrong one is selected
	p.press(kb.Enter)
	p.until(`document.activeElement.id === "confirm"`)
	items, err := d.store.ReviewQueue(t.Context(), 0, 1)
	if err != nil || len(items) != 1 || items[0].Current[slip.LotNumber] != "EY5422" {
		t.Errorf("items %+v, %v", items, err)
	}
}

// endSessions is what the idle limit does: no session exists any more.
func (d *desk) endSessions() {
	d.t.Helper()
	for _, name := range []string{"hanako", "taro"} {
		// A new password, even the same one, ends all sessions of its account.
		if err := d.store.SetPassword(d.t.Context(), name, newHash(d.t)); err != nil {
			d.t.Fatal(err)
		}
	}
}

// A reload keeps what was typed and not stored.
func TestReloadKeepsWhatIsTyped(t *testing.T) {
	d := newDesk(t)
	d.slip("2190000001", slip.LotNumber)
	p := d.sit("hanako")
	p.start()
	p.asked("lot_number")
	p.write("EY5")
	p.do(chromedp.Reload())
	p.asked("lot_number")
	if typed := p.read(`document.getElementById("answer").value`); typed != "EY5" {
		t.Errorf("after a reload: %q", typed)
	}
}

// Two reviewers at once: never the same slip, and every slip once.
func TestTwoReviewersNeverShareASlip(t *testing.T) {
	d := newDesk(t)
	const slips = 6
	for i := range slips {
		d.slip("219000000"+string(rune('0'+i)), slip.LotNumber)
	}
	people := []*person{d.sit("hanako"), d.sit("taro")}
	for _, p := range people {
		p.start()
		p.asked("lot_number")
	}
	done := map[string]int{}
	for range slips / 2 {
		if a, b := people[0].read(`location.pathname`), people[1].read(`location.pathname`); a == b {
			t.Fatalf("both sit at %s", a)
		}
		for _, p := range people {
			p.asked("lot_number")
			here := p.read(`location.pathname`)
			done[here]++
			p.write("EY5422")
			p.press(kb.Enter)
			p.until(`document.activeElement.id === "confirm"`)
			p.press(kb.Enter)
			p.until(`location.pathname !== ` + "`" + here + "`")
		}
	}
	if len(done) != slips {
		t.Errorf("slips done: %v, want each of %d once", done, slips)
	}
	if entries := d.entries(); len(entries) != slips {
		t.Errorf("%d entries, want %d", len(entries), slips)
	}
}

// Somebody else opens the address of a slip that is taken.
func TestTakenSlipIsRefused(t *testing.T) {
	d := newDesk(t)
	d.slip("2190000001", slip.LotNumber)
	first, second := d.sit("hanako"), d.sit("taro")
	first.start()
	first.asked("lot_number")
	second.open(first.read(`location.pathname`))
	second.until(`document.querySelector(".fault") && !document.getElementById("answer")`)
	if words := second.read(`document.querySelector(".fault").textContent`); !strings.Contains(words, "ほかの担当者が作業中") {
		t.Errorf("refusal %q", words)
	}
	first.write("EY5422")
	first.press(kb.Enter)
	first.until(`document.activeElement.id === "confirm"`)
}

// Another tab of the same person is ahead: the page says so and shows it.
func TestStalePageSaysSo(t *testing.T) {
	d := newDesk(t)
	d.slip("2190000001", slip.LotNumber, slip.VaccinationDate)
	p := d.sit("hanako")
	p.start()
	p.asked("vaccination_date")
	items, err := d.store.ReviewQueue(t.Context(), 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.store.Answer(t.Context(), items[0].ID, items[0].Version, "hanako", slip.VaccinationDate, "2021-07-01"); err != nil {
		t.Fatal(err)
	}
	p.write("20210630")
	p.press(kb.Enter)
	p.until(`document.getElementById("notice").textContent.includes("ほかの画面で変更")`)
	if shown := p.read(`document.querySelector('[data-value=vaccination_date] .value').textContent`); !strings.HasPrefix(shown, "2021-07-01") {
		t.Errorf("shown %q", shown)
	}
}

// Nothing of what people typed or slips say is in the log.
func TestLogHoldsNoValues(t *testing.T) {
	d := newDesk(t)
	d.contradicted("2190000017", "2190000018")
	d.slip("2190000019")
	p := d.sit("hanako")
	p.start()
	p.asked("ticket_number")
	p.write("21900000")
	p.press(kb.Enter) // refused: too short
	p.until(`!document.querySelector(".card .fault").hidden`)
	p.write("17")
	p.press(kb.Enter)
	p.until(`document.activeElement.id === "confirm"`)
	p.press(kb.Enter)
	p.until(`document.body.classList.contains("home")`)
	d.signIn("hanako", "a wrong secret")
	d.request("GET", "/v1/entries/1", d.token("consumer", "feed"), nil, nil)
	d.request("GET", "/items/2190000017", "", nil, nil)
	log := d.log.String()
	if !strings.Contains(log, "slip confirmed") || !strings.Contains(log, `"route"`) {
		t.Errorf("the log is empty or says nothing: %s", log)
	}
	for _, values := range []map[slip.Value]string{truth("2190000017"), truth("2190000018"), truth("2190000019")} {
		for value, text := range values {
			if len(text) > 3 && strings.Contains(log, text) {
				t.Errorf("the log holds the %s", value)
			}
		}
	}
	for _, secret := range []string{password, "a wrong secret", "審査"} {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}

// The page holds its slip as long as somebody sits at it, and says so when the
// slip was lost all the same.
func TestLeaseIsHeldAndItsLossTold(t *testing.T) {
	d := newDesk(t)
	d.slip("2190000001", slip.LotNumber)
	p := d.sit("hanako")
	p.onEveryPage(`const slow = setInterval; window.setInterval = (act, pause) => slow(act, pause / 300);`)
	p.start()
	p.asked("lot_number")
	held := func() slip.ReviewItem {
		items, err := d.store.ReviewQueue(t.Context(), 0, 1)
		if err != nil || len(items) != 1 {
			t.Fatalf("%d items, %v", len(items), err)
		}
		return items[0]
	}
	first := held()
	for deadline := time.Now().Add(patience); !held().LeasedTill.After(first.LeasedTill); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the lease is not renewed")
		}
	}
	for { // between two renewals
		if err := d.store.Release(t.Context(), first.ID, "hanako"); err != nil {
			t.Fatal(err)
		}
		if _, err := d.store.Lease(t.Context(), first.ID, "taro"); err == nil {
			break
		}
	}
	p.until(`document.getElementById("notice").textContent.includes("ほかの担当者がこの予診票を開きました")`)
}
