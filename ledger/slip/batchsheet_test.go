package slip_test

import (
	"testing"

	"pgregory.net/rapid"

	"sesshu/ledger/slip"
)

func TestBatchSheetTexts(t *testing.T) {
	for text, want := range map[string]slip.BatchSheet{
		"SESSHU:SEPARATOR:1":          {Kind: slip.Separator},
		"SESSHU:BATCH:1:declared=120": {Kind: slip.BatchHeader, Declared: 120},
		"SESSHU:BATCH:1:declared=0;facility=0410113719;month=2026-11": {Kind: slip.BatchHeader,
			BatchDescription: slip.BatchDescription{FacilityCode: "0410113719", Month: "2026-11"}},
	} {
		if got, err := slip.ParseBatchSheet(text); err != nil || got != want || got.Text() != text {
			t.Errorf("%s is read as %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"", "SESSHU:BATCH:2:declared=1", "SESSHU:BATCH:1:", "SESSHU:BATCH:1:declared=", "SESSHU:BATCH:1:declared=-1",
		"SESSHU:BATCH:1:declared=01", "SESSHU:BATCH:1:declared=1000001", "SESSHU:BATCH:1:declared=1;declared=2",
		"SESSHU:BATCH:1:declared=1;month=2026-13", "SESSHU:BATCH:1:declared=1;facility=12", "SESSHU:BATCH:1:declared=1;other=x",
		"SESSHU:BATCH:1:month=2026-11;declared=1", "SESSHU:SEPARATOR:1 ", "SESSHU:SEPARATOR:2", "https://sesshu.example/",
	} {
		if got, err := slip.ParseBatchSheet(text); err == nil {
			t.Errorf("%q is read as %+v", text, got)
		}
	}
}

func TestBatchSheetsComeBackAsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sheet := slip.BatchSheet{Kind: slip.BatchHeader, Declared: rapid.IntRange(0, slip.MostDeclared).Draw(t, "declared")}
		sheet.FacilityCode = rapid.StringMatching(`([0-9]{10})?`).Draw(t, "facility")
		sheet.Month = rapid.StringMatching(`([0-9]{4}-(0[1-9]|1[0-2]))?`).Draw(t, "month")
		if got, err := slip.ParseBatchSheet(sheet.Text()); err != nil || got != sheet {
			t.Fatalf("%s came back as %+v, %v", sheet.Text(), got, err)
		}
	})
}

func FuzzParseBatchSheet(f *testing.F) {
	f.Add("SESSHU:BATCH:1:declared=120;facility=0410113719;month=2026-11")
	f.Add("SESSHU:SEPARATOR:1")
	f.Fuzz(func(t *testing.T, text string) {
		if sheet, err := slip.ParseBatchSheet(text); err == nil && sheet.Text() != text {
			t.Errorf("%q comes back as %q", text, sheet.Text())
		}
	})
}
