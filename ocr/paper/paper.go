// Package paper tells whether two scans show the same piece of paper. After a
// jam a slip is fed again; its second picture differs from the first in every
// byte, but what people wrote, ticked, stamped and pasted lies on it in the very
// same places and shapes. Two slips of one person, with the same ticket printed
// on them, do not share that.
//
// Only what comes by hand is compared: boxed digits, marks, signatures and
// stickers. What is printed from the register is the same on a second slip of
// the same person and proves nothing.
//
// The comparison is pure: the same two pages give the same answer.
package paper

import (
	"fmt"
	"image"
	"sync"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
)

// Verdict is the answer. Its zero value is unsure: a person is asked.
type Verdict int

// The verdicts.
const (
	Unsure Verdict = iota
	Same
	Different
)

// String returns "unsure", "same" or "different".
func (v Verdict) String() string {
	switch v {
	case Same:
		return "same"
	case Different:
		return "different"
	default:
		return "unsure"
	}
}

// Page is one scan of a slip.
type Page struct {
	Image        *image.Gray // as decoded: the pixels that the registration speaks of
	Registration slip.Registration
}

// Region is the comparison of one field of the two pages.
type Region struct {
	Field string
	// Ink is how much is written there, square millimetres of full black, on
	// the page that has less of it.
	Ink float64
	// Likeness is the correlation of the two fields' ink at the best place
	// within reach, -1 to 1.
	Likeness float64
}

// Comparison is the answer and what it rests on.
type Comparison struct {
	Verdict Verdict
	Regions []Region // those with ink on either page
	Least   float64  // the least likeness among them, 1 when there are none
	Overall float64  // the likeness of all their ink together
}

// The thresholds, set on drawn slips (TestPairs -slips 60). A paper is the same
// when every single field agrees, so that one signature that differs is enough
// to ask a person; it is another when some field clearly disagrees.
//
// Of 360 pairs of scans of one paper, clean to poor and turned, the least
// likeness was 0.932 and the least overall one 0.989. Of 540 pairs of two papers
// that say the same, by other hands, the highest were 0.364 and 0.494. The
// thresholds lie between, nearer to the first than to the middle: paper that was
// crumpled in a jam loses likeness, and that is a person's question.
const (
	sameLeast      = 0.75
	sameOverall    = 0.88
	differentLeast = 0.50
	fewestRegions  = 4   // with ink; fewer prove nothing
	leastInk       = 0.6 // square millimetres; less is dirt
)

// Comparer knows the blank forms. It is safe for concurrent use.
type Comparer struct {
	forms map[string]*known
}

type known struct {
	form    *form.Form
	prepare sync.Once
	regions []region
	err     error
}

// New returns a comparer for these forms. Their pictures are decoded when they
// are first needed.
func New(forms []*form.Form) *Comparer {
	c := &Comparer{forms: map[string]*known{}}
	for _, f := range forms {
		c.forms[f.Name] = &known{form: f}
	}
	return c
}

// Compare compares two pages. Pages that are not registered to the same form
// are unsure. An error says that the form's own picture is broken.
func (c *Comparer) Compare(a, b Page) (Comparison, error) {
	comparison := Comparison{Least: 1}
	known := c.forms[a.Registration.Form]
	if known == nil || a.Registration.Form != b.Registration.Form ||
		a.Registration.FormHash != known.form.Hash || b.Registration.FormHash != known.form.Hash {
		return comparison, nil
	}
	known.prepare.Do(func() { known.regions, known.err = regionsOf(known.form) })
	if known.err != nil {
		return comparison, fmt.Errorf("compare papers: form %s: %w", known.form.Name, known.err)
	}
	var covariance, varianceA, varianceB float64
	for _, region := range known.regions {
		inkA, inkB := region.ink(a), region.ink(b)
		if max(inkA.amount(), inkB.amount()) < leastInk {
			continue
		}
		at := inkA.align(inkB)
		comparison.Regions = append(comparison.Regions, Region{
			Field: region.field, Ink: min(inkA.amount(), inkB.amount()), Likeness: at.correlation(),
		})
		comparison.Least = min(comparison.Least, at.correlation())
		covariance += at.covariance
		varianceA += at.varianceA
		varianceB += at.varianceB
	}
	all := overlap{covariance, varianceA, varianceB}
	comparison.Overall = all.correlation()
	comparison.Verdict = verdict(comparison)
	return comparison, nil
}

func verdict(c Comparison) Verdict {
	switch {
	case len(c.Regions) < fewestRegions:
		return Unsure
	case c.Least >= sameLeast && c.Overall >= sameOverall:
		return Same
	case c.Least < differentLeast:
		return Different
	default:
		return Unsure
	}
}
