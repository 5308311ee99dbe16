package slip

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// ControlKind is what a sheet is that steers the feeding and is no slip.
type ControlKind string

// The kinds.
const (
	BatchHeader ControlKind = "batch_header" // in front of a batch; says what it holds
	Separator   ControlKind = "separator"    // inside a batch; says nothing
)

// MostDeclared bounds the slips that a batch header may declare.
const MostDeclared = 1_000_000

// BatchSheet is what the QR code of a batch header or separator sheet says. Its
// text is one of
//
//	SESSHU:BATCH:1:declared=120;facility=0410113719;month=2026-11
//	SESSHU:SEPARATOR:1
//
// where 1 is the version of the text, the names come in this order, and facility
// and month may be missing. Declared counts the slips' sheets in the batch: not
// the header itself, and not the separators.
type BatchSheet struct {
	Kind     ControlKind
	Declared int // of a batch header
	BatchDescription
}

const (
	headerStart   = "SESSHU:BATCH:1:"
	separatorText = "SESSHU:SEPARATOR:1"
)

// Text returns the QR code's text.
func (s BatchSheet) Text() string {
	if s.Kind == Separator {
		return separatorText
	}
	text := headerStart + "declared=" + strconv.Itoa(s.Declared)
	if s.FacilityCode != "" {
		text += ";facility=" + s.FacilityCode
	}
	if s.Month != "" {
		text += ";month=" + s.Month
	}
	return text
}

// ParseBatchSheet reads what Text writes, and nothing else.
func ParseBatchSheet(text string) (BatchSheet, error) {
	if text == separatorText {
		return BatchSheet{Kind: Separator}, nil
	}
	rest, ok := strings.CutPrefix(text, headerStart)
	if !ok {
		return BatchSheet{}, fmt.Errorf("a text of %d characters is no batch sheet's", len(text))
	}
	sheet := BatchSheet{Kind: BatchHeader}
	for part := range strings.SplitSeq(rest, ";") {
		name, value, _ := strings.Cut(part, "=")
		switch name {
		case "declared":
			declared, err := strconv.Atoi(value)
			if err != nil || declared < 0 || declared > MostDeclared {
				return BatchSheet{}, fmt.Errorf("declared count is not from 0 to %d", MostDeclared)
			}
			sheet.Declared = declared
		case "facility":
			sheet.FacilityCode = value
		case "month":
			sheet.Month = value
		}
	}
	if err := sheet.Validate(); err != nil {
		return BatchSheet{}, err
	}
	if sheet.Text() != text {
		return BatchSheet{}, fmt.Errorf("batch header is not written as this version writes it")
	}
	return sheet, nil
}

// batchSheetField is the field under which a page's reading holds the code.
const batchSheetField = "batch_sheet"

// BatchSheetReading is the reading of a batch sheet's code on a page. P is the
// probability that the print says this.
func BatchSheetReading(sheet BatchSheet, p float64, version string) Reading {
	return Reading{
		Field: batchSheetField, Source: SourceQR, Reader: "qr", Version: version,
		Candidates: []Candidate{{Text: sheet.Text(), P: p}},
	}
}

// BatchSheetOf returns the batch sheet that a page is, and false for any other
// page.
func BatchSheetOf(page PageReading) (BatchSheet, bool) {
	at := slices.IndexFunc(page.Readings, func(reading Reading) bool { return reading.Field == batchSheetField })
	if at < 0 {
		return BatchSheet{}, false
	}
	sheet, err := ParseBatchSheet(page.Readings[at].Best().Text)
	return sheet, err == nil
}

// Decision is the machine's decision on a page that is a batch sheet: it holds
// nothing for the ledger, and nobody needs to look at it.
func (s BatchSheet) Decision() Decision {
	reason := ReasonBatchHeader
	if s.Kind == Separator {
		reason = ReasonSeparator
	}
	return Decision{Outcome: Rejected, Reasons: []Reason{reason}, Fields: map[Value]FieldDecision{}}
}
