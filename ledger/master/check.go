package master

import (
	"errors"
	"strings"

	"sesshu/ledger/slip"
)

// normal demands that a cell is a value in its normal form already: a register
// is machine made, and a cell that must be repaired is a sign of a damaged
// export (lost leading zeros are the usual one).
func normal(value slip.Value) func(string) string {
	return func(cell string) string {
		text, err := slip.Normalise(value, cell)
		var fault *slip.ValueError
		switch {
		case errors.As(err, &fault):
			return fault.English
		case text != cell:
			return "is not in normal form (half width, no blanks, capitals)"
		}
		return ""
	}
}

func dateOrNothing(cell string) string {
	if cell != "" && !slip.ValidDate(cell) {
		return "is neither empty nor a date such as 2021-06-30"
	}
	return ""
}

func notEmpty(cell string) string {
	if strings.TrimSpace(cell) == "" {
		return "is empty"
	}
	return ""
}

func oneOf(allowed ...string) func(string) string {
	return func(cell string) string {
		for _, word := range allowed {
			if cell == word {
				return ""
			}
		}
		return "is none of " + strings.Join(allowed, ", ")
	}
}

// facilityCode demands the check digit of medical, dental and other insured
// institutions; codes of other kinds (health check centres, numbers made from a
// telephone number) only have to be ten digits.
func facilityCode(cell string) string {
	if text := normal(slip.FacilityCode)(cell); text != "" {
		return text
	}
	if strings.IndexByte("1346", cell[2]) >= 0 && cell[0] != '9' && !slip.ValidFacilityCode(cell) {
		return "the check digit does not fit"
	}
	return ""
}
