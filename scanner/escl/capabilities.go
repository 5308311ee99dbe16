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

// capabilities are the contract's, and what only this protocol knows.
type capabilities struct {
	scanner.Capabilities
	removesBlanks bool // would leave out blank pages if allowed to
}

// Elements are matched by local name: devices disagree on namespaces.
type capabilitiesXML struct {
	XMLName      xml.Name `xml:"ScannerCapabilities"`
	MakeAndModel string   `xml:"MakeAndModel"`
	Serial       string   `xml:"SerialNumber"`
	// Whether the device can leave out pages that it takes for blank. Never
	// wanted: a side counts as blank only when the reader has proved it.
	BlankRemoval string `xml:"BlankPageDetectionAndRemoval"`
	// Imprinter is an extension of ours (urn:sesshu:escl): what was published of
	// eSCL up to 2.9 names no endorser. Our virtual device has it.
	Imprinter string `xml:"urn:sesshu:escl Imprinter"`
	Adf       *struct {
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
	Colors     []string `xml:"ColorModes>ColorMode"`
	Formats    []string `xml:"DocumentFormats>DocumentFormat"`
	FormatsExt []string `xml:"DocumentFormats>DocumentFormatExt"`
	Channels   []string `xml:"CcdChannels>CcdChannel"`
	Ranges     []struct {
		Min int `xml:"Min"`
		Max int `xml:"Max"`
	} `xml:"SupportedResolutions>ResolutionRange>XResolutionRange"`
	Resolutions []struct {
		X int `xml:"XResolution"`
		Y int `xml:"YResolution"`
	} `xml:"SupportedResolutions>DiscreteResolutions>DiscreteResolution"`
}

// usualResolutions stand for a range, of which nobody uses the numbers between.
var usualResolutions = []int{75, 100, 150, 200, 240, 300, 400, 600, 1200}

// channelDropOuts: a grey image made of one colour channel does not show what is
// printed in that colour.
var channelDropOuts = map[string]scanner.DropOut{"Red": scanner.DropRed, "Green": scanner.DropGreen, "Blue": scanner.DropBlue}

// parseCapabilities reads a ScannerCapabilities document.
func parseCapabilities(document []byte) (capabilities, error) {
	var answer capabilitiesXML
	if err := xml.Unmarshal(document, &answer); err != nil {
		return capabilities{}, fmt.Errorf("parse capabilities: %w", err)
	}
	result := capabilities{removesBlanks: strings.TrimSpace(answer.BlankRemoval) == "true"}
	result.Capabilities = scanner.Capabilities{Model: strings.TrimSpace(answer.MakeAndModel), Serial: strings.TrimSpace(answer.Serial)}
	if answer.Adf == nil {
		return result, nil
	}
	result.Endorser = strings.TrimSpace(answer.Imprinter) == "true"
	result.DoubleFeed = slices.Contains(answer.Adf.Options, "MultipickDetection")
	if answer.Adf.Simplex != nil {
		result.Feeder = true
		addInput(&result.Capabilities, answer.Adf.Simplex)
	}
	if answer.Adf.Duplex != nil {
		result.Feeder, result.Duplex = true, true
		addInput(&result.Capabilities, answer.Adf.Duplex)
	}
	if slices.Contains(answer.Adf.Options, "Duplex") {
		result.Duplex = true
	}
	slices.Sort(result.Resolutions)
	slices.Sort(result.DropOuts)
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
		for _, channel := range profile.Channels {
			if colour, known := channelDropOuts[channel]; known {
				result.DropOuts = appendNew(result.DropOuts, colour)
			}
		}
		for _, bounds := range profile.Ranges {
			for _, resolution := range usualResolutions {
				if resolution >= bounds.Min && resolution <= bounds.Max {
					result.Resolutions = appendNew(result.Resolutions, resolution)
				}
			}
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
