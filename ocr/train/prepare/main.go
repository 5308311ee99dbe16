// Command prepare is the training scripts' way to the readers' own
// preprocessing: it reads drawn pictures on standard input and writes what the
// networks would see of them on standard output, so that training and reading
// cannot differ.
//
// Its verbs are "cells" and "looks" for the digit reader, "lines" for the line
// reader, "decode", which is told beside decodeLines, and "slips FORMS DIR", which needs
// no input and is told beside writeSlips. A picture on standard
// input is two little-endian uint32 (width, height), a float32 (pixels per
// millimetre; not used for lines) and width×height grey bytes. For cells,
// standard output gets cell.Planes×cell.Side×cell.Side bytes each, zeros when
// the picture is no cell; for looks the same from each of cell.Jitters. For lines it gets a uint32 (width) and
// strip.Height×width bytes each.
package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"io"
	"os"

	"sesshu/ocr/digits/cell"
	"sesshu/ocr/line/strip"
)

func main() {
	if len(os.Args) == 4 && os.Args[1] == "slips" {
		if err := writeSlips(os.Stdout, os.Args[2], os.Args[3]); err != nil {
			fmt.Fprintln(os.Stderr, "prepare:", err)
			os.Exit(1)
		}
		return
	}
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: prepare cells|looks|lines|decode <pictures >prepared")
		os.Exit(2)
	}
	if os.Args[1] == "decode" {
		if err := decodeLines(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, "prepare:", err)
			os.Exit(1)
		}
		return
	}
	verbs := map[string]func(io.Writer, *image.Gray, float64) error{"cells": writeCell, "looks": writeLooks, "lines": writeLine}
	write, ok := verbs[os.Args[1]]
	if !ok {
		fmt.Fprintf(os.Stderr, "prepare: %q is no verb\n", os.Args[1])
		os.Exit(2)
	}
	if err := run(os.Stdin, os.Stdout, write); err != nil {
		fmt.Fprintln(os.Stderr, "prepare:", err)
		os.Exit(1)
	}
}

func run(from io.Reader, to io.Writer, write func(io.Writer, *image.Gray, float64) error) error {
	in, out := bufio.NewReaderSize(from, 1<<20), bufio.NewWriterSize(to, 1<<20)
	for number := 0; ; number++ {
		var header struct {
			Width, Height uint32
			PixelsPerMM   float32
		}
		err := binary.Read(in, binary.LittleEndian, &header)
		if errors.Is(err, io.EOF) {
			return out.Flush()
		}
		if err != nil {
			return fmt.Errorf("read header of picture %d: %w", number, err)
		}
		if header.Width > 1<<14 || header.Height > 1<<12 {
			return fmt.Errorf("picture %d is %d by %d pixels", number, header.Width, header.Height)
		}
		img := image.NewGray(image.Rect(0, 0, int(header.Width), int(header.Height)))
		if _, err := io.ReadFull(in, img.Pix); err != nil {
			return fmt.Errorf("read picture %d: %w", number, err)
		}
		if err := write(out, img, float64(header.PixelsPerMM)); err != nil {
			return fmt.Errorf("prepare picture %d: %w", number, err)
		}
	}
}

func writeCell(out io.Writer, img *image.Gray, pixelsPerMM float64) error {
	return writeViews(out, img, pixelsPerMM, []cell.Jitter{cell.Still})
}

func writeLooks(out io.Writer, img *image.Gray, pixelsPerMM float64) error {
	return writeViews(out, img, pixelsPerMM, cell.Jitters)
}

func writeViews(out io.Writer, img *image.Gray, pixelsPerMM float64, jitters []cell.Jitter) error {
	prepared, err := cell.Open(img, pixelsPerMM)
	if err != nil && !errors.Is(err, cell.ErrSize) {
		return err
	}
	for _, jitter := range jitters {
		var view cell.View
		if err == nil {
			view = *prepared.View(jitter)
		}
		if _, err := out.Write(view[:]); err != nil {
			return err
		}
	}
	return nil
}

func writeLine(out io.Writer, img *image.Gray, _ float64) error {
	prepared, err := strip.Open(img)
	if errors.Is(err, strip.ErrSize) || errors.Is(err, strip.ErrBlank) {
		return binary.Write(out, binary.LittleEndian, uint32(0))
	}
	if err != nil {
		return err
	}
	if err := binary.Write(out, binary.LittleEndian, uint32(prepared.Width)); err != nil {
		return err
	}
	_, err = out.Write(prepared.Pix)
	return err
}
