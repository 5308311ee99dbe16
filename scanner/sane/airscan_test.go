package sane

import (
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"sesshu/scanner"
	"sesshu/scanner/internal/testcard"
	"sesshu/scanner/media"
	"sesshu/scanner/virtual"
)

// The virtual feeder behind SANE's network backend is a feeder that jams in
// mid-stack, which SANE's own test device cannot.
func TestFeederBehindAirscan(t *testing.T) {
	const width, height, sheets = 600, 800, 5
	for jam, want := range map[int]error{0: io.EOF, 3: scanner.Jam} {
		// Paced: sane-airscan fetches ahead, and when the feed has ended before its
		// first page is asked for, it tells the end and forgets the pages.
		config := virtual.Config{MediaType: media.PNG, Resolution: 100, PixelWidth: width, PixelHeight: height, Pace: 300 * time.Millisecond}
		if jam > 0 {
			config.Script = []virtual.Fault{{Kind: virtual.Jam, Sheet: jam}}
		}
		feeder := virtual.New(config)
		for number := 1; number <= sheets; number++ {
			feeder.Load(virtual.Sheet{Name: fmt.Sprint(number), Front: testcard.PNG(number, width, height)})
		}
		server := httptest.NewServer(feeder)
		opened := device(t, "airscan:e0:Sim")
		for name, text := range map[string]string{
			"dll.conf":     "airscan\n",
			"airscan.conf": fmt.Sprintf("[devices]\n\"Sim\" = %s/eSCL, eSCL\n[options]\ndiscovery = disable\nmodel = network\n", server.URL),
		} {
			if err := os.WriteFile(filepath.Join(opened.config.ConfigDir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		can, err := opened.Capabilities(t.Context())
		if err != nil || !can.Feeder || !can.Duplex {
			t.Fatalf("%+v, %v", can, err)
		}
		images, err := feed(t, opened, scanner.Settings{DPI: 100, MediaType: media.PNG})
		if !errors.Is(err, want) {
			t.Errorf("ended with %v, want %v", err, want)
		}
		if safe := sheets; jam == 0 && len(images) != safe || jam > 0 && len(images) != jam-1 {
			t.Errorf("jam at %d: %d images", jam, len(images))
		}
		server.Close()
	}
}
