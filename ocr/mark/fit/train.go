package main

import (
	"math"
	"math/rand/v2"
	"slices"

	"sesshu/ocr/mark"
)

const (
	units  = 14
	epochs = 40
	rate   = 0.02
	decay  = 1e-4
)

// train fits the network on half of the examples by stochastic
// gradient descent on the logarithmic loss, and calibrates on the rest.
func train(examples []example, seed uint64) mark.Network {
	random := rand.New(rand.NewPCG(seed, 1))
	random.Shuffle(len(examples), func(i, j int) { examples[i], examples[j] = examples[j], examples[i] })
	fitting, holding := examples[:len(examples)/2], examples[len(examples)/2:]
	network := start(fitting, random)
	inputs := make([][]float64, len(fitting))
	for i, e := range fitting {
		var far float64
		inputs[i], far = network.Normalise(e.x)
		network.Farthest = max(network.Farthest, far)
	}
	order := random.Perm(len(fitting))
	for epoch := range epochs {
		step := rate / (1 + 3*float64(epoch)/epochs)
		for _, i := range order {
			weight := 1.0
			if fitting[i].doubtful() {
				weight = 0.4
			}
			descend(&network, inputs[i], fitting[i].marked, step*weight)
		}
		random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	}
	network.Scores, network.Shares = calibrate(network, holding)
	return network
}

func start(examples []example, random *rand.Rand) mark.Network {
	n := len(examples[0].x)
	network := mark.Network{Mean: make([]float64, n), Deviation: make([]float64, n), Output: make([]float64, units+1)}
	for i := range n {
		sum, squares := 0.0, 0.0
		for _, e := range examples {
			sum += e.x[i]
			squares += e.x[i] * e.x[i]
		}
		count := float64(len(examples))
		network.Mean[i] = sum / count
		network.Deviation[i] = max(1e-3, math.Sqrt(max(0, squares/count-network.Mean[i]*network.Mean[i])))
	}
	for range units {
		unit := make([]float64, n+1)
		for i := range n {
			unit[i] = random.NormFloat64() / math.Sqrt(float64(n))
		}
		network.Hidden = append(network.Hidden, unit)
	}
	for j := range units {
		network.Output[j] = random.NormFloat64() / math.Sqrt(units)
	}
	return network
}

// descend takes one step on one example.
func descend(network *mark.Network, x []float64, target, rate float64) {
	active := make([]float64, units)
	score := network.Output[units]
	for j, unit := range network.Hidden {
		sum := unit[len(x)]
		for i, v := range x {
			sum += unit[i] * v
		}
		active[j] = math.Tanh(sum)
		score += network.Output[j] * active[j]
	}
	slope := target - 1/(1+math.Exp(-score))
	network.Output[units] += rate * slope
	for j, unit := range network.Hidden {
		inner := slope * network.Output[j] * (1 - active[j]*active[j])
		network.Output[j] += rate * (slope*active[j] - decay*network.Output[j])
		for i, v := range x {
			unit[i] += rate * (inner*v - decay*unit[i])
		}
		unit[len(x)] += rate * inner
	}
}

// rarely is how much a doubtful example counts: many are drawn so that the
// network knows them, but few are met on slips.
const rarely = 0.1

// smallest is how many unseen examples, half of them marked, each pool of the
// calibration is thought to hold besides those seen.
const smallest = 0.5

// calibrate pools held-out examples by score until the share of marks rises
// with it.
func calibrate(network mark.Network, examples []example) (scores, shares []float64) {
	type scored struct{ score, marked, weight float64 }
	all := make([]scored, len(examples))
	for i, e := range examples {
		x, _ := network.Normalise(e.x)
		all[i] = scored{network.Score(x), e.marked, 1}
		if e.doubtful() {
			all[i].weight = rarely
		}
	}
	slices.SortFunc(all, func(a, b scored) int {
		switch {
		case a.score < b.score:
			return -1
		case a.score > b.score:
			return 1
		}
		return 0
	})
	type pool struct{ score, marked, count float64 }
	var pools []pool
	const least = 30
	for start := 0; start < len(all); start += least {
		var p pool
		for _, s := range all[start:min(start+least, len(all))] {
			p.score += s.score * s.weight
			p.marked += s.marked * s.weight
			p.count += s.weight
		}
		pools = append(pools, p)
		for len(pools) > 1 {
			a, b := pools[len(pools)-2], pools[len(pools)-1]
			if a.marked*b.count < b.marked*a.count {
				break
			}
			pools = append(pools[:len(pools)-2], pool{a.score + b.score, a.marked + b.marked, a.count + b.count})
		}
	}
	for _, p := range pools {
		scores = append(scores, p.score/p.count)
		shares = append(shares, (p.marked+smallest/2)/(p.count+smallest))
	}
	return scores, shares
}
