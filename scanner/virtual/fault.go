package virtual

import (
	"fmt"
	"log/slog"
	"slices"
)

// Kind is what goes wrong.
type Kind string

// The kinds. Those that name a sheet happen when that sheet is pulled in,
// counted from 1 over the life of the device; the others hold from that moment.
const (
	Jam                Kind = "jam"                 // the sheet is stuck half way
	DoubleFeed         Kind = "double-feed"         // the sheet and the next one are pulled in together, and noticed when the job asked for it
	DoubleFeedUnseen   Kind = "double-feed-unseen"  // the same, and not noticed: the lower sheet is never imaged
	CoverOpen          Kind = "cover-open"          // somebody opens the cover
	OperatorStop       Kind = "operator-stop"       // somebody presses the button, before the sheet is pulled in
	Stall              Kind = "stall"               // the device goes silent
	DropConnection     Kind = "drop-connection"     // the connection breaks in mid-image
	TruncatedImage     Kind = "truncated-image"     // half the image, sent as if it were all
	WrongLength        Kind = "wrong-length"        // a length is announced that is not delivered
	EmptyTooEarly      Kind = "empty-too-early"     // the feeder is reported empty before the sheet is pulled in
	JobTooShort        Kind = "job-too-short"       // the job ends before the sheet is pulled in, feeder reported loaded
	RepeatPage         Kind = "repeat-page"         // the sheet is delivered twice
	LosePage           Kind = "lose-page"           // the sheet goes through and is never delivered
	UnreachableAddress Kind = "unreachable-address" // jobs are answered with an address that does not resolve
	BusyForever        Kind = "busy-forever"        // no job is taken any more
	LateState          Kind = "late-state"          // the sheet jams, and status says so only after a while
	WarmingUp          Kind = "warming-up"          // the first jobs are refused
	Vanish             Kind = "vanish"              // the device is switched off
)

// Kinds lists every kind.
func Kinds() []Kind {
	return []Kind{Jam, DoubleFeed, DoubleFeedUnseen, CoverOpen, OperatorStop, Stall, DropConnection, TruncatedImage,
		WrongLength, EmptyTooEarly, JobTooShort, RepeatPage, LosePage, UnreachableAddress, BusyForever, LateState, WarmingUp, Vanish}
}

// Fault is one line of the script. Each happens once.
type Fault struct {
	Kind  Kind
	Sheet int // 1 is the first sheet; 0 holds from the start
}

// String returns "KIND@SHEET".
func (f Fault) String() string { return fmt.Sprintf("%s@%d", f.Kind, f.Sheet) }

// Pending returns the faults of the script that have not happened yet.
func (d *Device) Pending() []Fault {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.script)
}

// hiddenAnswers is how many status answers LateState hides the jam in, and how
// many jobs WarmingUp refuses.
const hiddenAnswers = 3

// due takes the faults that are due before the next sheet is pulled in out of
// the script. d.mu is held.
func (d *Device) due(kinds ...Kind) map[Kind]bool {
	found := map[Kind]bool{}
	var rest []Fault
	for _, fault := range d.script {
		wanted := false
		for _, kind := range kinds {
			wanted = wanted || kind == fault.Kind
		}
		if wanted && fault.Sheet <= d.fed+1 && !found[fault.Kind] {
			found[fault.Kind] = true
			d.log.Info("virtual scanner: fault from the script", slog.String("kind", string(fault.Kind)), slog.Int("sheet", fault.Sheet))
		} else {
			rest = append(rest, fault)
		}
	}
	d.script = rest
	return found
}
