package sane

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sesshu/scanner"
	"sesshu/scanner/internal/testcard"
)

// recordedDevice is a fi-series scanner as scanimage shows it: the options of
// testdata/fujitsu.txt with these sensors on, and a feed of two pages that ends
// with a status and a message. SANE's own test device has no sensors.
func recordedDevice(t *testing.T, status int, message string, pages int, sensors ...string) *Device {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "fujitsu.txt"))
	if err != nil {
		t.Fatal(err)
	}
	listing := string(text)
	for _, sensor := range []string{hopperSensor, coverSensor, doubleFeedSensor} {
		state := "no"
		for _, on := range sensors {
			if on == sensor {
				state = "yes"
			}
		}
		for _, before := range []string{"yes", "no"} {
			listing = strings.Replace(listing, "--"+sensor+"[=(yes|no)] ["+before+"] [hardware]", "--"+sensor+"[=(yes|no)] ["+state+"] [hardware]", 1)
		}
	}
	folder := t.TempDir()
	script := `#!/bin/sh
case " $* " in *" -A "*)
	if [ -e "$0.busy" ]; then rm "$0.busy"; echo "scanimage: open of device fujitsu:fi failed: Device busy" >&2; exit 1; fi
	cat "$0.list"; exit 0;;
esac
for argument; do case "$argument" in --batch=*) folder=$(dirname "${argument#--batch=}");; esac; done
page=1
while [ $page -le ` + fmt.Sprint(pages) + ` ]; do cp "$0.jpg" "$folder/$page.page"; echo "$folder/$page.page"; page=$((page+1)); done
echo "scanimage: sane_start: ` + message + `" >&2
exit ` + fmt.Sprint(status) + "\n"
	program := filepath.Join(folder, "scanimage")
	for name, content := range map[string][]byte{program: []byte(script), program + ".list": []byte(listing), program + ".jpg": testcard.JPEG(1)} {
		if err := os.WriteFile(name, content, 0o700); err != nil { //nolint:gosec // a program
			t.Fatal(err)
		}
	}
	opened, err := New(Config{Device: "fujitsu:fi", Program: program, WorkDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	return opened
}

// The same status means different things; the sensors tell them apart.
func TestSensorsAfterAStop(t *testing.T) {
	const jammed, empty, broken, open = 6, 7, 9, 8
	for _, c := range []struct {
		status  int
		pages   int
		sensors []string
		want    error
	}{
		{jammed, 2, nil, scanner.Jam},
		{jammed, 2, []string{hopperSensor}, scanner.Jam},
		{jammed, 2, []string{doubleFeedSensor, hopperSensor}, scanner.DoubleFeed},
		{jammed, 2, []string{coverSensor}, scanner.CoverOpen},
		{broken, 2, []string{coverSensor}, scanner.CoverOpen},
		{broken, 2, nil, scanner.Unplugged},
		{open, 2, []string{doubleFeedSensor}, scanner.CoverOpen},
		{empty, 2, nil, io.EOF},
		{0, 2, nil, io.EOF},
		// The stop button looks like an empty feeder, but paper is left.
		{empty, 2, []string{hopperSensor}, scanner.OperatorStop},
		{0, 2, []string{hopperSensor}, scanner.OperatorStop},
		{empty, 0, []string{hopperSensor}, scanner.Mispick},
		{empty, 0, nil, scanner.FeederEmpty},
	} {
		images, err := feed(t, recordedDevice(t, c.status, "as recorded", c.pages, c.sensors...), scanner.Settings{DPI: 300})
		if !errors.Is(err, c.want) || (err == io.EOF) != (c.want == io.EOF) { //nolint:errorlint // the contract promises io.EOF itself
			t.Errorf("status %d, sensors %v: ended with %v, want %v", c.status, c.sensors, err, c.want)
		}
		if len(images) != c.pages {
			t.Errorf("status %d, sensors %v: %d pages", c.status, c.sensors, len(images))
		}
	}
}

// A device that the last run of the station still holds is waited for.
func TestBusyDevice(t *testing.T) {
	device := recordedDevice(t, 7, "Document feeder out of documents", 1)
	if err := os.WriteFile(device.config.Program+".busy", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	images, err := feed(t, device, scanner.Settings{DPI: 300})
	if !errors.Is(err, io.EOF) || len(images) != 1 {
		t.Errorf("%d images, %v", len(images), err)
	}
	device.config.BusyPatience = time.Nanosecond
	if err := os.WriteFile(device.config.Program+".busy", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := feed(t, device, scanner.Settings{DPI: 300}); !errors.Is(err, scanner.Busy) {
		t.Errorf("still busy: %v", err)
	}
}

func TestOpenFaults(t *testing.T) {
	for complaint, want := range map[string]scanner.Condition{
		"scanimage: open of device x failed: Device busy":                        scanner.Busy,
		"scanimage: open of device x failed: Access to resource has been denied": scanner.Denied,
		"scanimage: open of device x failed: Scanner cover is open":              scanner.CoverOpen,
		"scanimage: open of device x failed: Invalid argument":                   scanner.Unplugged,
		"scanimage: open of device x failed: Error during device I/O":            scanner.Unplugged,
		"": scanner.Unplugged,
	} {
		if got := openFault(1, complaint); got.Condition != want || got.Raw == "" {
			t.Errorf("%q: %v, want %v", complaint, got, want)
		}
	}
}
