package samples

import (
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"slices"

	"sesshu/ledger/slip/form"
	"sesshu/samples/hand"
	"sesshu/samples/scan"
)

// Dates says how the dates of vaccination come into their boxes.
type Dates string

// The ways.
const (
	DatesMixed Dates = "mixed" // a quarter by hand, half stamped, a quarter printed
	DatesHand  Dates = "hand"
	DatesPrint Dates = "print"
	DatesStamp Dates = "stamp"
)

// Config says what slips Generate makes.
type Config struct {
	Out   string // folder, made when it is not there
	Count int    // sheets, at least 1
	Seed  uint64
	Tier  scan.Tier // clean when empty

	Forms       []string   // names of shipped forms; the COVID-19 forms when empty
	Handwriting fs.FS      // the folder with the collections of real digits; nil for strokes of our own
	Split       hand.Split // which writers of the collections; evaluate when empty
	Dates       Dates      // mixed when empty
	Trouble     float64    // share of sheets that are not ordinary, 0 to 1
	Workers     int        // as many as processors when 0; never changes what is made
}

// withDefaults fills in what was left out and says what is wrong.
func (c Config) withDefaults() (Config, error) {
	if c.Out == "" {
		return c, errors.New("no folder to write to")
	}
	if c.Count < 1 || c.Count > 1_000_000 {
		return c, fmt.Errorf("count %d is not from 1 to 1,000,000", c.Count)
	}
	if c.Trouble < 0 || c.Trouble > 1 {
		return c, fmt.Errorf("share of trouble %g is not from 0 to 1", c.Trouble)
	}
	if c.Tier == "" {
		c.Tier = scan.Clean
	}
	if _, err := scan.ParseTier(string(c.Tier)); err != nil {
		return c, err
	}
	if c.Split == "" {
		c.Split = hand.Evaluate
	}
	if !slices.Contains(hand.Splits(), c.Split) {
		return c, fmt.Errorf("split %q is none of train, calibrate, evaluate, test", c.Split)
	}
	if c.Dates == "" {
		c.Dates = DatesMixed
	}
	if !slices.Contains([]Dates{DatesMixed, DatesHand, DatesPrint, DatesStamp}, c.Dates) {
		return c, fmt.Errorf("dates %q are none of mixed, hand, print, stamp", c.Dates)
	}
	if c.Workers < 1 {
		c.Workers = runtime.GOMAXPROCS(0)
	}
	return c, nil
}

// loadForms returns the shipped forms with these names.
func loadForms(names []string) ([]*form.Form, error) {
	root, err := fs.Sub(Forms, "forms")
	if err != nil {
		return nil, fmt.Errorf("load forms: %w", err)
	}
	all, err := form.LoadAll(root)
	if err != nil {
		return nil, fmt.Errorf("load forms: %w", err)
	}
	var chosen []*form.Form
	if len(names) == 0 {
		for _, form := range all {
			if form.Kind == "covid19" {
				chosen = append(chosen, form)
			}
		}
		return chosen, nil
	}
	for _, name := range names {
		at := slices.IndexFunc(all, func(f *form.Form) bool { return f.Name == name })
		if at < 0 {
			return nil, fmt.Errorf("no form %q is shipped", name)
		}
		chosen = append(chosen, all[at])
	}
	return chosen, nil
}
