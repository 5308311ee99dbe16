package imprint

import (
	"math"

	"sesshu/ocr/internal/tess"
)

// leastP is the probability of what the network does not name at a step: it
// names those from 0.01 on.
const leastP = 0.003

// lookalikes are the characters that print of dots does not tell apart surely.
// What the network names as one of a group counts as any of it.
var lookalikes = []string{"0OoDQ", "1Il|i!j", "2Zz", "5Ss$", "8B", "6Gb", "9gq", "4A", "7T", "cC", "kK", "pP", "uUvV", "wW", "xX", "yY", "-_~=", ".,'`", "/l"}

// step is one time step of the network over the characters of ASCII.
type step struct {
	blank float64
	exact [128]float64 // by character, as the network names it
	alike [128]float64 // with the lookalikes
	most  float64      // of any, the blank included
}

// stepsOf takes the network's output apart. Spaces are no characters: between
// dots the network sees too many.
func stepsOf(line tess.Line) []step {
	steps := make([]step, len(line.Steps))
	for t, choices := range line.Steps {
		s := &steps[t]
		for _, choice := range choices {
			switch {
			case choice.Text == "" || choice.Text == " ":
				s.blank += choice.P
			case len(choice.Text) == 1 && choice.Text[0] < 128:
				s.exact[choice.Text[0]] += choice.P
			case choice.Text == "–" || choice.Text == "—":
				s.exact['-'] += choice.P
			}
			s.most = max(s.most, choice.P)
		}
		s.alike = s.exact
		for _, group := range lookalikes {
			sum := 0.0
			for _, c := range []byte(group) {
				sum += s.exact[c]
			}
			for _, c := range []byte(group) {
				s.alike[c] = max(s.alike[c], sum)
			}
		}
		for c := byte('a'); c <= 'z'; c++ { // endorsers that have capitals only
			both := s.alike[c] + s.alike[c-'a'+'A']
			s.alike[c], s.alike[c-'a'+'A'] = min(1, both), min(1, both)
		}
		s.most = max(s.most, s.blank, leastP)
	}
	return steps
}

// aligned is how a text lies over the network's steps.
type aligned struct {
	text []byte  // what stands at each place, chosen among the place's characters
	from []int   // step at which each place begins and
	to   []int   // the one behind its end
	lost float64 // natural logarithm by which the text is less likely than the likeliest path, a character
}

// states are those of the search: the blank in front, then for each place its
// characters and the blank behind it.
type states struct {
	place  []int // that a state belongs to; -1 in front
	choice []int // of the place's characters; -1 for a blank
	first  []int // state of each place
}

func statesOf(places []string) states {
	s := states{place: []int{-1}, choice: []int{-1}}
	for p, place := range places {
		s.first = append(s.first, len(s.place))
		for i := range len(place) {
			s.place, s.choice = append(s.place, p), append(s.choice, i)
		}
		s.place, s.choice = append(s.place, p), append(s.choice, -1)
	}
	return s
}

// align lays places, each with the characters that may stand there, over the
// steps as likely as can be: a Viterbi search over the network's CTC output.
// It returns false when there are too few steps.
func align(steps []step, places []string) (aligned, bool) {
	if len(places) == 0 {
		return aligned{}, false
	}
	s := statesOf(places)
	now, next := make([]float64, len(s.place)), make([]float64, len(s.place))
	for i := range now {
		now[i] = math.Inf(-1)
	}
	now[0] = 0
	back := make([][]int32, len(steps))
	free := 0.0
	for t := range steps {
		back[t] = make([]int32, len(s.place))
		advance(&steps[t], places, s, now, next, back[t])
		now, next = next, now
		free += math.Log(steps[t].most)
	}
	last := s.first[len(places)-1]
	end := last
	for at := last; at < len(now); at++ {
		if now[at] > now[end] {
			end = at
		}
	}
	if math.IsInf(now[end], -1) {
		return aligned{}, false
	}
	found := aligned{
		text: make([]byte, len(places)), from: make([]int, len(places)), to: make([]int, len(places)),
		lost: (free - now[end]) / float64(len(places)),
	}
	for t, at := len(steps)-1, int32(end); t >= 0; t, at = t-1, back[t][at] {
		if p, i := s.place[at], s.choice[at]; i >= 0 {
			if found.to[p] == 0 {
				found.to[p], found.text[p] = t+1, places[p][i]
			}
			found.from[p] = t
		}
	}
	return found, true
}

// advance does one step of the search: now are the scores of the states before
// it, next those behind it, and back where each came from.
func advance(s *step, places []string, all states, now, next []float64, back []int32) {
	blank := math.Log(max(s.blank, leastP))
	next[0], back[0] = now[0]+blank, 0
	for p, place := range places {
		first := all.first[p]
		before := 0 // the blank before this place
		best, bestAt := math.Inf(-1), 0
		if p > 0 {
			before = first - 1
			for at := all.first[p-1]; at < before; at++ {
				if now[at] > best {
					best, bestAt = now[at], at
				}
			}
		}
		for i := range len(place) {
			at := first + i
			score, from := now[at], at
			if now[before] > score {
				score, from = now[before], before
			}
			// The same character again needs a blank between.
			if best > score && place[i] != places[p-1][all.choice[bestAt]] {
				score, from = best, bestAt
			}
			next[at], back[at] = score+math.Log(max(s.alike[place[i]], leastP)), int32(from)
		}
		behind := first + len(place)
		score, from := now[behind], behind
		for at := first; at < behind; at++ {
			if now[at] > score {
				score, from = now[at], at
			}
		}
		next[behind], back[behind] = score+blank, int32(from)
	}
}
