package fiction

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
)

// WriteMasters writes the world's registers as tickets.csv, lots.csv and
// facilities.csv into a folder, which it makes.
func (w *World) WriteMasters(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("write masters: %w", err)
	}
	tickets := [][]string{{"ticket_number", "municipality_code", "ticket_type", "dose", "birth_date", "name_kana", "status"}}
	for _, h := range w.Holders {
		tickets = append(tickets, []string{h.TicketNumber, h.MunicipalityCode, h.TicketType, h.Dose, h.BirthDate, h.NameKana, h.Status})
	}
	lots := [][]string{{"manufacturer", "product", "lot_number", "first_shipped"}}
	for _, lot := range w.Lots {
		lots = append(lots, []string{lot.Manufacturer, lot.Product, lot.LotNumber, lot.FirstShipped})
	}
	facilities := [][]string{{"facility_code", "name"}}
	for _, facility := range w.Facilities {
		facilities = append(facilities, []string{facility.FacilityCode, facility.Name})
	}
	for _, table := range []struct {
		name string
		rows [][]string
	}{{"tickets.csv", tickets}, {"lots.csv", lots}, {"facilities.csv", facilities}} {
		if err := writeTable(filepath.Join(dir, table.name), table.rows); err != nil {
			return fmt.Errorf("write masters: %w", err)
		}
	}
	return nil
}

func writeTable(path string, rows [][]string) (err error) {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() {
		if closing := file.Close(); err == nil {
			err = closing
		}
	}()
	return csv.NewWriter(file).WriteAll(rows)
}
