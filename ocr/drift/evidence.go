package drift

// evidence is one side of one rate's band: it grows while the stream looks as if
// the rate lay beyond the band, and shrinks while it looks as promised.
//
// It is a Shiryaev-Roberts detector over likelihood ratios (an e-detector: Shin,
// Ramdas, Rinaldo, "E-detectors", 2023). For a stream whose rate is anywhere
// inside the band each ratio has a mean of at most 1, so the evidence grows by at
// most 1 a page on average, and reaching L takes at least L pages on average: the
// stated false alarm rate, without any assumption on how long one looks.
type evidence struct {
	edge  float64 // of the band: the rate that the stream is held against
	above bool    // a rate above the edge is beyond the band; else one below it
	sums  [len(alternatives)]float64
}

// alternatives are what the odds of the rate may have become, beyond the edge:
// slight, marked and gross changes. The evidence is the mean over them.
var alternatives = [...]float64{1.5, 3, 10}

// watching reports whether there is anything beyond the edge.
func (e *evidence) watching() bool { return e.edge > 0 && e.edge < 1 }

// see adds one page on which the event happened, or did not.
func (e *evidence) see(happened bool) {
	if !e.watching() {
		return
	}
	for i, factor := range alternatives {
		if !e.above {
			factor = 1 / factor
		}
		odds := e.edge / (1 - e.edge) * factor
		rate := odds / (1 + odds)
		ratio := rate / e.edge
		if !happened {
			ratio = (1 - rate) / (1 - e.edge)
		}
		e.sums[i] = min((e.sums[i]+1)*ratio, 1e300)
	}
}

// amount returns the evidence so far.
func (e *evidence) amount() float64 {
	total := 0.0
	for _, sum := range e.sums {
		total += sum
	}
	return total / float64(len(e.sums))
}
