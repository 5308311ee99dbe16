package panel

import (
	"fmt"
	"slices"

	"sesshu/ledger/slip"
	"sesshu/scanner/station"
)

// The states of a tile: here, and then those of the ledger.
const stateHere = "here" // in the spool, not handed in yet

// tile is one sheet on the page.
type tile struct {
	Number    int    `json:"n"`
	State     string `json:"state"` // here, waiting, accepted, review or rejected
	Duplicate bool   `json:"duplicate,omitempty"`
	SamePaper string `json:"same_paper,omitempty"` // "batch / number" of the earlier sheet that is this paper
	Repeat    bool   `json:"repeat,omitempty"`     // the same picture as the sheet before
	Drawn     int    `json:"drawn"`                // 0: its picture is being drawn; above: can be had; below: not any more
	revision  int
}

// final reports a state that hardly changes any more.
func (t tile) final() bool {
	return t.State == slip.SheetAccepted || t.State == slip.SheetRejected
}

// sheets are the tiles of one batch, by number.
type sheets struct {
	tiles []tile // tiles[i] is sheet i+1
	asked int    // rounds since the service was last asked for these
}

func newSheets() *sheets { return &sheets{} }

// set replaces a tile, and makes those before it that are not known.
func (s *sheets) set(changed tile, revision int) {
	for len(s.tiles) < changed.Number {
		s.tiles = append(s.tiles, tile{Number: len(s.tiles) + 1, State: stateHere, Drawn: 1, revision: revision})
	}
	before := &s.tiles[changed.Number-1]
	changed.Drawn = max(changed.Drawn, before.Drawn)
	changed.revision = revision
	*before = changed
}

// handedIn notes that the sheets up to number are with the service.
func (s *sheets) handedIn(number, revision int) {
	for i := range s.tiles[:min(number, len(s.tiles))] {
		if s.tiles[i].State == stateHere {
			s.tiles[i].State, s.tiles[i].revision = slip.SheetWaiting, revision
		}
	}
}

// past notes, of tiles that were made after a restart, that the pictures of the
// sheets before number are gone.
func (s *sheets) past(number int) {
	for i := range s.tiles[:min(max(number-1, 0), len(s.tiles))] {
		s.tiles[i].Drawn = -1
	}
}

// drawn notes that a sheet's picture can be had.
func (s *sheets) drawn(number, revision int) {
	if number <= len(s.tiles) {
		s.tiles[number-1].Drawn = max(s.tiles[number-1].Drawn, 0) + 1
		s.tiles[number-1].revision = revision
	}
}

// learn takes the ledger's word for a sheet, and reports whether it is news.
func (s *sheets) learn(state slip.SheetState, revision int) bool {
	if state.Sequence < 1 || state.Sequence > len(s.tiles) {
		return false // the ledger knows sheets of this batch that this spool does not
	}
	before := s.tiles[state.Sequence-1]
	after := before
	after.State, after.Duplicate, after.SamePaper = state.State, state.Duplicate, ""
	if same := state.SamePaper; same != nil {
		after.SamePaper = fmt.Sprintf("%s / %d", same.Batch, same.Sequence)
	}
	if after == before {
		return false
	}
	after.revision = revision
	s.tiles[state.Sequence-1] = after
	return true
}

// unsettled returns the first sheet that is with the service and may still
// change, and whether any of them is not even read; 0 when there is none.
func (s *sheets) unsettled() (first int, unread bool) {
	for _, t := range s.tiles {
		if t.State == stateHere || t.final() {
			continue
		}
		if first == 0 {
			first = t.Number
		}
		unread = unread || t.State == slip.SheetWaiting
	}
	return first, unread
}

// since returns the tiles that changed after a revision.
func (s *sheets) since(revision int) []tile {
	return slices.DeleteFunc(slices.Clone(s.tiles), func(t tile) bool { return t.revision <= revision })
}

// sheetsOf returns the tiles of a batch as the station accounts for it. They
// are made when the page shows the batch for the first time: after a restart
// the station knows how many sheets are in, and the service what became of
// them. p.mu is held.
func (p *Panel) sheetsOf(account station.Batch) *sheets {
	known := p.sheets[account.Name]
	if known == nil {
		known = newSheets()
		p.sheets[account.Name] = known
	}
	if len(known.tiles) < account.Safe {
		p.revision++
		known.set(tile{Number: account.Safe, State: stateHere, Drawn: 1}, p.revision)
		known.handedIn(account.HandedIn, p.revision)
		gone := account.HandedIn // the last one handed in is kept until the batch is over
		if account.ClosedAt != nil || account.Discarded != nil {
			gone = account.Safe + 1
		}
		known.past(gone)
	}
	for _, number := range account.Repeats {
		if number <= len(known.tiles) && !known.tiles[number-1].Repeat {
			p.revision++
			known.tiles[number-1].Repeat, known.tiles[number-1].revision = true, p.revision
		}
	}
	return known
}
