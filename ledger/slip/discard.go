package slip

import (
	"errors"
	"strings"
	"time"
	"unicode/utf8"
)

// Discard says who threw a batch away at the station before it was handed in,
// and why. Its sheets were fed, and no picture of them is left: the paper is to
// be fed again as another batch, or goes back to whom it came from.
type Discard struct {
	At     time.Time `json:"at"` // by the station's clock
	Person string    `json:"person"`
	Reason string    `json:"reason"`
	Sheets int       `json:"sheets"` // how many were fed
	// Stored is how many sheets the service held under the batch's name when it
	// learnt of the discard, 0 but for a station that died between handing in and
	// hearing of it, or a second station of the same name. These stay, are read
	// and count; a batch with none is gone as a whole.
	Stored int `json:"stored,omitempty"`
}

// What a person may write, characters.
const (
	LongestPerson = 100
	LongestReason = 1000
)

// Validate says what is wrong with a discard, nil when nothing is.
func (d Discard) Validate() error {
	switch {
	case strings.TrimSpace(d.Person) == "" || utf8.RuneCountInString(d.Person) > LongestPerson:
		return errors.New("a discarded batch needs the name of a person")
	case strings.TrimSpace(d.Reason) == "" || utf8.RuneCountInString(d.Reason) > LongestReason:
		return errors.New("a discarded batch needs a reason")
	case d.Sheets < 0 || d.Sheets > MostDeclared:
		return errors.New("a discarded batch has a number of sheets that cannot be")
	case d.At.IsZero():
		return errors.New("a discarded batch needs the time at which it was discarded")
	}
	return nil
}

// Same reports whether two notices are of one discard. Times are compared to
// the microsecond, as they are stored; what the service held is not the
// station's to say.
func (d Discard) Same(other Discard) bool {
	return d.At.Truncate(time.Microsecond).Equal(other.At.Truncate(time.Microsecond)) &&
		d.Person == other.Person && d.Reason == other.Reason && d.Sheets == other.Sheets
}
