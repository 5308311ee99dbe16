package panel_test

import (
	"bytes"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"sesshu/ledger/slip"
	"sesshu/scanner/internal/testcard"
	"sesshu/scanner/virtual"
)

// putBack does at the scanner what the page says: everything behind the sheet in
// the picture goes back into the feeder.
func (o *operator) putBack(papers []virtual.Sheet) {
	o.t.Helper()
	last := o.lastSafe()
	o.place.device.Clear()
	o.place.device.Load(papers[last:]...)
}

// A batch with a jam and a double feed is brought home with the keyboard alone,
// by following what the page says.
func TestJamAndDoubleFeedComeHome(t *testing.T) {
	t.Parallel()
	const sheets = 24
	p := newPlace(t, virtual.Config{Pace: 5 * time.Millisecond, Script: []virtual.Fault{
		{Kind: virtual.Jam, Sheet: 8}, {Kind: virtual.DoubleFeed, Sheet: 17}}}, 0)
	papers := stack(1, sheets)
	p.device.Load(papers...)
	o := p.sit()
	o.phase("new", "declared")
	o.shoot("new")
	batch := o.read(`document.getElementById("name").value`)
	o.press(fmt.Sprint(sheets), kb.Enter)

	o.phase("stopped", "continue")
	o.until(`document.getElementById("problem-title").textContent === "紙づまりです。"`)
	o.until(`window.tones === 3`)
	if fed := o.read(`document.getElementById("fed").textContent`); fed != "7" {
		t.Errorf("%s sheets are said to be in, want 7", fed)
	}
	o.until(`document.getElementById("problem-steps").textContent.includes("7枚目の用紙を確かめ")`)
	o.shoot("jam")
	o.putBack(papers)
	o.press(kb.Enter)

	o.until(`document.getElementById("problem-title").textContent === "用紙が重なって送られました。" && document.getElementById("problem-title").offsetParent`)
	o.phase("stopped", "continue")
	o.shoot("double-feed")
	o.putBack(papers)
	o.press(kb.Enter)

	o.phase("complete", "close")
	o.until(`document.querySelectorAll("#tiles li").length === 24`)
	o.shoot("complete")
	o.press(kb.Enter)
	o.phase("closed", "next")
	p.wantLedger(batch, sheets)

	for sequence := 1; sequence <= sheets; sequence++ {
		p.decide(batch, sequence, map[bool]slip.Outcome{true: slip.Accepted, false: slip.NeedsReview}[sequence%5 != 0])
	}
	o.until(`document.querySelectorAll('#tiles [data-state="accepted"]').length === 20 && document.querySelectorAll('#tiles [data-state="review"]').length === 4`)
	o.until(`document.querySelector('#tiles [data-n="5"] .outcome').textContent === "!審査へ"`)
	o.until(`[...document.querySelectorAll("#tiles img")].slice(0, 6).every((picture) => picture.naturalWidth > 0)`)
	o.shoot("closed")
	o.open("/batches/" + batch)
	o.until(`document.querySelector(".law").textContent.includes("24") && document.querySelector(".good").textContent.includes("収支は合っています")`)
	o.until(`document.querySelectorAll(".stops li").length === 2 && document.querySelectorAll(".notable tbody tr").length === 4`)
	o.shoot("report")
	o.print("report")
}

// What is held is looked at, and thrown away by name; what is fed instead goes
// on. Both stay on record.
func TestLookAndDiscard(t *testing.T) {
	t.Parallel()
	p := newPlace(t, virtual.Config{}, 0)
	p.device.Load(stack(31, 34)...)
	o := p.sit()
	o.phase("new", "declared")
	wrong := o.read(`document.getElementById("name").value`)
	o.click("#hold")
	o.do(chromedp.SetValue(chromedp.CSS("#facility"), "0410113719"), chromedp.SetValue(chromedp.CSS("#month"), "2026-04"), chromedp.SetValue(chromedp.CSS("#declared"), "4"))
	o.click("#start")
	o.phase("held", "release")
	o.until(`[...document.querySelectorAll("#tiles [data-state='here'] img")].filter((picture) => picture.naturalWidth > 0).length === 4`)
	o.shoot("held")
	o.click(`[data-n="2"] button`)
	o.until(`document.getElementById("picture").open && document.getElementById("picture-image").naturalWidth > 100`)
	o.shoot("picture")
	o.press(kb.Escape)
	o.click("#discard")
	o.until(`document.getElementById("ask").open && document.activeElement.id === "person"`)
	o.press("佐藤", kb.Tab, "裏返しに入っていた")
	o.shoot("discard")
	o.click("#ask-do")
	o.phase("discarded", "next")
	o.shoot("discarded")
	if err := p.station.Settled(t.Context()); err != nil {
		t.Fatal(err)
	}
	if count, err := p.store.Batch(t.Context(), stationName, wrong); err != nil || !count.Discarded() || count.Discard.Person != "佐藤" ||
		count.Discard.Reason != "裏返しに入っていた" || count.Discard.Sheets != 4 || *count.Declared != 4 {
		t.Errorf("the service knows of the discarded batch: %+v, %v", count, err)
	}
	p.device.Clear()
	p.device.Load(stack(1, 4)...)
	o.press(kb.Enter)
	o.phase("new", "declared")
	right := o.read(`document.getElementById("name").value`)
	o.click("#hold")
	o.click("#unknown")
	o.click("#start")
	o.phase("held", "release")
	o.press(kb.Enter)
	o.until(`document.getElementById("ask").open`)
	o.press("佐藤")
	o.press(kb.Enter)
	o.phase("closed", "next")
	p.wantLedger(right, 4)
	if wrong == right {
		t.Errorf("two batches are called %s", right)
	}
	o.press(kb.F4)
	o.until(`document.querySelectorAll(".list tbody tr").length === 2 && document.querySelector(".list").textContent.includes("佐藤: 裏返しに入っていた")`)
	o.shoot("history")
}

// A page that is lost between two sheets is found by the count, and the batch
// closes only when somebody answers for it.
func TestLostAndRepeatedPages(t *testing.T) {
	t.Parallel()
	p := newPlace(t, virtual.Config{Script: []virtual.Fault{{Kind: virtual.RepeatPage, Sheet: 3}, {Kind: virtual.LosePage, Sheet: 6}}}, 0)
	p.device.Load(stack(1, 8)...)
	o := p.sit()
	o.phase("new", "declared")
	batch := o.read(`document.getElementById("name").value`)
	o.press("8", kb.Enter)
	// One page lost and one doubled: the count agrees, and that is not enough.
	o.phase("disagree", "close-reason")
	o.until(`document.querySelectorAll("#problem-doubtful-list img").length === 2 && document.getElementById("problem-title").textContent.includes("同じ画像")`)
	o.until(`[...document.querySelectorAll('#tiles [data-n="4"] .note')].some((note) => note.textContent === "前と同じ画像")`)
	if o.read(`document.getElementById("close").offsetParent !== null`) != "false" {
		t.Error("a batch with a repeat can be closed by a plain button")
	}
	o.shoot("disagree")
	o.press(kb.Enter)
	o.until(`document.activeElement.id === "person"`)
	o.press("佐藤", kb.Tab, "3枚目の画像が2回届き、6枚目が届かない。次の束で取り込む")
	o.click("#ask-do")
	o.phase("closed", "next")
	account := p.station.Batches()[0]
	if account.Closing == nil || account.Closing.Person != "佐藤" || account.Name != batch {
		t.Errorf("account %+v", account)
	}
}

// Another station of the same name was first: the batch stops, loudly and with
// its sheets, and can be thrown away by name only.
func TestAnotherStationOfTheSameName(t *testing.T) {
	t.Parallel()
	p := newPlace(t, virtual.Config{}, 0)
	o := p.sit()
	o.phase("new", "declared")
	batch := o.read(`document.getElementById("name").value`)
	other := testcard.JPEG(77)
	sheet := slip.Sheet{SheetID: slip.SheetID{Station: stationName, Batch: batch, Sequence: 1}, SHA256: slip.HashOf(other),
		Bytes: int64(len(other)), MediaType: "image/jpeg", CapturedAt: time.Now()}
	if err := p.store.OpenBatch(t.Context(), stationName, batch, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := p.store.StoreSheet(t.Context(), sheet, bytes.NewReader(other)); err != nil {
		t.Fatal(err)
	}
	p.device.Load(stack(1, 2)...)
	o.click("#unknown")
	o.click("#start")
	o.until(`document.body.dataset.phase === "stuck" && document.getElementById("problem-steps").textContent.includes("同じ名前の端末がほかにないか")`)
	o.shoot("stuck")
	if image, err := p.station.Image(batch, 2); err != nil || len(image) == 0 {
		t.Errorf("a sheet is gone: %v", err)
	}
	o.click("#discard")
	o.until(`document.getElementById("ask").open && document.activeElement.id === "person"`)
	o.press("佐藤", kb.Tab, "名前が重なった。次の束で取り込む")
	o.click("#ask-do")
	o.phase("discarded", "next")
	if err := p.station.Settled(t.Context()); err != nil {
		t.Fatal(err)
	}
	if count, err := p.store.Batch(t.Context(), stationName, batch); err != nil || count.Discarded() || count.Discard == nil || count.Discard.Stored != 1 || count.Stored != 1 {
		t.Errorf("the other station's sheet: %+v, %v", count, err)
	}
}

// Nobody counted the stack: the header sheet on top does, once the service has
// read it. A slip is missing then, is found, and the batch is whole.
func TestAHeaderSheetDeclares(t *testing.T) {
	t.Parallel()
	p := newPlace(t, virtual.Config{}, 0)
	p.device.Load(stack(1, 4)...)
	o := p.sit()
	o.phase("new", "declared")
	batch := o.read(`document.getElementById("name").value`)
	o.click("#unknown")
	o.click("#start")
	o.phase("complete", "close")
	if err := p.station.Settled(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.readHeader(batch, 1, 4)
	for number := 2; number <= 4; number++ {
		p.decide(batch, number, slip.Accepted)
	}
	o.phase("disagree", "more")
	o.until(`document.getElementById("fed").textContent === "3" && document.getElementById("declared-of").textContent === "/ 4枚(見出し紙) ほかに見出し紙など1枚"`)
	o.until(`document.getElementById("problem-title").textContent.includes("1枚足りません(申告4枚、取り込み3枚)")`)
	o.until(`document.getElementById("close").hidden && !document.getElementById("close-reason").hidden`)
	o.shoot("header-short")
	p.device.Load(stack(5, 5)...)
	o.press(kb.Enter)
	o.phase("complete", "close")
	o.shoot("header-complete")
	o.press(kb.Enter)
	o.phase("closed", "next")
	count, err := p.store.Batch(t.Context(), stationName, batch)
	if err != nil || count.ClosedAt == nil || count.ClosedBy != "" || count.Control != 1 || count.Slips() != 4 || *count.Fed != 5 {
		t.Errorf("closed %+v, %v", count, err)
	}
}

// The operator counted the slips and put a header on top of them: what is too
// many until the service has read it needs nobody's reason.
func TestAHeaderSheetIsNoSlip(t *testing.T) {
	t.Parallel()
	p := newPlace(t, virtual.Config{}, 0)
	p.device.Load(stack(1, 3)...)
	o := p.sit()
	o.phase("new", "declared")
	batch := o.read(`document.getElementById("name").value`)
	o.press("2", kb.Enter)
	o.phase("disagree", "close")
	o.until(`document.getElementById("problem-steps").textContent.includes("見出し紙・仕切り紙が入っていれば、そのまま閉じてください")`)
	o.shoot("header-undecided")
	o.press(kb.Enter)
	o.phase("closing", "next")
	p.readHeader(batch, 1, 2)
	o.phase("closed", "next")
	count, err := p.store.Batch(t.Context(), stationName, batch)
	if err != nil || count.ClosedBy != "" || count.Control != 1 || count.Slips() != 2 {
		t.Errorf("closed %+v, %v", count, err)
	}
}

// The station dies in the middle of a batch, and the service is away; the page
// comes back by itself and says where to go on.
func TestRestartAndServerAway(t *testing.T) {
	t.Parallel()
	const sheets = 12
	p := newPlace(t, virtual.Config{Script: []virtual.Fault{{Kind: virtual.CoverOpen, Sheet: 5}}}, 26*time.Hour)
	papers := stack(1, sheets)
	p.device.Load(papers...)
	o := p.sit()
	o.phase("new", "declared")
	o.until(`document.getElementById("clock").textContent.includes("約26時間進んでいます")`)
	p.stopService()
	o.until(`document.getElementById("server").textContent === "サーバーに接続できません"`)
	batch := o.read(`document.getElementById("name").value`)
	o.press(fmt.Sprint(sheets), kb.Enter)
	o.phase("stopped", "continue")
	o.until(`document.getElementById("backlog").textContent === "送信待ち 4枚"`)
	o.shoot("cover-open-server-away")
	p.stopStation()
	o.until(`document.getElementById("gone").offsetParent !== null`)
	o.shoot("gone")
	p.openStation()
	o.until(`document.getElementById("gone").hidden && document.getElementById("problem").dataset.kind === "interrupted"`)
	o.phase("stopped", "continue")
	o.shoot("interrupted")
	o.putBack(papers)
	o.press(kb.Enter)
	o.phase("complete", "close")
	o.press(kb.Enter)
	o.phase("closing", "next")
	o.shoot("closing")
	p.openService()
	o.phase("closed", "next")
	p.wantLedger(batch, sheets)
	sheet, err := p.store.Sheet(t.Context(), slip.SheetID{Station: stationName, Batch: batch, Sequence: 1})
	if err != nil || time.Since(sheet.CapturedAt) > time.Hour {
		t.Errorf("a sheet's time was changed: %v, %v", sheet.CapturedAt, err)
	}
	o.do(chromedp.Click(chromedp.CSS(`.language button[value="en"]`)))
	o.until(`document.documentElement.lang === "en" && document.getElementById("phase").textContent === "Batch closed"`)
	o.shoot("english")
	for name, size := range map[string][2]int64{"tablet": {1280, 800}, "tablet-upright": {800, 1280}} {
		o.do(chromedp.EmulateViewport(size[0], size[1]))
		o.shoot(name)
		if wide := o.read(`document.documentElement.scrollWidth <= innerWidth`); wide != "true" {
			t.Errorf("%s: the page is wider than the window", name)
		}
		small := o.read(`[...document.querySelectorAll("button, a, input, .check")].filter((target) => target.offsetParent && target.type !== "checkbox" && target.getBoundingClientRect().height < 44).map((target) => target.id || target.textContent).join()`)
		if small != "" {
			t.Errorf("%s: too small for a thumb: %s", name, small)
		}
	}
}

// The page is for the computer it runs on, and for its own pages.
func TestStrangersAreRefused(t *testing.T) {
	t.Parallel()
	p := newPlace(t, virtual.Config{}, 0)
	for name, change := range map[string]func(*http.Request){
		"another host name": func(r *http.Request) { r.Host = "station.example" },
		"another address":   func(r *http.Request) { r.Host = "192.0.2.7:80" },
		"another site's page": func(r *http.Request) {
			r.Method = http.MethodPost
			r.Header.Set("Origin", "https://evil.example")
		},
		"a picture in another site": func(r *http.Request) {
			r.Header.Set("Sec-Fetch-Site", "cross-site")
			r.Header.Set("Sec-Fetch-Mode", "no-cors")
		},
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+p.address+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		change(request)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != http.StatusForbidden {
			t.Errorf("%s: status %d", name, response.StatusCode)
		}
	}
}
