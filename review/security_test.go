package review_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sesshu/ledger/slip"
)

func TestSecurityHeaders(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	_, cookie := d.signIn("hanako", password)
	for _, path := range []string{"/", "/sign-in", "/items/999", "/livez", "/nowhere", "/v1/entries", "/assets/slip.js"} {
		got := d.request(http.MethodGet, path, "", nil, map[string]string{"Cookie": cookie})
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
			"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
		} {
			if got.header.Get(name) != want {
				t.Errorf("%s: %s is %q", path, name, got.header.Get(name))
			}
		}
		policy := got.header.Get("Content-Security-Policy")
		if !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors 'none'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: policy %q", path, policy)
		}
		cached := got.header.Get("Cache-Control")
		if want := map[bool]string{true: "no-cache", false: "no-store"}[strings.HasPrefix(path, "/assets/")]; cached != want {
			t.Errorf("%s: Cache-Control %q, want %q", path, cached, want)
		}
		if got.header.Get("X-Request-Id") == "" {
			t.Errorf("%s: no request id", path)
		}
	}
}

func TestSessionCookie(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	got, cookie := d.signIn("hanako", password)
	if got.status != http.StatusSeeOther || got.header.Get("Location") != "/" {
		t.Fatalf("sign-in: %d to %q", got.status, got.header.Get("Location"))
	}
	set := got.header.Get("Set-Cookie")
	if !strings.Contains(set, "HttpOnly") || !strings.Contains(set, "SameSite=Strict") || strings.Contains(set, "Expires") {
		t.Errorf("cookie %q", set)
	}
	// Whoever planted a token before the sign-in does not hold the session.
	form := url.Values{"account": {"taro"}, "password": {password}}
	again := d.request(http.MethodPost, "/sign-in", "", strings.NewReader(form.Encode()),
		map[string]string{"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie})
	if renewed, _, _ := strings.Cut(again.header.Get("Set-Cookie"), ";"); renewed == "" || renewed == cookie {
		t.Errorf("the token was not renewed at sign-in")
	}
	_, cookie = d.signIn("hanako", password)
	home := func() int {
		return d.request(http.MethodGet, "/", "", nil, map[string]string{"Cookie": cookie}).status
	}
	if home() != http.StatusOK {
		t.Errorf("not signed in: %d", home())
	}
	if got := d.request(http.MethodPost, "/sign-out", "", nil, map[string]string{"Cookie": cookie}); got.status != http.StatusSeeOther {
		t.Errorf("sign-out: %d", got.status)
	}
	if home() != http.StatusSeeOther {
		t.Errorf("still signed in after signing out: %d", home())
	}
	_, cookie = d.signIn("hanako", password)
	if err := d.store.DisableAccount(t.Context(), "hanako"); err != nil {
		t.Fatal(err)
	}
	if home() != http.StatusSeeOther {
		t.Errorf("a disabled account is still signed in: %d", home())
	}
	if got, _ := d.signIn("hanako", password); got.status != http.StatusUnauthorized {
		t.Errorf("a disabled account signs in: %d", got.status)
	}
}

func TestCrossOriginRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	sheet := d.slip("2190000001", slip.LotNumber)
	_ = sheet
	_, cookie := d.signIn("hanako", password)
	for name, header := range map[string]map[string]string{
		"fetch metadata": {"Sec-Fetch-Site": "cross-site"}, "origin": {"Origin": "https://elsewhere.example"}, "same site": {"Sec-Fetch-Site": "same-site"},
	} {
		header["Cookie"] = cookie
		for _, path := range []string{"/start", "/items/1/rejection", "/items/1/lease", "/items/next"} {
			got := d.request(http.MethodPost, path, "", strings.NewReader(`{}`), header)
			if got.status != http.StatusForbidden {
				t.Errorf("%s: POST %s: %d", name, path, got.status)
			}
		}
		header["Content-Type"] = "application/x-www-form-urlencoded"
		got := d.request(http.MethodPost, "/sign-in", "", strings.NewReader("account=hanako&password="+url.QueryEscape(password)), header)
		wantProblem(t, got, http.StatusForbidden, "cross_origin")
	}
	if waiting, _, err := d.store.ReviewCount(t.Context()); err != nil || waiting != 1 {
		t.Errorf("%d waiting (%v), want 1", waiting, err)
	}
}

func TestPasswordsAreLimited(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	var refused, limited int
	for range 8 {
		switch got, _ := d.signIn("hanako", "wrong"); got.status {
		case http.StatusUnauthorized:
			refused++
		case http.StatusTooManyRequests:
			limited++
			if got.header.Get("Retry-After") == "" {
				t.Error("no Retry-After")
			}
		default:
			t.Fatalf("status %d", got.status)
		}
	}
	if refused != 5 || limited != 3 {
		t.Errorf("refused %d, limited %d; want 5 and 3", refused, limited)
	}
	if got, _ := d.signIn("hanako", password); got.status != http.StatusTooManyRequests {
		t.Errorf("the right password after too many wrong ones: %d", got.status)
	}
	if got, _ := d.signIn("taro", password); got.status != http.StatusSeeOther {
		t.Errorf("somebody else cannot sign in: %d", got.status)
	}
	if got, _ := d.signIn("nobody", password); got.status != http.StatusUnauthorized {
		t.Errorf("an unknown account answers otherwise than a wrong password: %d", got.status)
	}
	// One address cannot try many accounts.
	for i := 0; ; i++ {
		if got, _ := d.signIn("name-"+strings.Repeat("x", i+1), "wrong"); got.status == http.StatusTooManyRequests {
			break
		}
		if i > 100 {
			t.Fatal("an address may try for ever")
		}
	}
}

// An office behind one proxy has one address: right passwords use nothing up,
// and give none of the wrong ones back.
func TestManyPeopleSignInFromOneAddress(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	wrong := 0
	for i := range 60 {
		if got, _ := d.signIn("hanako", password); got.status != http.StatusSeeOther {
			t.Fatalf("sign-in %d: %d", i+1, got.status)
		}
		if i%3 == 0 {
			if got, _ := d.signIn(fmt.Sprint("nobody-", i), "wrong"); got.status != http.StatusUnauthorized {
				t.Fatalf("wrong password %d: %d", wrong+1, got.status)
			}
			wrong++
		}
	}
	for limited := false; !limited; wrong++ {
		got, _ := d.signIn(fmt.Sprint("nobody-", wrong, "-more"), "wrong")
		limited = got.status == http.StatusTooManyRequests
		if wrong > 50 {
			t.Fatal("right passwords buy wrong ones")
		}
	}
}

// Anybody may post to these: nobody may keep the desk reading.
func TestOpenFormsAreBounded(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	const part = "--x\r\nContent-Disposition: form-data; name=\"language\"; filename=\"f\"\r\n\r\n"
	for kind, begin := range map[string]string{"application/x-www-form-urlencoded": "language=", "multipart/form-data; boundary=x": part} {
		for _, path := range []string{"/language", "/sign-in"} {
			flood := &endless{begin: begin}
			request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, d.url(path), io.LimitReader(flood, 64<<20))
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Content-Type", kind)
			answer, err := http.DefaultTransport.RoundTrip(request)
			if err == nil { // the desk may also hang up before all is sent
				_ = answer.Body.Close()
				if kind[0] == 'a' && answer.StatusCode != http.StatusRequestEntityTooLarge {
					t.Errorf("%s %s: status %d", path, kind, answer.StatusCode)
				}
			}
			if sent := flood.sent.Load(); sent > 32<<20 {
				t.Errorf("%s %s: the desk read %d bytes", path, kind, sent)
			}
		}
	}
	if got := d.request(http.MethodPost, "/language", "", strings.NewReader("language=en&back=%2Fsign-in"), map[string]string{"Content-Type": "application/x-www-form-urlencoded"}); got.status != http.StatusSeeOther ||
		got.header.Get("Location") != "/sign-in" || !strings.Contains(got.header.Get("Set-Cookie"), "sesshu_language=en") {
		t.Errorf("choose a language: %d %v", got.status, got.header)
	}
}

// endless is a body that never ends.
type endless struct {
	begin string
	sent  atomic.Int64
}

func (e *endless) Read(buffer []byte) (int, error) {
	n := copy(buffer, e.begin)
	e.begin = e.begin[n:]
	for i := range buffer[n:] {
		buffer[n+i] = 'x'
	}
	e.sent.Add(int64(len(buffer)))
	return len(buffer), nil
}

func TestAuditorMayOnlyLook(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.slip("2190000001", slip.LotNumber)
	d.account("auditor", slip.RoleAuditor)
	_, cookie := d.signIn("auditor", password)
	header := map[string]string{"Cookie": cookie}
	if got := d.request(http.MethodGet, "/", "", nil, header); got.status != http.StatusOK || strings.Contains(got.body, `action="/start"`) {
		t.Errorf("home: %d", got.status)
	}
	items, err := d.store.ReviewQueue(t.Context(), 0, 1)
	if err != nil || len(items) != 1 {
		t.Fatal(err)
	}
	wantProblem(t, d.request(http.MethodPost, "/items/next", "", strings.NewReader(`{"after":0}`), header), http.StatusForbidden, "forbidden")
	if got := d.request(http.MethodPost, "/start", "", nil, header); got.status != http.StatusForbidden {
		t.Errorf("start: %d", got.status)
	}
}

func TestOnlyOwnAddressesToReturnTo(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for back, want := range map[string]string{
		"/items/12": "/items/12", "": "/", "//elsewhere.example": "/", "https://elsewhere.example": "/", "/\\elsewhere.example": "/", "/items/12/../..": "/",
	} {
		form := url.Values{"account": {"hanako"}, "password": {password}, "back": {back}}
		got := d.request(http.MethodPost, "/sign-in", "", strings.NewReader(form.Encode()), map[string]string{"Content-Type": "application/x-www-form-urlencoded"})
		if got.header.Get("Location") != want {
			t.Errorf("back to %q leads to %q, want %q", back, got.header.Get("Location"), want)
		}
	}
}

// What the page does by itself does not keep a session alive; what the person
// does, does.
func TestOnlyDeedsKeepASessionAlive(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.slip("2190000001", slip.LotNumber)
	_, cookie := d.signIn("hanako", password)
	header := map[string]string{"Cookie": cookie}
	item, err := d.store.LeaseNext(t.Context(), "hanako", 0)
	if err != nil {
		t.Fatal(err)
	}
	path := fmt.Sprintf("/items/%d", item.ID)
	for _, step := range []struct {
		method, path string
		written      int64
	}{
		{http.MethodPost, path + "/lease", 0}, {http.MethodGet, "/", 0}, {http.MethodGet, "/v1/sheets/" + item.Sheet.SHA256.String() + "/pages/1", 0},
		{http.MethodGet, path + "/state", 1},
	} {
		d.later.Add(int64(2 * time.Minute))
		before := d.sessions.commits.Load()
		if got := d.request(step.method, step.path, "", nil, header); got.status != http.StatusOK {
			t.Errorf("%s: %d %s", step.path, got.status, got.body)
		}
		if written := d.sessions.commits.Load() - before; written != step.written {
			t.Errorf("%s writes the session %d times, want %d", step.path, written, step.written)
		}
	}
}

// A handler that panics answers like any other error; what it panicked with may
// be about a person and stays out of the log.
func TestPanicIsAnAnswer(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	sheet := d.slip("2190000001", slip.LotNumber)
	_, cookie := d.signIn("hanako", password)
	d.page = func([]byte, int) ([]byte, error) { panic("ticket 2190000001") }
	got := d.request(http.MethodGet, "/v1/sheets/"+sheet.SHA256.String()+"/pages/1", "", nil, map[string]string{"Cookie": cookie})
	wantProblem(t, got, http.StatusInternalServerError, "internal")
	if log := d.log.String(); !strings.Contains(log, "handler panicked") || strings.Contains(log, "2190000001") {
		t.Errorf("log: %s", log)
	}
	if got := d.request(http.MethodGet, "/livez", "", nil, nil); got.status != http.StatusOK {
		t.Errorf("dead after a panic: %d", got.status)
	}
}
