package virtual

import (
	"bytes"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sesshu/scanner/internal/testcard"
)

// pace is that of a real feeder: sane-airscan reads ahead, and drops what it has not
// handed on when the feed ends first.
const pace = 200 * time.Millisecond

// airscan runs Debian's scanimage with sane-airscan, a client that was not
// written here, against the device. It returns the pages it wrote.
func airscan(t testing.TB, device *Device, arguments ...string) (pages [][]byte, output string, err error) {
	t.Helper()
	server := httptest.NewServer(device)
	defer server.Close()
	folder := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("dll.conf", "airscan\n")
	write("airscan.conf", fmt.Sprintf("[devices]\n\"Sim\" = %s/eSCL, eSCL\n[options]\ndiscovery = disable\nmodel = network\n", server.URL))
	arguments = append([]string{"-d", "airscan:e0:Sim", "--format=pnm", "--batch=" + filepath.Join(folder, "page%d.pnm")}, arguments...)
	command := exec.CommandContext(t.Context(), "scanimage", arguments...)
	command.Env = append(os.Environ(), "SANE_CONFIG_DIR="+folder, "HOME="+folder)
	text, err := command.CombinedOutput()
	for number := 1; ; number++ {
		page, readError := os.ReadFile(filepath.Join(folder, fmt.Sprintf("page%d.pnm", number)))
		if readError != nil {
			return pages, string(text), err
		}
		pages = append(pages, page)
	}
}

// PNG is lossless, so what arrives through SANE can be compared to the bit.
func TestAirscanScansTheStack(t *testing.T) {
	const width, height, sheets = 600, 800, 5
	device := New(Config{MediaType: "image/png", Resolution: 100, PixelWidth: width, PixelHeight: height, Pace: pace})
	for number := 1; number <= sheets; number++ {
		device.Load(Sheet{Name: fmt.Sprint(number), Front: testcard.PNG(number, width, height)})
	}
	pages, output, err := airscan(t, device, "--source", "ADF", "--mode", "Gray", "--resolution", "100")
	if err != nil && !strings.Contains(output, "out of documents") {
		t.Fatalf("scanimage: %v\n%s", err, output)
	}
	if len(pages) != sheets {
		t.Fatalf("scanimage wrote %d pages, want %d\n%s", len(pages), sheets, output)
	}
	for i, page := range pages {
		header := fmt.Sprintf("P5\n# SANE data follows\n%d %d\n255\n", width, height)
		pixels, found := bytes.CutPrefix(page, []byte(header))
		if !found {
			t.Fatalf("page %d begins %q, want %q", i+1, page[:min(50, len(page))], header)
		}
		if !bytes.Equal(pixels, testcard.Draw(i+1, width, height).Pix) {
			t.Errorf("page %d differs from the sheet", i+1)
		}
	}
	if left := device.Feeder(); len(left) != 0 {
		t.Errorf("%d sheets left in the feeder", len(left))
	}
}

// A jam is spoken so that another client understands it. (sane-airscan knows no
// state for a double feed or an open hatch and reports them as an empty feeder,
// which is why the station speaks eSCL itself. It also reads ahead, and a jam it
// meets there drops the pages it has not handed on yet: at most two arrive.)
func TestAirscanUnderstandsAJam(t *testing.T) {
	const width, height = 600, 800
	device := New(Config{MediaType: "image/png", Resolution: 100, PixelWidth: width, PixelHeight: height, Pace: pace,
		Script: []Fault{{Kind: Jam, Sheet: 3}}})
	for number := 1; number <= 4; number++ {
		device.Load(Sheet{Name: fmt.Sprint(number), Front: testcard.PNG(number, width, height)})
	}
	pages, output, err := airscan(t, device, "--source", "ADF", "--mode", "Gray", "--resolution", "100")
	if err == nil || !strings.Contains(output, "feeder jammed") || len(pages) > 2 {
		t.Errorf("%v, %d pages\n%s", err, len(pages), output)
	}
	if left := device.Feeder(); len(left) != 1 {
		t.Errorf("%d sheets left in the feeder, want the one behind the jam", len(left))
	}
}

// BenchmarkAirscan is the yardstick for the station's BenchmarkImages: the same
// pages from the same device, through scanimage with sane-airscan, into files.
// One operation is one image.
func BenchmarkAirscan(b *testing.B) {
	device := New(Config{})
	page := testcard.Page(1)
	for range b.N {
		device.Load(Sheet{Front: page})
	}
	pages, output, err := airscan(b, device, "--source", "ADF", "--mode", "Gray", "--resolution", "300")
	b.StopTimer()
	if err != nil || len(pages) != b.N {
		b.Fatalf("%v, %d pages\n%s", err, len(pages), output)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Minutes(), "images/min")
}
