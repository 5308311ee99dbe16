package master

import (
	"errors"
	"strings"

	"sesshu/ledger/slip"
)

// cellCheck brings a cell into its normal form, or says what is wrong with it;
// fault is empty when nothing is.
type cellCheck func(cell string) (normal, fault string)

// normal demands what Normalise takes for a value. Lost leading zeros, the usual
// damage of a spreadsheet, are a fault: nobody knows how many there were.
func normal(value slip.Value) cellCheck {
	return func(cell string) (string, string) {
		text, err := slip.Normalise(value, cell)
		var fault *slip.ValueError
		if errors.As(err, &fault) {
			return "", fault.English
		}
		return text, ""
	}
}

func dateOrNothing(cell string) (string, string) {
	if strings.TrimSpace(cell) == "" {
		return "", ""
	}
	date, ok := slip.ParseDate(cell)
	if !ok {
		return "", "is neither empty nor a date such as 2021-06-30"
	}
	return date, ""
}

func notEmpty(cell string) (string, string) {
	if cell = strings.TrimSpace(cell); cell == "" {
		return "", "is empty"
	}
	return cell, ""
}

// statuses are the words for a ticket's state that registers use.
var statuses = map[string]string{
	"issued": slip.TicketIssued, "unused": slip.TicketIssued, "valid": slip.TicketIssued, "active": slip.TicketIssued,
	"発行": slip.TicketIssued, "発行済": slip.TicketIssued, "未使用": slip.TicketIssued, "有効": slip.TicketIssued,
	"used": slip.TicketUsed, "使用済": slip.TicketUsed, "使用済み": slip.TicketUsed, "接種済": slip.TicketUsed,
	"invalid": slip.TicketInvalid, "invalidated": slip.TicketInvalid, "void": slip.TicketInvalid, "revoked": slip.TicketInvalid,
	"cancelled": slip.TicketInvalid, "無効": slip.TicketInvalid, "失効": slip.TicketInvalid,
}

func status(cell string) (string, string) {
	if word, known := statuses[strings.ToLower(strings.TrimSpace(cell))]; known {
		return word, ""
	}
	return "", "is none of issued, used, invalid"
}

// facilityCode demands the check digit of medical, dental and other insured
// institutions; codes of other kinds (health check centres, numbers made from a
// telephone number) only have to be ten digits.
func facilityCode(cell string) (string, string) {
	code, fault := normal(slip.FacilityCode)(cell)
	if fault == "" && strings.IndexByte("1346", code[2]) >= 0 && code[0] != '9' && !slip.ValidFacilityCode(code) {
		fault = "the check digit does not fit"
	}
	return code, fault
}
