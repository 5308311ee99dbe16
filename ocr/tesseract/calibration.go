package tesseract

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"sort"

	"sesshu/ledger/slip"
)

// calibrationFile is written by the command in fit/; see its comment for the
// lines it was fitted on.
//
//go:generate go run ./fit -out calibration.json
//go:embed calibration.json
var calibrationFile []byte

// Table maps one class's measurements to a probability: a weighted sum of the
// features, then the share of right readings seen at that sum.
type Table struct {
	Weights []float64 // one a feature, then the constant
	Scores  []float64 // rising
	Right   []float64 // share of right readings at each score, rising, never 0 or 1
	Listed  float64   // share of wrong readings whose truth is another candidate
	Lines   int       // it was fitted on
}

// calibration holds the tables by class.
type calibration struct {
	Made string // the command line
	// Models names the models that the tables were fitted on, by language: the first
	// 12 hexadecimal digits of the SHA-256 of the traineddata file. Of another model's
	// scores the tables say nothing.
	Models map[string]string
	Tables map[string]Table
}

func loadCalibration() (*calibration, string, error) {
	var c calibration
	if err := json.Unmarshal(calibrationFile, &c); err != nil {
		return nil, "", fmt.Errorf("read calibration table: %w", err)
	}
	for class, table := range c.Tables {
		if len(table.Weights) != len(featureNames)+1 || len(table.Scores) == 0 || len(table.Scores) != len(table.Right) {
			return nil, "", fmt.Errorf("read calibration table: class %s does not fit this version", class)
		}
	}
	for _, language := range []string{english, japanese} {
		if c.Models[language] == "" {
			return nil, "", fmt.Errorf("read calibration table: it does not say on which model %s it was fitted", language)
		}
	}
	sum := sha256.Sum256(calibrationFile)
	return &c, hex.EncodeToString(sum[:6]), nil
}

// Score is the weighted sum of the features.
func (t Table) Score(features []float64) float64 {
	sum := t.Weights[len(features)]
	for i, x := range features {
		sum += t.Weights[i] * x
	}
	return sum
}

// Probability interpolates in the table. Outside it stays at the ends.
func (t Table) Probability(score float64) float64 {
	i := sort.SearchFloat64s(t.Scores, score)
	if i == 0 {
		return t.Right[0]
	}
	if i == len(t.Scores) {
		return t.Right[i-1]
	}
	along := (score - t.Scores[i-1]) / (t.Scores[i] - t.Scores[i-1])
	if math.IsNaN(along) {
		along = 0
	}
	return t.Right[i-1] + along*(t.Right[i]-t.Right[i-1])
}

// candidates gives the best text its calibrated probability and shares, of the
// rest, the part that is ever found in the list among the others.
func (c *calibration) candidates(m Measurement) []slip.Candidate {
	if len(m.Texts) == 0 {
		return nil
	}
	table, ok := c.Tables[m.Class]
	if !ok {
		return nil
	}
	best := table.Probability(table.Score(m.Features))
	candidates := []slip.Candidate{{Text: m.Texts[0], P: best}}
	others := 1 - m.Shares[0]
	for i := 1; i < len(m.Texts) && others > 0; i++ {
		p := (1 - best) * table.Listed * m.Shares[i] / others
		candidates = append(candidates, slip.Candidate{Text: m.Texts[i], P: min(p, best)})
	}
	return candidates
}
