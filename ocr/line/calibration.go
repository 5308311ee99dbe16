package line

import (
	"math"

	"sesshu/ledger/slip"
	"sesshu/ocr/line/decode"
)

// calibration turns the network's probability for the best text into one that
// holds on typefaces not trained on: a logistic curve over the features below,
// fitted by ocr/train/calibrate_lines.py on the calibration split alone.
type calibration struct {
	// Weights of: 1; the best text's log odds; the log of the second text's share
	// of the best; the number of foreign characters; the logarithm of the length;
	// the number of ambiguous characters.
	Weights [6]float64 `json:"weights"`
	// Floor is the least probability of being wrong that is ever claimed.
	Floor float64 `json:"floor"`
}

// features are what the curve looks at. The training script computes the same
// from the same Answer.
func features(answer decode.Answer) [6]float64 {
	best := limit(answer.Texts[0].P)
	second := 1e-9
	if len(answer.Texts) > 1 {
		second = limit(answer.Texts[1].P)
	}
	return [6]float64{
		1,
		math.Log(best / (1 - best)),
		math.Log(second / best),
		math.Min(answer.Foreign, 3),
		math.Log(float64(len([]rune(answer.Texts[0].Text)))),
		math.Min(float64(answer.Ambiguous), 3),
	}
}

func limit(p float64) float64 { return math.Min(math.Max(p, 1e-9), 1-1e-9) }

// candidates calibrates the best text and shares what is left among the others
// as the network did, the unnamed rest included.
func (c calibration) candidates(answer decode.Answer) []slip.Candidate {
	if len(answer.Texts) == 0 {
		return nil
	}
	sum := 0.0
	for i, feature := range features(answer) {
		sum += c.Weights[i] * feature
	}
	p := math.Min(1/(1+math.Exp(-sum)), 1-c.Floor)
	rest := 1 - math.Min(answer.Texts[0].P, 1-1e-12)
	result := []slip.Candidate{{Text: answer.Texts[0].Text, P: p}}
	for _, text := range answer.Texts[1:] {
		// The best stays the best: an alternative never passes it.
		other := math.Min((1-p)*text.P/rest, p)
		if other < leastP || len(result) == mostCandidates {
			break
		}
		result = append(result, slip.Candidate{Text: text.Text, P: other})
	}
	return result
}
