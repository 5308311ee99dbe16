package slip

import (
	"fmt"
	"regexp"
	"time"
)

// BatchCount is the law of conservation of paper for one batch: what was
// declared, what came in, and what became of it. Counts are of sheets.
//
// Stored = Waiting + Accepted + Review + Rejected, always. A declared count is
// of slips on paper: header and separator sheets (Control) and papers that were
// fed once more in the same batch (Again) are stored and counted among the
// others, but not declared. A batch is whole when Declared = Stored - Control -
// Again, when the station fed as many as are stored, and when no number is
// missing: a slip that is missing is found though another was fed twice. Where
// the scanner prints on the sheets, every imprint must have been looked at besides,
// and none may be another sheet's.
type BatchCount struct {
	Station    string       `json:"station"`
	Batch      string       `json:"batch"`
	Declared   *int         `json:"declared"` // slips; nil when nobody declared any
	Stored     int          `json:"stored"`   // sheets in the ledger's intake
	Waiting    int          `json:"waiting"`  // not read yet
	Accepted   int          `json:"accepted"`
	Review     int          `json:"review"` // waiting for a person
	Rejected   int          `json:"rejected"`
	Duplicates int          `json:"duplicates"`        // of the sheets above, those whose dose or paper was in the ledger already
	Control    int          `json:"control"`           // of the sheets above, batch headers and separators
	Again      int          `json:"again"`             // of the sheets above, those that are the same paper as another sheet of this batch
	Imprints   ImprintCount `json:"imprints,omitzero"` // all 0 where the scanner has no endorser

	Fed      *int       `json:"fed"` // by the station's count at closing; nil before, or when it did not say
	OpenedAt time.Time  `json:"opened_at"`
	ClosedAt *time.Time `json:"closed_at"`

	BatchDescription
	ClosedBy      string `json:"closed_by,omitempty"` // who answers for the closing, if anybody gave a name and a reason
	ClosingReason string `json:"closing_reason,omitempty"`
	CountsDiffer  bool   `json:"counts_differ,omitempty"` // it was closed although the counts disagree; ClosedBy answers for that
	// Discard: the station threw the batch away; nil for any other.
	Discard *Discard `json:"discard,omitempty"`
}

// Discarded reports whether the batch was thrown away as a whole: fed, and
// nothing of it came in or ever will. A person answers for its paper.
func (c BatchCount) Discarded() bool { return c.Discard != nil && c.Discard.Stored == 0 }

// Slips returns how many papers are slips, as far as is known: a sheet that waits
// to be read counts as one.
func (c BatchCount) Slips() int { return c.Stored - c.Control - c.Again }

// BatchDescription says whose slips a batch holds. Both may be empty.
type BatchDescription struct {
	FacilityCode string `json:"facility_code,omitempty"` // 医療機関等コード, 10 digits
	Month        string `json:"month,omitempty"`         // year and month, 2026-11
}

var month = regexp.MustCompile(`^[0-9]{4}-(0[1-9]|1[0-2])$`)

// Validate says what is wrong with a description, nil when nothing is. What is
// left empty is not wrong. The code's check digit is not asked for: places
// without an insurance code write other numbers.
func (d BatchDescription) Validate() error {
	if d.FacilityCode != "" && (len(d.FacilityCode) != 10 || !allDigits(d.FacilityCode)) {
		return fmt.Errorf("facility code has %d characters, want 10 digits", len(d.FacilityCode))
	}
	if d.Month != "" && !month.MatchString(d.Month) {
		return fmt.Errorf("month is not of the form 2026-11")
	}
	return nil
}

// Closing is how a station closes a batch.
type Closing struct {
	Fed *int `json:"fed,omitempty"` // sheets that went through the feeder, by the station's count; nil when unknown
	// Person and Reason are required when the counts disagree: somebody answers
	// for it by name. Both together are kept in any case: a station also asks for
	// them when a picture came twice in a row, which the service does not ask.
	Person string `json:"person,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// Answered reports whether a person answers for the closing.
func (c Closing) Answered() bool { return c.Person != "" && c.Reason != "" }

// CountsError says in what a batch's counts disagree.
type CountsError struct {
	Count   BatchCount
	Fed     *int // by the station's count; nil when it did not say
	Missing int  // numbers without a sheet, below the highest
	// Imprints are those of the batch's sheets when one bears another sheet's; nil
	// otherwise.
	Imprints []SheetImprint
}

// Unread reports whether reading the sheets that wait may mend it: there are too
// many slips, and as many sheets as are too many may turn out to be separators or
// fed twice; or imprints have not been looked at.
func (e *CountsError) Unread() bool {
	if e.Missing > 0 || e.Fed != nil && *e.Fed != e.Count.Stored {
		return false
	}
	surplus := 0
	if e.Count.Declared != nil {
		surplus = e.Count.Slips() - *e.Count.Declared
	}
	if surplus != 0 {
		return surplus > 0 && surplus <= e.Count.Waiting
	}
	return e.Count.Imprints.Unread > 0
}

// Error is the English sentence.
func (e *CountsError) Error() string { return e.English() }

// English names the counts that disagree and says what to do.
func (e *CountsError) English() string {
	text := "The batch cannot be closed:"
	if e.Count.Declared != nil && *e.Count.Declared != e.Count.Slips() {
		text += fmt.Sprintf(" %d slips were declared, %d came in.", *e.Count.Declared, e.Count.Slips())
		if e.Count.Control+e.Count.Again > 0 {
			text += fmt.Sprintf(" (Not counted: header and separator sheets, %d; sheets fed once more, %d.)", e.Count.Control, e.Count.Again)
		}
	}
	if e.Fed != nil && *e.Fed != e.Count.Stored {
		text += fmt.Sprintf(" %d sheets were fed, %d are stored.", *e.Fed, e.Count.Stored)
	}
	if e.Missing > 0 {
		text += fmt.Sprintf(" %d sheet numbers are missing.", e.Missing)
	}
	_, english := DescribeImprints(e.Imprints)
	return text + english + " Count the paper. Feed what is missing, or close with your name and the reason."
}

// Japanese is the same in Japanese.
func (e *CountsError) Japanese() string {
	text := "束を締められません。"
	if e.Count.Declared != nil && *e.Count.Declared != e.Count.Slips() {
		text += fmt.Sprintf("申告は%d枚ですが、届いた予診票は%d枚です。", *e.Count.Declared, e.Count.Slips())
		if e.Count.Control+e.Count.Again > 0 {
			text += fmt.Sprintf("(束の表紙と仕切り紙%d枚、二度読み込んだ紙%d枚は数えません。)", e.Count.Control, e.Count.Again)
		}
	}
	if e.Fed != nil && *e.Fed != e.Count.Stored {
		text += fmt.Sprintf("%d枚を読み込みましたが、登録されているのは%d枚です。", *e.Fed, e.Count.Stored)
	}
	if e.Missing > 0 {
		text += fmt.Sprintf("途中の番号が%d枚分ありません。", e.Missing)
	}
	japanese, _ := DescribeImprints(e.Imprints)
	return text + japanese + "紙を数えてください。足りない紙を読み込むか、お名前と理由を添えて締めてください。"
}
