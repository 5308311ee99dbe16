package real_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"sesshu/ledger/slip"
	"sesshu/ocr/chart"
	"sesshu/ocr/real"
)

var sprintf = fmt.Sprintf

// dental is a code of nine digits that the rule confirms for table 3 only.
func dental(t *testing.T) string {
	t.Helper()
	check, ok := slip.FacilityCheckDigit("013" + "011248")
	medical, _ := slip.FacilityCheckDigit("011" + "011248")
	if !ok || check == medical {
		t.Fatal("no such code")
	}
	return "01011248" + string(rune(check))
}

// pages are what a reading may come to, by what stands in the file.
var pages = map[string]slip.PageDecision{
	"foreign": {Reading: slip.PageReading{Faults: []slip.Reason{slip.ReasonFormUnknown}}},
	"poor":    {Reading: slip.PageReading{Faults: []slip.Reason{slip.ReasonRegistration}}},
	"blank":   {Reading: slip.PageReading{Blank: true, Faults: []slip.Reason{slip.ReasonBlankPage}}},
	"small":   {Reading: slip.PageReading{Faults: []slip.Reason{slip.ReasonUnreadable}}},
	"ours":    {Reading: slip.PageReading{Registration: slip.Registration{Form: "routine"}}},
	"taken": {
		Reading:  slip.PageReading{Registration: slip.Registration{Form: "routine"}},
		Decision: slip.Decision{Fields: map[slip.Value]slip.FieldDecision{slip.Dose: {Outcome: slip.Accepted}}},
	},
	"batch": {Reading: slip.PageReading{Readings: []slip.Reading{slip.BatchSheetReading(slip.BatchSheet{Kind: slip.Separator}, 1, "")}}},
}

func TestPapers(t *testing.T) {
	dir := fstest.MapFS{"deskew-testimages/NOTE.md": text("no page"), "omrchecker/samples/a/1.JPG": text("foreign")}
	for name := range pages {
		dir["deskew-testimages/"+name+".png"] = text(name)
	}
	told := 0
	sets, missing, err := real.Papers(t.Context(), dir, func(_ context.Context, file []byte) ([]slip.PageDecision, error) {
		return []slip.PageDecision{pages[string(file)]}, nil
	}, func(done, total int) {
		if told++; done != told || total != len(pages)+1 {
			t.Errorf("told %d of %d", done, total)
		}
	})
	if err != nil || !slices.Equal(missing, []string{"tesseract-testing", "barcodes-zxing"}) || len(sets) != 2 || told != len(pages)+1 {
		t.Fatalf("%d sets, missing %v, error %v, told %d times", len(sets), missing, err, told)
	}
	set := sets[0]
	if set.Pages != 7 || set.NoForm != 1 || set.PoorFit != 1 || set.Blank != 1 || set.Unreadable != 1 || len(set.Control) != 1 {
		t.Errorf("counts are %+v", set)
	}
	if !slices.Equal(set.Ours, []string{"deskew-testimages/ours.png as routine", "deskew-testimages/taken.png as routine"}) ||
		!slices.Equal(set.Accepted, []string{"deskew-testimages/taken.png"}) {
		t.Errorf("taken for ours %v, accepted %v", set.Ours, set.Accepted)
	}
	broken := errors.New("broken")
	if _, _, err := real.Papers(t.Context(), dir, func(context.Context, []byte) ([]slip.PageDecision, error) { return nil, broken }, func(int, int) {}); !errors.Is(err, broken) {
		t.Errorf("error is %v", err)
	}
}

func TestDocument(t *testing.T) {
	measured := real.Measured{
		Command: "sesshu real --data DATA", Day: "2026-01-01", Readers: map[string]string{"digits": "digits-1"}, Missing: []string{"vaccine-lots"},
		Digits:  []real.DigitSet{{Name: "S", How: "small", N: 3, Right: 2, Doubted: 1, Judged: []chart.Judged{{P: 0.95, Right: true}, {P: 0.9995, Right: true}, {P: 0.995}}, Mistook: map[string]int{"17": 1}}},
		Codes:   []real.CodeSet{{Folder: "qrcode-1", Decoder: "QR", N: 4, Right: 2, Wrong: 1, Highest: 0.75}, {Folder: "rss14-1", N: 5, GTINs: 5, Valid: 4}},
		Strange: []real.Stranger{{Decoder: "QR", N: 9, Read: []string{"falsepositives/1.png"}, Highest: 0.5}},
		Marks:   []real.MarkSet{{Folder: "a", Blank: "b", Sheets: 1, Marked: real.MarkCount{N: 2, Agree: 1, Against: 1}}, {Folder: "c", Left: "photographs", Sheets: 2}},
		Papers:  []real.PaperSet{{Collection: "x", Pages: 10, NoForm: 9, Ours: []string{"p as routine"}}},
		Texts:   []real.TextPage{{File: "t.tif", Lines: 1, TrueLines: 2, Characters: 100, Wrong: 5}},
		Lots:    []real.LotList{{File: "l.csv", Manufacturer: "M", N: 3, Valid: 3, Near: 2, Pairs: 1}},
		Numbers: []real.NumberList{{Name: "codes", N: 10, Confirmed: 9, Otherwise: 1, Note: "as table 3, dental"}},
	}
	document := string(measured.Document())
	for _, want := range []string{
		"Not there, so not measured: vaccine-lots.", "`digits-1`", "- S: small", "| S | 3 | 2 (66.67 %, at least 13.54 %) | 1 |",
		"| 3 (100.00 %) | 1 (at most 86.46 %) | 2 (66.67 %) | 1 (at most 97.47 %) | 1 (33.33 %) | 0 (at most 95.00 %) |", "S 1→7 1.",
		"| 1 of 3 (at most 86.46 %), probability up to 0.7500 | 1 |", "| rss14-1 | none | 5 | – | – | 5 |", "Of the 5 article numbers (GTIN) in the texts beside these pictures our check digit confirms 4.",
		"| 1 of 9 (at most 42.91 %) | falsepositives/1.png (probability up to 0.5000) |", "| a, 1 | b | 2 | 1 (50.00 %) | 1 of 2 (at most 97.47 %) | 0 | 0 (–) | – |", "c (2)",
		"| **all** | 10 | 9 (90.00 %, at least 60.58 %) | 0 | 0 | 0 | 1 of 10 (at most 39.42 %) | 0 of 10 (at most 25.89 %) |", "Taken for a form of ours: p as routine.",
		"| t.tif | 1 | 2 | 100 | 5 (5.00 %, at most 10.23 %) |", "| l.csv | M | 3 | 3 | no pattern is known | 2 | 1 |", "1 of 10 (at most 39.42 %), 1 of them as table 3, dental |",
	} {
		if !strings.Contains(document, want) {
			t.Errorf("the document does not say %q", want)
		}
	}
	if t.Failed() {
		t.Log(document)
	}
	if empty := string(real.Measured{Missing: []string{"mnist"}}.Document()); strings.Contains(empty, "###") || !strings.Contains(empty, "mnist") {
		t.Errorf("nothing measured gives\n%s", empty)
	}
}
