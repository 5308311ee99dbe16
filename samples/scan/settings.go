// Package scan turns a sheet of paper into what a scanner makes of it: the
// sheet lies a little askew on the bed, the copy shrank it, light is uneven,
// glass and paper are dirty, the sensor has noise and the picture is compressed.
package scan

import (
	"fmt"
	"math/rand/v2"
)

// Tier is how good the scans are.
type Tier string

// The tiers, best first. Fax is a 200 dpi black-and-white transmission, Phone a
// photograph of the sheet on a desk.
const (
	Clean  Tier = "clean"
	Office Tier = "office"
	Poor   Tier = "poor"
	Fax    Tier = "fax"
	Phone  Tier = "phone"
)

// Tiers lists all tiers.
func Tiers() []Tier { return []Tier{Clean, Office, Poor, Fax, Phone} }

// ParseTier returns the tier with this name.
func ParseTier(name string) (Tier, error) {
	for _, tier := range Tiers() {
		if string(tier) == name {
			return tier, nil
		}
	}
	return "", fmt.Errorf("tier %q is none of clean, office, poor, fax, phone", name)
}

// Settings are one scan's circumstances. Draw makes them up for a tier.
type Settings struct {
	Skew           float64    // degrees, clockwise
	ShiftX, ShiftY float64    // millimetres
	Scale          float64    // 1 is true size
	Turn           int        // degrees the sheet was fed turned by, clockwise: 0, 90, 180, 270
	Corners        [8]float64 // for photographs: how far each corner is off, share of the sheet's width; 0 for scanners

	CutRight, CutBottom float64 // millimetres of the bed missing
	Backing             uint8   // what the bed shows beside the sheet

	Black, White uint8   // what black and white come out as
	Gradient     float64 // largest change of light over the bed, share
	Shadow       float64 // depth of a soft shadow over a part, share (photographs)
	Blur         float64 // 0 sharp to 2
	Noise        float64 // standard deviation, levels

	Specks  int     // dirt on the paper
	Streaks int     // dirt on the glass of a feeder: lines along the way of the sheet
	Fold    float64 // depth of a fold's shadow, levels; 0 for none
	Punched bool
	Stapled bool
	Bleed   float64 // how much of the back shows through, share

	Bilevel   bool // black and white only
	Threshold uint8
	DPI       float64
	Quality   int // of the JPEG, 1 to 100
}

// bounds of what a tier draws.
type bounds struct {
	skew, shift  float64
	leastScale   float64
	black, white [2]uint8
	gradient     float64
	blur, noise  [2]float64
	specks       int
	streaks      float64 // chance
	fold         float64 // chance
	punched      float64
	bleed        float64
	blackBacking float64
	quality      [2]int
}

var tiers = map[Tier]bounds{
	Clean: {
		skew: 0.7, shift: 1.2, leastScale: 0.985, black: [2]uint8{8, 30}, white: [2]uint8{246, 255}, gradient: 0.01,
		blur: [2]float64{0.1, 0.35}, noise: [2]float64{0.8, 1.8}, specks: 4, blackBacking: 0.2, quality: [2]int{82, 93},
	},
	Office: {
		skew: 1.6, shift: 3, leastScale: 0.96, black: [2]uint8{10, 55}, white: [2]uint8{232, 255}, gradient: 0.04,
		blur: [2]float64{0.2, 0.7}, noise: [2]float64{1.5, 4}, specks: 30, streaks: 0.15, fold: 0.15, punched: 0.15, bleed: 0.15,
		blackBacking: 0.3, quality: [2]int{68, 88},
	},
	Poor: {
		skew: 3.2, shift: 6, leastScale: 0.93, black: [2]uint8{20, 80}, white: [2]uint8{210, 255}, gradient: 0.12,
		blur: [2]float64{0.5, 1.3}, noise: [2]float64{3, 8}, specks: 160, streaks: 0.4, fold: 0.4, punched: 0.3, bleed: 0.4,
		blackBacking: 0.4, quality: [2]int{42, 72},
	},
}

// Draw makes up the circumstances of one scan.
func Draw(random *rand.Rand, tier Tier) Settings {
	b, ok := tiers[tier]
	if !ok {
		b = tiers[Office] // fax and phone start from an office's paper
	}
	between := func(least, most float64) float64 { return least + (most-least)*random.Float64() }
	chance := func(share float64) bool { return random.Float64() < share }
	s := Settings{
		Skew:     b.skew * clamp(random.NormFloat64()/2, -1, 1),
		ShiftX:   between(-b.shift, b.shift),
		ShiftY:   between(-b.shift, b.shift),
		Scale:    1 - (1-b.leastScale)*between(0, 0.35),
		Backing:  uint8(between(235, 253)),
		Black:    uint8(between(float64(b.black[0]), float64(b.black[1]))),
		White:    uint8(between(float64(b.white[0]), float64(b.white[1]))),
		Gradient: between(0, b.gradient),
		Blur:     between(b.blur[0], b.blur[1]),
		Noise:    between(b.noise[0], b.noise[1]),
		Specks:   random.IntN(b.specks + 1),
		DPI:      300,
		Quality:  b.quality[0] + random.IntN(b.quality[1]-b.quality[0]),
	}
	if chance(0.25) { // a copy that was fitted to the page
		s.Scale = between(b.leastScale, 1)
	}
	if chance(0.04) {
		s.Scale = between(1, 1.01)
	}
	if chance(b.blackBacking) {
		s.Backing = uint8(between(12, 70))
	}
	if chance(0.3) { // the bed is a little smaller than the sheet
		s.CutRight, s.CutBottom = between(0, 2.5), between(0, 3)
	}
	if chance(b.streaks) {
		s.Streaks = 1 + random.IntN(2)
	}
	if chance(b.fold) {
		s.Fold = between(12, 45)
	}
	if chance(b.bleed) {
		s.Bleed = between(0.02, 0.09)
	}
	s.Punched, s.Stapled = chance(b.punched), chance(b.punched)
	switch tier {
	case Fax:
		s.fax(random)
	case Phone:
		s.phone(random)
	case Clean, Office, Poor: // as drawn
	}
	return s
}

func (s *Settings) fax(random *rand.Rand) {
	s.Bilevel, s.Threshold = true, uint8(140+random.IntN(60))
	s.DPI, s.Quality = 200, 90
	s.Noise, s.Streaks, s.Bleed = 6+6*random.Float64(), random.IntN(2), 0
	s.Scale = 0.94 + 0.06*random.Float64()
	s.Backing = 250
}

func (s *Settings) phone(random *rand.Rand) {
	for i := range s.Corners {
		s.Corners[i] = 0.035 * clamp(random.NormFloat64()/2, -1, 1)
	}
	s.Skew = 4 * clamp(random.NormFloat64()/2, -1, 1)
	s.Scale = 0.86 + 0.09*random.Float64()
	s.Gradient, s.Shadow = 0.1+0.2*random.Float64(), 0.3*random.Float64()
	s.Backing = uint8(60 + random.IntN(110))
	s.Blur, s.Noise = 0.4+0.9*random.Float64(), 2+4*random.Float64()
	s.Quality = 60 + random.IntN(30)
	s.CutRight, s.CutBottom, s.Streaks = 0, 0, 0
}

func clamp(value, least, most float64) float64 { return max(least, min(most, value)) }
