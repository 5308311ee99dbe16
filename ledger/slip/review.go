package slip

import "time"

// Answer is what a person said of one value. Answers are kept for ever; the
// last one of a value that was not undone counts.
type Answer struct {
	Value  Value     `json:"value"`
	Text   string    `json:"text"`
	By     string    `json:"by"` // account name
	At     time.Time `json:"at"`
	Undone bool      `json:"undone,omitempty"`
}

// ReviewState says where an item of the review queue stands.
type ReviewState string

// The states of a review item.
const (
	ReviewWaiting   ReviewState = "waiting"
	ReviewConfirmed ReviewState = "confirmed"
	ReviewRejected  ReviewState = "rejected"
)

// ReviewItem is one page that waits for a person, or did.
type ReviewItem struct {
	ID         int64            `json:"id"`
	Version    int              `json:"version"` // grows by one with every answer, undo, confirmation and rejection
	State      ReviewState      `json:"state"`
	Sheet      Sheet            `json:"sheet"`
	FileName   string           `json:"file_name,omitempty"` // as the person's machine called it, for a file handed in at the desk
	Page       PageReading      `json:"page"`
	Decision   Decision         `json:"decision"`
	Answers    []Answer         `json:"answers"`
	First      *DuplicateOf     `json:"first,omitempty"` // set when the slip's dose is in the ledger already
	LeasedBy   string           `json:"leased_by,omitempty"`
	LeasedTill time.Time        `json:"leased_till,omitzero"`
	CreatedAt  time.Time        `json:"created_at"`
	Current    map[Value]string `json:"current"` // what would enter the ledger now: accepted values and answers
	Open       []Value          `json:"open"`    // values still to be answered, in the form's order
}

// DuplicateOf points at the entry that already holds a slip's dose.
type DuplicateOf struct {
	Entry  int64   `json:"entry"`
	Sheet  SheetID `json:"sheet"`
	SHA256 Hash    `json:"sha256"`
	Page   int     `json:"page"`
	Turn   int     `json:"turn"`
}

// Current returns the value each field would enter the ledger with: a person's
// last answer that stands, else the accepted machine value.
func Current(decision Decision, answers []Answer) map[Value]string {
	current := map[Value]string{}
	for value, field := range decision.Fields {
		if field.Outcome == Accepted && field.Value != "" {
			current[value] = field.Value
		}
	}
	for _, answer := range answers {
		if !answer.Undone {
			current[answer.Value] = answer.Text
		}
	}
	return current
}
