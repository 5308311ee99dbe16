package tesseract

import (
	"cmp"
	"math"
	"slices"

	"sesshu/ocr/internal/tess"
)

// hypothesis is one text the network's output supports. P is the sum over all
// alignments of the text with the time steps, in logarithms.
type hypothesis struct {
	text []rune
	logP float64
	at   []int // time step at which each character first showed
}

// Beam width and the least probability a character gets at a step. Tesseract
// names probabilities from 0.01 on; what it leaves out is shared by about a
// hundred characters.
const (
	beamWidth = 16
	leastP    = 1e-4
)

// marginSteps is how many time steps, three pixels each, see only the margin.
const marginSteps = margin / 3

// doubt is how much of a character's probability its lookalikes get where the
// field may hold both, so that S for 5 stays among the candidates even when
// the network is sure. The calibration prices it in.
const doubt = 0.02

// step is one time step under the field's alphabet.
type step struct {
	blank float64
	char  []float64 // by place in the alphabet
}

// restrict maps the network's characters to the alphabet. A glyph that is
// drawn alike counts as the one the field may hold; a space is no character.
// The second result is the mass that fits nowhere, over all steps.
func restrict(line tess.Line, set alphabet) (steps []step, foreign float64) {
	steps = make([]step, len(line.Steps))
	for t, choices := range line.Steps {
		s := step{char: make([]float64, len(set.runes))}
		if t < marginSteps || t >= len(line.Steps)-1 {
			choices = nil // white paper put there by prepare; the network guesses wildly at a line's ends
			s.blank = 1
		}
		for _, choice := range choices {
			if choice.Text == "" || choice.Text == " " && !set.space {
				s.blank += choice.P
				continue
			}
			place, weight := set.place(choice.Text)
			if place < 0 {
				foreign += choice.P
				continue
			}
			s.char[place] += weight * choice.P
			foreign += (1 - weight) * choice.P
			for _, other := range set.lookalikes[place] {
				s.char[other.place] += doubt * other.weight * choice.P
			}
		}
		s.blank = max(s.blank, leastP)
		for i := range s.char {
			s.char[i] = max(s.char[i], leastP)
		}
		steps[t] = s
	}
	return steps, foreign
}

// node is a text in the beam, with the probabilities that it ends in a blank
// and in its last character.
type node struct {
	parent     *node
	place      int // of the last character; -1 at the root
	at         int
	depth      int
	blank, ink float64
	nextBlank  float64
	nextInk    float64
	seen       int
	children   map[int]*node
}

// search is a CTC prefix beam search. It returns the best texts, likeliest
// first.
func search(steps []step, set alphabet) []hypothesis {
	root := &node{place: -1, blank: 0, ink: math.Inf(-1), seen: -1}
	beam := []*node{root}
	for t, s := range steps {
		beam = advance(beam, s, t)
	}
	found := make([]hypothesis, 0, len(beam))
	for _, n := range beam {
		found = append(found, n.hypothesis(set))
	}
	slices.SortFunc(found, func(a, b hypothesis) int {
		if c := cmp.Compare(b.logP, a.logP); c != 0 {
			return c
		}
		return slices.Compare(a.text, b.text)
	})
	return found
}

func advance(beam []*node, s step, t int) []*node {
	var reached []*node
	touch := func(n *node) {
		if n.seen != t {
			if n.seen < t-1 {
				n.at = t // it had fallen out of the beam
			}
			n.seen, n.nextBlank, n.nextInk = t, math.Inf(-1), math.Inf(-1)
			reached = append(reached, n)
		}
	}
	logBlank := math.Log(s.blank)
	for _, n := range beam {
		touch(n)
		total := addLog(n.blank, n.ink)
		n.nextBlank = addLog(n.nextBlank, total+logBlank)
		if n.place >= 0 {
			n.nextInk = addLog(n.nextInk, n.ink+math.Log(s.char[n.place]))
		}
		for place, p := range s.char {
			if p <= leastP {
				continue // not named by the network: no text goes on with it
			}
			logP, from := math.Log(p), total
			if place == n.place {
				from = n.blank // the same character again needs a blank between
			}
			if from == math.Inf(-1) {
				continue
			}
			child := n.child(place, t)
			touch(child)
			child.nextInk = addLog(child.nextInk, from+logP)
		}
	}
	for _, n := range reached {
		n.blank, n.ink = n.nextBlank, n.nextInk
	}
	slices.SortStableFunc(reached, func(a, b *node) int {
		return cmp.Compare(addLog(b.blank, b.ink), addLog(a.blank, a.ink))
	})
	return reached[:min(len(reached), beamWidth)]
}

func (n *node) child(place, t int) *node {
	if n.children == nil {
		n.children = make(map[int]*node)
	}
	c := n.children[place]
	if c == nil {
		c = &node{parent: n, place: place, at: t, depth: n.depth + 1, seen: -1, blank: math.Inf(-1), ink: math.Inf(-1)}
		n.children[place] = c
	}
	return c
}

func (n *node) hypothesis(set alphabet) hypothesis {
	h := hypothesis{
		text: make([]rune, n.depth),
		at:   make([]int, n.depth),
		logP: addLog(n.blank, n.ink),
	}
	for m := n; m.parent != nil; m = m.parent {
		h.text[m.depth-1], h.at[m.depth-1] = set.runes[m.place], m.at
	}
	return h
}

// addLog adds two probabilities given as logarithms.
func addLog(a, b float64) float64 {
	if a < b {
		a, b = b, a
	}
	if b == math.Inf(-1) {
		return a
	}
	return a + math.Log1p(math.Exp(b-a))
}
