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
}

// EarlierPage is a page of an earlier sheet that names the same municipality,
// ticket and dose as a new one.
type EarlierPage struct {
	Sheet SheetID
	Page  PageReading
}
