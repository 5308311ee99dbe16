package panel

import (
	"testing"

	"sesshu/ledger/slip"
	"sesshu/scanner/station"
)

func TestTilesLearn(t *testing.T) {
	known := newSheets()
	known.set(tile{Number: 4, State: stateHere}, 1)
	known.handedIn(3, 2)
	if first, unread := known.unsettled(); first != 1 || !unread {
		t.Errorf("ask from %d, unread %t", first, unread)
	}
	for _, state := range []slip.SheetState{{Sequence: 1, State: slip.SheetAccepted}, {Sequence: 2, State: slip.SheetReview, Duplicate: true,
		SamePaper: &slip.SheetID{Station: "desk-1", Batch: "b0", Sequence: 9}}, {Sequence: 3, State: slip.SheetRejected}} {
		if !known.learn(state, 3) || known.learn(state, 4) {
			t.Errorf("%+v is news once", state)
		}
	}
	if known.learn(slip.SheetState{Sequence: 5, State: slip.SheetAccepted}, 5) {
		t.Error("learned of a sheet that this station never fed")
	}
	if first, unread := known.unsettled(); first != 2 || unread {
		t.Errorf("ask from %d, unread %t", first, unread)
	}
	changed := known.since(2)
	if len(changed) != 3 || changed[1].SamePaper != "b0 / 9" || !changed[1].Duplicate {
		t.Errorf("changed %+v", changed)
	}
	if fourth := known.tiles[3]; fourth.State != stateHere || len(known.since(5)) != 0 {
		t.Errorf("fourth %+v", fourth)
	}
}

// After a restart the pictures of what was handed in are gone, but for the last
// one, by which the operator finds the paper.
func TestTilesAfterARestart(t *testing.T) {
	p := &Panel{sheets: map[string]*sheets{}}
	known := p.sheetsOf(station.Batch{Name: "b1", Safe: 5, HandedIn: 3, Repeats: []int{4}})
	for i, want := range []tile{{State: slip.SheetWaiting, Drawn: -1}, {State: slip.SheetWaiting, Drawn: -1}, {State: slip.SheetWaiting, Drawn: 1},
		{State: stateHere, Drawn: 1, Repeat: true}, {State: stateHere, Drawn: 1}} {
		got := known.tiles[i]
		if want.Number, want.revision = i+1, got.revision; got != want {
			t.Errorf("tile %+v, want %+v", got, want)
		}
	}
}

func TestTheLawOfConservation(t *testing.T) {
	declared := 5
	whole := slip.BatchCount{Stored: 6, Accepted: 3, Review: 1, Rejected: 1, Waiting: 1, Control: 1}
	batch := station.Batch{Declared: &declared, Safe: 6}
	if !holds(batch, whole) {
		t.Error("a batch that is whole is said to be broken")
	}
	for name, change := range map[string]func(*station.Batch, *slip.BatchCount){
		"a sheet that is not stored": func(b *station.Batch, _ *slip.BatchCount) { b.Safe = 7 },
		"a sheet nobody knows of":    func(_ *station.Batch, c *slip.BatchCount) { c.Review = 0 },
		"another declared count":     func(_ *station.Batch, c *slip.BatchCount) { c.Control = 0 },
	} {
		b, c := batch, whole
		if change(&b, &c); holds(b, c) {
			t.Errorf("%s: the law is said to hold", name)
		}
	}
}
