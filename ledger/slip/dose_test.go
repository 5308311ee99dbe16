package slip_test

import (
	"slices"
	"testing"

	"sesshu/ledger/slip"
)

func TestDoseNames(t *testing.T) {
	ticket := slip.DoseName{MunicipalityCode: "041009", TicketNumber: "0000000001", Dose: "1"}
	reference := slip.DoseName{MunicipalityCode: "041009", ReferenceNumber: "0000000001", Vaccine: "水痘", Dose: "1"}
	plain := reference
	plain.Vaccine = ""
	for name, c := range map[string]struct {
		numbers map[slip.Value]string
		want    []slip.DoseName
	}{
		"a ticket":                             {map[slip.Value]string{slip.TicketNumber: "0000000001"}, []slip.DoseName{ticket}},
		"a ticket, whose vaccine says nothing": {map[slip.Value]string{slip.TicketNumber: "0000000001", slip.Vaccine: "新型コロナ"}, []slip.DoseName{ticket}},
		"a reference number":                   {map[slip.Value]string{slip.ReferenceNumber: "0000000001", slip.Vaccine: "水痘"}, []slip.DoseName{reference}},
		"a reference number without a vaccine": {map[slip.Value]string{slip.ReferenceNumber: "0000000001"}, []slip.DoseName{plain}},
		"both": {map[slip.Value]string{slip.TicketNumber: "0000000001", slip.ReferenceNumber: "0000000001", slip.Vaccine: "水痘"},
			[]slip.DoseName{ticket, reference}},
		"none":            {map[slip.Value]string{slip.Vaccine: "水痘"}, nil},
		"no dose":         {map[slip.Value]string{slip.TicketNumber: "0000000001", slip.Dose: ""}, nil},
		"no municipality": {map[slip.Value]string{slip.ReferenceNumber: "0000000001", slip.MunicipalityCode: ""}, nil},
	} {
		values := map[slip.Value]string{slip.MunicipalityCode: "041009", slip.Dose: "1"}
		for value, text := range c.numbers {
			values[value] = text
		}
		if got := slip.DoseNames(values); !slices.Equal(got, c.want) {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}
