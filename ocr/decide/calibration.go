package decide

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sesshu/ledger/slip"
)

// Calibration says what a policy's thresholds rest on: which readers read which
// slips, what that showed, and between which rates the stream is expected to
// stay. "sesshu calibrate" writes it.
type Calibration struct {
	Readers    map[string]string      `json:"readers"`    // name to version of every reader that read the slips
	Data       []Data                 `json:"data"`       // the labelled slips
	Confidence float64                `json:"confidence"` // of each value's promise, such as 0.95
	Promises   map[slip.Value]Promise `json:"promises"`
	Bands      []Band                 `json:"bands"`
}

// Data is the fingerprint of one folder of labelled slips.
type Data struct {
	Truth  slip.Hash `json:"truth"`  // of truth.jsonl
	Images slip.Hash `json:"images"` // of the lines "SHA-256 name" of the files, in the order of the truth
	Sheets int       `json:"sheets"`
}

// Promise is what the slips showed of one value.
type Promise struct {
	From     float64 `json:"from"`     // the threshold that was chosen; 0 when none could be shown to keep the bound
	Accepted int     `json:"accepted"` // of the slips, under the policy
	Wrong    int     `json:"wrong"`
	Upper    float64 `json:"upper"`             // bound of Clopper and Pearson for the true share of wrong ones
	Bound    float64 `json:"bound"`             // that was asked for
	Kept     bool    `json:"kept"`              // Upper is within Bound
	Refuted  bool    `json:"refuted,omitempty"` // more than Bound are wrong, whatever the threshold: a person is always asked
}

// Band counts what became of one value on one form's pages: the rates that the
// stream is held against.
type Band struct {
	Form      string     `json:"form"`
	Value     slip.Value `json:"value"`
	Pages     int        `json:"pages"`
	Accepted  int        `json:"accepted"`
	Disagreed int        `json:"disagreed"` // pages on which two witnesses said different things
}

// ErrReaders means that a policy was calibrated for other readers than those
// that are running: its thresholds say nothing about them.
var ErrReaders = errors.New("the policy was calibrated for other readers")

// CheckReaders says whether the policy's thresholds speak of the running
// readers, given by name and version. A policy without a calibration speaks of
// any. ErrReaders.
func (p Policy) CheckReaders(running map[string]string) error {
	if p.Calibrated == nil || maps.Equal(p.Calibrated.Readers, running) {
		return nil
	}
	names := slices.Collect(maps.Keys(p.Calibrated.Readers))
	for name := range running {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var differ []string
	for _, name := range names {
		if was, is := p.Calibrated.Readers[name], running[name]; was != is {
			differ = append(differ, fmt.Sprintf("%s: calibrated %q, running %q", name, was, is))
		}
	}
	return fmt.Errorf("%w (%s): calibrate again with sesshu calibrate, or leave the policy out / "+
		"この判定方針は別の版の読取器で較正されています。sesshu calibrate でやり直すか、方針ファイルの指定を外してください",
		ErrReaders, strings.Join(differ, "; "))
}

// Tighten returns the policy that asks for one value of one form's slips as
// well, with a hash of its own. The policy itself stays as it is.
func (p Policy) Tighten(form string, value slip.Value) (Policy, error) {
	tightened := maps.Clone(p.Tightened)
	if tightened == nil {
		tightened = map[string][]slip.Value{}
	}
	if !slices.Contains(tightened[form], value) {
		tightened[form] = append(slices.Clone(tightened[form]), value)
		slices.Sort(tightened[form])
	}
	p.Tightened = tightened
	text, err := p.Text()
	if err != nil {
		return Policy{}, err
	}
	p.Hash = slip.HashOf(text)
	return p, nil
}

// Text writes the policy as a file, whose hash is the policy's hash once it is
// parsed again.
func (p Policy) Text() ([]byte, error) {
	text, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write policy: %w", err)
	}
	return append(text, '\n'), nil
}

// tightened reports whether a value of a form is asked because the stream left
// its band.
func (p Policy) tightened(form string, value slip.Value) bool {
	return slices.Contains(p.Tightened[form], value)
}

// check says what is wrong with a calibration.
func (c *Calibration) check(fault func(format string, args ...any)) {
	if c == nil {
		return
	}
	if len(c.Readers) == 0 {
		fault("calibrated.readers is empty")
	}
	if !(c.Confidence > 0.5 && c.Confidence < 1) {
		fault("calibrated.confidence is %g, want more than 0.5 and less than 1", c.Confidence)
	}
	for value, promise := range c.Promises {
		if !known(value) {
			fault("calibrated.promises: %q is no value of a slip", value)
		}
		if promise.Accepted < 0 || promise.Wrong < 0 || promise.Wrong > promise.Accepted || !(promise.Upper >= 0 && promise.Upper <= 1) {
			fault("calibrated.promises.%s cannot be: %d wrong of %d, at most %g", value, promise.Wrong, promise.Accepted, promise.Upper)
		}
	}
	for i, band := range c.Bands {
		if !known(band.Value) || band.Form == "" {
			fault("calibrated.bands[%d] needs a form and a value of a slip", i)
		}
		if band.Pages < 1 || band.Accepted < 0 || band.Accepted > band.Pages || band.Disagreed < 0 || band.Disagreed > band.Pages {
			fault("calibrated.bands[%d] cannot be: %d accepted and %d disagreed of %d", i, band.Accepted, band.Disagreed, band.Pages)
		}
	}
}
