// Package report says what was read on a page as one JSON object, the answer of
// "sesshu read --json". Others build on its layout: names are never changed,
// only added.
package report

import (
	"time"

	"sesshu/ledger/slip"
)

// Page is what was read on one page and what was decided.
type Page struct {
	File    string               `json:"file"`
	SHA256  slip.Hash            `json:"sha256"` // of the whole file
	Page    int                  `json:"page"`   // counted from 1
	Form    *string              `json:"form"`   // null when no form fits
	Outcome slip.Outcome         `json:"outcome"`
	Reasons []slip.Reason        `json:"reasons"` // never null
	Fields  map[slip.Value]Field `json:"fields"`  // never null
	MS      float64              `json:"ms"`      // milliseconds, wall clock
}

// Field is one value.
type Field struct {
	Value     string         `json:"value"`
	P         float64        `json:"p"`
	Outcome   slip.Outcome   `json:"outcome"`
	Box       slip.Box       `json:"box"` // pixels of the page image
	Witnesses []slip.Witness `json:"witnesses"`
}

// Of reports on one page of the named file, which took so long to read.
func Of(file string, page slip.PageDecision, took time.Duration) Page {
	result := Page{
		File: file, SHA256: page.Reading.SHA256, Page: page.Reading.Page,
		Outcome: page.Decision.Outcome, Reasons: page.Decision.Reasons,
		Fields: make(map[slip.Value]Field, len(page.Decision.Fields)),
		MS:     float64(took.Microseconds()) / 1000,
	}
	if form := page.Reading.Registration.Form; form != "" {
		result.Form = &form
	}
	if result.Reasons == nil {
		result.Reasons = []slip.Reason{}
	}
	for value, decided := range page.Decision.Fields {
		field := Field{
			Value: decided.Value, P: decided.P, Outcome: decided.Outcome, Box: decided.Box,
			Witnesses: decided.Witnesses,
		}
		if field.Witnesses == nil {
			field.Witnesses = []slip.Witness{}
		}
		result.Fields[value] = field
	}
	return result
}
