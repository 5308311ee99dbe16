package station

import "sesshu/ledger/slip"

// EventKind says what happened.
type EventKind string

// The kinds of event.
const (
	Spooled     EventKind = "spooled"      // a sheet is safely in
	HandedIn    EventKind = "handed-in"    // the intake has confirmed a sheet
	Stopped     EventKind = "stopped"      // feeding ended with a fault
	Trouble     EventKind = "trouble"      // handing in fails; it is tried again unless the batch is stuck
	Recovered   EventKind = "recovered"    // handing in works again
	BatchClosed EventKind = "batch-closed" // the intake has closed the batch
	BatchOpened EventKind = "batch-opened" // a batch was announced or released
	Discarded   EventKind = "discarded"    // a person threw a batch away before it was handed in
)

// Event is one piece of progress.
type Event struct {
	Kind     EventKind
	Sheet    slip.SheetID // sequence 0 when the event is about the batch
	Declared *int
	Safe     int              // sheets 1 to Safe are in the spool or handed in
	HandedIn int              // sheets 1 to HandedIn are confirmed by the intake
	Count    *slip.BatchCount // with BatchClosed
	Err      error            // with Stopped and Trouble
	Image    []byte           // with Spooled: the sheet's own bytes, not to be changed
}

func (s *Station) tell(event Event) {
	s.progress.Lock()
	defer s.progress.Unlock()
	s.config.Progress(event)
}
