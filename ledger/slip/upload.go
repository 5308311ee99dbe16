package slip

import "time"

// DeskStation is the station of the sheets that people hand in by hand at the
// desk. No scanning station may have this name.
const DeskStation = "desk"

// Upload is one file that a signed-in person hands in at the desk.
type Upload struct {
	ID        string // 32 hexadecimal digits, made up by the browser for this file
	Account   string // who hands it in
	Batch     string // the batch of DeskStation that it becomes a sheet of
	FileName  string // as the person's machine calls it, at most 255 characters; may be empty
	SHA256    Hash
	MediaType string
	At        time.Time // when it came
}

// UploadState is what became of an upload.
type UploadState struct {
	ID        string
	FileName  string
	Sheet     Sheet
	State     string       // SheetWaiting, SheetAccepted, SheetReview or SheetRejected
	Duplicate bool         // its dose or its paper was there already, or its bytes were
	SameFile  *SheetID     // an earlier sheet with the very same bytes; nil when there is none
	Pages     []UploadPage // in order; none while the sheet waits
}

// UploadPage is one page of an uploaded file.
type UploadPage struct {
	Reading   PageReading
	Decision  Decision    // the machine's
	Entry     int64       // the ledger entry that holds the page now; 0 for none
	Item      int64       // the item of the review queue; 0 when no person was asked
	ItemState ReviewState // empty when no person was asked
}
