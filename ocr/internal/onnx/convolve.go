package onnx

/*
#cgo CFLAGS: -O3
#include "convolve.h"
*/
import "C"

import (
	"fmt"
	"math"
	"unsafe"
)

// group is how many channels are computed at a time; a pixel's channels are
// filled up to a multiple of it with zeros.
const group = C.sesshu_group

// vectors is which of the processor's vectors are used, see convolve.h. A
// variable so that the tests can try them all.
var vectors = C.sesshu_widest()

// value is a stack of images on their way through the network: image, row,
// column, channel.
type value struct {
	images, rows, columns, channels int
	pixel                           int // floats from one pixel to the next
	data                            []float32
	padded                          []float32 // scratch of the convolution that reads it
	offsets                         []C.int32_t
}

// fill takes in an input that is laid out plane by plane.
func (v *value) fill(planes []float32, shape [4]int) {
	v.shape(shape[0], shape[2], shape[3], shape[1], shape[1])
	size := v.rows * v.columns
	for image := range v.images {
		for channel := range v.channels {
			from := planes[(image*v.channels+channel)*size:][:size]
			to := v.data[image*size*v.pixel+channel:]
			for i, x := range from {
				to[i*v.pixel] = x
			}
		}
	}
}

// planes returns the values plane by plane, with their shape.
func (v *value) planes() ([]float32, []int) {
	size := v.rows * v.columns
	result := make([]float32, v.images*v.channels*size)
	for image := range v.images {
		for channel := range v.channels {
			to := result[(image*v.channels+channel)*size:][:size]
			from := v.data[image*size*v.pixel+channel:]
			for i := range to {
				to[i] = from[i*v.pixel]
			}
		}
	}
	return result, []int{v.images, v.channels, v.rows, v.columns}
}

func (v *value) shape(images, rows, columns, channels, pixel int) {
	v.images, v.rows, v.columns, v.channels, v.pixel = images, rows, columns, channels, pixel
	v.data = sized(v.data, images*rows*columns*pixel)
}

// sized returns a slice of the given length, the old one's memory if it is large
// enough. Its content is not cleared.
func sized[T any](old []T, length int) []T {
	if cap(old) < length {
		return make([]T, length)
	}
	return old[:length]
}

// run does one step.
func (n *Net) run(s step) error {
	input, output := &n.values[s.input], &n.values[s.output]
	if s.convolution == nil {
		return largest(input, output)
	}
	var residual *value
	if s.residual >= 0 {
		residual = &n.values[s.residual]
	}
	return s.convolution.run(input, residual, output, s.relu)
}

func largest(input, output *value) error {
	rows, columns := input.rows/2, input.columns/2
	if rows < 1 || columns < 1 {
		return fmt.Errorf("%d × %d pixels are too few to halve", input.rows, input.columns)
	}
	output.shape(input.images, rows, columns, input.channels, input.pixel)
	for image := range input.images {
		C.sesshu_largest(float(input.data[image*input.rows*input.columns*input.pixel:]), C.int(rows), C.int(columns),
			C.int(input.pixel), C.int(input.columns*input.pixel), float(output.data[image*rows*columns*input.pixel:]))
	}
	return nil
}

func (c *convolution) run(input, residual, output *value, relu bool) error {
	if input.channels != c.inputs {
		return fmt.Errorf("input has %d planes, want %d", input.channels, c.inputs)
	}
	paddedRows, paddedColumns := input.rows+c.top+c.below, input.columns+c.left+c.past
	rows, columns := (paddedRows-c.rows)/c.strideRows+1, (paddedColumns-c.columns)/c.strideCols+1
	if paddedRows < c.rows || paddedColumns < c.columns {
		return fmt.Errorf("%d × %d pixels are too few for a kernel of %d × %d", input.rows, input.columns, c.rows, c.columns)
	}
	floats := input.images * paddedRows * paddedColumns * input.pixel
	groups := groupsOf(c.outputs)
	if floats > math.MaxInt32 || input.images*rows*columns*groups*group > math.MaxInt32 {
		return fmt.Errorf("%d images of %d × %d pixels are too many", input.images, input.rows, input.columns)
	}
	from := input.data
	if paddedRows != input.rows || paddedColumns != input.columns {
		from = input.pad(c, paddedRows, paddedColumns)
	}
	output.shape(input.images, rows, columns, c.outputs, groups*group)
	var added *C.float
	if residual != nil {
		if residual.images != output.images || residual.rows != rows || residual.columns != columns || residual.pixel != output.pixel {
			return fmt.Errorf("values of %d × %d and %d × %d pixels cannot be added", residual.rows, residual.columns, rows, columns)
		}
		added = float(residual.data)
	}
	input.offsets = sized(input.offsets, input.images*rows*columns)
	i := 0
	for image := range input.images {
		for y := range rows {
			for x := range columns {
				input.offsets[i] = C.int32_t(((image*paddedRows+y*c.strideRows)*paddedColumns + x*c.strideCols) * input.pixel) //nolint:gosec // checked above
				i++
			}
		}
	}
	shape := C.sesshu_convolution{
		rows: C.int(c.rows), columns: C.int(c.columns), channels: C.int(c.inputs), pixel: C.int(input.pixel),
		row: C.int(paddedColumns * input.pixel), groups: C.int(groups), positions: C.int(i),
	}
	if relu {
		shape.relu = 1
	}
	C.sesshu_convolve(vectors, &shape, float(from), &input.offsets[0], float(c.weights), float(c.bias), added, float(output.data))
	return nil
}

// pad copies the value into a frame of zeros.
func (v *value) pad(c *convolution, rows, columns int) []float32 {
	v.padded = sized(v.padded, v.images*rows*columns*v.pixel)
	clear(v.padded)
	width := v.columns * v.pixel
	for image := range v.images {
		for y := range v.rows {
			to := ((image*rows+y+c.top)*columns + c.left) * v.pixel
			copy(v.padded[to:to+width], v.data[(image*v.rows+y)*width:])
		}
	}
	return v.padded
}

func float(values []float32) *C.float { return (*C.float)(unsafe.Pointer(&values[0])) }
