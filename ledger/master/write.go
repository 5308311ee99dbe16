package master

import (
	"encoding/csv"
	"fmt"
	"io"

	"sesshu/ledger/slip"
)

// WriteTickets writes a file that Parse reads back: UTF-8, with header.
func WriteTickets(w io.Writer, tickets []slip.Ticket) error {
	records := [][]string{tables[0].columns}
	for _, t := range tickets {
		records = append(records, []string{t.TicketNumber, t.MunicipalityCode, t.TicketType, t.Dose, t.BirthDate, t.NameKana, t.Status})
	}
	return write(w, records)
}

// WriteLots writes a file that Parse reads back: UTF-8, with header.
func WriteLots(w io.Writer, lots []slip.Lot) error {
	records := [][]string{tables[1].columns}
	for _, l := range lots {
		records = append(records, []string{l.Manufacturer, l.Product, l.LotNumber, l.FirstShipped})
	}
	return write(w, records)
}

// WriteFacilities writes a file that Parse reads back: UTF-8, with header.
func WriteFacilities(w io.Writer, facilities []slip.Facility) error {
	records := [][]string{tables[2].columns}
	for _, f := range facilities {
		records = append(records, []string{f.FacilityCode, f.Name})
	}
	return write(w, records)
}

func write(w io.Writer, records [][]string) error {
	if err := csv.NewWriter(w).WriteAll(records); err != nil {
		return fmt.Errorf("write master: %w", err)
	}
	return nil
}
