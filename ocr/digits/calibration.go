package digits

import "math"

// The networks' answers, in the order of their outputs: ten digits, then these.
const (
	empty     = 10
	notADigit = 11
	classes   = 12
)

// scores are sums of probabilities over networks and views.
type scores [classes]float64

func (s *scores) add(other scores) {
	for i, value := range other {
		s[i] += value
	}
}

// softmax turns a network's outputs into probabilities.
func softmax(outputs []float32) scores {
	top := math.Inf(-1)
	for _, value := range outputs {
		top = math.Max(top, float64(value))
	}
	var p scores
	total := 0.0
	for i, value := range outputs {
		p[i] = math.Exp(float64(value) - top)
		total += p[i]
	}
	for i := range p {
		p[i] /= total
	}
	return p
}

// calibration turns the ensemble's mean probability into a probability that
// holds on writers and typefaces not trained on. It was fitted by
// ocr/train/calibrate_digits.py on the calibration split alone.
type calibration struct {
	// Sharpness is the exponent on the mean probability; 1 leaves it.
	Sharpness float64 `json:"sharpness"`
	// Bias is added to each class's logarithm.
	Bias [classes]float64 `json:"bias"`
	// Floor is the share of the mass that is spread over all classes whatever
	// the networks say: nobody has seen enough cells to be surer than that.
	Floor float64 `json:"floor"`
	// Slope is by how much the best class's log odds grow for each unit beyond
	// Sure: clear digits have a curve of their own.
	Sure  float64 `json:"sure"`
	Slope float64 `json:"slope"`
}

// surer returns what the classes beside the best are multiplied by, given their
// sum relative to the best.
func (c calibration) surer(rest float64) float64 {
	odds := -math.Log(rest)
	if !(odds > c.Sure) || math.IsInf(odds, 1) {
		return 1
	}
	return math.Exp(-(c.Slope - 1) * (odds - c.Sure))
}

// cell combines the looks at one cell.
func (c calibration) cell(looks []scores) Cell {
	var mean scores
	for _, look := range looks {
		mean.add(look)
	}
	total := 0.0
	for _, value := range mean {
		total += value
	}
	top := math.Inf(-1)
	for i, value := range mean {
		mean[i] = c.Sharpness*math.Log(math.Max(value/total, 1e-12)) + c.Bias[i]
		top = math.Max(top, mean[i])
	}
	rest, best := -1.0, 0 // the best class has 1
	for i, value := range mean {
		if value == top {
			best = i
		}
		mean[i] = math.Exp(value - top)
		rest += mean[i]
	}
	factor := c.surer(rest)
	total = 0
	for i := range mean {
		if i != best {
			mean[i] *= factor
		}
		total += mean[i]
	}
	var result Cell
	for i, value := range mean {
		p := (1-c.Floor)*value/total + c.Floor/classes
		switch i {
		case empty:
			result.Empty = p
		case notADigit:
			result.NotADigit = p
		default:
			result.P[i] = p
		}
	}
	return result
}
