package panel_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// chromium is the one browser of the test binary; every operator gets a profile
// of their own in it.
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
			chromedp.Flag("autoplay-policy", "no-user-gesture-required"),
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

// operator stands at the scanner, with the station's page before them.
type operator struct {
	t     *testing.T
	place *place
	ctx   context.Context
}

// patience is how long an operator waits for the page before giving up.
const patience = 60 * time.Second

// listening counts the tones that the page plays.
const listening = `(() => {
  window.tones = 0;
  window.errors = [];
  addEventListener("error", (event) => window.errors.push(event.message));
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...moment) { window.tones++; return start.apply(this, moment); };
})()`

// sit opens the page in a window of 1366 × 768.
func (p *place) sit() *operator {
	p.t.Helper()
	ctx, leave := chromedp.NewContext(browser(p.t), chromedp.WithNewBrowserContext())
	p.t.Cleanup(leave)
	// The window lives as long as the context of its first action.
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1366, 768)); err != nil {
		p.t.Fatalf("open a window: %v", err)
	}
	o := &operator{p.t, p, ctx}
	o.open("/")
	o.read(listening)
	return o
}

func (o *operator) do(actions ...chromedp.Action[chromedp.Void]) {
	o.t.Helper()
	ctx, cancel := context.WithTimeout(o.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		o.t.Fatalf("browser: %v\n%s", err, o.seen())
	}
}

// seen is what the page shows, for failures.
func (o *operator) seen() string {
	ctx, cancel := context.WithTimeout(o.ctx, 5*time.Second)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`location.href + "\n" + document.body.innerText + "\ncursor: " + document.activeElement.id + "\nerrors: " + (window.errors ?? []).join()`))
	if err != nil {
		return err.Error()
	}
	return text
}

func (o *operator) open(path string) {
	o.t.Helper()
	o.do(chromedp.Navigate("http://" + o.place.address + path))
}

// until waits for a condition of the page.
func (o *operator) until(condition string) {
	o.t.Helper()
	ctx, cancel := context.WithTimeout(o.ctx, patience)
	defer cancel()
	for {
		holds, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`Boolean((() => { try { return `+condition+` } catch { return false } })())`))
		if err == nil && holds {
			return
		}
		select {
		case <-ctx.Done():
			o.t.Fatalf("never came true: %s\n%s", condition, o.seen())
		case <-time.After(30 * time.Millisecond):
		}
	}
}

// phase waits until the page is in a phase, with the cursor on what is asked.
func (o *operator) phase(phase, cursor string) {
	o.t.Helper()
	o.until(fmt.Sprintf(`document.body.dataset.phase === %q && document.activeElement.id === %q`, phase, cursor))
}

func (o *operator) press(keys ...string) {
	o.t.Helper()
	for _, key := range keys {
		o.do(chromedp.KeyEvent(key))
	}
}

func (o *operator) click(selector string) {
	o.t.Helper()
	o.until(fmt.Sprintf(`document.querySelector(%q).offsetParent !== null`, selector))
	o.do(chromedp.Click(chromedp.CSS(selector)))
}

// read evaluates an expression of the page.
func (o *operator) read(expression string) string {
	o.t.Helper()
	ctx, cancel := context.WithTimeout(o.ctx, patience)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`String(`+expression+`)`))
	if err != nil {
		o.t.Fatalf("browser: %v\n%s", err, o.seen())
	}
	return text
}

// lastSafe does what the page tells: it finds the paper that is shown as the
// last one safely in, by its picture.
func (o *operator) lastSafe() int {
	o.t.Helper()
	o.until(`document.getElementById("problem-last-picture").naturalWidth > 0 && document.getElementById("problem-last-picture").complete`)
	response, err := http.Get(o.read(`document.getElementById("problem-last-picture").src`))
	if err != nil {
		o.t.Fatal(err)
	}
	defer response.Body.Close()
	picture, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		o.t.Fatalf("picture: %d, %v", response.StatusCode, err)
	}
	return numberOn(o.t, picture)
}

// print keeps the page as a printer gets it, like shoot.
func (o *operator) print(name string) {
	o.t.Helper()
	folder := os.Getenv("SESSHU_SHOTS")
	if folder == "" {
		return
	}
	ctx, cancel := context.WithTimeout(o.ctx, patience)
	defer cancel()
	sheet, err := chromedp.Run(ctx, chromedp.PrintToPDF())
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, name+".pdf"), sheet, 0o600)
	}
	if err != nil {
		o.t.Error(err)
	}
}

// shoot keeps a picture of the window in the folder that SESSHU_SHOTS names, for
// people to look at; without it, it does nothing.
func (o *operator) shoot(name string) {
	o.t.Helper()
	folder := os.Getenv("SESSHU_SHOTS")
	if folder == "" {
		return
	}
	ctx, cancel := context.WithTimeout(o.ctx, patience)
	defer cancel()
	shot, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, name+".png"), shot, 0o600)
	}
	if err != nil {
		o.t.Error(err)
	}
}
