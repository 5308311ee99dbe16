package escl

import (
	"encoding/xml"
	"fmt"
	"slices"

	"sesshu/scanner"
	"sesshu/scanner/media"
)

// settingsXML is the body of a job request. The prefixes are written out: some
// devices compare them as text.
type settingsXML struct {
	XMLName   xml.Name `xml:"scan:ScanSettings"`
	Scan      string   `xml:"xmlns:scan,attr"`
	PWG       string   `xml:"xmlns:pwg,attr"`
	Version   string   `xml:"pwg:Version"`
	Units     string   `xml:"pwg:ScanRegions>pwg:ScanRegion>pwg:ContentRegionUnits"`
	XOffset   int      `xml:"pwg:ScanRegions>pwg:ScanRegion>pwg:XOffset"`
	YOffset   int      `xml:"pwg:ScanRegions>pwg:ScanRegion>pwg:YOffset"`
	Width     int      `xml:"pwg:ScanRegions>pwg:ScanRegion>pwg:Width"`
	Height    int      `xml:"pwg:ScanRegions>pwg:ScanRegion>pwg:Height"`
	Source    string   `xml:"pwg:InputSource"`
	Color     string   `xml:"scan:ColorMode"`
	Channel   string   `xml:"scan:CcdChannel,omitempty"`
	Format    string   `xml:"pwg:DocumentFormat"`
	FormatExt string   `xml:"scan:DocumentFormatExt"`
	X         int      `xml:"scan:XResolution"`
	Y         int      `xml:"scan:YResolution"`
	Duplex    bool     `xml:"scan:Duplex"`
	Multipick *bool    `xml:"scan:MultipickDetection,omitempty"`           // left out for devices without it
	Blanks    *bool    `xml:"scan:BlankPageDetectionAndRemoval,omitempty"` // the same
	// An extension of ours, see Imprinter in the capabilities.
	Imprint     string `xml:"urn:sesshu:escl Imprint,omitempty"`
	ImprintFrom int    `xml:"urn:sesshu:escl ImprintFrom,omitempty"`
}

// writeSettings makes the body of a job request, after checking that the
// device can do what is asked: devices are known to ignore what they cannot do
// and to scan something else.
func writeSettings(settings scanner.Settings, can capabilities) ([]byte, error) {
	unsupported := func(format string, args ...any) error {
		return &scanner.Fault{Condition: scanner.Unsupported, Protocol: protocol, Cause: fmt.Errorf(format, args...)}
	}
	if !can.Feeder {
		return nil, unsupported("device has no document feeder")
	}
	if settings.Duplex && !can.Duplex {
		return nil, unsupported("device cannot scan both sides")
	}
	if len(can.Resolutions) > 0 && !slices.Contains(can.Resolutions, settings.DPI) {
		return nil, unsupported("device cannot scan at %d dpi, only at %v", settings.DPI, can.Resolutions)
	}
	if len(can.Colors) > 0 && !slices.Contains(can.Colors, settings.Color) {
		return nil, unsupported("device lacks the colour mode")
	}
	if settings.DropOut != scanner.DropNone && (settings.Color != scanner.Grey || !slices.Contains(can.DropOuts, settings.DropOut)) {
		return nil, unsupported("device cannot drop out %s", settings.DropOut)
	}
	if settings.Imprint != "" && !can.Endorser {
		return nil, unsupported("device has no endorser that eSCL can reach")
	}
	if len(settings.Imprint) > scanner.LongestImprint {
		return nil, unsupported("endorser cannot print a text of %d characters", len(settings.Imprint))
	}
	format, err := chooseFormat(settings.MediaType, can.MediaTypes)
	if err != nil {
		return nil, unsupported("%w", err)
	}
	body := settingsXML{
		Scan: "http://schemas.hp.com/imaging/escl/2011/05/03", PWG: "http://www.pwg.org/schemas/2010/12/sm", Version: "2.0",
		Units: "escl:ThreeHundredthsOfInches", Width: toUnits(settings.Size.Width), Height: toUnits(settings.Size.Height),
		Source: "Feeder", Color: "Grayscale8", Format: format, FormatExt: format,
		X: settings.DPI, Y: settings.DPI, Duplex: settings.Duplex,
	}
	if settings.Color == scanner.Color {
		body.Color = "RGB24"
	}
	for channel, colour := range channelDropOuts {
		if colour == settings.DropOut {
			body.Channel = channel
		}
	}
	// A sheet a little longer than the glass is cut by the device anyway; a
	// region outside its bounds is refused by many.
	if can.MaxSize.Width > 0 {
		body.Width = min(body.Width, toUnits(can.MaxSize.Width))
	}
	if can.MaxSize.Height > 0 {
		body.Height = min(body.Height, toUnits(can.MaxSize.Height))
	}
	if settings.Imprint != "" {
		body.Imprint, body.ImprintFrom = settings.Imprint, settings.ImprintFrom
	}
	if settings.DoubleFeedDetection && can.DoubleFeed {
		on := true
		body.Multipick = &on
	}
	if can.removesBlanks {
		off := false
		body.Blanks = &off
	}
	text, err := xml.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("write scan settings: %w", err)
	}
	return append([]byte(xml.Header), text...), nil
}

// chooseFormat takes the wanted format, or the first one the device has of
// those whose completeness can be proved, JPEG before the others.
func chooseFormat(wanted string, offered []string) (string, error) {
	if wanted != "" {
		if len(offered) > 0 && !slices.Contains(offered, wanted) {
			return "", fmt.Errorf("device does not deliver %s, only %v", wanted, offered)
		}
		return wanted, nil
	}
	if len(offered) == 0 {
		return media.JPEG, nil
	}
	for _, format := range []string{media.JPEG, media.PNG, media.TIFF, media.PDF} {
		if slices.Contains(offered, format) {
			return format, nil
		}
	}
	return "", fmt.Errorf("device delivers only %v", offered)
}
