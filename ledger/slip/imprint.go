package slip

// ImprintVerdict is what the picture of a sheet says of the text that the
// scanner's endorser was told to print on it.
type ImprintVerdict string

// The verdicts. A sheet that carries no imprint has none.
const (
	ImprintSame       ImprintVerdict = "same"       // the text is there
	ImprintUnreadable ImprintVerdict = "unreadable" // it cannot be said what is there; also when nothing was found
	ImprintOther      ImprintVerdict = "other"      // another text of the same shape is there: the imprint of another sheet
)

// ImprintReading is the imprint of one page as it was read back.
type ImprintReading struct {
	Expected string         `json:"expected"` // the text that the endorser was told to print
	Verdict  ImprintVerdict `json:"verdict"`
	Text     string         `json:"text,omitempty"` // what stands there; empty unless the verdict is other
	Quad     Quad           `json:"quad,omitzero"`  // where, in the page's pixels; zero when nothing was found
	Version  string         `json:"version"`        // of the reader
}

// ImprintOf returns what a sheet's pages say of its imprint: it may be on either
// side, so the same on one side suffices. Nil when no page was looked at.
func ImprintOf(pages []PageDecision) *ImprintReading {
	var found *ImprintReading
	for _, page := range pages {
		switch reading := page.Reading.Imprint; {
		case reading == nil:
		case reading.Verdict == ImprintSame:
			return reading
		case found == nil || found.Verdict != ImprintOther:
			found = reading
		}
	}
	return found
}

// ImprintCount is how many imprints of a batch's sheets read how.
type ImprintCount struct {
	Printed    int `json:"printed"` // sheets that carry one, as the station says
	Unread     int `json:"unread"`  // of these, not looked at yet
	Same       int `json:"same"`
	Unreadable int `json:"unreadable"`
	Other      int `json:"other"`
}

// SheetImprint is what a sheet's imprint says.
type SheetImprint struct {
	Sheet    SheetID
	Expected string
	Verdict  ImprintVerdict // empty when it was not looked at
	Text     string         // what stands there when it is another one
	Of       *SheetID       // the sheet that the other one was meant for; nil when none came in with it
}
