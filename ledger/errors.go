package ledger

import (
	"errors"

	"sesshu/ledger/images"
)

// The named errors. Callers compare with errors.Is; none of them, nor what is
// wrapped round them, quotes a field's value.
var (
	ErrNotFound       = errors.New("not in the ledger")
	ErrSheetConflict  = errors.New("this station, batch and sequence already hold other bytes")
	ErrHashMismatch   = images.ErrHashMismatch
	ErrTruncated      = images.ErrTruncated
	ErrStorageFull    = images.ErrFull
	ErrNoItem         = errors.New("nothing waits for review")
	ErrLeased         = errors.New("somebody else has this item open")
	ErrNotLeased      = errors.New("the item must be opened before it is changed")
	ErrStale          = errors.New("the item has changed since it was shown")
	ErrNothingToUndo  = errors.New("nothing of this account to take back on this item")
	ErrIncomplete     = errors.New("values are still to be said or not possible")
	ErrDuplicateDose  = errors.New("this dose is in the ledger already")
	ErrUnknownValue   = errors.New("no such value")
	ErrUnknownReason  = errors.New("no such reason for rejecting")
	ErrBatchDescribed = errors.New("the batch is closed, or its header sheet says something else")
	ErrBatchDiscarded = errors.New("the batch was thrown away at its station")
	ErrExists         = errors.New("exists already")
	ErrInvalid        = errors.New("not valid")
	ErrNotMigrated    = errors.New("the database schema is not the one this program needs; run migrations first")
	ErrMissingRole    = errors.New("this login may not take on, or create, the roles sesshu_owner and sesshu_service")
	ErrAlreadyRunning = errors.New("another process works under this client id")
)
