package slip

// Value names one thing a slip says. These names are the ones of the command
// line, the API and the feed.
type Value string

// The values a slip can hold.
const (
	TicketType       Value = "ticket_type"       // 券種, one digit
	Dose             Value = "dose"              // 回数, one digit, 1 to 9
	MunicipalityCode Value = "municipality_code" // 市区町村コード, 6 digits with check digit
	TicketNumber     Value = "ticket_number"     // 券番号, 10 digits, no check digit
	VaccinationDate  Value = "vaccination_date"  // 接種年月日, ISO 8601 (2021-06-30)
	LotNumber        Value = "lot_number"        // 製造番号, 4 to 8 letters and digits
	Manufacturer     Value = "manufacturer"      // メーカー, as in the lot master
	FacilityCode     Value = "facility_code"     // 医療機関等コード, 10 digits
	BirthDate        Value = "birth_date"        // 生年月日, ISO 8601
	AmountML         Value = "amount_ml"         // 接種量, millilitres, e.g. "0.3"
	Consent          Value = "consent"           // 同意, "yes" or "no"
	ReferenceNumber  Value = "reference_number"  // 整理番号 (encrypted), the person's number on slips of routine vaccinations
	Vaccine          Value = "vaccine"           // 予防接種の種類 of a routine vaccination, by the names of Vaccines
)

// Source names the kind of print a witness is. Two witnesses with different
// sources are physically separate prints.
type Source string

// The sources of witnesses.
const (
	SourceOCRLine     Source = "ocr_line"    // OCRライン, 18 digits in OCR-B
	SourceBarcode     Source = "barcode"     // NW-7
	SourceQR          Source = "qr"          // QR code or DataMatrix
	SourcePrinted     Source = "printed"     // digits or text printed in their own cell
	SourceSticker     Source = "sticker"     // the vaccine's sticker
	SourceHandwritten Source = "handwritten" // digits in boxes, by hand or by stamp
	SourceMark        Source = "mark"        // a ticked box or circled choice
	SourceRegistry    Source = "registry"    // the register's row, reached through another print (birth date)
	SourceMaster      Source = "master"      // the lot or facility master
	SourcePerson      Source = "person"      // somebody at the review desk
)

// Point is a place in the sheet's image: pixels of the stored image of the
// page, from its top left corner, x to the right and y down.
type Point struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

// Box is an upright rectangle in the same pixels: x, y, width, height. It is
// written as [x,y,w,h].
type Box [4]float64

// Quad is a crop's outline in the same pixels: top left, top right, bottom
// right, bottom left, as the upright form sees them. It may be turned.
type Quad [4]Point

// Box returns the upright rectangle round the quad.
func (q Quad) Box() Box {
	minX, minY, maxX, maxY := q[0].X, q[0].Y, q[0].X, q[0].Y
	for _, p := range q[1:] {
		minX, minY = min(minX, p.X), min(minY, p.Y)
		maxX, maxY = max(maxX, p.X), max(maxY, p.Y)
	}
	return Box{minX, minY, maxX - minX, maxY - minY}
}

// Candidate is one text a reader thinks a crop may hold. P is its calibrated
// probability, 0 to 1.
type Candidate struct {
	Text string  `json:"text"`
	P    float64 `json:"p"`
}

// Reading is what one reader says of one crop. The candidates come best first;
// their probabilities sum to at most 1, and what is missing from 1 is the
// probability that the truth is none of them. No candidates at all means that
// the reader saw nothing it could read.
type Reading struct {
	Field      string      `json:"field"`             // the form's field (a place on the paper), e.g. "ocr_line"
	Source     Source      `json:"source"`            // what kind of print it is
	Reader     string      `json:"reader"`            // e.g. "tesseract", "digits", "line", "nw7", "qr", "mark"
	Version    string      `json:"version"`           // of the reader: engine version, model hash, calibration
	Quad       Quad        `json:"quad"`              // the crop, in the page's pixels
	Candidates []Candidate `json:"candidates"`        // best first
	Empty      float64     `json:"empty,omitempty"`   // probability that nothing is written there, 0 to 1
	Quality    float64     `json:"quality,omitempty"` // 0 (unreadable) to 1 (as the calibration data); 0 also when not measured
}

// Best returns the most probable candidate, or the zero Candidate.
func (r Reading) Best() Candidate {
	if len(r.Candidates) == 0 {
		return Candidate{}
	}
	return r.Candidates[0]
}

// Registration says how a page lies under the scanner compared with its form.
type Registration struct {
	Form       string     `json:"form"`        // the form's name; empty when no form fits
	FormHash   Hash       `json:"form_hash"`   // of the form's definition and pictures
	Homography [9]float64 `json:"homography"`  // row major: form millimetres to page pixels
	Turn       int        `json:"turn"`        // degrees, clockwise, by which the page must be turned to stand upright: 0, 90, 180, 270
	Residual   float64    `json:"residual_mm"` // root mean square distance of the anchors after registration, millimetres
	Coverage   float64    `json:"coverage"`    // share of the form's anchors that were found, 0 to 1
}

// PageReading is all that was read from one page. It is a pure function of the
// page's bytes, the forms and the readers' versions.
type PageReading struct {
	SHA256       Hash         `json:"sha256"` // the sheet's bytes
	Page         int          `json:"page"`   // counted from 1
	Width        int          `json:"width"`  // pixels of the page image that all boxes speak of
	Height       int          `json:"height"`
	Registration Registration `json:"registration"`
	Blank        bool         `json:"blank,omitempty"` // provably nothing on the page
	Readings     []Reading    `json:"readings"`
	Faults       []Reason     `json:"faults,omitempty"` // reasons to ask that lie in the page itself
	Fault        Fault        `json:"fault,omitempty"`  // why its bytes could not be decoded, where ReasonUnreadable is among them

	Imprint *ImprintReading `json:"imprint,omitempty"` // the endorser's text as it was read back; nil when none was expected
}
