// Package truth reads and writes truth.jsonl: what is really on the sheets of a
// folder of samples. One JSON object a line:
//
//	{"file":"0001.jpg","form":"covid19-preprinted","expect":"accept","fields":{"ticket_number":"0000123456",…}}
//
// The format is strict, so that a wrong vector never passes for a right one: a
// key, a field name or an expectation that is not known fails, and so do a file
// named twice, an empty value and text after the object.
package truth

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"sesshu/ledger/slip"
)

// FileName is the name of the file in a folder of samples.
const FileName = "truth.jsonl"

// Expect says what should become of a sheet.
type Expect string

// The expectations.
const (
	Accept Expect = "accept" // all is in order and legible: ought to enter the ledger by itself
	Review Expect = "review" // must not enter the ledger without a person
	Reject Expect = "reject" // not a slip at all; asking a person is right too
	Any    Expect = "any"    // so poor that either is right, as long as nothing wrong is accepted
)

// Sheet is what is really on one sheet.
type Sheet struct {
	File   string                // name in the same folder
	Form   string                // the form's name; empty when the sheet is no slip
	Expect Expect                //
	Fields map[slip.Value]string // never nil after Read; without fields that are not on the sheet
}

// line is the sheet as it is written.
type line struct {
	File   *string           `json:"file"`
	Form   *string           `json:"form"`
	Expect *Expect           `json:"expect"`
	Fields map[string]string `json:"fields"`
}

// values are the field names that may appear.
var values = []slip.Value{
	slip.TicketType, slip.Dose, slip.MunicipalityCode, slip.TicketNumber, slip.VaccinationDate, slip.LotNumber,
	slip.Manufacturer, slip.FacilityCode, slip.BirthDate, slip.AmountML, slip.Consent, slip.ReferenceNumber,
	slip.Vaccine,
}

// Read reads a whole file. An error names the line.
func Read(r io.Reader) ([]Sheet, error) {
	scanner := bufio.NewScanner(r)
	scanner.Buffer(nil, 1<<20)
	var sheets []Sheet
	seen := map[string]int{}
	for number := 1; scanner.Scan(); number++ {
		sheet, err := parse(scanner.Bytes())
		if err != nil {
			return nil, fmt.Errorf("%s line %d: %w", FileName, number, err)
		}
		if first, ok := seen[sheet.File]; ok {
			return nil, fmt.Errorf("%s line %d: file %q stands in line %d already", FileName, number, sheet.File, first)
		}
		seen[sheet.File] = number
		sheets = append(sheets, sheet)
	}
	if err := scanner.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", FileName, err)
	}
	return sheets, nil
}

func parse(text []byte) (Sheet, error) {
	if !utf8.Valid(text) {
		return Sheet{}, errors.New("is not UTF-8")
	}
	if err := repeatedKey(text); err != nil {
		return Sheet{}, err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	var line line
	if err := decoder.Decode(&line); err != nil {
		return Sheet{}, fmt.Errorf("not as it should be: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return Sheet{}, errors.New("something follows the object")
	}
	if line.File == nil || line.Form == nil || line.Expect == nil || line.Fields == nil {
		return Sheet{}, errors.New("file, form, expect and fields must all be there")
	}
	sheet := Sheet{File: *line.File, Form: *line.Form, Expect: *line.Expect, Fields: map[slip.Value]string{}}
	for name, text := range line.Fields {
		sheet.Fields[slip.Value(name)] = text
	}
	return sheet, sheet.check()
}

// check says what is wrong with a sheet, for the reader and the writer alike.
func (s Sheet) check() error {
	if s.File == "" || s.File == "." || s.File == ".." || strings.ContainsAny(s.File, "/\\\x00") || !utf8.ValidString(s.File) {
		return fmt.Errorf("file %q is no plain file name", s.File)
	}
	if !utf8.ValidString(s.Form) {
		return errors.New("form is not UTF-8")
	}
	switch s.Expect {
	case Accept, Review, Reject, Any:
	default:
		return fmt.Errorf("expect %q is none of accept, review, reject, any", s.Expect)
	}
	for name, text := range s.Fields {
		if !slices.Contains(values, name) {
			return fmt.Errorf("unknown field %q", name)
		}
		if text == "" || !utf8.ValidString(text) {
			return fmt.Errorf("field %q is empty or not UTF-8", name)
		}
	}
	return nil
}

// Write writes sheets in the form that Read reads. Fields come in the order of
// their names, so the same sheets always give the same bytes.
func Write(w io.Writer, sheets []Sheet) error {
	seen := map[string]bool{}
	for _, sheet := range sheets {
		if err := sheet.check(); err != nil {
			return fmt.Errorf("write %s: %w", FileName, err)
		}
		if seen[sheet.File] {
			return fmt.Errorf("write %s: file %q stands twice", FileName, sheet.File)
		}
		seen[sheet.File] = true
		fields := map[string]string{}
		for name, text := range sheet.Fields {
			fields[string(name)] = text
		}
		var text bytes.Buffer
		encoder := json.NewEncoder(&text) // ends the line
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(line{&sheet.File, &sheet.Form, &sheet.Expect, fields}); err != nil {
			return fmt.Errorf("write %s: %w", FileName, err)
		}
		if _, err := w.Write(text.Bytes()); err != nil {
			return fmt.Errorf("write %s: %w", FileName, err)
		}
	}
	return nil
}
