package sane

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sesshu/scanner"
	"sesshu/scanner/media"
)

// formats are scanimage's names of the image formats.
var formats = map[string]string{"": "jpeg", media.JPEG: "jpeg", media.PNG: "png", media.TIFF: "tiff"}

// arguments translates the settings into scanimage's arguments for this
// backend. What the backend does not have is left out when the sheet comes out
// right without it, and refused otherwise.
func arguments(settings scanner.Settings, extra []Option, have optionList) ([]string, error) {
	builder := argumentBuilder{have: have}
	can := have.capabilities("")
	format, known := formats[settings.MediaType]
	switch {
	case !known:
		return nil, unsupported("scanimage does not write %s", settings.MediaType)
	case settings.Duplex && !can.Duplex:
		return nil, unsupported("device cannot scan both sides")
	case len(can.Colors) > 0 && !slices.Contains(can.Colors, settings.Color):
		return nil, unsupported("device lacks the colour mode")
	}
	builder.list = append(builder.list, "--format="+format)
	if !can.Feeder {
		// A flatbed: scanimage would scan the same page for ever.
		builder.list = append(builder.list, "--batch-count=1")
	}
	builder.set("source", have.source(settings.Duplex))
	mode := "Gray"
	if settings.Color == scanner.Color {
		mode = "Color"
	}
	builder.set("mode", mode)
	if resolution, found := have.find("resolution"); found && !resolution.allows(float64(settings.DPI)) {
		return nil, unsupported("device cannot scan at %d dpi", settings.DPI)
	}
	builder.set("resolution", strconv.Itoa(settings.DPI))
	builder.setLength("page-width", settings.Size.Width)
	builder.setLength("page-height", settings.Size.Height)
	builder.setLength("x", settings.Size.Width)
	builder.setLength("y", settings.Size.Height)
	if settings.DoubleFeedDetection {
		builder.set("df-action", "Stop")
		builder.set("df-thickness", "yes")
	}
	if !have.dropOut(settings.DropOut) || settings.DropOut != scanner.DropNone && settings.Color != scanner.Grey {
		return nil, unsupported("device cannot drop out %s", settings.DropOut)
	}
	for _, name := range dropOutOptions {
		builder.set(name, dropOutNames[settings.DropOut])
	}
	if settings.BlackBacking {
		builder.set("bgcolor", "Black")
	}
	// The scanner's own memory, and the next sheet taken up while this one is
	// read: 0.8 s a sheet instead of 1.3 s on a fi-8170. A sheet that was taken
	// up when the feed stops lies in the path, and is put back with the others.
	builder.set("buffermode", "On")
	builder.set("prepick", "On")
	if settings.Imprint != "" {
		if !can.Endorser {
			return nil, unsupported("device has no endorser whose number can be set")
		}
		if len(settings.Imprint) > scanner.LongestImprint || strings.Contains(settings.Imprint, "%") {
			return nil, unsupported("endorser cannot print the text")
		}
		builder.set("endorser", "yes")
		builder.set("endorser-val", strconv.Itoa(settings.ImprintFrom))
		builder.set("endorser-string", settings.Imprint+"%05ud") // the backend's own place for five digits of its counter
	}
	for _, option := range extra {
		builder.set(option.Name, option.Value)
	}
	return builder.list, nil
}

func unsupported(format string, args ...any) error {
	return &scanner.Fault{Condition: scanner.Unsupported, Protocol: protocol, Cause: fmt.Errorf(format, args...)}
}

// allows reports whether the option's constraint admits a number.
func (o option) allows(value float64) bool {
	if o.high > 0 {
		return value >= o.low && value <= o.high
	}
	return len(o.choices) == 0 || slices.Contains(o.choices, strconv.FormatFloat(value, 'f', -1, 64))
}

type argumentBuilder struct {
	have optionList
	list []string
}

// Names that backends give the drop-out colour, and its values (fujitsu has one
// option, canon_dr one a side).
var (
	dropOutOptions = []string{"dropoutcolor", "dropoutcolor_front", "dropoutcolor_back", "dropout-front", "dropout-back"}
	dropOutNames   = map[scanner.DropOut]string{scanner.DropRed: "Red", scanner.DropGreen: "Green", scanner.DropBlue: "Blue"}
)

// dropOut reports whether the backend can drop out a colour. None it always can.
func (l optionList) dropOut(colour scanner.DropOut) bool {
	if colour == scanner.DropNone {
		return true
	}
	return slices.ContainsFunc(dropOutOptions, func(name string) bool {
		option, found := l.find(name)
		return found && slices.Contains(option.choices, dropOutNames[colour])
	})
}

// set adds an option when the backend has it and would take the value. What was
// set under the name before is replaced.
func (b *argumentBuilder) set(name, value string) {
	option, found := b.have.find(name)
	if !found || value == "" {
		return
	}
	if len(option.choices) > 0 && !slices.Contains(option.choices, value) {
		return
	}
	if len(name) == 1 {
		b.list = append(b.list, "-"+name, value)
		return
	}
	b.list = slices.DeleteFunc(b.list, func(before string) bool { return strings.HasPrefix(before, "--"+name+"=") })
	b.list = append(b.list, "--"+name+"="+value)
}

// setLength adds a length in millimetres, cut to what the device can take.
func (b *argumentBuilder) setLength(name string, millimetres float64) {
	option, found := b.have.find(name)
	if !found {
		return
	}
	if option.high > 0 {
		millimetres = min(millimetres, option.high)
	}
	b.set(name, strconv.FormatFloat(millimetres, 'f', -1, 64))
}
