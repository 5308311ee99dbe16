package main

import (
	"context"
	"io/fs"
	"os"

	"sesshu/samples"
	"sesshu/samples/hand"
	"sesshu/samples/scan"
)

type samplesCommand struct {
	Out         string   `help:"Folder to write to: a new or empty one, or that of an older set, which is replaced." type:"path" placeholder:"DIR" required:""`
	DrawForms   bool     `help:"Instead of slips, draw the pictures of the shipped forms anew below that folder."`
	Count       int      `help:"Number of slips." default:"100"`
	Seed        uint64   `help:"The same seed draws the same slips." default:"1"`
	Tier        string   `help:"How good the scans are: clean, office, poor, fax or phone." default:"office"`
	Form        []string `help:"Names of forms; by default the COVID-19 slips."`
	Handwriting string   `help:"Folder with collections of real handwritten digits (mnist, nsysu-digits); without it digits are set in typefaces." type:"existingdir"`
	Split       string   `help:"Which writers of the collections: train, calibrate, evaluate or test." enum:"train,calibrate,evaluate,test" default:"evaluate"`
	Dates       string   `help:"How dates come into their boxes: hand, print, stamp or mixed." enum:"hand,print,stamp,mixed" default:"hand"`
	Trouble     float64  `help:"Share of sheets that are not ordinary slips, 0 to 1." default:"0"`
	Workers     int      `help:"Slips drawn at a time; by default one per core." default:"0"`
}

func (c *samplesCommand) Run(ctx context.Context) error {
	if c.DrawForms {
		return samples.DrawForms(c.Out)
	}
	tier, err := scan.ParseTier(c.Tier)
	if err != nil {
		return err
	}
	var handwriting fs.FS
	if c.Handwriting != "" {
		handwriting = os.DirFS(c.Handwriting)
	}
	return samples.Generate(ctx, samples.Config{
		Out: c.Out, Count: c.Count, Seed: c.Seed, Tier: tier,
		Forms: c.Form, Handwriting: handwriting, Split: hand.Split(c.Split),
		Dates: samples.Dates(c.Dates), Trouble: c.Trouble, Workers: c.Workers,
	})
}
