package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"os"
	"path/filepath"
	"strings"

	"sesshu/ledger/slip/form"
	"sesshu/ledger/slip/truth"
	"sesshu/ocr/digits/cell"
	"sesshu/ocr/page"
	"sesshu/ocr/register"
)

// marginMM is the paper round a cell that the reader cuts out with it.
const marginMM = 1.0

// writeSlips writes the cells of whole labelled slips as the digit reader sees
// them on the page: a byte with the digit that stands there, then the looks.
// Fields whose cells the truth does not spell one by one are left out. definitions is
// the folder of the forms.
func writeSlips(to io.Writer, definitions, folder string) error {
	forms, err := form.LoadAll(os.DirFS(definitions))
	if err != nil {
		return err
	}
	index, err := register.Open(forms)
	if err != nil {
		return err
	}
	defer index.Close()
	file, err := os.Open(filepath.Join(folder, truth.FileName))
	if err != nil {
		return err
	}
	defer file.Close()
	sheets, err := truth.Read(file)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(to, 1<<20)
	for _, sheet := range sheets {
		if err := writeSlip(out, index, folder, sheet); err != nil {
			return fmt.Errorf("slip %s: %w", sheet.File, err)
		}
	}
	return out.Flush()
}

func writeSlip(out io.Writer, index *register.Index, folder string, sheet truth.Sheet) error {
	bytes, err := os.ReadFile(filepath.Join(folder, sheet.File))
	if err != nil {
		return err
	}
	document, err := page.Open(context.Background(), bytes)
	if err != nil {
		return err
	}
	img, err := document.Decode(context.Background(), 1)
	if err != nil {
		return err
	}
	defer img.Close()
	fit, err := index.Find(img)
	if errors.Is(err, register.ErrNoForm) || errors.Is(err, register.ErrPoorFit) {
		return nil // the reader would not read it either
	}
	if err != nil {
		return err
	}
	cutter, err := register.NewCutter(img)
	if err != nil {
		return err
	}
	defer cutter.Close()
	for _, field := range fit.Form.Fields {
		labels := spelled(field, sheet)
		toPage, ok := fit.Locate(field)
		if len(labels) == 0 || !ok {
			continue
		}
		for i, place := range field.Cells {
			crop, err := cutter.Cut(toPage, place, marginMM)
			if err != nil {
				return err
			}
			if err := writeLabelled(out, labels[i]-'0', crop.Image, crop.PixelsPerMM); err != nil {
				return err
			}
		}
	}
	return nil
}

func writeLabelled(out io.Writer, label byte, img *image.Gray, pixelsPerMM float64) error {
	if _, err := out.Write([]byte{label}); err != nil {
		return err
	}
	return writeViews(out, img, pixelsPerMM, cell.Jitters)
}

// spelled returns the digits in a field's cells, "" when the truth does not tell.
func spelled(field form.Field, sheet truth.Sheet) string {
	if field.Type != form.BoxedDigits || field.Era != "" {
		return ""
	}
	for _, gives := range field.Gives {
		text := strings.ReplaceAll(sheet.Fields[gives.Value], "-", "")
		if strings.ContainsAny(field.Format, "YMD") && len(text) == 8 {
			// The year's last digits, as many as have cells; what is printed is left out.
			years := strings.Count(field.Format, "Y")
			text = text[4-years:]
		}
		if len(text) == len(field.Cells) {
			return text
		}
	}
	return ""
}
