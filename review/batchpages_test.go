package review_test

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"sesshu/ledger/slip"
)

// From the list of batches to one batch's report, as a person and nobody else
// sees it.
func TestBatchesAndTheirReports(t *testing.T) {
	d := newDesk(t)
	token := d.token("station-1", "station")
	for _, sheet := range []string{"/sheets/1", "/sheets/2"} {
		if got := d.put(batchPath+sheet, token, []byte("paper "+sheet), nil); got.status != http.StatusCreated {
			t.Fatalf("%s: %d %s", sheet, got.status, got.body)
		}
	}
	declared, fed := 3, 2
	if err := d.store.OpenBatch(t.Context(), "station-1", "b1", &declared); err != nil {
		t.Fatal(err)
	}
	closing := slip.Closing{Fed: &fed, Person: "鈴木 <b>", Reason: "1枚は医療機関へ返した"}
	if _, err := d.store.CloseBatch(t.Context(), "station-1", "b1", closing); err != nil {
		t.Fatal(err)
	}
	if got := d.request(http.MethodGet, "/batches", "", nil, nil); got.status == http.StatusOK {
		t.Errorf("a stranger sees the batches: %d", got.status)
	}
	p := d.sit("hanako")
	p.open("/batches")
	p.until(`document.body.classList.contains("batches")`)
	if row := p.read(`document.querySelector("tbody tr").innerText`); !strings.Contains(row, "b1") || !strings.Contains(row, "鈴木 <b>") {
		t.Errorf("row %q", row)
	}
	if folder := os.Getenv("SESSHU_SHOTS"); folder != "" {
		p.picture(folder + "/batches.png")
	}
	p.click(`tbody a`)
	p.until(`document.querySelector(".report") !== null`)
	text := p.read(`document.querySelector("main").innerText`)
	for _, want := range []string{"1枚は医療機関へ返した", "鈴木 <b>", "station-1"} {
		if !strings.Contains(text, want) {
			t.Errorf("report lacks %q:\n%s", want, text)
		}
	}
	if rows := p.read(`String(document.querySelectorAll(".list tbody tr").length)`); rows != "2" {
		t.Errorf("%s sheets are listed, want the two that are not in the ledger", rows)
	}
	if folder := os.Getenv("SESSHU_SHOTS"); folder != "" {
		p.picture(folder + "/batch.png")
	}
	p.open("/batches/station-1/none")
	p.until(`document.body.innerText.length > 0`)
	if p.read(`String(document.querySelector(".report"))`) != "null" {
		t.Error("a batch that is not there has a report")
	}
}

// A batch that its station discarded is told over the hand-in API, and shown.
func TestADiscardedBatchIsShown(t *testing.T) {
	d := newDesk(t)
	token := d.token("station-1", "station")
	const notice = `{"declared":30,"at":"2026-11-23T00:30:00Z","person":"佐藤","reason":"裏返しに <入っていた>","sheets":28}`
	for range 2 {
		got := d.request(http.MethodPut, batchPath+"/discard", token, strings.NewReader(notice), nil)
		if got.status != http.StatusOK || !strings.Contains(got.body, `"discard":{"at":"2026-11-23T00:30:00Z","person":"佐藤"`) {
			t.Fatalf("%d %s", got.status, got.body)
		}
	}
	for _, bad := range []string{`{}`, strings.Replace(notice, "佐藤", " ", 1), strings.Replace(notice, "28", "-1", 1)} {
		wantProblem(t, d.request(http.MethodPut, batchPath+"/discard", token, strings.NewReader(bad), nil), http.StatusBadRequest, "bad_request")
	}
	other := strings.Replace(notice, "佐藤", "鈴木", 1)
	wantProblem(t, d.request(http.MethodPut, batchPath+"/discard", token, strings.NewReader(other), nil), http.StatusConflict, "batch_discarded")
	wantProblem(t, d.put(batchPath+"/sheets/1", token, []byte("paper"), nil), http.StatusConflict, "batch_discarded")
	wantProblem(t, d.request(http.MethodPut, batchPath+"/discard", d.token("station-2", "station"), strings.NewReader(notice), nil), http.StatusForbidden, "forbidden")
	p := d.sit("hanako")
	p.open("/batches")
	p.until(`document.body.classList.contains("batches")`)
	if row := p.read(`document.querySelector("tbody tr").innerText`); !strings.Contains(row, "破棄: 28") || !strings.Contains(row, "佐藤") {
		t.Errorf("row %q", row)
	}
	if folder := os.Getenv("SESSHU_SHOTS"); folder != "" {
		p.picture(folder + "/discarded-list.png")
	}
	p.click(`tbody a`)
	p.until(`document.querySelector(".report") !== null`)
	text := p.read(`document.querySelector("main").innerText`)
	for _, want := range []string{"裏返しに <入っていた>", "佐藤", "2026-11-23 09:30", "送信される前にステーションで破棄されました"} {
		if !strings.Contains(text, want) {
			t.Errorf("report lacks %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "台帳に登録されました") || p.read(`String(document.querySelector(".fault"))`) != "null" {
		t.Errorf("report says:\n%s", text)
	}
	if folder := os.Getenv("SESSHU_SHOTS"); folder != "" {
		p.picture(folder + "/discarded.png")
	}
}

// The desk's own batches bear an account's name, which may be a mail address and
// longer than what a station may call a batch.
func TestTheBatchOfAnyAccountIsShown(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for i, name := range []string{"hanako", "hanako@city.example", strings.Repeat("h", 63)} {
		if name != "hanako" {
			d.account(name, slip.RoleAdministrator)
		}
		_, cookie := d.signIn(name, password)
		if got := d.upload(cookie, uploadID(fmt.Sprint(i)), "1.jpg", picture+name); got.status != http.StatusCreated {
			t.Fatalf("%s: %d %s", name, got.status, got.body)
		}
		header := map[string]string{"Cookie": cookie, "Accept": "text/html"}
		list := d.request(http.MethodGet, "/batches", "", nil, header)
		link := regexp.MustCompile(`href="(/batches/desk/[^"]+` + name + `)"`).FindStringSubmatch(list.body)
		if link == nil {
			t.Fatalf("%s: no link in %s", name, list.body)
		}
		if got := d.request(http.MethodGet, link[1], "", nil, header); got.status != http.StatusOK || !strings.Contains(got.body, name) {
			t.Errorf("%s: %d", name, got.status)
		}
		if got := d.request(http.MethodGet, link[1], "", nil, map[string]string{"Accept": "text/html"}); got.header.Get("Location") != "/sign-in?back="+url.QueryEscape(link[1]) {
			t.Errorf("%s: a stranger is sent to %q and not back", name, got.header.Get("Location"))
		}
	}
	_, cookie := d.signIn("hanako", password)
	for _, bad := range []string{"/batches/desk/" + strings.Repeat("h", 101), "/batches/desk/a%2fb", "/batches/desk/%00", "/batches/desk/@"} {
		if got := d.request(http.MethodGet, bad, "", nil, map[string]string{"Cookie": cookie}); got.status != http.StatusNotFound {
			t.Errorf("%s: %d", bad, got.status)
		}
	}
}

// picture keeps what the person sees.
func (p *person) picture(file string) {
	p.t.Helper()
	shot, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(file, shot, 0o600); err != nil {
		p.t.Fatal(err)
	}
}
