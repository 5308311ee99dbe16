// Package tess is a thin binding to libtesseract's LSTM line recogniser. It
// gives what the text interfaces keep to themselves: for every time step of
// the network the probabilities of its characters, from which a whole line can
// be decoded again under the field's own alphabet.
//
// gosseract, measured first on the same lines, hands out hOCR text only. It
// never frees it (20 KB a line are lost for ever), needs twice the processor
// time (21 against 12 ms a line, for alternatives that the time steps already
// hold), cannot switch the word lists off, which are read at initialisation,
// and redirects the process's standard error. Here every C++ exception is
// caught, everything is freed, and no Go memory is kept.
package tess

/*
#cgo CXXFLAGS: -std=c++17
#cgo LDFLAGS: -ltesseract -lleptonica
#include <stdlib.h>
#include "shim.h"
*/
import "C"

import (
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"math"
	"sync/atomic"
	"unsafe"
)

// What the engine can answer besides a line.
var (
	ErrClosed    = errors.New("tesseract engine is closed")
	ErrModel     = errors.New("tesseract refuses the language model")
	ErrRefused   = errors.New("tesseract cannot recognise the line")
	ErrException = errors.New("tesseract threw an exception")
	ErrMemory    = errors.New("tesseract ran out of memory")
)

var failures = map[C.int]error{
	C.TESS_REFUSED:   ErrRefused,
	C.TESS_EXCEPTION: ErrException,
	C.TESS_MEMORY:    ErrMemory,
}

// Choice is one character the network considers at one time step. An empty
// Text is the CTC blank: no character ends here.
type Choice struct {
	Text string
	P    float64 // 0.01 to 1; less likely ones are left out
}

// Symbol is one character of Tesseract's own reading of the line.
type Symbol struct {
	Text       string
	Confidence float64 // 0 to 1, not calibrated
}

// Line is what one recognition gives.
type Line struct {
	Steps   [][]Choice // from left to right, each sorted, likeliest first
	Symbols []Symbol
}

// Engine is one language model in memory. It is not safe for concurrent use.
type Engine struct {
	handle *C.tess_engine
}

// open counts the native engines that are not closed.
var open atomic.Int64

// Live returns the number of engines that are open, for leak tests.
func Live() int64 { return open.Load() }

// Version returns libtesseract's version, such as "5.3.0".
func Version() string { return C.GoString(C.tess_version()) }

// Open starts an engine from the bytes of a traineddata file. The caller
// closes it.
func Open(model []byte, language string) (*Engine, error) {
	if len(model) == 0 {
		return nil, ErrModel
	}
	name := C.CString(language)
	defer C.free(unsafe.Pointer(name))
	handle := C.tess_open((*C.char)(unsafe.Pointer(&model[0])), C.int(len(model)), name)
	if handle == nil {
		return nil, fmt.Errorf("open language %s: %w", language, ErrModel)
	}
	open.Add(1)
	return &Engine{handle: handle}, nil
}

// Close frees the engine. It may be called twice.
func (e *Engine) Close() {
	if e.handle != nil {
		C.tess_close(e.handle)
		e.handle = nil
		open.Add(-1)
	}
}

// Tesseract scales every line to the network's height. An image a pixel high
// becomes 36 times as wide as it was and keeps the process busy for minutes;
// one a pixel wide vanishes.
const (
	leastSide  = 8 // pixels
	mostAspect = 150
)

// Line recognises an image that holds exactly one line, dark on light, cut
// closely above and below: Tesseract does no layout analysis of its own.
func (e *Engine) Line(img *image.Gray, dpi int) (Line, error) {
	if e.handle == nil {
		return Line{}, ErrClosed
	}
	bounds := img.Bounds()
	if width, height := bounds.Dx(), bounds.Dy(); min(width, height) < leastSide || width > mostAspect*height || height > mostAspect*width {
		return Line{}, ErrRefused
	}
	pixels := img.Pix[img.PixOffset(bounds.Min.X, bounds.Min.Y):]
	var block *C.char
	var length C.size_t
	code := C.tess_line(e.handle, (*C.uchar)(unsafe.Pointer(&pixels[0])),
		C.int(bounds.Dx()), C.int(bounds.Dy()), C.int(img.Stride), C.int(dpi), &block, &length) //nolint:gocritic // a comparison in code that cgo writes
	if code != C.TESS_OK {
		return Line{}, failures[code]
	}
	defer C.free(unsafe.Pointer(block))
	return parse(C.GoBytes(unsafe.Pointer(block), C.int(length)))
}

// parse reads the shim's block: the number of steps, each a number of choices,
// each a length, that many bytes of UTF-8 and a float; then the number of
// symbols, each again text and float. Numbers are 32 bits in the machine's own
// order.
func parse(block []byte) (Line, error) {
	in := decoder{rest: block}
	line := Line{Steps: make([][]Choice, in.count())}
	for i := range line.Steps {
		line.Steps[i] = make([]Choice, in.count())
		for j := range line.Steps[i] {
			line.Steps[i][j] = Choice{Text: in.text(), P: in.float()}
		}
	}
	line.Symbols = make([]Symbol, in.count())
	for i := range line.Symbols {
		line.Symbols[i] = Symbol{Text: in.text(), Confidence: in.float()}
	}
	if in.short {
		return Line{}, ErrRefused
	}
	return line, nil
}

type decoder struct {
	rest  []byte
	short bool
}

func (d *decoder) take(n int) []byte {
	if n > len(d.rest) {
		d.short, d.rest = true, nil
		return make([]byte, min(n, 4))
	}
	taken := d.rest[:n]
	d.rest = d.rest[n:]
	return taken
}

// count reads a number of things that take at least four bytes each.
func (d *decoder) count() int {
	n := int(binary.NativeEndian.Uint32(d.take(4)))
	if n*4 > len(d.rest) {
		d.short, n = true, 0
	}
	return n
}

func (d *decoder) text() string {
	return string(d.take(int(binary.NativeEndian.Uint32(d.take(4)))))
}

func (d *decoder) float() float64 {
	return float64(math.Float32frombits(binary.NativeEndian.Uint32(d.take(4))))
}
