package slip

// Fault says why nothing could be read from a page's bytes, so that a person
// learns what to do next. The list is closed: see the constants. Its words for
// people are the desk's.
type Fault string

// The faults.
const (
	FaultEmpty        Fault = "empty_file"     // no bytes at all
	FaultWrongType    Fault = "wrong_type"     // no JPEG, PNG, TIFF or PDF
	FaultTruncated    Fault = "truncated"      // the file ends too early
	FaultCorrupt      Fault = "corrupt"        // the file is damaged
	FaultTooLarge     Fault = "too_large"      // more pixels than any scanned sheet
	FaultTooSmall     Fault = "too_small"      // too few pixels to read
	FaultTooManyPages Fault = "too_many_pages" // more pages than are taken in one file
	FaultPassword     Fault = "password"       // a PDF that asks for a password
	FaultNoPage       Fault = "no_page"        // the file has no such page
	FaultUnsupported  Fault = "unsupported"    // an encoding that no decoder here knows
	FaultLimit        Fault = "limit"          // opening it took too much time or memory
	FaultTool         Fault = "tool"           // the PDF program did not start
	FaultReader       Fault = "reader"         // the reading itself failed again and again
)

// Faults lists every fault.
func Faults() []Fault {
	return []Fault{
		FaultEmpty, FaultWrongType, FaultTruncated, FaultCorrupt, FaultTooLarge, FaultTooSmall, FaultTooManyPages,
		FaultPassword, FaultNoPage, FaultUnsupported, FaultLimit, FaultTool, FaultReader,
	}
}
