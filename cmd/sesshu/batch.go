package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"sesshu/ledger/slip"
	"sesshu/samples/batchsheet"
	"sesshu/samples/typeface"
)

type batchCommand struct {
	Header    batchHeaderCommand    `cmd:"" help:"Print the header sheet of a batch: how many slips, of which institution and month."`
	Separator batchSeparatorCommand `cmd:"" help:"Print a separator sheet, to put between the slips of a batch."`
}

type batchHeaderCommand struct {
	Declared int    `help:"Slips in the batch, without the header itself and without separators." required:""`
	Facility string `help:"The institution's code (医療機関等コード), 10 digits."`
	Month    string `help:"The month the slips belong to (請求年月), such as 2026-11."`
	Out      string `help:"File to write, .pdf or .png." type:"path" required:""`
}

func (c *batchHeaderCommand) Run() error {
	sheet := slip.BatchSheet{Kind: slip.BatchHeader, Declared: c.Declared}
	sheet.FacilityCode, sheet.Month = c.Facility, c.Month
	if c.Declared < 0 || c.Declared > slip.MostDeclared {
		return fmt.Errorf("declared count is not from 0 to %d", slip.MostDeclared)
	}
	if err := sheet.Validate(); err != nil {
		return err
	}
	return printBatchSheet(sheet, c.Out)
}

type batchSeparatorCommand struct {
	Out string `help:"File to write, .pdf or .png." type:"path" required:""`
}

func (c *batchSeparatorCommand) Run() error {
	return printBatchSheet(slip.BatchSheet{Kind: slip.Separator}, c.Out)
}

// printBatchSheet writes a sheet as the file's name says.
func printBatchSheet(sheet slip.BatchSheet, out string) error {
	encode := batchsheet.PNG
	switch strings.ToLower(filepath.Ext(out)) {
	case ".png":
	case ".pdf":
		encode = batchsheet.PDF
	default:
		return errors.New("name a file that ends in .pdf or .png")
	}
	fonts, err := typeface.Open(typeface.Directories())
	if err != nil {
		return err
	}
	picture, err := batchsheet.Draw(sheet, fonts)
	if err != nil {
		return err
	}
	file, err := encode(picture)
	if err != nil {
		return err
	}
	if err := os.WriteFile(out, file, 0o644); err != nil {
		return fmt.Errorf("write batch sheet: %w", err)
	}
	return nil
}
