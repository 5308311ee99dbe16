package escl

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"sesshu/scanner"
	"sesshu/scanner/media"
)

func recorded(t testing.TB, path ...string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(append([]string{"testdata"}, path...)...))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestRecordedCapabilities(t *testing.T) {
	cases := map[string]scanner.Capabilities{
		"duplex-feeder": {Model: "Example Duplex 4000", Serial: "EX0123456789", Feeder: true, Duplex: true,
			MaxSize: scanner.Size{Width: toMillimetres(2550), Height: toMillimetres(4200)}, Resolutions: []int{200, 300, 600},
			Colors:     []scanner.ColorMode{scanner.Grey, scanner.Color},
			MediaTypes: []string{media.Unknown, media.PDF, media.JPEG}},
		"default-namespace": {Model: "Example Sheetfed", Feeder: true, DoubleFeed: true,
			MaxSize: scanner.Size{Width: toMillimetres(2592), Height: toMillimetres(10200)}, Resolutions: []int{75, 100, 150, 200, 240, 300, 400, 600},
			Colors: []scanner.ColorMode{scanner.Grey}, MediaTypes: []string{media.JPEG}},
		"colour-channels": {Model: "Example Production 8000", Feeder: true, DoubleFeed: true,
			MaxSize: scanner.Size{Width: toMillimetres(3600), Height: toMillimetres(5100)}, Resolutions: []int{300, 400},
			Colors: []scanner.ColorMode{scanner.Grey, scanner.Color}, DropOuts: []scanner.DropOut{scanner.DropRed, scanner.DropBlue},
			MediaTypes: []string{media.JPEG}},
		"platen-only": {Model: "Example Flatbed"},
	}
	for name, want := range cases {
		got, err := parseCapabilities(recorded(t, "capabilities", name+".xml"))
		if err != nil || !reflect.DeepEqual(got.Capabilities, want) {
			t.Errorf("%s: %v\n%+v, want\n%+v", name, err, got, want)
		}
		_, err = writeSettings(scanner.Settings{}.WithDefaults(), got)
		if got.Feeder != (err == nil) || err != nil && !errors.Is(err, scanner.Unsupported) {
			t.Errorf("%s: settings: %v", name, err)
		}
	}
}

func TestRecordedStatus(t *testing.T) {
	const path = "/eSCL/ScanJobs/4509a320"
	good := scanner.Condition(255) // no fault
	cases := map[string]struct {
		device, job scanner.Condition
		moving      bool
	}{
		"idle-loaded":          {device: good, job: good},
		"idle-empty-completed": {device: good, job: good},
		"processing":           {device: good, job: good, moving: true},
		"jam":                  {device: scanner.Jam, job: scanner.Unknown},
		"multipick":            {device: scanner.DoubleFeed, job: scanner.Unknown},
		"hatch-open":           {device: scanner.CoverOpen, job: good},
		"mispick":              {device: scanner.Mispick, job: good},
		"tray-overloaded":      {device: scanner.Mispick, job: good},
		"canceled-by-user":     {device: good, job: scanner.OperatorStop},
		"aborted":              {device: good, job: scanner.Unknown},
		"timed-out":            {device: good, job: scanner.Stalled},
		"asleep":               {device: scanner.PowerSave, job: good},
		"down":                 {device: scanner.Unknown, job: good},
		"new-state":            {device: scanner.Unknown, job: good},
	}
	files, err := filepath.Glob(filepath.Join("testdata", "status", "*.xml"))
	if err != nil || len(files) != len(cases) {
		t.Fatalf("%d answers, %d expectations, %v", len(files), len(cases), err)
	}
	of := func(fault *scanner.Fault) scanner.Condition {
		if fault == nil {
			return good
		}
		if fault.Raw == "" || fault.Protocol != protocol {
			t.Errorf("fault without raw words: %+v", fault)
		}
		return fault.Condition
	}
	for name, want := range cases {
		now, err := parseStatus(recorded(t, "status", name+".xml"))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		entry, _ := now.job(path)
		if of(now.fault()) != want.device || of(now.jobFault(entry)) != want.job || now.moving() != want.moving {
			t.Errorf("%s: device %v, job %v, moving %t", name, now.fault(), now.jobFault(entry), now.moving())
		}
	}
}

// Of a job's address only the path is kept.
func TestJobAddresses(t *testing.T) {
	device, err := New(Config{URL: "http://192.0.2.7/eSCL/"})
	if err != nil {
		t.Fatal(err)
	}
	for location, want := range map[string]string{
		"http://scanner.invalid:9095/eSCL/ScanJobs/17": "/eSCL/ScanJobs/17",
		"/eSCL/ScanJobs/17/":                           "/eSCL/ScanJobs/17",
		"http://localhost/eSCL/ScanJobs/a-b":           "/eSCL/ScanJobs/a-b",
		"17":                                           "/eSCL/ScanJobs/17",
		"ScanJobs/17":                                  "/eSCL/ScanJobs/17",
		"https://[fe80::1]:443/eSCL/ScanJobs/urn:17":   "/eSCL/ScanJobs/urn:17",
		"":                "",
		"http://scanner/": "",
		"/eSCL/ScanJobs":  "",
	} {
		if got := device.jobPath(location); got != want {
			t.Errorf("%q: %q, want %q", location, got, want)
		}
	}
}

func TestAddresses(t *testing.T) {
	for _, address := range []string{"", "192.0.2.7", "ftp://192.0.2.7/eSCL", "http:///eSCL", "http://[::1/eSCL"} {
		if _, err := New(Config{URL: address}); err == nil {
			t.Errorf("%q is taken", address)
		}
	}
}

func FuzzParseStatus(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "status", "*.xml"))
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		f.Add(recorded(f, "status", filepath.Base(file)))
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		now, err := parseStatus(document)
		if err != nil {
			return
		}
		if now.State == "" {
			t.Error("a status without a state passes")
		}
		entry, _ := now.job("/eSCL/ScanJobs/1")
		for _, fault := range []*scanner.Fault{now.fault(), now.jobFault(entry)} {
			if fault != nil && fault.Error() == "" {
				t.Error("fault without words")
			}
		}
	})
}

func FuzzParseCapabilities(f *testing.F) {
	for _, name := range []string{"duplex-feeder", "default-namespace", "colour-channels", "platen-only"} {
		f.Add(recorded(f, "capabilities", name+".xml"))
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		can, err := parseCapabilities(document)
		if err != nil {
			return
		}
		if _, err := writeSettings(scanner.Settings{}.WithDefaults(), can); err != nil && !errors.Is(err, scanner.Unsupported) {
			t.Error(err)
		}
	})
}
