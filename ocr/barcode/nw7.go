package barcode

import (
	"image"
	"math"

	"sesshu/ledger/slip"
)

// bands is how many strips a crop is cut into: a tenth of the bars' height is
// enough to average noise away, and dirt seldom spoils more than two.
const bands = 7

// NW7 reads one NW-7 symbol, upright within about eight degrees, dark on
// light. The candidates hold the payload without start and stop letters.
func NW7(img *image.Gray) ([]slip.Candidate, error) {
	bounds := img.Bounds()
	if bounds.Dx() < 40 || bounds.Dy() < 4 {
		return nil, nil
	}
	best, votes := vote(img)
	if len(best.codes) == 0 {
		return nil, nil
	}
	place, margin := best.weakest()
	p := nw7Probability(evidence{
		margin:  margin,
		agree:   votes.agree,
		against: votes.against,
	})
	candidates := []slip.Candidate{{Text: best.payload(), P: p}}
	if second := best.second[place]; second >= 0 {
		other := append([]int(nil), best.codes...)
		other[place] = second
		candidates = append(candidates, slip.Candidate{
			Text: spell(other[1 : len(other)-1]),
			P:    min(p, (1-p)/2*math.Exp(-max(0, margin)/8)),
		})
	}
	return candidates, nil
}

// ballot counts the strips that read the same payload as the best reading, and
// those that read another of the same length.
type ballot struct{ agree, against int }

// vote reads strips of the crop, each band and several bands together, and
// takes the payload with the most voices; between equals, the one with the
// widest margin. Strips beside the bars, or with dirt in them, mostly read
// nothing.
func vote(img *image.Gray) (symbol, ballot) {
	slope := tilt(img)
	height := img.Bounds().Dy()
	single := make([]strip, bands)
	for i := range single {
		single[i] = stripOf(img, i*height/bands, (i+1)*height/bands, slope)
	}
	var heard []symbol
	hear := func(strips []strip) {
		if s, ok := read(together(strips).profile()); ok {
			heard = append(heard, s)
		}
	}
	hear(single)
	hear(single[1 : bands-1])
	for i := range single {
		hear(single[i : i+1])
	}
	for i := 0; i+3 <= bands; i += 2 {
		hear(single[i : i+3])
	}
	return elect(heard)
}

func elect(heard []symbol) (symbol, ballot) {
	voices := make(map[string]int)
	for _, s := range heard {
		voices[s.payload()]++
	}
	var best symbol
	bestVoices, bestMargin := 0, 0.0
	for _, s := range heard {
		_, margin := s.weakest()
		n := voices[s.payload()]
		if n > bestVoices || n == bestVoices && margin > bestMargin {
			best, bestVoices, bestMargin = s, n, margin
		}
	}
	count := ballot{agree: bestVoices}
	for _, s := range heard {
		if len(s.codes) == len(best.codes) && s.payload() != best.payload() {
			count.against++
		}
	}
	return best, count
}

// read finds a symbol in a profile. Small swings are tried after large ones:
// they find narrow spaces that blur has nearly closed, but also dirt.
func read(p profile) (symbol, bool) {
	for _, share := range []float64{0.3, 0.16} {
		if s, ok := find(p.split(share)); ok {
			return s, true
		}
	}
	return symbol{}, false
}
