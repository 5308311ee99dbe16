package review

import (
	"context"
	"io"
	"time"

	"sesshu/ledger/slip"
)

// Intake takes sheets in from the stations. A sheet that StoreSheet has
// accepted is durable: its bytes first, then its row and its reading job.
type Intake interface {
	OpenBatch(ctx context.Context, station, batch string, declared *int) error
	CloseBatch(ctx context.Context, station, batch string, closing slip.Closing) (slip.BatchCount, error)
	Batch(ctx context.Context, station, batch string) (slip.BatchCount, error)
	StoreSheet(ctx context.Context, sheet slip.Sheet, image io.Reader) (stored bool, err error)
	DiscardBatch(ctx context.Context, station, batch string, declared *int, discard slip.Discard) error
}

// Queue shows what waits for a person, oldest first.
type Queue interface {
	ReviewCount(ctx context.Context) (waiting int, oldest time.Time, err error)
	ReviewQueue(ctx context.Context, after int64, limit int) ([]slip.ReviewItem, error)
	ReviewItem(ctx context.Context, id int64) (slip.ReviewItem, error)
}

// Leases keep two people from one item. A lease lasts two minutes; Lease also
// renews.
type Leases interface {
	LeaseNext(ctx context.Context, account string, after int64) (slip.ReviewItem, error)
	Lease(ctx context.Context, id int64, account string) (slip.ReviewItem, error)
	Release(ctx context.Context, id int64, account string) error
}

// Answers stores what a person says of an item. The version is the one the
// person saw; a newer one in the store means that somebody else was faster.
type Answers interface {
	Answer(ctx context.Context, id int64, version int, account string, value slip.Value, text string) (slip.ReviewItem, error)
	Undo(ctx context.Context, id int64, version int, account string) (slip.ReviewItem, error)
	Confirm(ctx context.Context, id int64, version int, account string) (slip.Entry, error)
	Reject(ctx context.Context, id int64, version int, account, reason string) error
}

// Feed is the ledger as its consumers read it.
type Feed interface {
	Entries(ctx context.Context, after int64, limit int) ([]slip.Entry, error)
	Evidence(ctx context.Context, sequence int64) (slip.Evidence, error)
	Image(ctx context.Context, hash slip.Hash) (io.ReadSeekCloser, error)
}

// Accounts knows people and machines, and keeps the log of looks.
type Accounts interface {
	Account(ctx context.Context, name string) (slip.Account, error)
	Token(ctx context.Context, secret string) (name, purpose string, err error)
	LogAccess(ctx context.Context, account, action, object string) error
}

// Register knows the tickets that were issued, and by which municipalities.
type Register interface {
	Municipalities(ctx context.Context) ([]string, error)
	Tickets(ctx context.Context, municipality string, numbers []string) ([]slip.Ticket, error)
}

// Overview is what the home page and the metrics show.
type Overview interface {
	Totals(ctx context.Context) (slip.Totals, error)
	Lots(ctx context.Context) ([]slip.Lot, error)
	Ready(ctx context.Context) error
}

// Store is everything the desk asks of the ledger; *ledger.Store is one.
type Store interface {
	Intake
	Uploads
	Batches
	Queue
	Leases
	Answers
	Feed
	Accounts
	Register
	Overview
}

// Faults are the store's named errors, so that the desk can answer each in its
// own words without importing the ledger. Every one must be set.
type Faults struct {
	NotFound      error // no such batch, sheet, item, entry, account or token
	SheetConflict error // this sheet's identity holds other bytes
	HashMismatch  error // the bytes are not those of the announced hash
	Truncated     error // the bytes ended before their announced end
	StorageFull   error // no room for images
	Invalid       error // a name, number or value that cannot be
	NoItem        error // nothing waits that is not leased by others
	Leased        error // somebody else works on the item
	NotLeased     error // the lease ran out and somebody else has the item
	Stale         error // the item has a newer version
	NothingToUndo error
	Incomplete    error // a required value is missing
	DuplicateDose error // the ledger holds this dose already

	BatchDescribed error // the batch is closed, or its header sheet says something else
	BatchDiscarded error // the batch was thrown away at its station
}
