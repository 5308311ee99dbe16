package samples

import "sesshu/ledger/slip/truth"

// Kind says what is special about a sheet.
type Kind string

// The kinds.
const (
	Ordinary          Kind = "ordinary"
	UpsideDown        Kind = "upside_down"        // an ordinary slip, fed turned by 180 degrees
	Sideways          Kind = "sideways"           // fed turned by 90 or 270 degrees
	BlankSheet        Kind = "blank"              // nothing on it
	ForeignSheet      Kind = "foreign"            // a letter or an invoice
	UsedTicket        Kind = "used_ticket"        // the register says the ticket is used
	InvalidTicket     Kind = "invalid_ticket"     // the register says it was invalidated
	OtherMunicipality Kind = "other_municipality" // a ticket of another city
	InterviewOnly     Kind = "interview_only"     // a 予診のみ ticket: no vaccination
	OtherPersonsCode  Kind = "other_persons_code" // the QR code is somebody else's
	CrossedDate       Kind = "crossed_date"       // the date crossed out and written anew beside
	DoubleDigit       Kind = "double_digit"       // two digits in one box of the date
	NoConsent         Kind = "no_consent"         // the wish is ticked "no", or not at all
	HalfCovered       Kind = "half_covered"       // another sheet lies over a part of it
)

// troubles are the kinds that a share of trouble is drawn from.
var troubles = [...]Kind{
	UpsideDown, Sideways, BlankSheet, ForeignSheet, UsedTicket, InvalidTicket, OtherMunicipality,
	InterviewOnly, OtherPersonsCode, CrossedDate, DoubleDigit, NoConsent, HalfCovered,
}

// expect returns what should become of a sheet of this kind.
func (k Kind) expect() truth.Expect {
	switch k {
	case Ordinary, UpsideDown, Sideways:
		return truth.Accept
	case BlankSheet, ForeignSheet:
		return truth.Reject
	default:
		return truth.Review
	}
}

// ofTicket reports whether the trouble lies in the ticket, which only COVID-19
// slips have.
func (k Kind) ofTicket() bool {
	switch k {
	case UsedTicket, InvalidTicket, OtherMunicipality, InterviewOnly, OtherPersonsCode:
		return true
	default:
		return false
	}
}
