package main

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"image"
	"image/jpeg"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"sesshu/ledger/slip"
)

// service is a running `sesshu serve` with a station's and a consumer's token.
type runningService struct {
	*program
	address, station, feed string
}

var deskAddress = regexp.MustCompile(`desk open.* address=(\S+)`)

func startService(t *testing.T, state string) *runningService {
	t.Helper()
	p := startProgram(t, state, "serve", "--listen", "127.0.0.1:0", "--processes", "1")
	service := &runningService{program: p}
	for service.address == "" {
		if p.endedWithin(50 * time.Millisecond) {
			t.Fatalf("serve ended with status %d:\n%s", p.wait(), p.stderr.String())
		}
		if found := deskAddress.FindStringSubmatch(p.stderr.String()); found != nil {
			service.address = "http://" + found[1]
		}
	}
	service.station = command(t, state, "user", "token", "counter", "--for", "station")
	service.feed = command(t, state, "user", "token", "reader", "--for", "feed")
	return service
}

// command runs a short command beside a running service and returns what it
// prints.
func command(t *testing.T, state string, args ...string) string {
	t.Helper()
	p := startProgram(t, state, args...)
	if status := p.wait(); status != 0 {
		t.Fatalf("%v ended with status %d:\n%s", args, status, p.stderr.String())
	}
	return strings.TrimSpace(p.stdout.String())
}

func (s *runningService) handIn(t *testing.T, batch string, sequence int, file []byte) int {
	t.Helper()
	url := fmt.Sprintf("%s/v1/stations/counter/batches/%s/sheets/%d", s.address, batch, sequence)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPut, url, bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+s.station)
	request.Header.Set("Content-Type", "application/octet-stream")
	request.Header.Set("Sesshu-SHA256", slip.HashOf(file).String())
	request.Header.Set("Sesshu-Captured-At", time.Now().UTC().Format(time.RFC3339Nano))
	request.Header.Set("Sesshu-DPI", "300")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	return response.StatusCode
}

func (s *runningService) batch(t *testing.T, method, batch, body string) slip.BatchCount {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, s.address+"/v1/stations/counter/batches/"+batch, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+s.station)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode >= 300 {
		t.Fatalf("%s batch: %s %s %v", method, response.Status, text, err)
	}
	var count slip.BatchCount
	if err := json.Unmarshal(text, &count); err != nil && method == http.MethodGet {
		t.Fatalf("%s: %v", text, err)
	}
	return count
}

// TestBadInput hands in everything a scanner should never send. Each must come
// out as a sheet that a person sees or that is provably blank, with its bytes
// kept; the service stays up and sound sheets are not held up.
func TestBadInput(t *testing.T) {
	state := t.TempDir()
	service := startService(t, state)
	files := badFiles(t)
	service.batch(t, http.MethodPut, "bad", fmt.Sprintf(`{"declared":%d}`, len(files)))
	for i, bad := range files {
		if status := service.handIn(t, "bad", i+1, bad.bytes); status != http.StatusCreated {
			t.Errorf("%s: status %d, want it stored", bad.name, status)
		}
		if status := service.handIn(t, "bad", i+1, bad.bytes); status != http.StatusOK {
			t.Errorf("%s again: status %d, want it known", bad.name, status)
		}
	}
	deadline := time.Now().Add(4 * time.Minute)
	count := service.batch(t, http.MethodGet, "bad", "")
	for count.Waiting > 0 && time.Now().Before(deadline) {
		time.Sleep(200 * time.Millisecond)
		count = service.batch(t, http.MethodGet, "bad", "")
	}
	if count.Stored != len(files) || count.Waiting != 0 || count.Accepted != 0 || count.Review+count.Rejected != len(files) {
		t.Errorf("batch %+v, want %d sheets with a person or rejected\n%s", count, len(files), service.stderr.String())
	}
	response, err := http.Get(service.address + "/readyz")
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("service is not ready afterwards: %v %v", response, err)
	}
	_ = response.Body.Close()
	for _, bad := range files {
		kept := false
		_ = filepath.WalkDir(filepath.Join(state, "images"), func(path string, entry os.DirEntry, err error) error {
			if err == nil && entry.Type().IsRegular() {
				content, _ := os.ReadFile(path)
				kept = kept || bytes.Equal(content, bad.bytes)
			}
			return nil
		})
		if !kept {
			t.Errorf("%s: its bytes are not kept", bad.name)
		}
	}
	command(t, state, "verify")
}

// TestARevokedTokenOpensNothing takes a station's tokens back while the service
// runs. The consumer keeps its own.
func TestARevokedTokenOpensNothing(t *testing.T) {
	state := t.TempDir()
	service := startService(t, state)
	if said := command(t, state, "user", "revoke", "counter", "--for", "station"); !strings.HasSuffix(said, ": 1") {
		t.Errorf("revoke says %q", said)
	}
	if status := service.handIn(t, "lost", 1, onePagePDF()); status != http.StatusUnauthorized {
		t.Errorf("the lost station hands in with status %d", status)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, service.address+"/v1/entries", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+service.feed)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("the consumer is answered %s", response.Status)
	}
	for _, args := range [][]string{{"counter", "--for", "station"}, {"countr", "--for", "feed"}} {
		p := startProgram(t, state, append([]string{"user", "revoke"}, args...)...)
		if status := p.wait(); status != 1 || !strings.Contains(p.stderr.String(), "has no token") {
			t.Errorf("%v: status %d: %s", args, status, p.stderr.String())
		}
	}
}

type badFile struct {
	name  string
	bytes []byte
}

func badFiles(t *testing.T) []badFile {
	t.Helper()
	grey := image.NewGray(image.Rect(0, 0, 1240, 1754))
	for i := range grey.Pix {
		grey.Pix[i] = uint8(i * 7)
	}
	var whole bytes.Buffer
	if err := jpeg.Encode(&whole, grey, nil); err != nil {
		t.Fatal(err)
	}
	blank := image.NewGray(image.Rect(0, 0, 1240, 1754))
	for i := range blank.Pix {
		blank.Pix[i] = 250
	}
	var white bytes.Buffer
	if err := jpeg.Encode(&white, blank, nil); err != nil {
		t.Fatal(err)
	}
	brokenTIFF := append(tiffOf(t, grey), 0)
	// The first directory now points to a second one beyond the end.
	patchNextDirectory(t, brokenTIFF, uint32(len(brokenTIFF)+1000))
	return []badFile{
		{"truncated JPEG", whole.Bytes()[:whole.Len()/2]},
		{"noise JPEG", whole.Bytes()},
		{"white JPEG", white.Bytes()},
		{"empty file", nil},
		{"text named as an image", []byte("これは画像ではありません\n")},
		{"bomb", bombPNG(t)},
		{"TIFF with a broken second page", brokenTIFF},
		{"PDF with a password", passwordPDF(t)},
		{"PDF cut off", []byte("%PDF-1.7\n1 0 obj\n<<")},
	}
}

// bombPNG is a whole, valid PNG of 30,000 × 30,000 white pixels in a few
// hundred kilobytes.
func bombPNG(t *testing.T) []byte {
	t.Helper()
	const side = 30000
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	row := bytes.Repeat([]byte{0xff}, 1+side/8)
	row[0] = 0 // no filter
	for range side {
		if _, err := w.Write(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	file := bytes.NewBufferString("\x89PNG\r\n\x1a\n")
	chunk := func(kind string, content []byte) {
		_ = binary.Write(file, binary.BigEndian, uint32(len(content)))
		body := append([]byte(kind), content...)
		file.Write(body)
		_ = binary.Write(file, binary.BigEndian, crc32.ChecksumIEEE(body))
	}
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, side), side)
	chunk("IHDR", append(header, 1, 0, 0, 0, 0)) // one bit a pixel, grey
	chunk("IDAT", packed.Bytes())
	chunk("IEND", nil)
	return file.Bytes()
}

// passwordPDF makes a PDF that asks for a password, with the same program that
// an office would use.
func passwordPDF(t *testing.T) []byte {
	t.Helper()
	dir := t.TempDir()
	plain := filepath.Join(dir, "plain.pdf")
	locked := filepath.Join(dir, "locked.pdf")
	if err := os.WriteFile(plain, onePagePDF(), 0o600); err != nil {
		t.Fatal(err)
	}
	if output, err := exec.Command("qpdf", "--encrypt", "secret", "owner", "256", "--", plain, locked).CombinedOutput(); err != nil {
		t.Fatalf("qpdf: %v %s", err, output)
	}
	content, err := os.ReadFile(locked)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func onePagePDF() []byte {
	var b bytes.Buffer
	var offsets []int
	object := func(text string) {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", len(offsets), text)
	}
	b.WriteString("%PDF-1.4\n")
	object("<</Type/Catalog/Pages 2 0 R>>")
	object("<</Type/Pages/Kids[3 0 R]/Count 1>>")
	object("<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>")
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, offset := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, start)
	return b.Bytes()
}
