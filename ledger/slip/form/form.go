// Package form reads form definitions. A form says how one kind of slip looks:
// its size, its blank picture, and the places on it that hold something to be
// read. Forms are data: a folder NAME/ with form.txt and its pictures, so a new
// form needs no new code.
//
// # The format of form.txt
//
// UTF-8, one statement a line: a keyword, then its arguments, separated by
// blanks. "#" starts a comment; blank lines and indentation mean nothing. All
// lengths are millimetres, x to the right and y down from the top left corner
// of the page (or of the insert, for fields that lie on one).
//
// Statements of the form itself, before any block:
//
//	form NAME                    lower-case letters, digits and hyphens; the folder's name
//	title LANGUAGE TEXT…         LANGUAGE is ja or en
//	size WIDTH HEIGHT            of the page
//	blank FILE                   PNG of the unfilled form at true size; its resolution follows from its pixels
//	kind KIND                    covid19 or routine: whose slips samples draw on it; what is decided of them the checks below say
//	campaign FIRST LAST          ISO dates; vaccinations outside are asked (optional)
//	anchor X Y W H               a region with constant print, good for registration (optional, repeatable; found by itself when absent)
//	ignore X Y W H               a region whose print varies from sheet to sheet, never used for registration (repeatable)
//
// A block "insert NAME" describes a separately printed piece that is pasted on
// the page, such as a ticket sticker:
//
//	picture FILE                 PNG of the unfilled insert at true size
//	size WIDTH HEIGHT
//	at X Y                       where its top left corner nominally lies on the page
//	shift S                      it may lie up to S mm away from there
//	turn T                       and be turned by up to T degrees
//
// A block "field NAME" is one place that is read:
//
//	type TYPE                    see the Type constants
//	on INSERT                    its coordinates are those of an insert (optional)
//	box X Y W H                  the place
//	characters SET               what may stand there; ranges such as 0-9A-Z (optional)
//	length N                     number of characters, when it is known (optional)
//	format PATTERN               boxed digits: one letter a cell (Y, M, D: digits of a date; N: any digit), every other character is preprinted; e.g. 202YMMDD, NNNNNNNNNN, 0.N
//	era NAME                     the Y cells count years of this Japanese era, e.g. 令和 (optional)
//	cell X Y W H                 one cell of boxed digits; repeat in reading order
//	cells X Y W H PITCH COUNT    COUNT cells of the same size, PITCH apart from left edge to left edge
//	choice VALUE X Y W H         the tick square (check_box) or printed word (circle) that means VALUE
//	gives VALUE [FROM-TO]        the field is a witness for VALUE; characters FROM to TO, counted from 1, of what is read (all of it when absent); repeatable
//
// Fields that give the same value witness each other.
//
// A block "value NAME" says what the slip must hold:
//
//	title LANGUAGE TEXT…         for people
//	required                     the slip cannot enter the ledger without it
//	witnesses N                  at least N physically separate witnesses must agree (identity: 2)
//	check RULE                   see the Check constants; repeatable
//
// The order of the value blocks is the order in which a person is asked.
//
// The ledger keeps a dose by municipality_code, dose and a number: ticket_number,
// which is printed for one vaccine, or reference_number, which is the person's for
// all of them, so that its form needs the value vaccine as well (unless the form
// is for one vaccine alone, and no other form bears these numbers). What of these
// a form does not give, a person is asked for.
package form

import (
	"sesshu/ledger/slip"
)

// Type is the kind of a field: what is printed or written there.
type Type string

// The types.
const (
	OCRLine       Type = "ocr_line"       // one line of digits in OCR-B
	PrintedDigits Type = "printed_digits" // one line of digits in any typeface
	PrintedText   Type = "printed_text"   // one line of text in any typeface
	Date          Type = "date"           // one line with a printed date, western or Japanese era
	BoxedDigits   Type = "boxed_digits"   // one digit a cell, written, stamped or printed
	Barcode       Type = "barcode"        // NW-7 (Codabar)
	QR            Type = "qr"             // QR code
	DataMatrix    Type = "data_matrix"    // DataMatrix
	CheckBox      Type = "check_box"      // tick squares, one choice each
	Circle        Type = "circle"         // printed words, the chosen one circled
	Sticker       Type = "sticker"        // an area in which a vaccine's sticker with product and lot is pasted, position and angle free
	Signature     Type = "signature"      // an area with a signature or seal: present or not
)

// Check is a rule that a value must pass.
type Check string

// The checks.
const (
	CheckMunicipality Check = "municipality" // check digit of 全国地方公共団体コード, and the city's own code
	CheckTicket       Check = "ticket"       // the register of issued tickets
	CheckDate         Check = "date"         // calendar, campaign, scan day, birth date, lot shipped
	CheckLot          Check = "lot"          // the manufacturer's pattern and the lot master
	CheckManufacturer Check = "manufacturer" // belongs to the lot
	CheckFacility     Check = "facility"     // check digit and the facility master
	CheckPerson       Check = "person"       // the birth date of the ticket's person
	CheckAmount       Check = "amount"       // a dose of the product
	CheckConsent      Check = "consent"      // must be "yes"
)

// Rectangle is a place in millimetres: left, top, width, height.
type Rectangle struct{ X, Y, Width, Height float64 }

// Form is one kind of slip.
type Form struct {
	Name          string
	Title         map[string]string // by language, "ja" and "en"
	Width, Height float64           // millimetres
	BlankFile     string
	Kind          string
	CampaignFirst string // ISO date; empty when there is no campaign
	CampaignLast  string
	Anchors       []Rectangle
	Ignored       []Rectangle
	Inserts       []Insert
	Fields        []Field
	Values        []Value

	Blank []byte    // the PNG of the blank form
	Hash  slip.Hash // of form.txt and all pictures
}

// Insert is a piece that is pasted on the page.
type Insert struct {
	Name          string
	PictureFile   string
	Width, Height float64
	X, Y          float64 // nominal top left corner on the page
	Shift         float64 // millimetres
	Turn          float64 // degrees
	Picture       []byte  // PNG
}

// Field is a place that is read.
type Field struct {
	Name       string
	Type       Type
	Insert     string // name of the insert it lies on; empty for the page
	Box        Rectangle
	Characters string // expanded set; empty when anything may stand there
	Length     int    // 0 when unknown
	Format     string
	Era        string
	Cells      []Rectangle
	Choices    []Choice
	Gives      []Gives
}

// Choice is one of the answers of a check box or circle field.
type Choice struct {
	Value string
	Box   Rectangle
}

// Gives binds a field, or a part of what is read in it, to a value. From and To
// count characters from 1; both are 0 when the whole text is meant.
type Gives struct {
	Value    slip.Value
	From, To int
}

// Part returns the characters of text that the binding means, and false when
// the text is too short.
func (g Gives) Part(text string) (string, bool) {
	if g.From == 0 {
		return text, text != ""
	}
	runes := []rune(text)
	if len(runes) < g.To {
		return "", false
	}
	return string(runes[g.From-1 : g.To]), true
}

// Value is one thing the slip must or may hold.
type Value struct {
	Name      slip.Value
	Title     map[string]string
	Required  bool
	Witnesses int // at least this many separate witnesses must agree; 1 by default
	Checks    []Check
}

// Field returns the field with this name.
func (f *Form) Field(name string) (Field, bool) {
	for _, field := range f.Fields {
		if field.Name == name {
			return field, true
		}
	}
	return Field{}, false
}

// Value returns the value block with this name.
func (f *Form) Value(name slip.Value) (Value, bool) {
	for _, value := range f.Values {
		if value.Name == name {
			return value, true
		}
	}
	return Value{}, false
}

// Insert returns the insert with this name.
func (f *Form) Insert(name string) (Insert, bool) {
	for _, insert := range f.Inserts {
		if insert.Name == name {
			return insert, true
		}
	}
	return Insert{}, false
}

// Source returns the kind of witness the field is.
func (f Field) Source() slip.Source {
	switch f.Type {
	case OCRLine:
		return slip.SourceOCRLine
	case Barcode:
		return slip.SourceBarcode
	case QR, DataMatrix:
		return slip.SourceQR
	case BoxedDigits:
		return slip.SourceHandwritten
	case CheckBox, Circle, Signature:
		return slip.SourceMark
	case Sticker:
		return slip.SourceSticker
	default:
		return slip.SourcePrinted
	}
}
