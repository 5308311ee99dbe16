package panel_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
	"golang.org/x/image/draw"

	"sesshu/scanner"
	"sesshu/scanner/escl"
	"sesshu/scanner/panel"
	"sesshu/scanner/practice"
	"sesshu/scanner/station"
)

// newPractice opens a practice: the virtual scanner behind real eSCL, a real
// station without an intake, and its page.
func newPractice(t *testing.T) *place {
	t.Helper()
	p := &place{t: t, spool: t.TempDir(), address: "127.0.0.1:0"}
	training, err := practice.New(practice.Config{Pace: 5 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	feeder := httptest.NewServer(training)
	t.Cleanup(feeder.Close)
	p.scanner, err = escl.New(escl.Config{URL: feeder.URL + "/eSCL", JobFile: filepath.Join(t.TempDir(), "job"), Poll: 2 * time.Millisecond,
		BusyPatience: 2 * time.Second, StallPatience: 10 * time.Second, SettlePatience: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.scanner.Close() })
	page, err := panel.New(panel.Config{Name: "practice", Device: p.scanner, Practice: training,
		Settings: scanner.Settings{DPI: practice.Resolution, DoubleFeedDetection: true}})
	if err != nil {
		t.Fatal(err)
	}
	p.station, err = station.Open(station.Config{Name: "practice", Dir: p.spool,
		Progress: func(event station.Event) { training.Notice(event); page.Notice(event) }})
	if err != nil {
		t.Fatal(err)
	}
	page.Attach(p.station)
	listener := p.listen(&p.address)
	server := &http.Server{Handler: page, ReadHeaderTimeout: 10 * time.Second}
	p.stopStation = p.run(func(ctx context.Context) error {
		ended := make(chan error, 2)
		go func() { ended <- page.Run(ctx) }()
		go func() { ended <- server.Serve(listener) }()
		<-ctx.Done()
		err := server.Close()
		for range 2 {
			if one := <-ended; !errors.Is(one, http.ErrServerClosed) {
				err = errors.Join(err, one)
			}
		}
		return err
	}, func() { _ = p.station.Close() })
	t.Cleanup(func() { p.stopStation() })
	return p
}

// trainee is an operator who practises.
type trainee struct {
	*operator

	papers []*image.Gray // the heads of the practice sheets, once looked at
}

// fetch returns a picture of the page.
func (o *operator) fetch(address string) image.Image {
	o.t.Helper()
	response, err := http.Get(address)
	if err != nil {
		o.t.Fatal(err)
	}
	defer response.Body.Close()
	file, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		o.t.Fatalf("picture %s: %d, %v", address, response.StatusCode, err)
	}
	picture, err := jpeg.Decode(bytes.NewReader(file))
	if err != nil {
		o.t.Fatal(err)
	}
	return picture
}

// head is the head of a slip, as large as it takes to tell two of them apart.
func (o *operator) head(address string) *image.Gray {
	o.t.Helper()
	page := o.fetch(address)
	area := page.Bounds()
	area.Max.Y = area.Dy() / 5
	head := image.NewGray(image.Rect(0, 0, 330, 94))
	draw.BiLinear.Scale(head, head.Rect, page, area, draw.Src, nil)
	return head
}

// difference is how far two heads differ; the same paper's is far below any other.
func difference(a, b *image.Gray) (sum int) {
	for at := range a.Pix {
		one := int(a.Pix[at]) - int(b.Pix[at])
		sum += max(one, -one)
	}
	return sum
}

// paperShown returns which sheet in hand is the one in a picture of the page, as
// an operator compares the two.
func (o *trainee) paperShown(id string) int {
	o.t.Helper()
	o.until(fmt.Sprintf(`document.getElementById(%[1]q).complete && document.getElementById(%[1]q).naturalWidth > 0`, id))
	shown := o.head(o.read(fmt.Sprintf(`document.getElementById(%q).src`, id)))
	for number := len(o.papers) + 1; number <= practice.Sheets; number++ {
		o.papers = append(o.papers, o.head(fmt.Sprintf("http://%s/practice/papers/%d", o.place.address, number)))
	}
	best := 0
	for i, paper := range o.papers {
		if difference(shown, paper) < difference(shown, o.papers[best]) {
			best = i
		}
	}
	return best + 1
}

// takeOutAndPutBack does at the practice scanner what the page says: all sheets
// out, and everything behind the one in the picture back into the feeder.
func (o *trainee) takeOutAndPutBack(mistake int) {
	o.t.Helper()
	last := o.paperShown("problem-last-picture")
	o.click("#exercise-take-out")
	o.until(`document.querySelectorAll("#exercise-papers button").length === 16`)
	o.click(fmt.Sprintf(`#exercise-papers [data-paper="%d"]`, last+1+mistake))
	o.until(fmt.Sprintf(`document.querySelectorAll("#exercise-papers button").length === %d`, last+mistake))
}

// begin chooses an exercise, puts the stack into the feeder and starts.
func (o *trainee) begin(exercise string) {
	o.t.Helper()
	o.click(fmt.Sprintf(`[data-exercise=%q]`, exercise))
	o.until(`document.activeElement.dataset.paper === "1"`)
	o.press(kb.Enter)
	o.until(`document.getElementById("exercise-feeder").textContent.startsWith("16") && document.activeElement.id === "declared"`)
	o.press("16", kb.Enter)
}

// marked requires that nobody can take the page for work.
func (o *trainee) marked() {
	o.t.Helper()
	o.until(`(() => { const banner = document.querySelector(".practice-banner").getBoundingClientRect();
		return banner.top === 0 && banner.width > innerWidth * 0.9 && banner.height >= 40; })()`)
	o.until(`document.querySelector(".practice-banner").textContent.includes("練習") && document.querySelector(".practice-banner").textContent.includes("PRACTICE")`)
}

// A jam, a double feed, an open cover and an "empty" that is not true are
// brought home by doing what the page says; nothing leaves the station, and the
// report says so.
func TestPracticeComesHome(t *testing.T) {
	t.Parallel()
	p := newPractice(t)
	o := &trainee{operator: p.sit()}
	o.until(`document.querySelectorAll("#exercise-list button").length >= 6 && document.getElementById("new").hidden`)
	o.marked()
	o.shoot("practice-choose")
	o.click(`[data-exercise="bad-day"]`)
	o.until(`document.querySelectorAll("#exercise-papers img").length === 16 && [...document.querySelectorAll("#exercise-papers img")].every((picture) => picture.naturalWidth > 0)`)
	o.shoot("practice-hand")
	o.click("#exercise-other")
	o.begin("bad-day")
	for _, title := range []string{"紙づまりです。", "用紙が重なって送られました。", "スキャナーのカバーが開いています。"} {
		o.until(fmt.Sprintf(`document.getElementById("problem-title").textContent === %q && document.getElementById("problem").offsetParent`, title))
		o.phase("stopped", "continue")
		o.shoot("practice-" + map[string]string{"紙": "jam", "用": "double-feed", "ス": "cover-open"}[string([]rune(title)[:1])])
		o.takeOutAndPutBack(0)
		o.shoot("practice-put-back")
		o.phase("stopped", "continue")
		o.press(kb.Enter)
	}
	// "Empty" with paper left: the count says so, and the paper goes in anew.
	o.until(`document.body.dataset.phase === "disagree"`)
	o.until(`document.getElementById("problem-title").textContent.includes("足りません")`)
	o.shoot("practice-empty")
	o.takeOutAndPutBack(0)
	o.click("#more")
	o.phase("complete", "close")
	o.until(`document.querySelectorAll('#tiles [data-state="here"]').length === 16 && document.querySelector("#tiles .outcome").textContent.includes("練習では読みません")`)
	o.press(kb.Enter)
	o.until(`document.body.dataset.phase === "closing" && document.getElementById("exercise-verdict").dataset.tone === "home"`)
	o.until(`document.getElementById("line").textContent.includes("練習では送りません") && document.getElementById("server").textContent === "サーバーなし"`)
	o.shoot("practice-closed")
	if account := p.station.Batches()[0]; account.HandedIn != 0 || account.ClosedAt != nil {
		t.Errorf("something was handed in: %+v", account)
	}
	o.click("#exercise-report")
	o.until(`document.querySelector(".verdict").dataset.tone === "home" && document.querySelectorAll(".faults li").length === 4 && document.querySelectorAll(".stopped").length === 3`)
	o.until(`document.querySelectorAll(".notable tbody tr").length === 16 && document.querySelectorAll(".notable .odd, .wrong, .faults small").length === 0`)
	o.marked()
	o.shoot("practice-report")
	o.print("practice-report")
	o.click(`.language button[value="en"]`)
	o.until(`document.documentElement.lang === "en" && document.querySelector(".verdict").textContent.startsWith("All 16 sheets are in") && location.pathname === "/practice"`)
	o.shoot("practice-report-english")
	o.open("/batches")
	o.marked()
	o.until(`document.querySelector(".list").textContent.includes("practice, not handed in")`)
}

// One sheet too many is put back: the count finds it, and the report says which
// it was and where it went wrong.
func TestPracticeFindsAMistake(t *testing.T) {
	t.Parallel()
	p := newPractice(t)
	o := &trainee{operator: p.sit()}
	o.begin("jam")
	o.phase("stopped", "continue")
	o.takeOutAndPutBack(-1)
	o.press(kb.Enter)
	o.until(`document.body.dataset.phase === "disagree" && document.getElementById("problem-title").textContent.includes("1枚多く")`)
	o.click("#close-reason")
	o.until(`document.activeElement.id === "person"`)
	o.press("佐藤", kb.Tab, "1枚を2回入れた")
	o.click("#ask-do")
	o.until(`document.getElementById("exercise-verdict").dataset.tone === "answered"`)
	o.open("/practice")
	o.until(`document.querySelectorAll(".notable .odd").length === 1 && document.querySelector(".notable .odd").textContent.includes("✕ 2")`)
	o.until(`document.querySelectorAll(".wrong").length === 1 && document.querySelector(".wrong").textContent.includes(document.querySelector(".notable .odd td:nth-child(2)").textContent)`)
	o.shoot("practice-mistake")
}

// A double feed that nobody noticed: the missing sheet is found among those in
// hand, fed alone, and the batch comes home. An exercise that is given up leaves
// nothing to the next one.
func TestPracticeMissingSheet(t *testing.T) {
	t.Parallel()
	p := newPractice(t)
	o := &trainee{operator: p.sit()}
	o.begin("missing")
	o.until(`document.body.dataset.phase === "disagree"`)
	o.click("#exercise-other")
	o.begin("missing")
	o.until(`document.body.dataset.phase === "disagree"`)
	o.until(`document.getElementById("fed").textContent === "15"`)
	// Which of the sheets has no tile?
	seen := map[int]bool{}
	for tile := 1; tile <= 15; tile++ {
		o.until(fmt.Sprintf(`document.querySelector('#tiles [data-n="%d"]').dataset.drawn > 0`, tile))
		o.click(fmt.Sprintf(`#tiles [data-n="%d"] button`, tile))
		o.until(fmt.Sprintf(`document.getElementById("picture").open && document.getElementById("picture-image").src.includes("/%d?size=large")`, tile))
		seen[o.paperShown("picture-image")] = true
		o.press(kb.Escape)
		o.until(`!document.getElementById("picture").open`)
	}
	missing := 0
	for number := 1; number <= practice.Sheets; number++ {
		if !seen[number] {
			missing = number
		}
	}
	if len(seen) != 15 {
		t.Fatalf("%d different papers are on the page", len(seen))
	}
	o.click("#exercise-take-out")
	o.click("#exercise-only")
	o.click(fmt.Sprintf(`#exercise-papers [data-paper="%d"]`, missing))
	o.until(`document.getElementById("exercise-feeder").textContent.startsWith("1枚")`)
	o.click("#more")
	o.phase("complete", "close")
	o.press(kb.Enter)
	o.until(`document.getElementById("exercise-verdict").dataset.tone === "home"`)
	if batches := p.station.Batches(); len(batches) != 2 || batches[0].Closing == nil {
		t.Errorf("the exercise that was given up left its batch open: %+v", batches)
	}
	if text := o.read(`document.body.innerText`); strings.Contains(text, "サーバー接続中") || strings.Contains(text, "送信待ち") {
		t.Errorf("the page speaks of a server:\n%s", text)
	}
}
