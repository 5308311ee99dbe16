package review_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"sesshu/ledger/slip"
)

// verdict waits until the page shows how a picture came out.
func (p *person) verdict(state string) string {
	p.t.Helper()
	p.until(`document.querySelector("#result [data-state=` + state + `]") && !document.getElementById("choices").hidden`)
	return p.read(`document.getElementById("result").innerText`)
}

// Pictures one after the other with ENTER alone: a doubtful one, taken again,
// then the next, which shows nothing of the one before it.
func TestPhotographsOneAfterTheOther(t *testing.T) {
	d := newDesk(t)
	proceed, seen := make(chan bool), make(chan bool, 10)
	values := truth("2190000001")
	_, reading := d.filled(values, false)
	whole := decided(values, reading, d.form)
	readings := []slip.PageDecision{
		{Reading: reading, Decision: doubt(whole, slip.TicketNumber, 0.4, slip.ReasonOneWitness)},
		{Reading: reading, Decision: whole},
		unreadable(),
	}
	n := 0
	d.reading(func(slip.Hash) slip.PageDecision {
		seen <- true
		select {
		case <-proceed:
		case <-t.Context().Done():
		}
		n++
		return readings[min(n, len(readings))-1]
	})
	p := d.sit("hanako")
	p.do(chromedp.EmulateViewport(800, 1280))
	p.click(`a[href="/camera"]`)
	p.until(`document.activeElement.id === "shutter" && !document.getElementById("shutter").disabled && document.getElementById("video").videoWidth > 0`)
	p.until(`!document.getElementById("frame").hidden && document.getElementById("frame").offsetWidth > 100`)
	if wide := p.read(`document.documentElement.scrollWidth`); wide != "800" {
		t.Errorf("the page is %s pixels wide on a tablet of 800", wide)
	}

	p.press(kb.Enter)
	<-seen
	proceed <- true
	shown := p.verdict("review")
	if !strings.Contains(shown, "EY5422") || strings.Contains(shown, "2190000001") || !strings.Contains(shown, "要確認") {
		t.Errorf("a doubtful slip shows: %s", shown)
	}
	p.click("#again")
	p.until(`document.activeElement.id === "shutter"`)
	if left := p.read(`document.getElementById("result").innerText`); left != "" {
		t.Errorf("left over: %s", left)
	}
	p.press(kb.Enter)
	<-seen
	proceed <- true
	if shown := p.verdict("accepted"); !strings.Contains(shown, "2190000001") || !strings.Contains(shown, "この写真に替えました") {
		t.Errorf("a good picture shows: %s", shown)
	}
	totals, err := d.store.Totals(t.Context())
	if err != nil || totals.Accepted != 1 || totals.Rejected != 1 || totals.Entries != 1 {
		t.Errorf("%+v, %v", totals, err)
	}

	p.until(`document.activeElement.id === "next" && document.getElementById("again").hidden`)
	p.press(kb.Enter)
	p.until(`document.activeElement.id === "shutter"`)
	p.press(kb.Enter)
	<-seen // it is being read now, and the values of the last slip must be gone
	p.until(`document.querySelector("#result .waiting") && !document.getElementById("shot").hidden`)
	if shown := p.read(`document.body.innerText`); strings.Contains(shown, "2190000001") || strings.Contains(shown, "EY5422") {
		t.Errorf("values of the slip before: %s", shown)
	}
	proceed <- true
	if shown := p.verdict("review"); !strings.Contains(shown, "画像ファイルが途中で切れています") || strings.Contains(shown, "EY5422") {
		t.Errorf("an unreadable picture shows: %s", shown)
	}
	p.until(`document.activeElement.id === "again"`)
	if count := p.read(`document.getElementById("count").textContent`); count != "3 枚送りました" {
		t.Errorf("count %q", count)
	}
}

// Without a camera the page says why, and takes a photograph from a file.
func TestCameraPageWithoutACamera(t *testing.T) {
	d := newDesk(t)
	values := truth("2190000001")
	file, reading := d.filled(values, false)
	d.reading(func(slip.Hash) slip.PageDecision {
		return slip.PageDecision{Reading: reading, Decision: decided(values, reading, d.form)}
	})
	p := d.sit("hanako")
	p.onEveryPage(`navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("no", "NotAllowedError"); };`)
	p.open("/camera")
	p.until(`document.getElementById("finder-note").textContent.includes("許可されていません") && document.activeElement.id === "file"`)
	p.do(chromedp.SetUploadFiles(chromedp.CSS("#file"), []string{writeFile(t, "IMG_1.HEIC", []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"))}))
	if shown := p.verdict("refused"); !strings.Contains(shown, "互換性優先") {
		t.Errorf("shown: %s", shown)
	}
	p.click("#again")
	p.until(`document.activeElement.id === "file"`)
	p.do(chromedp.SetUploadFiles(chromedp.CSS("#file"), []string{writeFile(t, "IMG_2.jpg", file)}))
	if shown := p.verdict("accepted"); !strings.Contains(shown, "2190000001") {
		t.Errorf("shown: %s", shown)
	}
	if entries := d.entries(); len(entries) != 1 {
		t.Errorf("%d entries", len(entries))
	}
}
