package mark

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
)

// networkFile is written by the command in fit/.
//
//go:generate go run ./fit -out networks.json
//go:embed networks.json
var networkFile []byte

// Network is one hidden layer over normalised features, then a table from its
// output to the share of marks seen at that output.
type Network struct {
	Mean, Deviation []float64   // of the features in training
	Hidden          [][]float64 // a row a unit: weights of the features, then the constant
	Output          []float64   // weights of the units, then the constant
	Scores, Shares  []float64   // calibration: rising scores and their shares
	Farthest        float64     // greatest distance of a training sample, in deviations
}

var networks = mustLoad()

// mustLoad reads the embedded file; a build with a broken one does not start.
func mustLoad() map[string]Network {
	var loaded map[string]Network
	if err := json.Unmarshal(networkFile, &loaded); err != nil {
		panic(fmt.Sprintf("mark: embedded networks: %v", err))
	}
	for _, kind := range []string{"box", "circle", "signature"} {
		if n, ok := loaded[kind]; !ok || len(n.Mean) != len(FeatureNames) {
			panic("mark: embedded networks lack " + kind)
		}
	}
	return loaded
}

// Normalise brings features to the scale of the training set, and says how far
// the oddest of them lies from its mean.
func (n Network) Normalise(features []float64) (x []float64, farthest float64) {
	x = make([]float64, len(features))
	for i, v := range features {
		x[i] = (v - n.Mean[i]) / n.Deviation[i]
		farthest = max(farthest, math.Abs(x[i]))
	}
	return x, farthest
}

// Score is the network's output before calibration, in log odds.
func (n Network) Score(x []float64) float64 {
	score := n.Output[len(n.Hidden)]
	for j, unit := range n.Hidden {
		sum := unit[len(x)]
		for i, v := range x {
			sum += unit[i] * v
		}
		score += n.Output[j] * math.Tanh(sum)
	}
	return score
}

// probability calibrates the score, and draws it to the middle for samples
// farther out than any in training.
func (n Network) probability(features []float64) float64 {
	x, far := n.Normalise(features)
	p := n.share(n.Score(x))
	if far > n.Farthest {
		trust := math.Exp(-(far - n.Farthest) / 2)
		p = 0.5 + (p-0.5)*trust
		p = min(0.9, max(0.1, p))
	}
	return p
}

func (n Network) share(score float64) float64 {
	last := len(n.Scores) - 1
	if score <= n.Scores[0] {
		return n.Shares[0]
	}
	for i := 1; i <= last; i++ {
		if score < n.Scores[i] {
			along := (score - n.Scores[i-1]) / (n.Scores[i] - n.Scores[i-1])
			return n.Shares[i-1] + along*(n.Shares[i]-n.Shares[i-1])
		}
	}
	return n.Shares[last]
}
