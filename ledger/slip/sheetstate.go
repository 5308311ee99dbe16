package slip

// The states of a sheet. Exactly one at a time; every sheet ends in one of the
// last three.
const (
	SheetWaiting  = "waiting"  // not read yet
	SheetAccepted = "accepted" // in the ledger
	SheetReview   = "review"   // waits for a person
	SheetRejected = "rejected" // holds nothing for the ledger
)

// SheetState is what became of one sheet of a batch, as a station shows it.
type SheetState struct {
	Sequence  int      `json:"sequence"`   // the sheet's place in its batch, from 1
	State     string   `json:"state"`      // SheetWaiting, SheetAccepted, SheetReview or SheetRejected
	Duplicate bool     `json:"duplicate"`  // its dose was in the ledger already, or its paper was
	SamePaper *SheetID `json:"same_paper"` // the earlier sheet that is the same piece of paper; nil when none is known
	// Imprint is what the picture says of the text that was printed on the sheet,
	// empty where none was or it has not been read. The other two are of another
	// sheet's imprint: its text, and that sheet; nil when none came in with it.
	Imprint     ImprintVerdict `json:"imprint,omitempty"`
	ImprintRead string         `json:"imprint_read,omitempty"`
	ImprintOf   *SheetID       `json:"imprint_of,omitempty"`
}

// EarlierPage is a page of an earlier sheet that calls its dose by the same name
// as a new one.
type EarlierPage struct {
	Sheet SheetID
	Page  PageReading
}
