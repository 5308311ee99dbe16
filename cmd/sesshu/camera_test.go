package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"sesshu/ledger/slip"
)

// visitor is somebody with a browser whose camera shows one picture for ever.
type visitor struct {
	t   *testing.T
	ctx context.Context
}

const visitorPatience = 90 * time.Second

// openBrowser starts a browser whose camera sees the video in a file.
func openBrowser(t *testing.T, seen string) *visitor {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("use-fake-device-for-media-stream", true), chromedp.Flag("use-fake-ui-for-media-stream", true),
		chromedp.Flag("use-file-for-fake-video-capture", seen), chromedp.WSURLReadTimeout(time.Minute))
	if path, err := exec.LookPath("chromium"); err == nil {
		options = append(options, chromedp.ExecPath(path))
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, quit := chromedp.NewContext(allocator)
	t.Cleanup(func() { quit(); stop() })
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(800, 1280)); err != nil {
		t.Fatalf("start the browser: %v", err)
	}
	return &visitor{t, ctx}
}

func (v *visitor) do(actions ...chromedp.Action[chromedp.Void]) {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, visitorPatience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		v.t.Fatalf("browser: %v", err)
	}
}

// read evaluates an expression of the page to a text.
func (v *visitor) read(expression string) string {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, visitorPatience)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`String(`+expression+`)`))
	if err != nil {
		v.t.Fatalf("browser: %v", err)
	}
	return text
}

// until waits for a condition of the page.
func (v *visitor) until(condition string) {
	v.t.Helper()
	for deadline := time.Now().Add(visitorPatience); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		holds, err := chromedp.Run(v.ctx, chromedp.Evaluate[bool](`Boolean((() => { try { return `+condition+` } catch { return false } })())`))
		if err == nil && holds {
			return
		}
	}
	v.t.Fatalf("never came true: %s\n%s", condition, v.read(`document.body.innerText`))
}

func (v *visitor) click(selector string) {
	v.t.Helper()
	v.until(fmt.Sprintf(`(document.querySelector(%q).click(), true)`, selector))
}

// TestFromCameraToLedger photographs a slip at the desk's camera page: the real
// reading decides it, the page shows what the reading says and nothing else, and
// what it calls accepted is in the feed. Then files that nobody can read are
// handed in, and each says why.
func TestFromCameraToLedger(t *testing.T) {
	dir := drawSamples(t, "--count", "8", "--seed", "4242", "--tier", "phone", "--dates", "print")
	sheets, err := readTruth(dir)
	if err != nil {
		t.Fatal(err)
	}
	sheet := sheets[7] // a whole slip, in the frame
	photograph, err := os.ReadFile(filepath.Join(dir, sheet.File))
	if err != nil {
		t.Fatal(err)
	}
	seen := filepath.Join(t.TempDir(), "camera.y4m")
	if err := os.WriteFile(seen, stillVideo(t, photograph), 0o600); err != nil {
		t.Fatal(err)
	}
	state := t.TempDir()
	service := startService(t, state)
	masters := filepath.Join(dir, "masters")
	command(t, state, "master", "load", filepath.Join(masters, "tickets.csv"), filepath.Join(masters, "lots.csv"), filepath.Join(masters, "facilities.csv"))
	password := command(t, state, "user", "add", "hanako", "--generate")

	v := openBrowser(t, seen)
	v.do(chromedp.Navigate(service.address + "/sign-in"))
	v.until(`document.activeElement.id === "account"`)
	v.read(fmt.Sprintf(`(document.getElementById("account").value = "hanako", document.getElementById("password").value = %q, document.querySelector("form.fields").requestSubmit())`, lastLine(password)))
	v.until(`document.body.classList.contains("home")`)

	v.do(chromedp.Navigate(service.address + "/camera"))
	v.until(`!document.getElementById("shutter").disabled && document.getElementById("video").videoWidth === 2480`)
	v.click("#shutter")
	v.until(`!document.getElementById("choices").hidden`)
	outcome := v.read(`document.querySelector("#result [data-state]").dataset.state`)
	var shown map[slip.Value]struct {
		Text  string
		Doubt bool
	}
	if err := json.Unmarshal([]byte(v.read(`JSON.stringify(Object.fromEntries([...document.querySelectorAll(".read > div")]
		.map((row) => [row.dataset.value, { Text: row.querySelector(".text").textContent, Doubt: row.classList.contains("doubt") }])))`)), &shown); err != nil {
		t.Fatal(err)
	}
	if len(shown) < 8 {
		t.Fatalf("%s, %d values shown:\n%s", outcome, len(shown), v.read(`document.body.innerText`))
	}
	for _, value := range []slip.Value{slip.TicketNumber, slip.MunicipalityCode, slip.LotNumber, slip.FacilityCode} {
		if field := shown[value]; !field.Doubt && field.Text != sheet.Fields[value] {
			t.Errorf("the page shows a %s that the slip does not have", value)
		}
	}
	var feed struct{ Entries []slip.Entry }
	if err := json.Unmarshal([]byte(service.get(t, "/v1/entries")), &feed); err != nil {
		t.Fatal(err)
	}
	switch outcome {
	case slip.SheetAccepted:
		if len(feed.Entries) != 1 || feed.Entries[0].Sheet.Station != slip.DeskStation || feed.Entries[0].Values[slip.TicketNumber] != sheet.Fields[slip.TicketNumber] {
			t.Errorf("accepted, and the feed holds %d entries", len(feed.Entries))
		}
	case slip.SheetReview:
		if len(feed.Entries) != 0 {
			t.Errorf("not accepted, and the feed holds %d entries", len(feed.Entries))
		}
	default:
		t.Errorf("outcome %q", outcome)
	}

	v.do(chromedp.Navigate(service.address + "/upload"))
	v.until(`document.activeElement.id === "choose"`)
	broken := t.TempDir()
	words := map[string]string{"truncated JPEG": "途中で切れています", "bomb": "大きすぎます", "TIFF with a broken second page": "", "PDF with a password": "パスワードがかかっています", "PDF cut off": ""}
	var files []string
	for _, bad := range badFiles(t) {
		if _, wanted := words[bad.name]; !wanted {
			continue
		}
		path := filepath.Join(broken, bad.name)
		if err := os.WriteFile(path, bad.bytes, 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, path)
	}
	v.do(chromedp.SetUploadFiles(chromedp.CSS("#files"), files))
	v.until(fmt.Sprintf(`[...document.querySelectorAll("#rows tr")].filter((row) => row.dataset.state === "review").length >= %d`, len(files)))
	for name, text := range words {
		row := v.read(fmt.Sprintf(`[...document.querySelectorAll("#rows tr")].find((row) => row.querySelector(".name").textContent === %q).innerText`, name))
		if !strings.Contains(row, text) || !strings.Contains(row, "この1件は却下してください") {
			t.Errorf("%s does not say why and what to do: %s", name, row)
		}
	}
	for _, value := range []string{sheet.Fields[slip.TicketNumber], "truncated JPEG"} {
		if strings.Contains(service.stderr.String(), value) {
			t.Errorf("the log holds a value or a file's name")
		}
	}
	command(t, state, "verify")
}

// stillVideo makes of a grey JPEG an uncompressed video of one picture, shown
// twice a second: what a camera sees that somebody holds still.
func stillVideo(t *testing.T, file []byte) []byte {
	t.Helper()
	picture, err := jpeg.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	grey, ok := picture.(*image.Gray)
	if !ok {
		t.Fatalf("the picture is a %T, want it grey", picture)
	}
	size := grey.Bounds().Size()
	video := fmt.Appendf(nil, "YUV4MPEG2 W%d H%d F2:1 Ip A1:1 C420jpeg\nFRAME\n", size.X, size.Y)
	for y := range size.Y {
		for _, light := range grey.Pix[y*grey.Stride : y*grey.Stride+size.X] {
			video = append(video, uint8(16+int(light)*219/255)) // video's black is 16, its white 235
		}
	}
	return append(video, bytes.Repeat([]byte{128}, size.X*size.Y/2)...) // no colour
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}

// get reads from the ledger as a consumer.
func (s *runningService) get(t *testing.T, path string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.address+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+s.feed)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %v", path, response.Status, err)
	}
	return string(text)
}
