package slip

import (
	"fmt"
	"time"
)

// Outcome is what becomes of a slip or a field. Its zero value asks a person:
// forgetting to decide means asking.
type Outcome int

// The outcomes.
const (
	NeedsReview Outcome = iota // a person is asked
	Accepted                   // enters the ledger
	Rejected                   // not a slip, or a person said no
)

var outcomeNames = [...]string{NeedsReview: "review", Accepted: "accept", Rejected: "reject"}

// String returns "review", "accept" or "reject".
func (o Outcome) String() string {
	if o < 0 || int(o) >= len(outcomeNames) {
		return outcomeNames[NeedsReview]
	}
	return outcomeNames[o]
}

// MarshalText implements encoding.TextMarshaler.
func (o Outcome) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (o *Outcome) UnmarshalText(text []byte) error {
	for i, name := range outcomeNames {
		if name == string(text) {
			*o = Outcome(i)
			return nil
		}
	}
	return fmt.Errorf("outcome %q is none of review, accept, reject", text)
}

// Reason says why a field or slip is asked or rejected. The list is closed:
// see the constants.
type Reason string

// The reasons. The order is the order in which they help a person most.
const (
	ReasonUnreadable        Reason = "unreadable"         // the bytes are no image we can decode, or reading them failed twice
	ReasonBlankPage         Reason = "blank_page"         // provably nothing on the page
	ReasonFormUnknown       Reason = "form_unknown"       // no form fits
	ReasonRegistration      Reason = "registration"       // a form fits, but not closely enough to trust its boxes
	ReasonPersonalNumber    Reason = "personal_number"    // a 個人番号 seems to be on the page; it is masked
	ReasonDuplicate         Reason = "duplicate"          // this dose, by one of its names, is in the ledger already
	ReasonTicketUsed        Reason = "ticket_used"        // the register says that the ticket is used
	ReasonTicketInvalid     Reason = "ticket_invalid"     // the register says that the ticket is invalidated
	ReasonTicketUnknown     Reason = "ticket_unknown"     // no such ticket was issued
	ReasonOtherMunicipality Reason = "other_municipality" // a ticket of another municipality
	ReasonNoVaccination     Reason = "no_vaccination"     // 予診のみ: the ticket must not create a dose
	ReasonContradiction     Reason = "contradiction"      // two witnesses say different things
	ReasonOneWitness        Reason = "one_witness"        // identity would rest on a single witness
	ReasonPersonMismatch    Reason = "person_mismatch"    // the printed birth date is not that of the ticket's person
	ReasonCheckDigit        Reason = "check_digit"        // a check digit does not fit
	ReasonFormat            Reason = "format"             // not a possible value of this field
	ReasonDateImpossible    Reason = "date_impossible"    // outside campaign, after the scan, before birth
	ReasonDateBeforeLot     Reason = "date_before_lot"    // vaccination before the lot was first shipped
	ReasonDoseOrder         Reason = "dose_order"         // not after the doses before it, or not before those after it
	ReasonLotUnknown        Reason = "lot_unknown"        // not in the lot master
	ReasonLotManufacturer   Reason = "lot_manufacturer"   // lot and product on the sticker do not belong together
	ReasonFacilityUnknown   Reason = "facility_unknown"   // not in the facility master
	ReasonAmountUnusual     Reason = "amount_unusual"     // not a dose of this product
	ReasonNoConsent         Reason = "no_consent"         // consent is "no" or not marked
	ReasonEmpty             Reason = "empty"              // nothing is written there
	ReasonUncertain         Reason = "uncertain"          // probability of being wrong above the bound
	ReasonAlwaysAsk         Reason = "always_ask"         // the policy wants a person for this field
	ReasonDrift             Reason = "drift"              // the stream left its band; the policy is tightened

	ReasonBatchContradiction Reason = "batch_contradiction" // a batch header that says something else than is known of its batch
	ReasonSamePaper          Reason = "same_paper"          // the same piece of paper as an earlier sheet
	ReasonImprintOther       Reason = "imprint_other"       // the scanner printed another sheet's text on it
	ReasonBatchHeader        Reason = "batch_header"        // the header sheet of a batch, no slip
	ReasonSeparator          Reason = "separator"           // a separator sheet, no slip
)

// Reasons lists every reason, most helpful first.
func Reasons() []Reason {
	return []Reason{
		ReasonUnreadable, ReasonBatchContradiction, ReasonSamePaper, ReasonImprintOther, ReasonBatchHeader, ReasonSeparator,
		ReasonBlankPage, ReasonFormUnknown, ReasonRegistration, ReasonPersonalNumber,
		ReasonDuplicate, ReasonTicketUsed, ReasonTicketInvalid, ReasonTicketUnknown, ReasonOtherMunicipality,
		ReasonNoVaccination, ReasonContradiction, ReasonOneWitness, ReasonPersonMismatch, ReasonCheckDigit,
		ReasonFormat, ReasonDateImpossible, ReasonDateBeforeLot, ReasonDoseOrder, ReasonLotUnknown, ReasonLotManufacturer,
		ReasonFacilityUnknown, ReasonAmountUnusual, ReasonNoConsent, ReasonEmpty, ReasonUncertain,
		ReasonAlwaysAsk, ReasonDrift,
	}
}

// Witness is one independent source's word for one value.
type Witness struct {
	Source Source  `json:"source"`
	Text   string  `json:"text"`
	P      float64 `json:"p"` // calibrated probability that the print says this
}

// FieldDecision is the decision on one value.
type FieldDecision struct {
	Value      string      `json:"value"` // best value; empty when there is none
	P          float64     `json:"p"`     // posterior probability that it is right, 0 to 1
	Outcome    Outcome     `json:"outcome"`
	Reasons    []Reason    `json:"reasons,omitempty"`
	Field      string      `json:"field,omitempty"` // the form's field that shows the value best, for the crop
	Quad       Quad        `json:"quad"`            // that field's crop
	Box        Box         `json:"box"`             // the rectangle round it
	Candidates []Candidate `json:"candidates,omitempty"`
	Witnesses  []Witness   `json:"witnesses,omitempty"`
	Required   bool        `json:"required,omitempty"` // the slip cannot enter the ledger without it
}

// Decision is the decision on one slip. It is a pure function of the form, the
// readings, the masters, the policy and what is known of the batch.
type Decision struct {
	Outcome    Outcome                 `json:"outcome"`
	Reasons    []Reason                `json:"reasons,omitempty"` // reasons of the slip as a whole, then of its fields, without repeats
	Fields     map[Value]FieldDecision `json:"fields"`
	PolicyHash Hash                    `json:"policy_hash"`
	PolicyBase Hash                    `json:"policy_base,omitzero"` // of the policy file, before the service tightened it by itself
	Batch      BatchContext            `json:"batch,omitzero"`       // what was known of the batch when it was made
}

// GivenDose is a dose that is in the ledger.
type GivenDose struct {
	Dose            string
	VaccinationDate string // ISO
}

// Ticket is one row of the register of issued tickets.
type Ticket struct {
	MunicipalityCode string `json:"municipality_code"`
	TicketNumber     string `json:"ticket_number"`
	TicketType       string `json:"ticket_type"`
	Dose             string `json:"dose"`
	BirthDate        string `json:"birth_date"` // ISO 8601; empty when unknown
	NameKana         string `json:"name_kana"`
	Status           string `json:"status"` // TicketIssued, TicketUsed or TicketInvalid
}

// The states of a ticket in the register.
const (
	TicketIssued  = "issued"
	TicketUsed    = "used"
	TicketInvalid = "invalid"
)

// Lot is one row of the lot master.
type Lot struct {
	Manufacturer string `json:"manufacturer"`
	Product      string `json:"product"`
	LotNumber    string `json:"lot_number"`
	FirstShipped string `json:"first_shipped"` // ISO 8601; empty when unknown
}

// Facility is one row of the master of medical institutions.
type Facility struct {
	FacilityCode string `json:"facility_code"`
	Name         string `json:"name"`
}

// Actor says who decided: the machine, or a person by the name of an account.
type Actor struct {
	Kind string `json:"kind"`           // ActorMachine or ActorPerson
	Name string `json:"name,omitempty"` // account name, for a person
}

// The kinds of actor.
const (
	ActorMachine = "machine"
	ActorPerson  = "person"
)

// Entry is one row of the ledger. Entries are appended and never changed; a
// correction is a new entry that names the one it replaces.
type Entry struct {
	Sequence   int64            `json:"sequence"` // 1, 2, 3 … without gaps
	Sheet      SheetID          `json:"sheet"`
	SHA256     Hash             `json:"sha256"` // of the sheet the values were read from
	Page       int              `json:"page"`
	Values     map[Value]string `json:"values"`
	DecidedBy  Actor            `json:"decided_by"`
	Replaces   int64            `json:"replaces,omitempty"` // sequence of the corrected entry; 0 for none
	RecordedAt time.Time        `json:"recorded_at"`
	Previous   Hash             `json:"previous"` // hash of the entry before; zero for the first
	Hash       Hash             `json:"hash"`     // of this entry, see EntryHash
}

// Evidence is everything that led to an entry.
type Evidence struct {
	Entry    Entry       `json:"entry"`
	Sheet    Sheet       `json:"sheet"`
	Page     PageReading `json:"page"`
	Decision Decision    `json:"decision"`          // the machine's
	Answers  []Answer    `json:"answers,omitempty"` // people's, oldest first
}
