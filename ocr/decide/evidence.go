package decide

import (
	"math"

	"sesshu/ledger/slip"
)

// rivals says what the masters and rules know of the texts that could stand in
// a value's place, apart from what was read.
type rivals struct {
	// possible reports whether a text is an ordinary value (in the master, with
	// the right check digit, inside the campaign). Nil: every text is.
	possible func(text string) bool
	// share is the prior weight of a text that is not possible, against 1.
	share float64
	// room returns the part of a reader's error on this text, 0 to 1, that can
	// end on another possible text: near 0 for a code whose every one-digit
	// change breaks its check digit, 1 when all is possible. It depends on the
	// text and the masters, never on the reading. Nil: 1. It is asked of possible
	// texts only, so possible must be set with it.
	room func(text string) float64
	// settles says that a print agrees with a text when it does so after what the
	// masters and rules know of its rivals: of ten digits with a check digit one or
	// two may be hard to read, and yet only one number can be meant. Never for
	// identity, whose witnesses each have to be readable by themselves.
	settles bool
	// unlike reports whether a text differs from what the batch shows. Such a text
	// has the prior weight unlikeShare, against 1, when texts are ranked; nothing is
	// accepted by it. Nil: none does.
	unlike      func(text string) bool
	unlikeShare float64
	// exclusion is how far a print that does not list a text is believed to
	// exclude it: its likelihood is at least this. 0: as far as the print says,
	// for values where one print that differs must never be outvoted.
	exclusion float64
}

// floor keeps odds finite.
const floor = 1e-9

// score is the log posterior, up to a constant, of what the prints show for a
// text: it chooses the best text, and nothing else.
func (r rivals) score(prints []print, value string) float64 {
	score := 0.0
	for _, p := range prints {
		if p.silent() {
			continue
		}
		if seen := max(p.p(value), r.exclusion); seen > floor {
			score += math.Log(seen)
		} else {
			score += math.Log(unlisted(p, value))
		}
	}
	if r.possible != nil && !r.possible(value) {
		score += math.Log(r.share)
	}
	if r.unlike != nil && r.unlike(value) {
		score += math.Log(r.unlikeShare)
	}
	return score
}

// unlisted is the likelihood of a text that the print does not list: the rest of
// the reader's mass, half of it among the texts one step away from its best.
func unlisted(p print, value string) float64 {
	rest := 1.0
	for _, t := range p.texts {
		rest -= t.p
	}
	rest = max(rest, 1e-6)
	if steps(p.texts[0].value, value) == 1 {
		return rest * 0.5 / float64(10*len(value)+1)
	}
	return rest * 1e-8
}

// logOdds is a lower bound for the log odds that the text is right. The readers'
// error mass is charged as if all of it stood on one rival: what they list of
// impossible texts counts by its share, the rest by the room there is for
// rivals. As a function of the readers' probabilities it never grows when any
// of them falls, nor when an agreeing print is taken away; that is what makes
// more doubt never turn "ask" into "accept". The batch has no part in it: the
// promises and bands of a calibration were counted on slips without one, and hold
// for what is accepted by the same measure.
func (r rivals) logOdds(prints []print, value string) float64 {
	sum, spoke := 0.0, false
	for _, p := range prints {
		if p.silent() {
			continue
		}
		spoke = true
		sum += math.Log(max(p.p(value), r.exclusion, floor) / r.errorOf(p, value))
	}
	if !spoke {
		return math.Inf(-1)
	}
	if r.possible != nil && !r.possible(value) {
		sum += math.Log(r.share)
	}
	return sum
}

// alone is the probability that one print by itself gives a text.
func (r rivals) alone(p print, value string) float64 {
	return probability(r.logOdds([]print{p}, value))
}

// errorOf is the charged error mass of one print for a text.
func (r rivals) errorOf(p print, value string) float64 {
	room := 1.0
	if r.room != nil && r.possible(value) {
		room = max(r.room(value), r.share)
	}
	impossible, listed := 0.0, 0.0
	for _, t := range p.texts {
		switch {
		case t.value == value:
		case r.possible != nil && !r.possible(t.value):
			impossible += t.p
		default:
			room = 1 // a possible rival was seen in the pixels
			listed += t.p
		}
	}
	rest := max(0, 1-p.p(value)-impossible-listed)
	return max(r.share*impossible+listed+room*rest, floor)
}

// probability turns log odds into a probability.
func probability(logOdds float64) float64 { return 1 / (1 + math.Exp(-logOdds)) }

// best returns the text with the highest score among all that the prints list
// and the further proposals, and the list of alternatives for a person, at most
// five, best first. It returns false when there is no text at all. A silent print
// lists nothing: what a reader makes of an empty box must not become a candidate.
func (r rivals) best(prints []print, proposals ...string) (string, []slip.Candidate, bool) {
	var all []text
	for _, p := range prints {
		if p.silent() {
			continue
		}
		for _, t := range p.texts {
			all = add(all, t.value, 0)
		}
	}
	for _, proposal := range proposals {
		all = add(all, proposal, 0)
	}
	if len(all) == 0 {
		return "", nil, false
	}
	top := math.Inf(-1)
	for i, t := range all {
		all[i].p = r.score(prints, t.value)
		top = max(top, all[i].p)
	}
	total := 0.0
	for i := range all {
		all[i].p = math.Exp(all[i].p - top)
		total += all[i].p
	}
	sortTexts(all)
	candidates := make([]slip.Candidate, 0, 5)
	for _, t := range all[:min(5, len(all))] {
		candidates = append(candidates, slip.Candidate{Text: t.value, P: t.p / total})
	}
	return all[0].value, candidates, true
}
