// Package master holds the registers that decisions lean on: the tickets that
// were issued, the lots that were shipped, the medical institutions. It reads
// them from CSV files as cities export them and answers from memory; a
// database that holds the same rows answers through the same four methods.
package master

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"sesshu/ledger/slip"
)

// The files of a masters folder.
const (
	TicketsFile    = "tickets.csv"
	LotsFile       = "lots.csv"
	FacilitiesFile = "facilities.csv"
)

// Rows is what files of masters hold.
type Rows struct {
	Tickets    []slip.Ticket
	Lots       []slip.Lot
	Facilities []slip.Facility
}

// Masters answers from memory. It never changes after New, so any number of
// goroutines may ask it. The zero value is an empty register, against which
// nothing can be accepted.
type Masters struct {
	municipalities []string
	tickets        map[ticketKey][]slip.Ticket
	lots           []slip.Lot
	facilities     map[string]slip.Facility
}

type ticketKey struct{ municipality, number string }

// New builds masters from rows that Load or Parse returned, or that a test made.
// Rows with the same key as an earlier one (see Parse) are an error.
func New(rows Rows) (*Masters, error) {
	masters := &Masters{
		tickets:    make(map[ticketKey][]slip.Ticket, len(rows.Tickets)),
		lots:       slices.Clone(rows.Lots),
		facilities: make(map[string]slip.Facility, len(rows.Facilities)),
	}
	for i, ticket := range rows.Tickets {
		key := ticketKey{ticket.MunicipalityCode, ticket.TicketNumber}
		for _, other := range masters.tickets[key] {
			if other.Dose == ticket.Dose {
				return nil, fmt.Errorf("ticket %d of the register has the municipality, number and dose of an earlier one", i+1)
			}
		}
		masters.tickets[key] = append(masters.tickets[key], ticket)
		if at, known := slices.BinarySearch(masters.municipalities, ticket.MunicipalityCode); !known {
			masters.municipalities = slices.Insert(masters.municipalities, at, ticket.MunicipalityCode)
		}
	}
	type lotKey struct{ manufacturer, product, number string }
	lots := make(map[lotKey]bool, len(rows.Lots))
	for i, lot := range rows.Lots {
		key := lotKey{lot.Manufacturer, lot.Product, lot.LotNumber}
		if lots[key] {
			return nil, fmt.Errorf("lot %d of the master has the manufacturer, product and number of an earlier one", i+1)
		}
		lots[key] = true
	}
	for i, facility := range rows.Facilities {
		if _, known := masters.facilities[facility.FacilityCode]; known {
			return nil, fmt.Errorf("facility %d of the master has the code of an earlier one", i+1)
		}
		masters.facilities[facility.FacilityCode] = facility
	}
	return masters, nil
}

// Load reads tickets.csv, lots.csv and facilities.csv from dir. All three must
// be there; a file with only its header is an empty master. Faults of all files
// come back joined, each a *Fault that names file, line and column.
func Load(dir fs.FS) (*Masters, error) {
	rows, err := LoadRows(dir)
	if err != nil {
		return nil, err
	}
	return New(rows)
}

// LoadRows reads the same files without building masters, for whoever stores
// the rows elsewhere.
func LoadRows(dir fs.FS) (Rows, error) {
	var rows Rows
	var faults []error
	for _, name := range []string{TicketsFile, LotsFile, FacilitiesFile} {
		content, err := fs.ReadFile(dir, name)
		if err != nil {
			faults = append(faults, fmt.Errorf("read masters: %w", err))
			continue
		}
		parsed, err := Parse(name, content)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		if kind := parsed.kind(); kind != name && kind != "" {
			faults = append(faults, &Fault{File: name, Line: 1, Text: "holds the columns of " + kind})
			continue
		}
		rows.Tickets = append(rows.Tickets, parsed.Tickets...)
		rows.Lots = append(rows.Lots, parsed.Lots...)
		rows.Facilities = append(rows.Facilities, parsed.Facilities...)
	}
	return rows, errors.Join(faults...)
}

// kind names the file that rows of one kind belong in.
func (r Rows) kind() string {
	switch {
	case len(r.Tickets) > 0:
		return TicketsFile
	case len(r.Lots) > 0:
		return LotsFile
	case len(r.Facilities) > 0:
		return FacilitiesFile
	}
	return ""
}

// Municipalities returns the codes whose tickets the register holds, in order.
func (m *Masters) Municipalities(context.Context) ([]string, error) {
	return slices.Clone(m.municipalities), nil
}

// Tickets returns the register's rows for these numbers of one municipality, in
// the order of the numbers. A number may have several rows (one a dose) or none.
func (m *Masters) Tickets(_ context.Context, municipality string, numbers []string) ([]slip.Ticket, error) {
	var tickets []slip.Ticket
	for _, number := range numbers {
		tickets = append(tickets, m.tickets[ticketKey{municipality, number}]...)
	}
	return tickets, nil
}

// Given returns nothing: files of masters know of no doses that were given.
func (m *Masters) Given(context.Context, string, string) ([]slip.GivenDose, error) { return nil, nil }

// Lots returns the whole lot master.
func (m *Masters) Lots(context.Context) ([]slip.Lot, error) { return slices.Clone(m.lots), nil }

// Facilities returns the master's rows for these codes, in their order.
func (m *Masters) Facilities(_ context.Context, codes []string) ([]slip.Facility, error) {
	var facilities []slip.Facility
	for _, code := range codes {
		if facility, known := m.facilities[code]; known {
			facilities = append(facilities, facility)
		}
	}
	return facilities, nil
}
