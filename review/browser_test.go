package review_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// chromium is the one browser of the test binary; every person gets a profile of
// their own in it.
var chromium struct {
	once   sync.Once
	ctx    context.Context
	err    error
	cancel []context.CancelFunc
}

func TestMain(m *testing.M) {
	status := m.Run()
	for i := len(chromium.cancel) - 1; i >= 0; i-- {
		chromium.cancel[i]()
	}
	os.Exit(status)
}

func browser(t *testing.T) context.Context {
	t.Helper()
	chromium.once.Do(func() {
		options := append(chromedp.DefaultExecAllocatorOptions[:],
			chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("disable-quic", true), chromedp.NoFirstRun,
			chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
			chromedp.Flag("use-fake-device-for-media-stream", "fps=5"), chromedp.Flag("use-fake-ui-for-media-stream", true),
			chromedp.Flag("disable-sync", true), chromedp.WindowSize(1366, 768), chromedp.WSURLReadTimeout(time.Minute))
		if path, err := exec.LookPath("chromium"); err == nil {
			options = append(options, chromedp.ExecPath(path))
		}
		allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
		ctx, quit := chromedp.NewContext(allocator)
		chromium.ctx, chromium.err, chromium.cancel = ctx, chromedp.Do(ctx), []context.CancelFunc{stop, quit}
	})
	if chromium.err != nil {
		t.Fatalf("start the browser: %v", chromium.err)
	}
	return chromium.ctx
}

// person sits at a browser window of their own.
type person struct {
	t    *testing.T
	desk *desk
	ctx  context.Context
}

// patience is how long a person waits for the page before giving up.
const patience = 45 * time.Second

// sit opens a window of 1366 × 768 and signs in.
func (d *desk) sit(name string) *person {
	d.t.Helper()
	p := d.newcomer()
	p.open("/sign-in")
	p.until(`document.activeElement.id === "account"`)
	p.write(name)
	p.press(kb.Tab)
	p.write(password)
	p.press(kb.Enter)
	p.until(`document.body.classList.contains("home")`)
	return p
}

// newcomer opens a window and goes nowhere yet.
func (d *desk) newcomer() *person {
	d.t.Helper()
	ctx, leave := chromedp.NewContext(browser(d.t), chromedp.WithNewBrowserContext())
	d.t.Cleanup(leave)
	// The window lives as long as the context of its first action.
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1366, 768)); err != nil {
		d.t.Fatalf("open a window: %v", err)
	}
	return &person{d.t, d, ctx}
}

func (p *person) do(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		p.t.Fatalf("browser: %v\n%s", err, p.seen())
	}
}

// seen is what the page shows, for failures.
func (p *person) seen() string {
	ctx, cancel := context.WithTimeout(p.ctx, 5*time.Second)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`location.href + "\n" + document.body.innerText`))
	if err != nil {
		return err.Error()
	}
	return text
}

func (p *person) open(path string) { p.t.Helper(); p.do(chromedp.Navigate(p.desk.url(path))) }

// until waits for a condition of the page.
func (p *person) until(condition string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	// Polled from here: a condition must survive the page's going elsewhere.
	for {
		holds, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`Boolean((() => { try { return `+condition+` } catch { return false } })())`))
		if err == nil && holds {
			return
		}
		select {
		case <-ctx.Done():
			p.t.Fatalf("never came true: %s\n%s", condition, p.seen())
		case <-time.After(30 * time.Millisecond):
		}
	}
}

// onEveryPage runs a script before those of every page that is opened from now on.
func (p *person) onEveryPage(script string) {
	p.t.Helper()
	p.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
		return err
	}))
}

// click presses what a selector finds, in one go: between finding and pressing
// the page may have gone elsewhere.
func (p *person) click(selector string) {
	p.t.Helper()
	p.until(fmt.Sprintf(`(document.querySelector(%q).click(), true)`, selector))
}

func (p *person) press(keys ...string) {
	p.t.Helper()
	for _, key := range keys {
		p.do(chromedp.KeyEvent(key))
	}
}

func (p *person) pressWith(modifier chromedp.Modifier, key string) {
	p.t.Helper()
	p.do(chromedp.KeyEvent(key, chromedp.KeyModifiers(modifier)))
}

func (p *person) write(text string) { p.t.Helper(); p.do(chromedp.KeyEvent(text)) }

// read evaluates an expression of the page.
func (p *person) read(expression string) string {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`String(`+expression+`)`))
	if err != nil {
		p.t.Fatalf("browser: %v\n%s", err, p.seen())
	}
	return text
}

// asked waits until the page asks for a value, with the cursor in its field.
func (p *person) asked(value string) {
	p.t.Helper()
	p.until(fmt.Sprintf(`document.querySelector(".field").dataset.value === %q && document.activeElement.id === "answer" && !document.activeElement.readOnly`, value))
}

// start begins reviewing with the keyboard from the home page.
func (p *person) start() {
	p.t.Helper()
	p.until(`document.activeElement.id === "start"`)
	p.press(kb.Enter)
	p.until(`document.body.classList.contains("slip") && document.querySelector("#card > *")`)
}
