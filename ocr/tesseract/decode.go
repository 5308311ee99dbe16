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
	text  []rune
	logP  float64
	from  []int // time step at which each character's first code showed
	at    []int // and its last
	codes []int // each character's last code
}

const (
	beamWidth = 16 // texts that are followed at a time
	// leastP is the least probability a code has at a step. Tesseract names
	// probabilities from 0.01 on; the rest is shared by a hundred codes and more.
	leastP = 1e-4
	// marginSteps is how many time steps, three pixels each, see the margin.
	// Tesseract may leave them out, when it takes what it sees there for dirt.
	marginSteps = margin / 3
)

// step is one time step under the field's alphabet.
type step struct {
	blank float64
	code  []float64 // by place in the alphabet
}

// restrict maps the network's choices to the alphabet. A glyph that is drawn
// alike counts as the one the field may hold; a space is no character. The
// second result is the mass that fits nowhere, over all steps.
func restrict(line tess.Line, set alphabet) (steps []step, foreign float64) {
	steps = make([]step, len(line.Steps))
	for t, choices := range line.Steps {
		s := step{code: make([]float64, len(set.codes))}
		atEnd := t < marginSteps || t >= len(line.Steps)-marginSteps
		for _, choice := range choices {
			if choice.Text == "" || choice.Text == " " && !set.space {
				s.blank += choice.P
				continue
			}
			place, weight := set.place(choice.Text)
			if atEnd && weight < 1 {
				s.blank += choice.P // white paper put there by prepare, in which the network sees dashes and slashes
				continue
			}
			if place < 0 {
				foreign += choice.P
				continue
			}
			s.code[place] += weight * choice.P
			foreign += (1 - weight) * choice.P
		}
		s.blank = max(s.blank, leastP)
		for i := range s.code {
			s.code[i] = max(s.code[i], leastP)
		}
		steps[t] = s
	}
	return steps, foreign
}

// node is a text in the beam, with the probabilities that it ends in a blank
// and in its last code. Between the codes of one character it is no whole text.
type node struct {
	parent     *node
	code       int  // the last; -1 at the root
	char       rune // that the code completes; 0 inside a character
	inside     *spelling
	at         int
	blank, ink float64
	nextBlank  float64
	nextInk    float64
	seen       int
	children   map[next]*node
}

// next tells apart where one code leads: one code may be a whole character and
// the beginning of another.
type next struct {
	code int
	char rune
}

// search is a CTC prefix beam search. It returns the best texts, likeliest
// first.
func search(steps []step, set alphabet) []hypothesis {
	root := &node{code: -1, inside: set.start, ink: math.Inf(-1), seen: -1}
	beam := []*node{root}
	for t, s := range steps {
		beam = advance(beam, s, t, set.start)
	}
	var found []hypothesis
	for _, n := range beam {
		if n.inside == set.start {
			found = append(found, n.hypothesis())
		}
	}
	slices.SortStableFunc(found, func(a, b hypothesis) int {
		if c := cmp.Compare(b.logP, a.logP); c != 0 {
			return c
		}
		return slices.Compare(a.text, b.text)
	})
	return found
}

func advance(beam []*node, s step, t int, start *spelling) []*node {
	var reached []*node
	touch := func(n *node) {
		if n.seen == t {
			return
		}
		if n.seen < t-1 {
			n.at = t // it had fallen out of the beam
		}
		n.seen, n.nextBlank, n.nextInk = t, math.Inf(-1), math.Inf(-1)
		reached = append(reached, n)
	}
	for _, n := range beam {
		touch(n)
		total := addLog(n.blank, n.ink)
		n.nextBlank = addLog(n.nextBlank, total+math.Log(s.blank))
		if n.code >= 0 {
			n.nextInk = addLog(n.nextInk, n.ink+math.Log(s.code[n.code]))
		}
		for _, way := range n.inside.ways {
			p := s.code[way.code]
			if p <= leastP {
				continue // not named by the network: no text goes on with it
			}
			from := total
			if way.code == n.code {
				from = n.blank // the same code again needs a blank between
			}
			if from == math.Inf(-1) {
				continue
			}
			from += math.Log(p)
			if way.char != 0 {
				child := n.child(next{way.code, way.char}, start, t)
				touch(child)
				child.nextInk = addLog(child.nextInk, from)
			}
			if len(way.then.ways) > 0 {
				child := n.child(next{way.code, 0}, way.then, t)
				touch(child)
				child.nextInk = addLog(child.nextInk, from)
			}
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

func (n *node) child(to next, inside *spelling, t int) *node {
	if n.children == nil {
		n.children = make(map[next]*node)
	}
	c := n.children[to]
	if c == nil {
		c = &node{parent: n, code: to.code, char: to.char, inside: inside, at: t, seen: -1, blank: math.Inf(-1), ink: math.Inf(-1)}
		n.children[to] = c
	}
	return c
}

func (n *node) hypothesis() hypothesis {
	h := hypothesis{logP: addLog(n.blank, n.ink)}
	for m := n; m.parent != nil; m = m.parent {
		if m.char != 0 {
			h.text, h.at, h.codes = append(h.text, m.char), append(h.at, m.at), append(h.codes, m.code)
			h.from = append(h.from, m.at)
		} else {
			h.from[len(h.from)-1] = m.at
		}
	}
	slices.Reverse(h.text)
	slices.Reverse(h.from)
	slices.Reverse(h.at)
	slices.Reverse(h.codes)
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
