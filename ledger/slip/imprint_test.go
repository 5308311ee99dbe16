package slip_test

import (
	"fmt"
	"strings"
	"testing"

	"sesshu/ledger/slip"
)

// imprints are the sheets of a batch from 1 on, each with the sheet of its
// batch whose imprint it bears; 0 where it cannot be read.
func imprints(bears ...int) []slip.SheetImprint {
	id := func(sequence int) slip.SheetID { return slip.SheetID{Station: "s", Batch: "b", Sequence: sequence} }
	var sheets []slip.SheetImprint
	for i, of := range bears {
		sheet := slip.SheetImprint{Sheet: id(i + 1), Expected: fmt.Sprint("b ", i+1), Verdict: slip.ImprintSame}
		switch {
		case of == 0:
			sheet.Verdict = slip.ImprintUnreadable
		case of != i+1:
			sheet.Verdict, sheet.Text = slip.ImprintOther, fmt.Sprint("b ", of)
			if of <= len(bears) {
				other := id(of)
				sheet.Of = &other
			}
		}
		sheets = append(sheets, sheet)
	}
	return sheets
}

func TestImprintsAreDescribed(t *testing.T) {
	for name, c := range map[string]struct {
		sheets []slip.SheetImprint
		says   []string
		never  string
	}{
		"in order":         {imprints(1, 2, 3), nil, "imprint"},
		"unreadable ones":  {imprints(1, 0, 3), nil, "imprint"},
		"two swapped":      {imprints(1, 3, 2, 4), []string{"Sheet 2 bears the imprint of sheet 3.", "Sheet 3 bears the imprint of sheet 2.", "2枚目の紙に3枚目の印字があります。"}, "no sheet"},
		"one lost":         {imprints(1, 3, 4, 5), []string{"The sheets 2 to 3 bear the imprint of the sheet 1 further on each.", "Sheet 4 bears the imprint “b 5”, which no sheet has that came in.", "The imprint of sheet 2 was found on no sheet: look for that paper.", "それぞれ1枚後の紙"}, "is on the sheets"},
		"one doubled":      {imprints(1, 1, 2, 3), []string{"The sheets 2 to 4 bear the imprint of the sheet 1 before each.", "The imprint of sheet 1 is on the sheets 1, 2.", "The imprint of sheet 4 was found on no sheet", "それぞれ1枚前の紙"}, "no sheet has"},
		"perhaps on one":   {imprints(2, 0), []string{"Sheet 1 bears the imprint of sheet 2."}, "sheet 2 is on"},
		"more than a line": {imprints(2, 4, 7, 5, 10, 9, 13, 1, 3, 20), []string{"more such findings.", "ほかに"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			japanese, english := slip.DescribeImprints(c.sheets)
			for _, said := range c.says {
				if !strings.Contains(english+japanese, said) {
					t.Errorf("%q and %q do not say %q", english, japanese, said)
				}
			}
			if (english == "") != (c.says == nil) || (japanese == "") != (c.says == nil) || c.never != "" && strings.Contains(english, c.never) {
				t.Errorf("said %q and %q", english, japanese)
			}
		})
	}
}

func TestAnotherBatchsImprintIsNamed(t *testing.T) {
	sheets := imprints(1, 9)
	sheets[1].Of = &slip.SheetID{Station: "s", Batch: "other", Sequence: 4}
	if japanese, english := slip.DescribeImprints(sheets); !strings.Contains(english, "“b 9” of sheet 4 of batch other") || !strings.Contains(japanese, "束otherの4枚目") {
		t.Errorf("said %q and %q", english, japanese)
	}
}

func TestOneSideWithTheImprintSuffices(t *testing.T) {
	page := func(verdict slip.ImprintVerdict) slip.PageDecision {
		return slip.PageDecision{Reading: slip.PageReading{Imprint: &slip.ImprintReading{Verdict: verdict}}}
	}
	for _, c := range []struct {
		pages []slip.PageDecision
		want  slip.ImprintVerdict
	}{
		{[]slip.PageDecision{page(slip.ImprintOther), page(slip.ImprintSame)}, slip.ImprintSame},
		{[]slip.PageDecision{page(slip.ImprintUnreadable), page(slip.ImprintOther)}, slip.ImprintOther},
		{[]slip.PageDecision{page(slip.ImprintOther), page(slip.ImprintUnreadable), {}}, slip.ImprintOther},
		{[]slip.PageDecision{{}, page(slip.ImprintUnreadable)}, slip.ImprintUnreadable},
	} {
		if got := slip.ImprintOf(c.pages); got == nil || got.Verdict != c.want {
			t.Errorf("%+v, want %s", got, c.want)
		}
	}
	if got := slip.ImprintOf([]slip.PageDecision{{}}); got != nil {
		t.Errorf("a sheet without an imprint says %+v", got)
	}
}
