package ledger_test

import (
	"fmt"
	"slices"
	"testing"

	"sesshu/ledger"
	"sesshu/ledger/ledgertest"
	"sesshu/ledger/slip"
)

func ticket(municipality, number, dose, status string) slip.Ticket {
	return slip.Ticket{
		MunicipalityCode: municipality, TicketNumber: number, TicketType: "2", Dose: dose,
		BirthDate: "1950-01-02", NameKana: "ヤマダ タロウ", Status: status,
	}
}

func TestTicketsAreLoadedAgainByTheirKey(t *testing.T) {
	t.Parallel()
	store := ledgertest.NewStore(t)
	ctx := t.Context()
	if codes, err := store.Municipalities(ctx); err != nil || len(codes) != 0 {
		t.Errorf("empty register: %v, %v", codes, err)
	}
	var many []slip.Ticket
	for number := range 45_000 {
		many = append(many, ticket("041009", fmt.Sprintf("%010d", number), "1", slip.TicketIssued))
	}
	many = append(many, ticket("131016", "0000000007", "1", slip.TicketIssued), many[7])
	if err := store.ReplaceTickets(ctx, many); err != nil {
		t.Fatal(err)
	}
	again := []slip.Ticket{ticket("041009", "0000000007", "1", slip.TicketUsed), ticket("041009", "0000000007", "2", slip.TicketIssued)}
	if err := store.ReplaceTickets(ctx, again); err != nil {
		t.Fatal(err)
	}
	if codes, err := store.Municipalities(ctx); err != nil || !slices.Equal(codes, []string{"041009", "131016"}) {
		t.Errorf("municipalities %v, %v", codes, err)
	}
	got, err := store.Tickets(ctx, "041009", []string{"0000000007", "0000044999", "9999999999"})
	if err != nil || !slices.Equal(got, []slip.Ticket{again[0], again[1], many[44_999]}) {
		t.Errorf("tickets %+v, %v", got, err)
	}
	want(t, store.ReplaceTickets(ctx, []slip.Ticket{ticket("041009", "0000000001", "1", "lost")}), ledger.ErrInvalid)
	if err := store.ReplaceTickets(ctx, nil); err != nil {
		t.Errorf("loading nothing: %v", err)
	}
}

func TestGivenDosesAreThoseOfOneNumber(t *testing.T) {
	t.Parallel()
	store := ledgertest.NewStore(t)
	second := certain("0000000007")
	second.Fields[slip.Dose] = slip.FieldDecision{Value: "2", P: 1, Outcome: slip.Accepted, Required: true}
	second.Fields[slip.VaccinationDate] = slip.FieldDecision{Value: "2021-07-21", P: 1, Outcome: slip.Accepted, Required: true}
	record(t, store, 1, second)
	accept(t, store, 2, "0000000007")
	accept(t, store, 3, "0000000008")
	municipality, date := second.Fields[slip.MunicipalityCode].Value, certain("").Fields[slip.VaccinationDate].Value
	given, err := store.Given(t.Context(), municipality, "0000000007")
	if want := []slip.GivenDose{{Dose: "1", VaccinationDate: date}, {Dose: "2", VaccinationDate: "2021-07-21"}}; err != nil || !slices.Equal(given, want) {
		t.Errorf("given %+v, want %+v (%v)", given, want, err)
	}
	if given, err := store.Given(t.Context(), "131016", "0000000007"); err != nil || len(given) > 0 {
		t.Errorf("elsewhere: %+v, %v", given, err)
	}
}

func TestLotsAndFacilities(t *testing.T) {
	t.Parallel()
	store := ledgertest.NewStore(t)
	ctx := t.Context()
	lots := []slip.Lot{
		{Manufacturer: "ファイザー", Product: "コミナティ", LotNumber: "EY5420", FirstShipped: "2021-05-01"},
		{Manufacturer: "ファイザー", Product: "コミナティ", LotNumber: "EY5422"},
	}
	for range 2 {
		if err := store.ReplaceLots(ctx, lots); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := store.Lots(ctx); err != nil || !slices.Equal(got, lots) {
		t.Errorf("lots %+v, %v", got, err)
	}
	facility := slip.Facility{FacilityCode: "0410113719", Name: "見本医院"}
	for _, name := range []string{"古い名前", facility.Name} {
		if err := store.ReplaceFacilities(ctx, []slip.Facility{{FacilityCode: facility.FacilityCode, Name: name}}); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := store.Facilities(ctx, []string{facility.FacilityCode, "none"}); err != nil || !slices.Equal(got, []slip.Facility{facility}) {
		t.Errorf("facilities %+v, %v", got, err)
	}
}
