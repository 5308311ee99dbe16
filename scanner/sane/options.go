package sane

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"sesshu/scanner"
	"sesshu/scanner/media"
)

// option is one option of the backend, as scanimage -A lists it.
type option struct {
	name     string   // without dashes; the geometry options are l, t, x, y
	choices  []string // of a list; empty otherwise
	low      float64  // of a range
	high     float64  // of a range; 0 when there is none
	boolean  bool
	current  string
	settable bool // neither inactive nor read-only
}

type optionList []option

var (
	// "    --name[=(yes|no)] [no]", "    --name CONSTRAINT [current] [flag]", "    -x 0..200mm [80]"
	optionLine = regexp.MustCompile(`^ {4}-{1,2}([a-zA-Z][a-zA-Z0-9-]*)(.*)$`)
	brackets   = regexp.MustCompile(`\[([^\[\]]*)\]`)
	rangeText  = regexp.MustCompile(`^(-?[0-9.]+)\.\.(-?[0-9.]+)`)
	unitText   = regexp.MustCompile(`(dpi|mm|pel|bit|us|%)$`)
)

// parseOptions reads the output of scanimage -A. Lines that are not options are
// descriptions and are left out.
func parseOptions(text string) optionList {
	var list optionList
	for _, line := range strings.Split(text, "\n") {
		match := optionLine.FindStringSubmatch(line)
		if match == nil {
			continue
		}
		list = append(list, parseOption(match[1], match[2]))
	}
	return list
}

func parseOption(name, rest string) option {
	parsed := option{name: name, settable: true}
	if after, found := strings.CutPrefix(rest, "[=("); found {
		parsed.boolean = true
		_, rest, _ = strings.Cut(after, ")]")
	}
	constraint, _, _ := strings.Cut(strings.TrimSpace(rest), " [")
	for i, match := range brackets.FindAllStringSubmatch(rest, -1) {
		switch match[1] {
		case "inactive", "read-only":
			parsed.settable = false
		case "hardware":
			parsed.settable = false // a button or sensor
		case "advanced":
		default:
			if i == 0 {
				parsed.current = match[1]
			}
		}
	}
	constraint, _, _ = strings.Cut(constraint, " (in steps")
	constraint = strings.TrimSpace(strings.TrimSuffix(constraint, ",..."))
	if bounds := rangeText.FindStringSubmatch(constraint); bounds != nil {
		parsed.low, _ = strconv.ParseFloat(bounds[1], 64)
		parsed.high, _ = strconv.ParseFloat(bounds[2], 64)
		return parsed
	}
	if parsed.boolean || constraint == "" || strings.HasPrefix(constraint, "<") || strings.HasPrefix(constraint, "[") {
		return parsed
	}
	constraint = unitText.ReplaceAllString(constraint, "")
	for _, choice := range strings.Split(constraint, "|") {
		if choice != "" {
			parsed.choices = append(parsed.choices, choice)
		}
	}
	return parsed
}

// find returns the option with a name, when it can be set.
func (l optionList) find(name string) (option, bool) {
	for _, candidate := range l {
		if candidate.name == name {
			return candidate, candidate.settable
		}
	}
	return option{}, false
}

// sensor reports whether a yes-or-no sensor is on. Sensors cannot be set.
func (l optionList) sensor(name string) bool {
	for _, candidate := range l {
		if candidate.name == name {
			return candidate.current == "yes"
		}
	}
	return false
}

// has reports whether there is an option or sensor of this name.
func (l optionList) has(name string) bool {
	return slices.ContainsFunc(l, func(candidate option) bool { return candidate.name == name })
}

// Names that backends give the feeder, the best first.
var (
	simplexSources = []string{"ADF Front", "ADF", "Automatic Document Feeder", "Document Feeder", "Feeder", "ADF Simplex", "FB/ADF"}
	duplexSources  = []string{"ADF Duplex", "Duplex", "Automatic Document Feeder Duplex", "Feeder Duplex"}
)

// source returns the value of the source option for the feeder; empty when the
// backend has no feeder.
func (l optionList) source(duplex bool) string {
	sources, found := l.find("source")
	if !found {
		return ""
	}
	names := simplexSources
	if duplex {
		names = duplexSources
	}
	for _, name := range names {
		if slices.Contains(sources.choices, name) {
			return name
		}
	}
	return ""
}

func (l optionList) capabilities(model string) scanner.Capabilities {
	result := scanner.Capabilities{
		Model:      model,
		Feeder:     l.source(false) != "" || l.source(true) != "",
		Duplex:     l.source(true) != "",
		MediaTypes: []string{media.JPEG, media.PNG, media.TIFF},
	}
	_, action := l.find("df-action")
	_, thickness := l.find("df-thickness")
	result.DoubleFeed = action || thickness
	_, text := l.find("endorser-string")
	_, number := l.find("endorser-val")
	result.Endorser = text && number
	for _, colour := range []scanner.DropOut{scanner.DropRed, scanner.DropGreen, scanner.DropBlue} {
		if l.dropOut(colour) {
			result.DropOuts = append(result.DropOuts, colour)
		}
	}
	if resolution, found := l.find("resolution"); found {
		for _, choice := range resolution.choices {
			if dpi, err := strconv.Atoi(choice); err == nil {
				result.Resolutions = append(result.Resolutions, dpi)
			}
		}
		slices.Sort(result.Resolutions)
	}
	if mode, found := l.find("mode"); found {
		if slices.Contains(mode.choices, "Gray") {
			result.Colors = append(result.Colors, scanner.Grey)
		}
		if slices.Contains(mode.choices, "Color") {
			result.Colors = append(result.Colors, scanner.Color)
		}
	}
	width, _ := l.find("x")
	height, _ := l.find("y")
	result.MaxSize = scanner.Size{Width: width.high, Height: height.high}
	return result
}
