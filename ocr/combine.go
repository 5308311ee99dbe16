package ocr

import (
	"math"

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
