package escl

import (
	"encoding/xml"
	"errors"
	"strings"
	"testing"

	"sesshu/scanner"
)

// What a job request says, element by element, to a device that has them.
func TestSettings(t *testing.T) {
	rich, err := parseCapabilities(recorded(t, "capabilities", "colour-channels.xml"))
	if err != nil {
		t.Fatal(err)
	}
	poor, err := parseCapabilities(recorded(t, "capabilities", "duplex-feeder.xml"))
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		can         capabilities
		settings    scanner.Settings
		want, never []string
	}{
		{rich, scanner.Settings{DPI: 400, DropOut: scanner.DropRed, DoubleFeedDetection: true},
			[]string{"<scan:XResolution>400<", "<scan:YResolution>400<", "<scan:CcdChannel>Red<", "<scan:MultipickDetection>true<",
				"<scan:BlankPageDetectionAndRemoval>false<", "<scan:ColorMode>Grayscale8<", "<pwg:Width>2480<", "<pwg:Height>3508<",
				"<pwg:InputSource>Feeder<", "<pwg:DocumentFormat>image/jpeg<", "<scan:DocumentFormatExt>image/jpeg<", "<scan:Duplex>false<"}, nil},
		{rich, scanner.Settings{Color: scanner.Color, Size: scanner.A5}, []string{"<scan:ColorMode>RGB24<", "<pwg:Width>1748<"},
			[]string{"CcdChannel", "MultipickDetection"}},
		// Elements that a device has not announced make some refuse the job.
		{poor, scanner.Settings{DoubleFeedDetection: true, Duplex: true}, []string{"<scan:Duplex>true<"}, []string{"CcdChannel", "MultipickDetection", "Blank"}},
	}
	for i, c := range cases {
		text, err := writeSettings(c.settings.WithDefaults(), c.can)
		if err != nil {
			t.Errorf("%d: %v", i, err)
			continue
		}
		if err := xml.Unmarshal(text, new(struct{ XMLName xml.Name })); err != nil {
			t.Errorf("%d: %v", i, err)
		}
		for _, part := range c.want {
			if !strings.Contains(string(text), part) {
				t.Errorf("%d: no %s in %s", i, part, text)
			}
		}
		for _, part := range c.never {
			if strings.Contains(string(text), part) {
				t.Errorf("%d: %s in %s", i, part, text)
			}
		}
	}
	for _, settings := range []scanner.Settings{{DPI: 600}, {DropOut: scanner.DropGreen}, {DropOut: scanner.DropRed, Color: scanner.Color}, {Duplex: true}} {
		if _, err := writeSettings(settings.WithDefaults(), rich); !errors.Is(err, scanner.Unsupported) {
			t.Errorf("%+v: %v", settings, err)
		}
	}
}
