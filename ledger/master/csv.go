package master

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/japanese"

	"sesshu/ledger/slip"
)

// Fault is one thing wrong in a file. It names the place and never the cell's
// content: registers are about people.
type Fault struct {
	File   string
	Line   int    // counted from 1; 0 when the fault is the whole file's
	Column string // the header's name; empty when the fault is the whole line's
	Text   string
}

// Error returns "file:line: column: text".
func (f *Fault) Error() string {
	place := f.File
	if f.Line > 0 {
		place += fmt.Sprintf(":%d", f.Line)
	}
	if f.Column != "" {
		place += ": " + f.Column
	}
	return place + ": " + f.Text
}

// maxFaults bounds the faults that one file reports: a file in the wrong format
// has one on every line.
const maxFaults = 20

// table is one kind of file: its columns, what each may hold, and its key.
type table struct {
	columns []string
	check   map[string]cellCheck
	key     []string
	add     func(rows *Rows, cell func(column string) string)
}

var tables = []table{
	{
		columns: []string{"ticket_number", "municipality_code", "ticket_type", "dose", "birth_date", "name_kana", "status"},
		check: map[string]cellCheck{
			"ticket_number":     normal(slip.TicketNumber),
			"municipality_code": normal(slip.MunicipalityCode),
			"ticket_type":       normal(slip.TicketType),
			"dose":              normal(slip.Dose),
			"birth_date":        dateOrNothing,
			"status":            status,
		},
		key: []string{"municipality_code", "ticket_number", "dose"},
		add: func(rows *Rows, cell func(string) string) {
			rows.Tickets = append(rows.Tickets, slip.Ticket{
				TicketNumber: cell("ticket_number"), MunicipalityCode: cell("municipality_code"), TicketType: cell("ticket_type"),
				Dose: cell("dose"), BirthDate: cell("birth_date"), NameKana: cell("name_kana"), Status: cell("status"),
			})
		},
	},
	{
		columns: []string{"manufacturer", "product", "lot_number", "first_shipped"},
		check: map[string]cellCheck{
			"manufacturer":  notEmpty,
			"lot_number":    normal(slip.LotNumber),
			"first_shipped": dateOrNothing,
		},
		key: []string{"manufacturer", "product", "lot_number"},
		add: func(rows *Rows, cell func(string) string) {
			rows.Lots = append(rows.Lots, slip.Lot{
				Manufacturer: cell("manufacturer"), Product: cell("product"), LotNumber: cell("lot_number"), FirstShipped: cell("first_shipped"),
			})
		},
	},
	{
		columns: []string{"facility_code", "name"},
		check:   map[string]cellCheck{"facility_code": facilityCode},
		key:     []string{"facility_code"},
		add: func(rows *Rows, cell func(string) string) {
			rows.Facilities = append(rows.Facilities, slip.Facility{FacilityCode: cell("facility_code"), Name: cell("name")})
		},
	},
}

// Parse reads one CSV file of a master: UTF-8 with or without a byte order mark,
// or Shift_JIS as Japanese spreadsheets write it. Which master it is follows
// from its header, whose columns may come in any order but must all be there
// and no others. Cells may be written as people write them (full width, 1960/5/17,
// 使用済) and come back in normal form; what cannot be that is a fault. Keys must not repeat: municipality, number and dose of a ticket;
// manufacturer, product and number of a lot; code of a facility. All faults, up
// to twenty, come back joined, each a *Fault; file is only for their messages.
func Parse(file string, content []byte) (Rows, error) {
	text, err := decode(file, content)
	if err != nil {
		return Rows{}, err
	}
	reader := csv.NewReader(strings.NewReader(text))
	header, err := reader.Read()
	if errors.Is(err, io.EOF) {
		return Rows{}, &Fault{File: file, Text: "is empty; the first line must name the columns"}
	}
	if err != nil {
		return Rows{}, csvFault(file, err)
	}
	kind, err := tableOf(file, header)
	if err != nil {
		return Rows{}, err
	}
	return kind.read(file, header, reader)
}

func (t table) read(file string, header []string, reader *csv.Reader) (Rows, error) {
	var rows Rows
	var faults []error
	firstLine := map[string]int{}
	for len(faults) < maxFaults {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			faults = append(faults, csvFault(file, err))
			if !errors.Is(err, csv.ErrFieldCount) {
				break // after a torn quote the following lines mean nothing
			}
			continue
		}
		cell := func(column string) string { return record[slices.Index(header, column)] }
		sound := true
		for i, column := range header {
			if check := t.check[column]; check != nil {
				normal, fault := check(record[i])
				if fault != "" {
					line, _ := reader.FieldPos(i)
					faults = append(faults, &Fault{file, line, column, fault})
					sound = false
				}
				record[i] = normal
			}
		}
		line, _ := reader.FieldPos(0)
		var key strings.Builder
		for _, column := range t.key {
			fmt.Fprintf(&key, "%q", cell(column))
		}
		if first, known := firstLine[key.String()]; known {
			faults = append(faults, &Fault{file, line, strings.Join(t.key, " + "), fmt.Sprintf("stands in line %d already", first)})
			sound = false
		}
		firstLine[key.String()] = line
		if sound {
			t.add(&rows, cell)
		}
	}
	if len(faults) > 0 {
		return Rows{}, errors.Join(faults...)
	}
	return rows, nil
}

// tableOf finds the master whose columns a header names.
func tableOf(file string, header []string) (table, error) {
	for _, kind := range tables {
		if !slices.Contains(header, kind.key[len(kind.key)-1]) && !slices.Contains(header, kind.key[0]) {
			continue
		}
		for _, column := range kind.columns {
			if !slices.Contains(header, column) {
				return table{}, &Fault{file, 1, column, "the column is missing"}
			}
		}
		for i, column := range header {
			if !slices.Contains(kind.columns, column) {
				return table{}, &Fault{file, 1, column, "is no column of this master; expected " + strings.Join(kind.columns, ",")}
			}
			if slices.Index(header, column) != i {
				return table{}, &Fault{file, 1, column, "the column stands twice"}
			}
		}
		return kind, nil
	}
	return table{}, &Fault{File: file, Line: 1, Text: "the columns are those of no master (tickets, lots or facilities)"}
}

// decode returns the file's text in UTF-8.
func decode(file string, content []byte) (string, error) {
	if bytes.HasPrefix(content, []byte("\xff\xfe")) || bytes.HasPrefix(content, []byte("\xfe\xff")) {
		return "", &Fault{File: file, Text: "is UTF-16; save it as UTF-8 or Shift_JIS"}
	}
	content = bytes.TrimPrefix(content, []byte("\ufeff"))
	if utf8.Valid(content) {
		return string(content), nil
	}
	text, err := japanese.ShiftJIS.NewDecoder().Bytes(content)
	if err != nil || bytes.ContainsRune(text, utf8.RuneError) {
		return "", &Fault{File: file, Text: "is neither UTF-8 nor Shift_JIS"}
	}
	return string(text), nil
}

// csvFault words the CSV reader's errors, which name line and place.
func csvFault(file string, err error) error {
	var parse *csv.ParseError
	if !errors.As(err, &parse) {
		return fmt.Errorf("%s: %w", file, err)
	}
	if errors.Is(parse.Err, csv.ErrFieldCount) {
		return &Fault{File: file, Line: parse.Line, Text: "has more or fewer cells than the header"}
	}
	return &Fault{File: file, Line: parse.Line, Text: parse.Err.Error()}
}
