package review_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"sesshu/ledger"
	"sesshu/ledger/slip"
)

// unreadable is what the machine says of a file that ends too early.
func unreadable() slip.PageDecision {
	faults := []slip.Reason{slip.ReasonUnreadable}
	return slip.PageDecision{
		Reading:  slip.PageReading{Page: 1, Faults: faults, Fault: slip.FaultTruncated},
		Decision: slip.Decision{Reasons: faults},
	}
}

// reading works like the reading processes: it decides every sheet that comes,
// one after the other, by what read says of its bytes.
func (d *desk) reading(read func(hash slip.Hash) slip.PageDecision) {
	d.t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(d.t.Context()))
	ended := make(chan error, 1)
	go func() {
		ended <- d.store.RunJobs(ctx, ledger.JobsConfig{Concurrency: 1, ClientID: "test", Read: func(ctx context.Context, sheet slip.Sheet) error {
			page := read(sheet.SHA256)
			page.Reading.SHA256 = sheet.SHA256
			return d.store.RecordPages(ctx, sheet, []slip.PageDecision{page})
		}})
	}()
	d.t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			d.t.Errorf("reading: %v", err)
		}
	})
}

// write puts a file where the browser finds it.
func writeFile(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Several files at once: each gets its outcome, nothing is lost when the network
// goes, and the doubtful one leads to the slip.
func TestUploadFromFileToOutcome(t *testing.T) {
	d := newDesk(t)
	values := truth("2190000001")
	file, reading := d.filled(values, false)
	whole := decided(values, reading, d.form)
	doubtful, turned := d.filled(truth("2190000002"), true)
	d.reading(func(hash slip.Hash) slip.PageDecision {
		switch hash {
		case slip.HashOf(file):
			return slip.PageDecision{Reading: reading, Decision: whole}
		case slip.HashOf(doubtful):
			return slip.PageDecision{Reading: turned, Decision: doubt(decided(truth("2190000002"), turned, d.form), slip.LotNumber, 0.4, slip.ReasonUncertain)}
		}
		return unreadable()
	})
	p := d.sit("hanako")
	p.click(`a[href="/upload"]`)
	p.until(`document.activeElement.id === "choose"`)
	p.write("1234567890") // digits do nothing here either
	d.stop()
	p.do(chromedp.SetUploadFiles(chromedp.CSS("#files"), []string{
		writeFile(t, "良い.jpg", file), writeFile(t, "要確認.jpg", doubtful), writeFile(t, "途中.jpg", file[:len(file)/2]),
		writeFile(t, "IMG_1.HEIC", []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic")),
	}))
	p.until(`!document.getElementById("notice").hidden`) // no connection: it says so and goes on trying
	d.start()
	states := `[...document.querySelectorAll("#rows tr")].map((row) => row.dataset.state).join(" ")`
	p.until(states + ` === "accepted review review refused"`)
	p.until(`document.getElementById("notice").hidden && document.querySelector("#sums .review").dataset.count === "2"`)
	rows := p.read(`document.getElementById("rows").innerText`)
	for _, words := range []string{"良い.jpg", "画像ファイルが途中で切れています", "もう一度スキャン", "HEIC", "互換性優先"} {
		if !strings.Contains(rows, words) {
			t.Errorf("%q is not on the page:\n%s", words, rows)
		}
	}
	// A file that is dropped beside the field is taken all the same.
	p.do(chromedp.Evaluate[chromedp.Void](`(() => {
		const dataTransfer = new DataTransfer();
		dataTransfer.items.add(new File(["hello"], "メモ.txt"));
		document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
	})()`))
	p.until(`document.querySelector("#rows tr").dataset.state === "refused" && document.querySelector("#rows tr").innerText.includes("この種類のファイル")`)

	// The same file again, on purpose, is a second sheet and says so, though the
	// session ended before; after a reload everything that was stored is listed.
	d.endSessions()
	p.do(chromedp.SetUploadFiles(chromedp.CSS("#files"), []string{writeFile(t, "良い.jpg", file)}))
	p.until(`document.activeElement.id === "signin-password"`)
	p.write(password)
	p.press(kb.Enter)
	p.until(`document.querySelector("#rows tr").dataset.state === "review" && document.querySelector("#rows .again").textContent.includes("まったく同じファイル")`)
	p.do(chromedp.Reload())
	p.until(`[...document.querySelectorAll("#rows tr")].map((row) => row.dataset.state).sort().join(" ") === "accepted review review review"`)
	if totals, err := d.store.Totals(t.Context()); err != nil || totals.Stored != 4 || totals.Entries != 1 || totals.Duplicates != 1 {
		t.Errorf("%+v, %v", totals, err)
	}

	p.click(`button[value=en]`)
	p.until(`document.documentElement.lang === "en" && document.body.innerText.includes("The image file ends too early")`)
	p.do(chromedp.Evaluate[chromedp.Void](`[...document.querySelectorAll("#rows tr")].find((row) => row.innerText.includes("要確認.jpg")).querySelector("a.review").click()`))
	p.asked("lot_number")
	p.until(`document.getElementById("sheet").textContent.includes("要確認.jpg")`)
}

// What can still be seen of a picture that ends too early is shown, to type from.
func TestSlipPageShowsThePartOfADamagedPicture(t *testing.T) {
	d := newDesk(t)
	file, _ := d.filled(truth("2190000001"), false)
	d.page = func([]byte, int) ([]byte, error) { return nil, errors.New("ends too early") }
	broken := unreadable()
	d.handIn(file[:len(file)*2/3], broken.Reading, broken.Decision)
	p := d.sit("hanako")
	p.start()
	p.until(`document.getElementById("unreadable").innerText.includes("手で入力") && document.querySelector("figcaption").textContent.includes("読めるところだけ")`)
	p.until(`document.querySelector(".view canvas").width > 100 && !document.querySelector(".loading")`)
	for _, typed := range [][2]string{
		{"ticket_type", "2"}, {"dose", "1"}, {"municipality_code", "041009"}, {"ticket_number", "2190000001"}, {"vaccination_date", "20210630"},
		{"lot_number", "EY5422"}, {"manufacturer", "ファイザー"}, {"facility_code", "0418010146"}, {"consent", "はい（同意あり）"},
	} {
		p.asked(typed[0])
		p.write(typed[1])
		p.press(kb.Enter)
		p.until(`document.querySelector(".other[data-value=` + typed[0] + `]")`)
	}
	p.checks("unreadable")
	p.pressWith(chromedp.ModifierCtrl, kb.Enter)
	p.until(`document.body.classList.contains("home")`)
	got := d.request(http.MethodGet, "/v1/entries/1", d.token("consumer", "feed"), nil, nil)
	var evidence slip.Evidence
	if err := json.Unmarshal([]byte(got.body), &evidence); err != nil || evidence.Page.Fault != slip.FaultTruncated || evidence.Entry.Values[slip.TicketNumber] != "2190000001" {
		t.Errorf("evidence: %s", got.body)
	}
}

// The slip page says what is wrong with a file, names it, and leads out.
func TestSlipPageSaysWhyAFileCannotBeRead(t *testing.T) {
	d := newDesk(t)
	d.reading(func(slip.Hash) slip.PageDecision { return unreadable() })
	_, cookie := d.signIn("hanako", password)
	d.upload(cookie, uploadID("a"), "医院から.jpg", picture)
	p := d.sit("hanako")
	p.until(`document.querySelector(".list .reason")?.textContent === "画像ファイルが途中で切れています" || void location.reload()`)
	p.start()
	p.until(`document.getElementById("unreadable").dataset.fault === "truncated" && document.activeElement.classList.contains("reject")`)
	panel := p.read(`document.getElementById("unreadable").innerText`)
	for _, words := range []string{"画像ファイルが途中で切れています", "もう一度スキャン", "画面に出せません", "医院から.jpg"} {
		if !strings.Contains(panel, words) {
			t.Errorf("%q is not on the page: %s", words, panel)
		}
	}
	p.press(kb.Enter)
	p.until(`document.activeElement.id === "reject-list" && document.querySelector("[aria-selected=true]").dataset.value === "unreadable"`)
	p.press(kb.Enter)
	p.until(`document.body.classList.contains("home")`)
	if totals, err := d.store.Totals(t.Context()); err != nil || totals.Rejected != 1 {
		t.Errorf("%+v, %v", totals, err)
	}
}
