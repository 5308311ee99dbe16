package slip

import (
	"regexp"
	"strconv"
	"strings"
)

// The ways people and prints write a date, after HalfWidth and without blanks.
var (
	packedDate  = regexp.MustCompile(`^(\d{4})(\d{2})(\d{2})$`)
	westernDate = regexp.MustCompile(`^(?:西暦)?(\d{4})(?:[-/.]|年)(\d{1,2})(?:[-/.]|月)(\d{1,2})日?$`)
	eraDate     = regexp.MustCompile(`^(明治|大正|昭和|平成|令和|[明大昭平令㍾㍽㍼㍻㋿MTSHRmtshr])(\d{1,2}|元)(?:[-/.]|年)(\d{1,2})(?:[-/.]|月)(\d{1,2})日?$`)
	packedEra   = regexp.MustCompile(`^([MTSHRmtshr]|[1-5])(\d{2})(\d{2})(\d{2})$`)
)

// ParseDate returns the ISO form of a date as people write it: 2021-06-30,
// 2021/6/30, 20210630, 2021年6月30日, 令和3年6月30日, R3.6.30, 令和元年5月1日, and
// 5030630 (era code, year, month, day). Full width and blanks do not matter. It
// returns false when the text is none of these or names no day of the calendar
// or of the era. A year of two digits without an era is never guessed at.
func ParseDate(text string) (string, bool) {
	text = strings.Join(strings.Fields(HalfWidth(text)), "")
	for _, pattern := range []*regexp.Regexp{packedDate, westernDate} {
		if parts := pattern.FindStringSubmatch(text); parts != nil {
			return isoDate(number(parts[1]), number(parts[2]), number(parts[3]))
		}
	}
	for _, pattern := range []*regexp.Regexp{eraDate, packedEra} {
		if parts := pattern.FindStringSubmatch(text); parts != nil {
			era, ok := FindEra(parts[1])
			if !ok {
				return "", false
			}
			return era.Date(number(parts[2]), number(parts[3]), number(parts[4]))
		}
	}
	return "", false
}

// ValidDate reports whether text is a calendar day in ISO form.
func ValidDate(text string) bool {
	date, ok := ParseDate(text)
	return ok && date == text
}

// number returns the value of a few digits, and 1 for 元, the first year.
func number(text string) int {
	if text == "元" {
		return 1
	}
	value, err := strconv.Atoi(text)
	if err != nil {
		return 0 // not reached: the patterns above let only digits through
	}
	return value
}
