package ocr

import (
	"math"
	"slices"

	"sesshu/ledger/slip"
)

// agreement is the power to which the product of two readers' probabilities is
// taken. At 1 they would count as independent, which two readers of one crop
// are not: they share its dirt and its blur. At 0.5 agreeing would gain
// nothing. Between the two, agreeing readers become surer, though less than
// two witnesses would, and readers that disagree become doubtful.
const agreement = 0.75

// floorShare is the share of a reader's unlisted mass that any one text it did
// not list may claim. It keeps one reader's silence from being a veto of an
// infinite weight, and bounds what the other alone can say.
const floorShare = 0.05

// combine makes one list of candidates from two readers of the same crop:
// P ∝ (p₁·p₂)^agreement over the texts that either lists, and over "something
// else". A reader that listed nothing has said nothing, and the other's answer
// stands alone. The two remain one witness.
func combine(first, second []slip.Candidate) []slip.Candidate {
	if len(first) == 0 {
		return second
	}
	if len(second) == 0 {
		return first
	}
	firstRest, secondRest := rest(first), rest(second)
	var texts []string
	seen := map[string]bool{}
	for _, list := range [2][]slip.Candidate{first, second} {
		for _, candidate := range list {
			if !seen[candidate.Text] {
				seen[candidate.Text] = true
				texts = append(texts, candidate.Text)
			}
		}
	}
	total := math.Pow(firstRest*secondRest, agreement)
	combined := make([]slip.Candidate, len(texts))
	for i, text := range texts {
		p := math.Pow(probability(first, text, firstRest)*probability(second, text, secondRest), agreement)
		combined[i] = slip.Candidate{Text: text, P: p}
		total += p
	}
	for i := range combined {
		combined[i].P /= total
	}
	return top(combined)
}

// unfittedMost is what is left of the probability of a text that only an unfitted
// reader lists: as much as the smallest room that a policy may leave for rivals
// (shares, see decide.ParsePolicy). In any number of prints it makes a text no
// likelier than not, while no policy accepts below 0.9.
const unfittedMost = 1e-6

// doubt is what remains of combine when the second reader runs on a model that its
// calibration was not fitted on: nobody knows what it means by probable. It may
// contradict, which lowers the first reader's best text and puts a rival beside it;
// its agreement adds nothing, and what it alone lists is there for a person to see.
func doubt(first, second []slip.Candidate) []slip.Candidate {
	var doubted []slip.Candidate
	if len(first) > 0 {
		combined := combine(first, second)
		doubted = slices.Clone(first)
		best := &doubted[0]
		for i := range doubted {
			if doubted[i].P > best.P {
				best = &doubted[i]
			}
		}
		best.P = min(best.P, probability(combined, best.Text, 0))
	}
	for _, candidate := range second {
		if !slices.ContainsFunc(first, func(c slip.Candidate) bool { return c.Text == candidate.Text }) {
			doubted = append(doubted, slip.Candidate{Text: candidate.Text, P: candidate.P * unfittedMost})
		}
	}
	return top(doubted)
}

// rest returns the mass of what a reader did not list; a reader that lists
// everything is still believed to miss something once in a million.
func rest(candidates []slip.Candidate) float64 {
	left := 1.0
	for _, candidate := range candidates {
		left -= candidate.P
	}
	return max(left, 1e-6)
}

func probability(candidates []slip.Candidate, text string, rest float64) float64 {
	for _, candidate := range candidates {
		if candidate.Text == text {
			return max(candidate.P, rest*floorShare)
		}
	}
	return rest * floorShare
}
