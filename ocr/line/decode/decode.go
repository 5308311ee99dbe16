// Package decode turns the line network's answers, one distribution over symbols
// for every few columns of the picture, into the texts they may mean: CTC
// prefix beam search, then the exact probability of every text found.
//
// A restriction (characters, length) does not make what is left more probable:
// the mass of texts that it forbids stays missing from the sum, as the
// probability that the line holds something else.
package decode

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Alphabet is what the network can name, in the order of its outputs after the
// first, CTC's blank. One output more, the last, stands for any other character.
const Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-./年月日令和平成昭大正明治"

var symbols = []rune(Alphabet)

// Outputs is the number of the network's outputs for one column.
var Outputs = len(symbols) + 2

// twins are letters that print like a digit. Where the field's characters hold
// the digit and not the letter, the letter's probability speaks for the digit.
var twins = map[rune]rune{'O': '0', 'I': '1', 'Z': '2', 'S': '5', 'B': '8'}

// doubles are the pairs that many typefaces draw alike.
var doubles = map[rune]rune{'O': '0', '0': 'O', 'I': '1', '1': 'I'}

// twinTrust is the share of a twin's probability that is believed.
const twinTrust = 0.95

// beamWidth is the number of prefixes kept; many more than the texts wanted.
const beamWidth = 32

// Text is one text with its uncalibrated probability.
type Text struct {
	Text string
	P    float64
}

// Answer is what a line may say, best first, and what its calibration needs.
type Answer struct {
	Texts []Text
	// Foreign is the number of characters outside the charset.
	Foreign float64
	// Ambiguous is the number of the best text's characters that have a double
	// (O and 0, I and 1) that the charset allows as well: in many typefaces no
	// pixel tells them apart.
	Ambiguous int
}

// lattice is a network's answer for one line, restricted to a charset.
type lattice struct {
	names   []rune      // of the allowed symbols
	columns [][]float64 // blank first, then the allowed symbols
	foreign float64
}

// Decode reads one line. logits are the network's raw outputs, Outputs rows of
// columns each. charset is the allowed characters; empty allows all of Alphabet.
// length is the exact number of characters, 0 when it is not known.
func Decode(logits []float32, columns int, charset string, length int) (Answer, error) {
	if columns < 1 || len(logits) != columns*Outputs {
		return Answer{}, fmt.Errorf("%d answers of the network do not fill %d columns of %d", len(logits), columns, Outputs)
	}
	seen := newLattice(logits, columns, charset)
	answer := Answer{Foreign: seen.foreign}
	for _, found := range seen.search(length) {
		if len(found) == 0 || (length > 0 && len(found) != length) {
			continue
		}
		answer.Texts = append(answer.Texts, Text{Text: seen.spell(found), P: seen.probability(found)})
	}
	slices.SortStableFunc(answer.Texts, func(a, b Text) int {
		if a.P != b.P {
			if a.P > b.P {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Text, b.Text)
	})
	if len(answer.Texts) > 0 {
		for _, name := range answer.Texts[0].Text {
			if double, ok := doubles[name]; ok && slices.Contains(seen.names, double) {
				answer.Ambiguous++
			}
		}
	}
	return answer, nil
}

func newLattice(logits []float32, columns int, charset string) lattice {
	if charset == "" {
		charset = Alphabet
	}
	var seen lattice
	place := make([]int, Outputs) // of every output among the allowed; -1 for none
	trust := make([]float64, Outputs)
	place[0], trust[0] = 0, 1
	for i, name := range symbols {
		place[i+1] = -1
		if strings.ContainsRune(charset, name) {
			seen.names = append(seen.names, name)
			place[i+1], trust[i+1] = len(seen.names), 1
		}
	}
	place[Outputs-1] = -1
	for i, name := range symbols {
		if digit, ok := twins[name]; ok && place[i+1] < 0 {
			if at := slices.Index(seen.names, digit); at >= 0 {
				place[i+1], trust[i+1] = at+1, twinTrust
			}
		}
	}
	last := false
	for column := range columns {
		p := softmaxColumn(logits, columns, column)
		row := make([]float64, len(seen.names)+1)
		outside := 0.0
		for output, value := range p {
			if place[output] < 0 {
				outside += value
				continue
			}
			row[place[output]] += trust[output] * value
		}
		seen.columns = append(seen.columns, row)
		// A foreign character counts once, where it begins.
		if now := outside > 0.5; now && !last {
			seen.foreign++
			last = true
		} else if !now {
			last = false
		}
	}
	return seen
}

func softmaxColumn(logits []float32, columns, column int) []float64 {
	top := math.Inf(-1)
	p := make([]float64, Outputs)
	for output := range p {
		p[output] = float64(logits[output*columns+column])
		top = math.Max(top, p[output])
	}
	total := 0.0
	for output := range p {
		p[output] = math.Exp(p[output] - top)
		total += p[output]
	}
	for output := range p {
		p[output] /= total
	}
	return p
}

func (l lattice) spell(found []int) string {
	var text strings.Builder
	for _, symbol := range found {
		text.WriteRune(l.names[symbol-1])
	}
	return text.String()
}

// probability is the exact sum over all alignments of a text.
func (l lattice) probability(found []int) float64 {
	states := 2*len(found) + 1
	label := func(state int) int {
		if state%2 == 0 {
			return 0
		}
		return found[state/2]
	}
	now, next := make([]float64, states), make([]float64, states)
	now[0] = 1
	for t, column := range l.columns {
		for state := range states {
			sum := now[state]
			if state > 0 && t > 0 || state == 1 {
				sum += now[state-1]
			}
			if state > 1 && t > 0 && state%2 == 1 && label(state) != label(state-2) {
				sum += now[state-2]
			}
			next[state] = sum * column[label(state)]
		}
		now, next = next, now
	}
	if states == 1 {
		return now[0]
	}
	return now[states-1] + now[states-2]
}
