package tesseract

import (
	"math"
	"slices"
)

// Measurement is what the reader knows of a line before calibration.
type Measurement struct {
	Texts    []string  // best first; empty when nothing was read
	Shares   []float64 // of the texts, by the network alone, not calibrated
	Class    string    // which table speaks: see classOf
	Features []float64 // of the best text, in featureNames' order
}

// featureNames are the quantities a line's trustworthiness is judged by. All
// are kept within bounds, so an unheard-of line cannot run away with the fit.
var featureNames = []string{
	"margin",   // log odds of the best text against the second
	"loss",     // minus log probability of the best text
	"weakest",  // minus log of its least certain character's highest step
	"mean",     // the same, averaged over the characters
	"foreign",  // mass on characters the field cannot hold
	"wide",     // widest gap between neighbours over the median gap: a lost character
	"narrow",   // median over the narrowest: one glyph read as two
	"pieces",   // pieces of ink and characters disagree in number, by share
	"small",    // characters lower than 20 pixels in the crop
	"faint",    // missing contrast
	"shortish", // one over the number of characters
}

const mostTexts = 6

// readable leaves out the empty text.
func readable(found []hypothesis) []hypothesis {
	return slices.DeleteFunc(found, func(h hypothesis) bool { return len(h.text) == 0 })
}

func measure(class class, found []hypothesis, steps []step, foreign float64, ready prepared) Measurement {
	if len(found) == 0 {
		return Measurement{}
	}
	found = class.rank(found)
	found = found[:min(len(found), mostTexts)]
	m := Measurement{Class: class.name}
	total := math.Inf(-1)
	for _, h := range found {
		total = addLog(total, h.logP)
	}
	for _, h := range found {
		m.Texts = append(m.Texts, string(h.text))
		m.Shares = append(m.Shares, math.Exp(h.logP-total))
	}
	m.Features = features(found, steps, foreign, ready)
	return m
}

func features(found []hypothesis, steps []step, foreign float64, ready prepared) []float64 {
	best := found[0]
	margin := 12.0
	if len(found) > 1 {
		margin = min(margin, best.logP-found[1].logP)
	}
	weakest, mean := certainty(best, steps)
	wide, narrow := gaps(best.at)
	count := float64(len(best.text))
	return []float64{
		margin,
		min(12, max(0, -best.logP)),
		min(7, weakest),
		min(3, mean),
		min(4, foreign),
		min(4, wide),
		min(4, narrow),
		min(1, math.Abs(float64(ready.glyphs)-count)/count),
		min(1, max(0, 20-ready.height)/10),
		min(1, max(0, 0.7-ready.contrast)),
		1 / count,
	}
}

// certainty looks, for each character, for the highest step between its first
// appearance and the next character's.
func certainty(h hypothesis, steps []step) (weakest, mean float64) {
	if len(h.codes) == 0 {
		return 2, 0.5 // a text that the steps did not spell
	}
	for i, code := range h.codes {
		end := len(steps)
		if i+1 < len(h.at) {
			end = h.at[i+1]
		}
		peak := leastP
		for t := h.at[i]; t < min(end, len(steps)); t++ {
			peak = max(peak, steps[t].code[code])
		}
		doubt := -math.Log(min(1, peak))
		weakest = max(weakest, doubt)
		mean += doubt / float64(len(h.text))
	}
	return weakest, mean
}

// gaps compares the distances of neighbouring characters. In a fixed pitch a
// lost character leaves a gap of two.
func gaps(at []int) (wide, narrow float64) {
	if len(at) < 3 {
		return 1, 1
	}
	distance := make([]int, len(at)-1)
	for i := range distance {
		distance[i] = at[i+1] - at[i]
	}
	slices.Sort(distance)
	median := float64(max(1, distance[len(distance)/2]))
	return float64(distance[len(distance)-1]) / median, median / float64(max(1, distance[0]))
}
