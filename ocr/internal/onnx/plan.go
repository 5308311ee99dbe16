package onnx

import (
	"fmt"
	"slices"
)

// step is one pass over the pixels: a convolution with what may follow it at
// once (adding another value, cutting off below 0), or taking the largest of 2×2.
type step struct {
	convolution *convolution // nil for the largest of 2×2
	input       int          // numbers of values; 0 is the network's input
	residual    int          // -1 for none
	output      int
	relu        bool
}

// convolution is the constant part of a convolution.
type convolution struct {
	rows, columns          int // of the kernel
	strideRows, strideCols int
	top, left, below, past int // padding
	inputs, outputs        int // channels
	weights, bias          []float32
}

// plan turns the graph into steps. It refuses what the readers' networks do not
// use, so that nothing is computed almost as its author meant it.
func (m *model) plan() (steps []step, values int, err error) {
	p := planner{model: m, numbers: map[string]int{m.input: 0}, producer: map[int]int{}, uses: map[string]int{}}
	for _, n := range m.nodes {
		for _, input := range n.inputs {
			p.uses[input]++
		}
	}
	p.uses[m.output]++
	for _, n := range m.nodes {
		if err := p.add(n); err != nil {
			return nil, 0, fmt.Errorf("operation %s: %w", n.operation, err)
		}
	}
	end, ok := p.numbers[m.output]
	if !ok || len(p.steps) == 0 || p.steps[len(p.steps)-1].output != end {
		return nil, 0, fmt.Errorf("output %q is not the last operation's: %w", m.output, errMalformed)
	}
	return p.steps, p.values + 1, nil
}

// planner is a plan in the making.
type planner struct {
	*model
	steps    []step
	values   int            // the highest number given
	numbers  map[string]int // of values by name
	producer map[int]int    // the step that computes a value
	uses     map[string]int // how often a name is read
}

func (p *planner) add(n node) error {
	if len(n.inputs) < 1 || len(n.outputs) != 1 {
		return errMalformed
	}
	switch n.operation {
	case "Identity": // torch writes one for each of several equal constants
		if t, ok := p.tensors[n.inputs[0]]; ok {
			p.tensors[n.outputs[0]] = t
			return nil
		}
		return errUnsupported
	case "Conv":
		return p.addConvolution(n)
	case "MaxPool":
		input, ok := p.numbers[n.inputs[0]]
		if !ok || !slices.Equal(n.integers["kernel_shape"], []int{2, 2}) || !slices.Equal(n.integers["strides"], []int{2, 2}) ||
			anyNot(n.integers["pads"], 0) || anyNot(n.integers["ceil_mode"], 0) {
			return errUnsupported
		}
		p.append(step{input: input, residual: -1}, n.outputs[0])
		return nil
	case "Relu":
		host, ok := p.host(n.inputs[0])
		if !ok {
			return errUnsupported
		}
		p.steps[host].relu = true
		p.numbers[n.outputs[0]] = p.steps[host].output
		return nil
	case "Add":
		return p.addSum(n)
	default:
		return errUnsupported
	}
}

// host returns the step that computes a value, if it is a convolution whose
// result is read once and still as it was computed.
func (p *planner) host(name string) (int, bool) {
	number, ok := p.numbers[name]
	if !ok || p.uses[name] != 1 {
		return 0, false
	}
	i, ok := p.producer[number]
	return i, ok && p.steps[i].convolution != nil && !p.steps[i].relu
}

// addSum makes a sum part of the later of the two values' convolutions.
func (p *planner) addSum(n node) error {
	if len(n.inputs) != 2 {
		return errMalformed
	}
	for _, order := range [2][2]int{{1, 0}, {0, 1}} {
		host, ok := p.host(n.inputs[order[0]])
		other, known := p.numbers[n.inputs[order[1]]]
		if !ok || !known || p.steps[host].residual >= 0 {
			continue
		}
		if before, computed := p.producer[other]; other == 0 || !computed || before >= host {
			continue
		}
		p.steps[host].residual = other
		p.numbers[n.outputs[0]] = p.steps[host].output
		return nil
	}
	return errUnsupported
}

func (p *planner) append(s step, output string) {
	p.values++
	s.output = p.values
	p.numbers[output] = s.output
	p.producer[s.output] = len(p.steps)
	p.steps = append(p.steps, s)
}

func (p *planner) addConvolution(n node) error {
	input, ok := p.numbers[n.inputs[0]]
	if !ok || len(n.inputs) < 2 || anyNot(n.integers["dilations"], 1) || anyNot(n.integers["group"], 1) {
		return errUnsupported
	}
	kernel, ok := p.tensors[n.inputs[1]]
	if !ok || len(kernel.shape) != 4 || kernel.values == nil {
		return errUnsupported
	}
	strides, pads := n.integers["strides"], n.integers["pads"]
	if strides == nil {
		strides = []int{1, 1}
	}
	if pads == nil {
		pads = []int{0, 0, 0, 0}
	}
	if len(strides) != 2 || len(pads) != 4 || slices.Min(strides) < 1 || slices.Min(pads) < 0 || slices.Max(strides) > 16 || slices.Max(pads) > 16 {
		return errMalformed
	}
	c := &convolution{
		rows: kernel.shape[2], columns: kernel.shape[3], strideRows: strides[0], strideCols: strides[1],
		top: pads[0], left: pads[1], below: pads[2], past: pads[3], inputs: kernel.shape[1], outputs: kernel.shape[0],
	}
	var bias []float32
	if len(n.inputs) > 2 {
		bias = p.tensors[n.inputs[2]].values
		if len(bias) != c.outputs {
			return errMalformed
		}
	}
	c.pack(kernel.values, bias)
	p.append(step{convolution: c, input: input, residual: -1}, n.outputs[0])
	return nil
}

// pack lays the weights out as convolve.c reads them: group, kernel row, kernel
// column, input channel, channel of the group. The file has output channel, input
// channel, row, column.
func (c *convolution) pack(kernel, bias []float32) {
	groups := groupsOf(c.outputs)
	c.weights = make([]float32, groups*c.rows*c.columns*c.inputs*group)
	c.bias = make([]float32, groups*group)
	copy(c.bias, bias)
	for output := range c.outputs {
		for input := range c.inputs {
			for y := range c.rows {
				for x := range c.columns {
					to := (((output/group*c.rows+y)*c.columns+x)*c.inputs+input)*group + output%group
					c.weights[to] = kernel[((output*c.inputs+input)*c.rows+y)*c.columns+x]
				}
			}
		}
	}
}

func groupsOf(channels int) int { return (channels + group - 1) / group }

func anyNot(values []int, want int) bool {
	return slices.ContainsFunc(values, func(value int) bool { return value != want })
}
