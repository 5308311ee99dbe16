package review_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestWrongPassword keeps the account's name and puts the cursor where the
// password goes: otherwise the next try is typed in the clear.
func TestWrongPassword(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	form := url.Values{"account": {`Hanako"<b>`}, "password": {"not the password at all"}}
	got := d.request(http.MethodPost, "/sign-in", "", strings.NewReader(form.Encode()),
		map[string]string{"Content-Type": "application/x-www-form-urlencoded"})
	if got.status != http.StatusUnauthorized {
		t.Errorf("status %d", got.status)
	}
	page := got.body
	if !strings.Contains(page, `value="hanako&#34;&lt;b&gt;"`) || strings.Contains(page, "not the password") {
		t.Errorf("the page is:\n%s", page)
	}
	_, password, _ := strings.Cut(page, `id="password"`)
	if strings.Count(page, " autofocus") != 1 || !strings.Contains(password, " autofocus") {
		t.Errorf("the cursor is not in the password's field:\n%s", page)
	}
}

// TestNowhere gives a browser a page, and a program a problem.
func TestNowhere(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for accept, want := range map[string]string{"text/html,application/xhtml+xml": "text/html", "application/json": "application/problem+json"} {
		got := d.request(http.MethodGet, "/nowhere", "", nil, map[string]string{"Accept": accept})
		if got.status != http.StatusNotFound || !strings.HasPrefix(got.header.Get("Content-Type"), want) {
			t.Errorf("%s: %d %s", accept, got.status, got.header.Get("Content-Type"))
		}
	}
}
