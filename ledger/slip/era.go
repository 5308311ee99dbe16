package slip

import "time"

// Era is one Japanese era (元号). Years count from 1, which is also written 元年.
type Era struct {
	Name   string // 令和
	Letter string // R, as on forms
	Code   string // one digit, as in the resident register: 1 明治 … 5 令和
	First  string // ISO date of its first day
	Offset int    // western year minus year of the era
}

// eras come newest first. First days as proclaimed; 明治 counts from the day the
// Gregorian calendar came into use, before which its dates were lunar.
var eras = [...]Era{
	{"令和", "R", "5", "2019-05-01", 2018},
	{"平成", "H", "4", "1989-01-08", 1988},
	{"昭和", "S", "3", "1926-12-25", 1925},
	{"大正", "T", "2", "1912-07-30", 1911},
	{"明治", "M", "1", "1873-01-01", 1867},
}

// Eras returns the eras from 明治 on, newest first.
func Eras() []Era { return append([]Era(nil), eras[:]...) }

// FindEra returns the era with this name, letter (either case) or one-digit
// code; a two-digit code with a leading zero (05) is taken too. The single
// characters 明 大 昭 平 令 and ㍾ ㍽ ㍼ ㍻ ㋿ mean their eras.
func FindEra(text string) (Era, bool) {
	for i, era := range eras {
		name := []rune(era.Name)
		switch text {
		case era.Name, string(name[0]), era.Letter, string(era.Letter[0] + 'a' - 'A'), era.Code, "0" + era.Code, string([]rune("㋿㍻㍼㍽㍾")[i]):
			return era, true
		}
	}
	return Era{}, false
}

// Date returns the ISO date of a day of the era. It returns false when there is
// no such day, or when the day lies outside the era: 令和1年4月30日 was 平成31年.
func (e Era) Date(year, month, day int) (string, bool) {
	if year < 1 {
		return "", false
	}
	date, ok := isoDate(year+e.Offset, month, day)
	if !ok {
		return "", false
	}
	holder, _, ok := EraOf(date)
	return date, ok && holder == e
}

// EraOf returns the era that an ISO date lies in and the year within it. It
// returns false for a date that is not one, or is older than 1873.
func EraOf(date string) (Era, int, bool) {
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return Era{}, 0, false
	}
	for _, era := range eras {
		if date >= era.First {
			return era, day.Year() - era.Offset, true
		}
	}
	return Era{}, 0, false
}

// isoDate returns the ISO form of a calendar day, and false when there is none.
// Years from 1000 to 9999 only: everything else is a slip of the pen.
func isoDate(year, month, day int) (string, bool) {
	date := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if year < 1000 || year > 9999 || date.Year() != year || int(date.Month()) != month || date.Day() != day {
		return "", false
	}
	return date.Format(time.DateOnly), true
}
