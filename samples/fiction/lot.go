package fiction

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"fmt"
	"time"

	"sesshu/ledger/slip"
)

//go:embed lots.csv
var lotTable []byte

// Lot is a lot of vaccine and when samples use it.
type Lot struct {
	slip.Lot
	Label    string    // the product's name in Latin letters, as on the sticker
	AmountML string    // of a dose
	From, To time.Time // zero when samples never use it
}

// Usable reports whether samples use the lot at all.
func (l Lot) Usable() bool { return !l.From.IsZero() }

// Covid reports whether the lot is of a COVID-19 vaccine.
func (l Lot) Covid() bool {
	switch l.Manufacturer {
	case slip.Pfizer, slip.Moderna, slip.AstraZeneca, slip.Novavax:
		return true
	}
	return false
}

// loadLots reads the table of real lot numbers. First shipped is what a public
// page said, else when samples first use the lot.
func loadLots() ([]Lot, error) {
	reader := csv.NewReader(bytes.NewReader(lotTable))
	reader.Comment = '#'
	rows, err := reader.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read lots: %w", err)
	}
	var lots []Lot
	for _, row := range rows[1:] {
		lot := Lot{
			Lot:      slip.Lot{Manufacturer: row[0], Product: row[1], LotNumber: row[2], FirstShipped: row[3]},
			AmountML: row[6],
			Label:    row[7],
		}
		if row[4] != "" {
			if lot.From, err = time.Parse(time.DateOnly, row[4]); err != nil {
				return nil, fmt.Errorf("read lots: %w", err)
			}
			if lot.To, err = time.Parse(time.DateOnly, row[5]); err != nil {
				return nil, fmt.Errorf("read lots: %w", err)
			}
		}
		if lot.FirstShipped == "" {
			lot.FirstShipped = row[4]
		}
		lots = append(lots, lot)
	}
	return lots, nil
}
