package ledger_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"sesshu/ledger"
	"sesshu/ledger/images"
	"sesshu/ledger/ledgertest"
	"sesshu/ledger/postgres/postgrestest"
	"sesshu/ledger/slip"
)

// routine is a decision that accepts a whole slip of a routine vaccination, on a
// form that does not ask for the vaccination where that is empty.
func routine(reference, vaccine, dose string) slip.Decision {
	fields := map[slip.Value]slip.FieldDecision{}
	for value, text := range map[slip.Value]string{
		slip.ReferenceNumber: reference, slip.Vaccine: vaccine, slip.Dose: dose, slip.MunicipalityCode: "041009",
		slip.VaccinationDate: "2021-06-30", slip.LotNumber: "Y302", slip.Manufacturer: "武田薬品工業",
		slip.FacilityCode: "0410113719", slip.Consent: "yes",
	} {
		if text != "" {
			fields[value] = slip.FieldDecision{Value: text, P: 0.99999, Outcome: slip.Accepted, Required: true}
		}
	}
	return slip.Decision{Outcome: slip.Accepted, Fields: fields}
}

// asking is a decision with these values left to a person.
func asking(decision slip.Decision, values ...slip.Value) slip.Decision {
	decision.Outcome, decision.Reasons = slip.NeedsReview, []slip.Reason{slip.ReasonUncertain}
	for _, value := range values {
		field := decision.Fields[value]
		field.Outcome, field.P, field.Reasons = slip.NeedsReview, 0.5, decision.Reasons
		decision.Fields[value] = field
	}
	return decision
}

// A person has one reference number for all vaccinations: the dose is told by
// the vaccination and its number, and by nothing less.
func TestARoutineDoseEntersOnce(t *testing.T) {
	t.Parallel()
	store := ledgertest.NewStore(t)
	certainOnes := []slip.Decision{
		routine("0000000000001", "四種混合", "1"),
		routine("0000000000001", "四種混合", "2"),
		routine("0000000000001", "水痘", "1"),
		routine("0000000000002", "水痘", "1"),
		routine("0000000001", "", "1"), // a form without vaccinations, and a number that a ticket has, too
		certain("0000000001"),
	}
	for i, decision := range certainOnes {
		record(t, store, i+1, decision)
	}
	if now := totals(t, store); now.Accepted != len(certainOnes) || now.Review != 0 {
		t.Fatalf("of %d different doses: %+v", len(certainOnes), now)
	}
	entries, err := store.Entries(t.Context(), 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	first := entries[0].Values
	if _, has := first[slip.TicketNumber]; has || first[slip.ReferenceNumber] != "0000000000001" || first[slip.Vaccine] != "四種混合" {
		t.Errorf("the first entry holds %v", first)
	}
	for i, decision := range certainOnes {
		record(t, store, 10+i, decision)
		item := next(t, store, "sato")
		if item.First == nil || item.First.Entry != int64(i+1) || item.Decision.Reasons[0] != slip.ReasonDuplicate || len(item.Open) != 0 {
			t.Errorf("dose %d again: first %+v, reasons %v, open %v", i+1, item.First, item.Decision.Reasons, item.Open)
		}
		_, err := store.Confirm(t.Context(), item.ID, item.Version, "sato")
		want(t, err, ledger.ErrDuplicateDose)
		if err := store.Reject(t.Context(), item.ID, item.Version, "sato", "duplicate"); err != nil {
			t.Fatal(err)
		}
	}
	if now := totals(t, store); now.Accepted != len(certainOnes) {
		t.Errorf("afterwards: %+v", now)
	}
}

func TestADoubtfulRoutineSlipIsConfirmedAndEnters(t *testing.T) {
	t.Parallel()
	store := ledgertest.NewStore(t)
	record(t, store, 1, asking(routine("0000000000001", "水痘", "1"), slip.Vaccine, slip.ReferenceNumber))
	item := next(t, store, "sato")
	if !slices.Equal(item.Open, []slip.Value{slip.ReferenceNumber, slip.Vaccine}) {
		t.Errorf("open %v", item.Open)
	}
	_, err := store.Confirm(t.Context(), item.ID, item.Version, "sato")
	want(t, err, ledger.ErrIncomplete)
	item = answer(t, store, item, "sato", slip.ReferenceNumber, "0000000000001")
	item = answer(t, store, item, "sato", slip.Vaccine, "日本脳炎")
	entry, err := store.Confirm(t.Context(), item.ID, item.Version, "sato")
	if err != nil || entry.Values[slip.Vaccine] != "日本脳炎" || entry.Values[slip.TicketNumber] != "" {
		t.Fatalf("entry %+v, %v", entry, err)
	}
	// The dose is the one that was answered, not the one that the machine read.
	record(t, store, 2, routine("0000000000001", "水痘", "1"))
	record(t, store, 3, routine("0000000000001", "日本脳炎", "1"))
	if now := totals(t, store); now.Accepted != 2 || now.Review != 1 {
		t.Errorf("%+v", now)
	}
	if again := next(t, store, "sato"); again.First == nil || again.First.Entry != entry.Sequence {
		t.Errorf("first %+v", again.First)
	}
}

// A slip that bears both numbers claims its dose by both.
func TestASlipWithBothNumbersHoldsItsDoseByEach(t *testing.T) {
	t.Parallel()
	store := ledgertest.NewStore(t)
	both := certain("0000000001")
	both.Fields[slip.ReferenceNumber] = slip.FieldDecision{Value: "0000000000001", P: 0.99999, Outcome: slip.Accepted, Required: true}
	record(t, store, 1, both)
	record(t, store, 2, certain("0000000001"))
	record(t, store, 3, routine("0000000000001", "", "1"))
	if now := totals(t, store); now.Accepted != 1 || now.Review != 2 {
		t.Errorf("%+v", now)
	}
}

// A sheet of which nothing was read may be either: the number that a person
// finds on it says what it must hold.
func TestAnUnreadableRoutineSlipIsTypedIn(t *testing.T) {
	t.Parallel()
	store := ledgertest.NewStore(t)
	record(t, store, 1)
	item := next(t, store, "sato")
	for _, said := range []struct {
		value slip.Value
		text  string
	}{
		{slip.ReferenceNumber, "0000000000001"}, {slip.Dose, "1"}, {slip.MunicipalityCode, "041009"}, {slip.VaccinationDate, "2021-06-30"},
		{slip.LotNumber, "Y302"}, {slip.Manufacturer, "武田薬品工業"}, {slip.FacilityCode, "0410113719"}, {slip.Consent, "yes"},
	} {
		item = answer(t, store, item, "sato", said.value, said.text)
	}
	if !slices.Equal(item.Open, []slip.Value{slip.Vaccine}) {
		t.Errorf("open %v", item.Open)
	}
	item = answer(t, store, item, "sato", slip.Vaccine, "BCG")
	if _, err := store.Confirm(t.Context(), item.ID, item.Version, "sato"); err != nil {
		t.Error(err)
	}
}

func TestEarlierSheetsOfARoutineDose(t *testing.T) {
	t.Parallel()
	store := ledgertest.NewStore(t)
	record(t, store, 1, routine("0000000000001", "水痘", "1"))
	record(t, store, 2, asking(routine("0000000000001", "水痘", "1"), slip.LotNumber))
	record(t, store, 3, routine("0000000000001", "四種混合", "1"))
	record(t, store, 4, certain("0000000001"))
	handIn(t, store, 5)
	pages, err := store.Earlier(t.Context(), slip.SheetID{Station: "station", Batch: "batch", Sequence: 5},
		slip.DoseName{MunicipalityCode: "041009", ReferenceNumber: "0000000000001", Vaccine: "水痘", Dose: "1"})
	if err != nil || len(pages) != 2 || pages[0].Sheet.Sequence != 1 || pages[1].Sheet.Sequence != 2 {
		t.Errorf("%d pages, %v", len(pages), err)
	}
}

// Readers that come to the same dose at once enter it once.
func TestARoutineDoseIsNotDoubledInARace(t *testing.T) {
	t.Parallel()
	store := ledgertest.NewStore(t)
	const sheets = 8
	var group sync.WaitGroup
	for i := range sheets {
		sheet := handIn(t, store, i+1)
		group.Go(func() {
			if err := store.RecordPages(t.Context(), sheet, []slip.PageDecision{onPage(sheet, 1, routine("0000000000001", "水痘", "1"))}); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if now := totals(t, store); now.Accepted != 1 || now.Review != sheets-1 {
		t.Errorf("%+v", now)
	}
}

// The schema itself refuses a doubled routine dose and an entry that names none.
func TestTheSchemaItselfRefusesDoubledRoutineDoses(t *testing.T) {
	t.Parallel()
	ownerURL, serviceURL := postgrestest.New(t)
	if err := ledger.Migrate(t.Context(), ownerURL); err != nil {
		t.Fatal(err)
	}
	store := ledgertest.Open(t, ledger.Config{DatabaseURL: serviceURL, Images: images.New(t.TempDir())})
	record(t, store, 1, routine("0000000000001", "水痘", "1"))
	record(t, store, 2, routine("0000000000001", "四種混合", "1"))
	service := connect(t, serviceURL)
	insert := func(sequence int, fields string) string {
		return fmt.Sprintf(`
			insert into entries (sequence, sheet, page, sha256, fields, actor_kind, actor_name, replaces, recorded_at, previous, hash)
			select %d, sheet, page, sha256, %s, 'machine', '', 2, now(), hash, sha256 from entries where sequence = 2`, sequence, fields)
	}
	for name, c := range map[string]struct{ fields, code string }{
		"a doubled dose":       {`fields || '{"vaccine": "水痘"}'`, "23505"},
		"neither number":       {`fields - 'reference_number'`, "23514"},
		"an empty number":      {`fields || '{"reference_number": ""}'`, "23514"},
		"an empty number more": {`fields || '{"reference_number": "", "ticket_number": "0000000001"}'`, "23514"},
		"no dose":              {`fields - 'dose'`, "23502"},
		"no municipality":      {`fields - 'municipality_code'`, "23502"},
	} {
		if code := refusal(t, service, insert(3, c.fields)); code != c.code {
			t.Errorf("%s: SQLSTATE %q, want %q", name, code, c.code)
		}
	}
	// A correction gives its dose up and holds another.
	if code := refusal(t, service, insert(3, `fields || '{"vaccine": "日本脳炎"}'`)); code != "" {
		t.Errorf("a correction: SQLSTATE %q", code)
	}
	record(t, store, 3, routine("0000000000001", "四種混合", "1"))
	record(t, store, 4, routine("0000000000001", "日本脳炎", "1"))
	if now := totals(t, store); now.Accepted != 3 || now.Review != 1 {
		t.Errorf("%+v", now)
	}
}
