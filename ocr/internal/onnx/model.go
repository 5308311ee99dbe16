package onnx

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// model is the part of an ONNX file that a network of convolutions needs. The
// numbers of the fields are those of onnx.proto, version 3 of the format.
type model struct {
	nodes   []node
	tensors map[string]tensor
	output  string
	input   string
}

// node is one operation of the graph.
type node struct {
	operation       string
	inputs, outputs []string
	integers        map[string][]int // attributes that are whole numbers
	reals           map[string]float32
}

// tensor is a constant: weights, most of the time.
type tensor struct {
	shape  []int
	values []float32
}

var errMalformed = errors.New("file is no ONNX model")

// eachField calls take with every field of a message: its number, and its
// bytes or its number, whichever it has.
func eachField(message []byte, take func(number protowire.Number, value []byte, scalar uint64) error) error {
	for len(message) > 0 {
		number, kind, length := protowire.ConsumeTag(message)
		if length < 0 {
			return errMalformed
		}
		message = message[length:]
		var value []byte
		var scalar uint64
		switch kind {
		case protowire.BytesType:
			value, length = protowire.ConsumeBytes(message)
		case protowire.VarintType:
			scalar, length = protowire.ConsumeVarint(message)
		case protowire.Fixed32Type:
			var bits uint32
			bits, length = protowire.ConsumeFixed32(message)
			scalar = uint64(bits)
		default:
			length = protowire.ConsumeFieldValue(number, kind, message)
		}
		if length < 0 {
			return errMalformed
		}
		message = message[length:]
		if err := take(number, value, scalar); err != nil {
			return err
		}
	}
	return nil
}

// parse reads an ONNX file.
func parse(file []byte) (*model, error) {
	m := &model{tensors: map[string]tensor{}}
	err := eachField(file, func(number protowire.Number, value []byte, _ uint64) error {
		if number == 7 { // ModelProto.graph
			return m.graph(value)
		}
		return nil
	})
	if err == nil && (len(m.nodes) == 0 || m.input == "" || m.output == "") {
		err = errMalformed
	}
	return m, err
}

// graph takes in a GraphProto.
func (m *model) graph(message []byte) error {
	return eachField(message, func(number protowire.Number, value []byte, _ uint64) error {
		switch number {
		case 1: // node
			n, err := parseNode(value)
			m.nodes = append(m.nodes, n)
			return err
		case 5: // initializer
			name, t, err := parseTensor(value)
			m.tensors[name] = t
			return err
		case 11, 12: // input, output
			return eachField(value, func(inner protowire.Number, text []byte, _ uint64) error {
				if inner == 1 && number == 11 && m.input == "" {
					m.input = string(text)
				} else if inner == 1 && number == 12 {
					m.output = string(text)
				}
				return nil
			})
		default:
			return nil
		}
	})
}

// parseNode reads a NodeProto.
func parseNode(message []byte) (node, error) {
	n := node{integers: map[string][]int{}, reals: map[string]float32{}}
	err := eachField(message, func(number protowire.Number, value []byte, _ uint64) error {
		switch number {
		case 1:
			n.inputs = append(n.inputs, string(value))
		case 2:
			n.outputs = append(n.outputs, string(value))
		case 4:
			n.operation = string(value)
		case 5:
			return n.attribute(value)
		default: // names and notes
		}
		return nil
	})
	return n, err
}

// attribute takes in an AttributeProto.
func (n *node) attribute(message []byte) error {
	var name string
	var integers []int
	err := eachField(message, func(number protowire.Number, value []byte, scalar uint64) error {
		switch number {
		case 1:
			name = string(value)
		case 2:
			n.reals[name] = math.Float32frombits(uint32(scalar)) //nolint:gosec // a Fixed32 field
		case 3:
			integers = append(integers, int(int64(scalar))) //nolint:gosec // two's complement by the format
		case 8:
			return eachInteger(value, scalar, func(i int) { integers = append(integers, i) })
		default: // other kinds of attributes
		}
		return nil
	})
	if integers != nil {
		n.integers[name] = integers
	}
	return err
}

// eachInteger calls take with the numbers of a repeated field, packed or not.
func eachInteger(packed []byte, single uint64, take func(int)) error {
	if packed == nil {
		take(int(int64(single))) //nolint:gosec // two's complement by the format
		return nil
	}
	for len(packed) > 0 {
		value, length := protowire.ConsumeVarint(packed)
		if length < 0 {
			return errMalformed
		}
		packed = packed[length:]
		take(int(int64(value))) //nolint:gosec // two's complement by the format
	}
	return nil
}

// parseTensor reads a TensorProto of floats; others come out without values.
func parseTensor(message []byte) (name string, t tensor, err error) {
	const float = 1
	var raw []byte
	kind := uint64(0)
	err = eachField(message, func(number protowire.Number, value []byte, scalar uint64) error {
		switch number {
		case 1:
			return eachInteger(value, scalar, func(i int) { t.shape = append(t.shape, i) })
		case 2:
			kind = scalar
		case 4, 9: // float_data (packed) and raw_data are both little-endian
			raw = value
		case 8:
			name = string(value)
		default: // other kinds of data
		}
		return nil
	})
	if err != nil || kind != float {
		return name, t, err
	}
	count := 1
	for _, edge := range t.shape {
		if edge < 1 || edge > 1<<20 || count > 1<<26/edge {
			return name, t, fmt.Errorf("tensor %q has shape %v: %w", name, t.shape, errMalformed)
		}
		count *= edge
	}
	if len(raw) != 4*count {
		return name, t, fmt.Errorf("tensor %q has %d bytes, want %d: %w", name, len(raw), 4*count, errMalformed)
	}
	t.values = make([]float32, count)
	for i := range t.values {
		t.values[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
	}
	return name, t, nil
}
