package review_test

import (
	"net/http"
	"strings"
	"testing"
)

// What the service has to say of itself is seen by whoever asks whether it is
// ready and by people on the home page, in their language; else there is nothing.
func TestNotices(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	_, cookie := d.signIn("hanako", password)
	home := func() string {
		return d.request(http.MethodGet, "/", "", nil, map[string]string{"Cookie": cookie}).body
	}
	if got := d.request(http.MethodGet, "/readyz", "", nil, nil).body; got != "ok\n" {
		t.Errorf("without a notice the service says %q", got)
	}
	const shown = "傾向が &lt;違います&gt;"
	if strings.Contains(home(), shown) {
		t.Error("a notice is shown that nobody gave")
	}
	d.tightened.Store(true)
	if got := d.request(http.MethodGet, "/readyz", "", nil, nil); got.body != "ok\nthe stream <differs>\n" || got.status != http.StatusOK {
		t.Errorf("with a notice the service says %q (%d)", got.body, got.status)
	}
	if page := home(); !strings.Contains(page, shown) {
		t.Errorf("the home page does not show the notice:\n%s", page)
	}
}
