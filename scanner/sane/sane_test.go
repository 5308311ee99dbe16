package sane

import (
	"bytes"
	"errors"
	"fmt"
	"image/color"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"sesshu/scanner"
	"sesshu/scanner/internal/testcard"
	"sesshu/scanner/media"
)

// device opens a device of SANE's own test backends, by a private
// configuration.
func device(t *testing.T, name string, options ...Option) *Device {
	t.Helper()
	folder := t.TempDir()
	for file, text := range map[string]string{"dll.conf": "test\npnm\n", "test.conf": ""} {
		if err := os.WriteFile(filepath.Join(folder, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	opened, err := New(Config{Device: name, ConfigDir: folder, WorkDir: t.TempDir(), Options: options})
	if err != nil {
		t.Fatal(err)
	}
	return opened
}

// feed scans until the end.
func feed(t *testing.T, device *Device, settings scanner.Settings) ([]scanner.Image, error) {
	t.Helper()
	batch, err := device.Scan(t.Context(), settings)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err := errors.Join(batch.Close(), batch.Close()); err != nil {
			t.Error(err)
		}
		if left, err := os.ReadDir(device.config.WorkDir); err != nil || len(left) != 0 {
			t.Errorf("work directory holds %v, %v", left, err)
		}
	}()
	var images []scanner.Image
	for {
		image, err := batch.Next(t.Context())
		if err != nil {
			return images, err
		}
		images = append(images, image)
	}
}

var smallPage = scanner.Settings{DPI: 50, Size: scanner.Size{Width: 60, Height: 80}, DoubleFeedDetection: true}

func TestTenSheetsThenEmpty(t *testing.T) {
	for _, format := range []string{media.JPEG, media.PNG, media.TIFF} {
		settings := smallPage
		settings.MediaType = format
		images, err := feed(t, device(t, "test:0", Option{"test-picture", "Grid"}), settings)
		if !errors.Is(err, io.EOF) || len(images) != 10 {
			t.Fatalf("%d images, %v", len(images), err)
		}
		for _, image := range images {
			if kind, err := media.Check(image.Bytes); err != nil || kind != format || image.MediaType != format {
				t.Errorf("image is %s, said to be %s: %v", kind, image.MediaType, err)
			}
		}
	}
}

func TestInjectedStatuses(t *testing.T) {
	for status, want := range map[string]scanner.Condition{
		"JAMMED":        scanner.Jam,
		"COVER_OPEN":    scanner.CoverOpen,
		"NO_DOCS":       scanner.FeederEmpty,
		"IO_ERROR":      scanner.Unplugged,
		"DEVICE_BUSY":   scanner.Busy,
		"NO_MEM":        scanner.OutOfMemory,
		"CANCELLED":     scanner.OperatorStop,
		"ACCESS_DENIED": scanner.Denied,
		"UNSUPPORTED":   scanner.Unsupported,
		"INVAL":         scanner.Unsupported,
	} {
		images, err := feed(t, device(t, "test:0", Option{"read-return-value", "SANE_STATUS_" + status}), smallPage)
		if !errors.Is(err, want) || len(images) != 0 {
			t.Errorf("%s: %d images, %v", status, len(images), err)
		}
		if scanner.ConditionOf(err) == want && errors.Is(err, io.EOF) {
			t.Errorf("%s: looks like a good end", status)
		}
	}
}

func TestFilesFromPNM(t *testing.T) {
	const width, height = 40, 60
	page := testcard.Draw(5, width, height)
	file := filepath.Join(t.TempDir(), "page.pnm")
	if err := os.WriteFile(file, append(fmt.Appendf(nil, "P5\n%d %d\n255\n", width, height), page.Pix...), 0o600); err != nil {
		t.Fatal(err)
	}
	settings := scanner.Settings{DPI: 300, MediaType: media.PNG}
	images, err := feed(t, device(t, "pnm:0", Option{"filename", file}, Option{"grayify", "yes"}), settings)
	if !errors.Is(err, io.EOF) || len(images) != 1 {
		t.Fatalf("%d images, %v", len(images), err)
	}
	decoded, err := png.Decode(bytes.NewReader(images[0].Bytes))
	if err != nil {
		t.Fatal(err)
	}
	if decoded.Bounds().Dx() != width || decoded.Bounds().Dy() != height {
		t.Fatalf("image is %v", decoded.Bounds())
	}
	for y := range height {
		for x := range width {
			if got := color.GrayModel.Convert(decoded.At(x, y)).(color.Gray); got != page.GrayAt(x, y) {
				t.Fatalf("pixel %d,%d is %v, want %v", x, y, got, page.GrayAt(x, y))
			}
		}
	}
}

func TestNoSuchDevice(t *testing.T) {
	if _, err := device(t, "test:7").Capabilities(t.Context()); !errors.Is(err, scanner.Unplugged) {
		t.Errorf("got %v, want unplugged", err)
	}
	missing := device(t, "test:0")
	missing.config.Program = "no-such-scanimage"
	if _, err := missing.Scan(t.Context(), smallPage); !errors.Is(err, scanner.Unplugged) {
		t.Errorf("got %v, want unplugged", err)
	}
}

func TestCapabilities(t *testing.T) {
	can, err := device(t, "test:0").Capabilities(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !can.Feeder || can.Duplex || can.DoubleFeed || len(can.Colors) != 2 || can.MaxSize.Width != 200 {
		t.Errorf("%+v", can)
	}
	for _, settings := range []scanner.Settings{{Duplex: true}, {DPI: 2400}, {MediaType: media.PDF}, {Imprint: "A1"}, {DropOut: scanner.DropRed}} {
		if _, err := device(t, "test:0").Scan(t.Context(), settings); !errors.Is(err, scanner.Unsupported) {
			t.Errorf("%+v: %v", settings, err)
		}
	}
}

// A batch that is closed early stops the child and frees the device.
func TestCloseStopsTheChild(t *testing.T) {
	slow := device(t, "test:0", Option{"read-delay", "yes"}, Option{"read-delay-duration", "200000"})
	batch, err := slow.Scan(t.Context(), smallPage)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := slow.Scan(t.Context(), smallPage); !errors.Is(err, scanner.Busy) {
		t.Errorf("second batch: %v", err)
	}
	if err := batch.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := batch.Next(t.Context()); !errors.Is(err, scanner.OperatorStop) {
		t.Errorf("after close: %v", err)
	}
}

// What scanimage -A prints for a fi-series scanner of SANE's fujitsu backend
// (written after sane-fujitsu(5)): options are set by name where they exist, and
// the double-feed sensor is read.
func TestFujitsuOptions(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "fujitsu.txt"))
	if err != nil {
		t.Fatal(err)
	}
	options := parseOptions(string(text))
	can := options.capabilities("fi")
	if !can.Feeder || !can.Duplex || !can.DoubleFeed {
		t.Errorf("%+v", can)
	}
	got, err := arguments(scanner.Settings{DPI: 300, Size: scanner.A4, Duplex: true, DoubleFeedDetection: true, DropOut: scanner.DropGreen, BlackBacking: true, Imprint: "b1-", ImprintFrom: 3},
		[]Option{{"prepick", "Off"}, {"no-such-option", "1"}, {"buffermode", "Perhaps"}}, options)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"--format=jpeg", "--source=ADF Duplex", "--mode=Gray", "--resolution=300", "--page-width=210", "--page-height=297",
		"-x", "210", "-y", "297", "--df-action=Stop", "--df-thickness=yes", "--dropoutcolor=Green", "--bgcolor=Black", "--buffermode=On",
		"--endorser=yes", "--endorser-val=3", "--endorser-string=b1-%05ud", "--prepick=Off"}
	if !slices.Equal(got, want) {
		t.Errorf("arguments\n%q, want\n%q", got, want)
	}
	if !options.sensor("double-feed") || options.sensor("cover-open") {
		t.Error("sensors are not read")
	}
	if _, settable := options.find("double-feed"); settable {
		t.Error("a sensor can be set")
	}
}

func FuzzParseOptions(f *testing.F) {
	f.Add("    --mode Gray|Color [Gray]\n    -x 0..200mm (in steps of 1) [80]\n    --df[=(yes|no)] [no] [advanced]\n")
	f.Fuzz(func(t *testing.T, text string) {
		options := parseOptions(text)
		_ = options.capabilities("")
		if _, err := arguments(smallPage, []Option{{"mode", "x"}}, options); err != nil && !errors.Is(err, scanner.Unsupported) {
			t.Error(err)
		}
	})
}
