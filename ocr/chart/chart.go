// Package chart draws the two plots by which probabilities are judged, as SVG:
// reliability (did what was promised come true?) and risk over coverage (how
// many errors are bought with how much acceptance?). The same points always give
// the same bytes.
package chart

import (
	"cmp"
	"fmt"
	"html"
	"math"
	"slices"
	"strings"

	"sesshu/ocr/bound"
)

// Judged is one value: how probable it was said to be, and whether it was right.
type Judged struct {
	P     float64
	Right bool
}

// Series are the values of one line of a plot.
type Series struct {
	Name   string
	Values []Judged
}

// floor is the smallest share that the plots show, in the log.
const floor = 1e-6

// Reliability draws, for each order of magnitude of the promised error, the share
// of wrong values over the share that was promised, both in the log, with the 95 %
// interval of the former. Points on the diagonal are calibrated; points below it
// are careful. A hollow point stands at the upper bound of a group without an
// error: fewer may be wrong, more hardly.
func Reliability(title string, series []Series) string {
	p := plot{
		title: title, x: "promised share of wrong values", y: "wrong values (hollow: none, at most)",
		left: math.Log10(floor), right: 0, bottom: math.Log10(floor), top: 0, logX: true, logY: true,
	}
	p.open()
	p.line([]point{{p.left, p.left}, {0, 0}}, "#999", "5 4", 1)
	for i, s := range series {
		colour := colours[i%len(colours)]
		for _, group := range decades(s.Values) {
			wrong := share(group)
			x := math.Log10(max(floor, wrong.promised))
			low := math.Log10(max(floor, bound.Lower(wrong.count, len(group), 0.975)))
			high := math.Log10(max(floor, bound.Upper(wrong.count, len(group), 0.975)))
			if wrong.count == 0 { // nothing but "at most so many" is known
				p.dot(point{x, high}, colour, false)
				continue
			}
			p.line([]point{{x, low}, {x, high}}, colour, "", 1.4)
			p.dot(point{x, math.Log10(float64(wrong.count) / float64(len(group)))}, colour, true)
		}
		p.name(i, colour, s.Name)
	}
	return p.close()
}

// RiskCoverage draws the share of wrong values among the surest ones over how
// many of all these are. Where there is no error yet the line lies on the bottom.
func RiskCoverage(title string, series []Series) string {
	p := plot{
		title: title, x: "share accepted, surest first", y: "wrong among them",
		left: 0, right: 1, bottom: -5, top: 0, logY: true,
	}
	p.open()
	p.line([]point{{0, -4}, {1, -4}}, "#999", "5 4", 1)
	for i, s := range series {
		colour := colours[i%len(colours)]
		values := sorted(s.Values)
		slices.Reverse(values)
		var line []point
		wrong := 0
		for n, value := range values {
			if !value.Right {
				wrong++
			}
			if n+1 < len(values) && values[n+1].P == value.P {
				continue // equally sure: accepted together or not at all
			}
			risk := max(math.Pow(10, p.bottom), float64(wrong)/float64(n+1))
			line = append(line, point{float64(n+1) / float64(len(values)), math.Log10(risk)})
		}
		p.line(thin(line), colour, "", 1.6)
		p.name(i, colour, s.Name)
	}
	return p.close()
}

// decades parts values by the order of magnitude of the error that was promised.
func decades(values []Judged) [][]Judged {
	var parts [][]Judged
	last := 0.0
	for _, value := range sorted(values) {
		decade := math.Floor(math.Log10(max(floor, 1-value.P)) + 1e-9)
		if len(parts) == 0 || decade != last {
			parts = append(parts, nil)
			last = decade
		}
		parts[len(parts)-1] = append(parts[len(parts)-1], value)
	}
	return parts
}

func sorted(values []Judged) []Judged {
	values = slices.Clone(values)
	slices.SortStableFunc(values, func(a, b Judged) int { return cmp.Compare(a.P, b.P) })
	return values
}

type shares struct {
	promised float64
	count    int
}

func share(group []Judged) shares {
	var s shares
	for _, value := range group {
		s.promised += 1 - value.P
		if !value.Right {
			s.count++
		}
	}
	s.promised /= float64(len(group))
	return s
}

// thin drops points that nobody could tell apart.
func thin(line []point) []point {
	var kept []point
	for i, at := range line {
		if i == 0 || i == len(line)-1 || math.Abs(at.x-kept[len(kept)-1].x) > 0.002 || math.Abs(at.y-kept[len(kept)-1].y) > 0.01 {
			kept = append(kept, at)
		}
	}
	return kept
}

// The picture, in pixels.
const (
	width, height = 760, 480
	marginLeft    = 70
	marginTop     = 44
	plotWidth     = 490
	plotHeight    = 370
)

var colours = []string{"#0b6e99", "#c4501b", "#2e7d32", "#7b4397", "#b58900", "#c2185b", "#455a64", "#00897b", "#6d4c41", "#3949ab", "#9e9d24", "#d81b60"}

type point struct{ x, y float64 }

type plot struct {
	title, x, y              string
	left, right, bottom, top float64
	logX, logY               bool
	text                     strings.Builder
}

func (p *plot) at(q point) (x, y float64) {
	x = marginLeft + plotWidth*(min(max(q.x, p.left), p.right)-p.left)/(p.right-p.left)
	y = marginTop + plotHeight*(p.top-min(max(q.y, p.bottom), p.top))/(p.top-p.bottom)
	return x, y
}

// open draws title, frame, grid and scales.
func (p *plot) open() {
	fmt.Fprintf(&p.text, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12" role="img" aria-label="%s">`+"\n",
		width, height, html.EscapeString(p.title))
	fmt.Fprintf(&p.text, `<rect width="%d" height="%d" fill="#fff"/>`+"\n", width, height)
	fmt.Fprintf(&p.text, `<text x="%d" y="24" font-size="15" font-weight="bold" fill="#222">%s</text>`+"\n", marginLeft, html.EscapeString(p.title))
	step := func(low, high float64, log bool) float64 {
		if log {
			return 1
		}
		return (high - low) / 5
	}
	for x := p.left; x <= p.right+1e-9; x += step(p.left, p.right, p.logX) {
		px, _ := p.at(point{x, p.bottom})
		fmt.Fprintf(&p.text, `<path d="M%.1f %dV%d" stroke="#e4e4e4"/><text x="%.1f" y="%d" text-anchor="middle" fill="#444">%s</text>`+"\n",
			px, marginTop, marginTop+plotHeight, px, marginTop+plotHeight+18, label(x, p.logX))
	}
	for y := p.bottom; y <= p.top+1e-9; y += step(p.bottom, p.top, p.logY) {
		_, py := p.at(point{p.left, y})
		fmt.Fprintf(&p.text, `<path d="M%d %.1fH%d" stroke="#e4e4e4"/><text x="%d" y="%.1f" text-anchor="end" fill="#444">%s</text>`+"\n",
			marginLeft, py, marginLeft+plotWidth, marginLeft-8, py+4, label(y, p.logY))
	}
	fmt.Fprintf(&p.text, `<text x="%d" y="%d" text-anchor="middle" fill="#222">%s</text>`+"\n", marginLeft+plotWidth/2, marginTop+plotHeight+42, html.EscapeString(p.x))
	fmt.Fprintf(&p.text, `<text x="18" y="%d" text-anchor="middle" fill="#222" transform="rotate(-90 18 %d)">%s</text>`+"\n", marginTop+plotHeight/2, marginTop+plotHeight/2, html.EscapeString(p.y))
	fmt.Fprintf(&p.text, `<rect x="%d" y="%d" width="%d" height="%d" fill="none" stroke="#888"/>`+"\n", marginLeft, marginTop, plotWidth, plotHeight)
}

func label(at float64, log bool) string {
	if !log {
		return fmt.Sprintf("%.0f %%", 100*at)
	}
	if at >= -2 {
		return fmt.Sprintf("%g %%", 100*math.Pow(10, math.Round(at)))
	}
	return fmt.Sprintf("10<tspan dy=\"-5\" font-size=\"9\">%.0f</tspan>", at)
}

func (p *plot) line(points []point, colour, dashes string, thick float64) {
	if len(points) == 0 {
		return
	}
	var path strings.Builder
	for i, q := range points {
		x, y := p.at(q)
		letter := "L"
		if i == 0 {
			letter = "M"
		}
		fmt.Fprintf(&path, "%s%.1f %.1f", letter, x, y)
	}
	if dashes != "" {
		dashes = ` stroke-dasharray="` + dashes + `"`
	}
	fmt.Fprintf(&p.text, `<path d="%s" fill="none" stroke="%s" stroke-width="%g"%s/>`+"\n", path.String(), colour, thick, dashes)
}

// dot draws a point, full or hollow.
func (p *plot) dot(at point, colour string, full bool) {
	x, y := p.at(at)
	fill := colour
	if !full {
		fill = "#fff"
	}
	fmt.Fprintf(&p.text, `<circle cx="%.1f" cy="%.1f" r="3.4" fill="%s" stroke="%s"/>`+"\n", x, y, fill, colour)
}

// name adds a line to the legend.
func (p *plot) name(i int, colour, text string) {
	y := marginTop + 14 + 22*i
	fmt.Fprintf(&p.text, `<rect x="%d" y="%d" width="14" height="4" fill="%s"/><text x="%d" y="%d" fill="#222">%s</text>`+"\n",
		marginLeft+plotWidth+20, y-4, colour, marginLeft+plotWidth+40, y+2, html.EscapeString(text))
}

func (p *plot) close() string {
	p.text.WriteString("</svg>\n")
	return p.text.String()
}
