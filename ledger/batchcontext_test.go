package ledger_test

import (
	"errors"
	"fmt"
	"testing"

	"sesshu/ledger"
	"sesshu/ledger/slip"
)

func TestTheSlipsInFrontSpeakForTheBatch(t *testing.T) {
	t.Parallel()
	store, _ := opened(t, nil)
	known, err := store.BatchContext(t.Context(), slip.SheetID{Station: "station", Batch: "batch", Sequence: 1})
	if err != nil || !known.IsZero() {
		t.Errorf("of an empty batch %+v is known, %v", known, err)
	}
	if err := store.DescribeBatch(t.Context(), "station", "batch", slip.BatchDescription{FacilityCode: "0410113719", Month: "2021-07"}); err != nil {
		t.Fatal(err)
	}
	other := certain("0000000002")
	day := other.Fields[slip.VaccinationDate]
	day.Value = "2021-07-01"
	other.Fields[slip.VaccinationDate] = day
	record(t, store, 1, certain("0000000001"))
	record(t, store, 2, other)
	record(t, store, 3, doubtful("0000000003", slip.VaccinationDate)) // what a person was asked speaks for nobody
	record(t, store, 5, certain("0000000005"))                        // lies behind the asking sheet
	known, err = store.BatchContext(t.Context(), slip.SheetID{Station: "station", Batch: "batch", Sequence: 4})
	if err != nil || known.FacilityCode != "0410113719" || known.Month != "2021-07" || known.Slips != 2 {
		t.Errorf("known is %+v, %v", known, err)
	}
	want := map[slip.Value]map[string]int{
		slip.VaccinationDate: {"2021-06-30": 1, "2021-07-01": 1}, slip.LotNumber: {"EY5420": 2}, slip.FacilityCode: {"0410113719": 2},
	}
	if fmt.Sprint(known.Shown) != fmt.Sprint(want) {
		t.Errorf("shown is %v, want %v", known.Shown, want)
	}
	if _, err := store.BatchContext(t.Context(), slip.SheetID{Station: "station", Batch: "no such", Sequence: 1}); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("error of an unknown batch: %v", err)
	}
}
