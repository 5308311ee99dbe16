package ledger_test

import (
	"errors"
	"maps"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"sesshu/ledger"
	"sesshu/ledger/slip"
)

// certain is a decision that accepts a whole slip for this ticket.
func certain(ticket string) slip.Decision {
	fields := map[slip.Value]slip.FieldDecision{}
	for value, text := range map[slip.Value]string{
		slip.TicketType: "2", slip.Dose: "1", slip.MunicipalityCode: "041009", slip.TicketNumber: ticket,
		slip.VaccinationDate: "2021-06-30", slip.LotNumber: "EY5420", slip.Manufacturer: "ファイザー",
		slip.FacilityCode: "0410113719", slip.Consent: "yes",
	} {
		fields[value] = slip.FieldDecision{Value: text, P: 0.99999, Outcome: slip.Accepted, Required: true}
	}
	return slip.Decision{Outcome: slip.Accepted, Fields: fields}
}

// doubtful is the same slip with these values left to a person.
func doubtful(ticket string, values ...slip.Value) slip.Decision {
	decision := certain(ticket)
	decision.Outcome = slip.NeedsReview
	decision.Reasons = []slip.Reason{slip.ReasonUncertain}
	decision.Fields = maps.Clone(decision.Fields)
	for _, value := range values {
		field := decision.Fields[value]
		field.Outcome, field.P, field.Reasons = slip.NeedsReview, 0.5, decision.Reasons
		decision.Fields[value] = field
	}
	return decision
}

// onPage makes a page of a sheet out of a decision.
func onPage(sheet slip.Sheet, page int, decision slip.Decision) slip.PageDecision {
	return slip.PageDecision{
		Reading: slip.PageReading{
			SHA256: sheet.SHA256, Page: page, Width: 2480, Height: 3508,
			Registration: slip.Registration{Form: "covid19-preprinted", Turn: 180, Residual: 0.1234567890123},
			Readings: []slip.Reading{{
				Field: "ocr_line", Source: slip.SourceOCRLine, Reader: "tesseract", Version: "5.3.0",
				Candidates: []slip.Candidate{{Text: "210410090000000001", P: 0.9999999999}},
			}},
		},
		Decision: decision,
	}
}

// record hands in a sheet and records its pages.
func record(t testing.TB, store *ledger.Store, sequence int, decisions ...slip.Decision) slip.Sheet {
	t.Helper()
	sheet := handIn(t, store, sequence)
	var pages []slip.PageDecision
	for page, decision := range decisions {
		pages = append(pages, onPage(sheet, page+1, decision))
	}
	if err := store.RecordPages(t.Context(), sheet, pages); err != nil {
		t.Fatal(err)
	}
	return sheet
}

// accept records a certain slip and returns the account after it.
func accept(t testing.TB, store *ledger.Store, sequence int, ticket string) slip.Totals {
	t.Helper()
	record(t, store, sequence, certain(ticket))
	return totals(t, store)
}

func totals(t testing.TB, store *ledger.Store) slip.Totals {
	t.Helper()
	totals, err := store.Totals(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return totals
}

// refusal runs a statement and returns the SQLSTATE it fails with, or "".
func refusal(t testing.TB, connection *pgx.Conn, statement string) string {
	t.Helper()
	_, err := connection.Exec(t.Context(), statement)
	var answer *pgconn.PgError
	if err != nil && !errors.As(err, &answer) {
		t.Fatalf("%s: %v", statement, err)
	}
	if answer == nil {
		return ""
	}
	return answer.Code
}
