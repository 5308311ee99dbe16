package review_test

import (
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"sesshu/ledger/slip"
)

// A station died before it closed its batch. An administrator does, with the
// keyboard and in writing, and the report tells who and why.
func TestAnAdministratorClosesABatch(t *testing.T) {
	d := newDesk(t)
	d.account("kanri", slip.RoleAdministrator)
	declared := 3
	if err := d.store.OpenBatch(t.Context(), "station-1", "b1", &declared); err != nil {
		t.Fatal(err)
	}
	if got := d.put(batchPath+"/sheets/1", d.token("station-1", "station"), []byte("paper"), nil); got.status != http.StatusCreated {
		t.Fatalf("%d %s", got.status, got.body)
	}
	p := d.sit("kanri")
	p.open("/batches/station-1/b1")
	p.until(`document.querySelector(".closing") !== null`)
	for range 12 { // through the bar on top
		if p.read(`document.activeElement.id`) == "closing-reason" {
			break
		}
		p.press(kb.Tab)
	}
	p.write("スキャナー故障 <1枚目のみ>")
	if folder := os.Getenv("SESSHU_SHOTS"); folder != "" {
		p.picture(folder + "/batch-closing.png")
	}
	p.press(kb.Tab, kb.Enter)
	p.until(`document.querySelector(".closing") === null && document.querySelector(".report") !== null`)
	text := p.read(`document.querySelector(".report").innerText`)
	for _, want := range []string{"kanri", "スキャナー故障 <1枚目のみ>", "枚数が合わないまま締め済み"} {
		if !strings.Contains(text, want) {
			t.Errorf("report lacks %q:\n%s", want, text)
		}
	}
	if path := p.read(`location.pathname`); path != "/batches/station-1/b1" {
		t.Errorf("the person is at %s", path)
	}
	if folder := os.Getenv("SESSHU_SHOTS"); folder != "" {
		p.picture(folder + "/batch-closed-at-desk.png")
	}
	if log := d.log.String(); !strings.Contains(log, "batch closed at the desk") || strings.Contains(log, "故障") {
		t.Error("the log must tell of the deed, and not the reason")
	}
}

// Only administrators close at the desk, from its own page, and in writing.
func TestClosingAtTheDeskIsRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for name, role := range map[string]slip.Role{"kanri": slip.RoleAdministrator, "auditor": slip.RoleAuditor} {
		d.account(name, role)
	}
	if err := d.store.OpenBatch(t.Context(), "station-1", "b1", nil); err != nil {
		t.Fatal(err)
	}
	const page = "/batches/station-1/b1"
	closing := func(name, path, reason, site string) answered {
		t.Helper()
		header := map[string]string{"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": site}
		if name != "" {
			_, header["Cookie"] = d.signIn(name, password)
		}
		return d.request(http.MethodPost, path+"/close", "", strings.NewReader(url.Values{"reason": {reason}}.Encode()), header)
	}
	for name, c := range map[string]struct {
		got    answered
		status int
	}{
		"a reviewer":     {closing("hanako", page, "x", "same-origin"), http.StatusForbidden},
		"an auditor":     {closing("auditor", page, "x", "same-origin"), http.StatusForbidden},
		"a stranger":     {closing("", page, "x", "same-origin"), http.StatusSeeOther},
		"another site":   {closing("kanri", page, "x", "cross-site"), http.StatusForbidden},
		"no reason":      {closing("kanri", page, " \r\n", "same-origin"), http.StatusUnprocessableEntity},
		"a long reason":  {closing("kanri", page, strings.Repeat("長", 1001), "same-origin"), http.StatusUnprocessableEntity},
		"a flood":        {closing("kanri", page, strings.Repeat("x", 70_000), "same-origin"), http.StatusRequestEntityTooLarge},
		"no such batch":  {closing("kanri", "/batches/station-1/none", "x", "same-origin"), http.StatusNotFound},
		"no such place":  {closing("kanri", "/batches/..%2f/b1", "x", "same-origin"), http.StatusNotFound},
		"nothing to say": {closing("kanri", page, "", "same-origin"), http.StatusUnprocessableEntity},
	} {
		if c.got.status != c.status {
			t.Errorf("%s: %d, want %d: %s", name, c.got.status, c.status, c.got.body)
		}
		if c.status == http.StatusUnprocessableEntity && !strings.Contains(c.got.body, "締める理由を1000文字以内で書いてください") {
			t.Errorf("%s: not told why: %s", name, c.got.body)
		}
	}
	if count, err := d.store.Batch(t.Context(), "station-1", "b1"); err != nil || count.ClosedAt != nil {
		t.Errorf("refused, yet %+v, %v", count, err)
	}
	for _, name := range []string{"hanako", "auditor"} {
		_, cookie := d.signIn(name, password)
		if got := d.request(http.MethodGet, page, "", nil, map[string]string{"Cookie": cookie}); got.status != http.StatusOK || strings.Contains(got.body, "closing-reason") {
			t.Errorf("%s is offered to close the batch: %d", name, got.status)
		}
	}
	// As many characters as may be, the ends of lines counted as the browser does.
	if got := closing("kanri", page, strings.Repeat("長\r\n", 500), "same-origin"); got.status != http.StatusSeeOther || got.header.Get("Location") != page {
		t.Errorf("close: %d %s", got.status, got.body)
	}
}
