package discover

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"sesshu/scanner/pin"
)

// SANE's own test devices, as scanimage lists them.
func TestLocal(t *testing.T) {
	folder := t.TempDir()
	for name, text := range map[string]string{"dll.conf": "test\n", "test.conf": "number_of_devices 2\n"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("SANE_CONFIG_DIR", folder)
	found, err := Local(t.Context(), Config{})
	if err != nil {
		t.Fatal(err)
	}
	want := []Scanner{{Device: "sane:test:0", Name: "Noname frontend-tester"}, {Device: "sane:test:1", Name: "Noname frontend-tester"}}
	if !reflect.DeepEqual(found, want) {
		t.Errorf("%+v, want %+v", found, want)
	}
	if _, err := Local(t.Context(), Config{Scanimage: "no-such-scanimage"}); !errors.Is(err, ErrNoSANE) {
		t.Errorf("without scanimage: %v", err)
	}
	if _, err := Local(t.Context(), Config{Scanimage: "false"}); err == nil || errors.Is(err, ErrNoSANE) {
		t.Errorf("scanimage fails: %v", err)
	}
}

func TestParseList(t *testing.T) {
	text := "fujitsu:fi-8170:100027\tFUJITSU\tfi-8170\tscanner\nv4l:/dev/video0\tNoname\tCam\tvirtual device\n" +
		"airscan:e0:Office\teSCL\tOffice\tip=192.0.2.7\nbroken line\nepjitsu:libusb:001:004\tFUJITSU\tScanSnap S1300i\tsheetfed scanner\n"
	want := []Scanner{
		{Device: "sane:epjitsu:libusb:001:004", Name: "FUJITSU ScanSnap S1300i", Feeder: true},
		{Device: "sane:fujitsu:fi-8170:100027", Name: "FUJITSU fi-8170"},
		{Device: "sane:airscan:e0:Office", Name: "eSCL Office"},
	}
	if found := parseList(text); !reflect.DeepEqual(found, want) {
		t.Errorf("%+v", found)
	}
}

// Devices that speak TLS are listed with the key that they show.
func TestKeys(t *testing.T) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	found := []Scanner{{Secure: "escl:" + server.URL + "/eSCL"}, {Device: "escl:http://127.0.0.1:1/eSCL"}, {Secure: "escl:https://127.0.0.1:1/eSCL"}}
	askKeys(t.Context(), found)
	if found[0].Key != pin.Of(server.Certificate()).String() || found[1].Key != "" || found[2].Key != "" {
		t.Errorf("%+v", found)
	}
}

// Both places at once. Nothing on the network: SANE's network devices count.
func TestAll(t *testing.T) {
	folder := t.TempDir()
	script := filepath.Join(folder, "scanimage")
	if err := os.WriteFile(script, []byte("#!/bin/sh\nprintf 'airscan:e0:Office\\teSCL\\tOffice\\tip=192.0.2.7\\n'\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	found, network, local := All(t.Context(), Config{Interface: "none0", Scanimage: script})
	if len(found) != 1 || found[0].Device != "sane:airscan:e0:Office" || network == nil || local != nil {
		t.Errorf("%+v, %v, %v", found, network, local)
	}
}
