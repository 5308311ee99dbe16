package escl

import (
	"encoding/xml"
	"fmt"
	"slices"
	"strings"

	"sesshu/scanner"
)

// Lengths in eSCL are in 1/300 inch (ThreeHundredthsOfInches).
const (
	unitsPerInch       = 300
	millimetresPerInch = 25.4
)

func toMillimetres(units int) float64 { return float64(units) * millimetresPerInch / unitsPerInch }

func toUnits(millimetres float64) int {
	return int(millimetres*unitsPerInch/millimetresPerInch + 0.5)
}

// Elements are matched by local name: devices disagree on namespaces.
type capabilitiesXML struct {
	XMLName      xml.Name `xml:"ScannerCapabilities"`
	MakeAndModel string   `xml:"MakeAndModel"`
	Serial       string   `xml:"SerialNumber"`
	Adf          *struct {
		Simplex *inputXML `xml:"AdfSimplexInputCaps"`
		Duplex  *inputXML `xml:"AdfDuplexInputCaps"`
		Options []string  `xml:"AdfOptions>AdfOption"`
	} `xml:"Adf"`
}

type inputXML struct {
	MaxWidth  int          `xml:"MaxWidth"`
	MaxHeight int          `xml:"MaxHeight"`
	Profiles  []profileXML `xml:"SettingProfiles>SettingProfile"`
}

type profileXML struct {
	Colors      []string `xml:"ColorModes>ColorMode"`
	Formats     []string `xml:"DocumentFormats>DocumentFormat"`
	FormatsExt  []string `xml:"DocumentFormats>DocumentFormatExt"`
	Resolutions []struct {
		X int `xml:"XResolution"`
		Y int `xml:"YResolution"`
	} `xml:"SupportedResolutions>DiscreteResolutions>DiscreteResolution"`
}

// parseCapabilities reads a ScannerCapabilities document.
func parseCapabilities(document []byte) (scanner.Capabilities, error) {
	var answer capabilitiesXML
	if err := xml.Unmarshal(document, &answer); err != nil {
		return scanner.Capabilities{}, fmt.Errorf("parse capabilities: %w", err)
	}
	result := scanner.Capabilities{Model: strings.TrimSpace(answer.MakeAndModel), Serial: strings.TrimSpace(answer.Serial)}
	if answer.Adf == nil {
		return result, nil
	}
	result.DoubleFeed = slices.Contains(answer.Adf.Options, "MultipickDetection")
	if answer.Adf.Simplex != nil {
		result.Feeder = true
		addInput(&result, answer.Adf.Simplex)
	}
	if answer.Adf.Duplex != nil {
		result.Feeder, result.Duplex = true, true
		addInput(&result, answer.Adf.Duplex)
	}
	if slices.Contains(answer.Adf.Options, "Duplex") {
		result.Duplex = true
	}
	slices.Sort(result.Resolutions)
	return result, nil
}

// addInput merges what one input of the device can do into the result.
func addInput(result *scanner.Capabilities, input *inputXML) {
	result.MaxSize.Width = max(result.MaxSize.Width, toMillimetres(input.MaxWidth))
	result.MaxSize.Height = max(result.MaxSize.Height, toMillimetres(input.MaxHeight))
	for _, profile := range input.Profiles {
		for _, mode := range profile.Colors {
			switch mode {
			case "Grayscale8":
				result.Colors = appendNew(result.Colors, scanner.Grey)
			case "RGB24":
				result.Colors = appendNew(result.Colors, scanner.Color)
			}
		}
		for _, format := range append(profile.Formats, profile.FormatsExt...) {
			result.MediaTypes = appendNew(result.MediaTypes, format)
		}
		for _, resolution := range profile.Resolutions {
			if resolution.X == resolution.Y && resolution.X > 0 {
				result.Resolutions = appendNew(result.Resolutions, resolution.X)
			}
		}
	}
}

func appendNew[T comparable](list []T, value T) []T {
	if slices.Contains(list, value) {
		return list
	}
	return append(list, value)
}
