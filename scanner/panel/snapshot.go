package panel

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"sesshu/scanner"
	"sesshu/scanner/practice"
	"sesshu/scanner/station"
)

// Phase says what the page asks of the operator.
type Phase string

// The phases of the shown batch.
const (
	PhaseNew       Phase = "new"       // no batch is shown: the form
	PhaseFeeding   Phase = "feeding"   // paper moves
	PhaseStopped   Phase = "stopped"   // a fault, or not finished: put back and go on
	PhaseDisagree  Phase = "disagree"  // the counts disagree, or a picture repeats
	PhaseHeld      Phase = "held"      // all is in: look, then hand over or discard
	PhaseComplete  Phase = "complete"  // all is in: close
	PhaseClosing   Phase = "closing"   // to be closed once all is handed in
	PhaseClosed    Phase = "closed"    // the service has closed it
	PhaseDiscarded Phase = "discarded" // thrown away before it was handed in
	PhaseStuck     Phase = "stuck"     // an administrator must look
)

// Notice is a message to the operator: what happened, and what to do.
type Notice struct {
	Title scanner.Words `json:"title"`
	Steps scanner.Words `json:"steps"`
}

// Problem is a notice about the sheets of a batch, with pictures.
type Problem struct {
	Notice
	Kind string `json:"kind"` // the condition's short English name
	// Last is the last sheet that is safely in; 0 when none is.
	Last int `json:"last"`
	// Doubtful are sheets that are in and that a person must look at.
	Doubtful []int `json:"doubtful,omitempty"`
	// Half: the front of a sheet that is not in can be shown.
	Half bool `json:"half,omitempty"`
}

// BatchView is the account of the shown batch.
type BatchView struct {
	Name        string              `json:"name"`
	Path        string              `json:"path"`     // the name as part of an address
	Declared    *int                `json:"declared"` // null when unknown
	Fed         int                 `json:"fed"`
	HandedIn    int                 `json:"handed_in"`
	Description station.Description `json:"description"`
	Held        bool                `json:"held"`
	Agrees      bool                `json:"agrees"`    // the counts agree, or none was declared
	Undecided   bool                `json:"undecided"` // too many, which may be headers or separators: the service counts at closing
	ByHeader    bool                `json:"by_header"` // the declared number was read on the header sheet
	Control     int                 `json:"control"`   // headers and separators among the sheets, which are not declared
	Repeats     []int               `json:"repeats,omitempty"`
	Problem     *Problem            `json:"problem,omitempty"`
	Refused     string              `json:"description_refused,omitempty"`
	Counts      map[string]int      `json:"counts"` // sheets by state of their tile
}

// OpenView is a batch that can be gone on with.
type OpenView struct {
	Name     string `json:"name"`
	Declared *int   `json:"declared"`
	Fed      int    `json:"fed"`
	Stuck    bool   `json:"stuck"`
	Disputed bool   `json:"disputed"` // the service would not close it
}

// Snapshot is everything the page shows but for the tiles.
type Snapshot struct {
	Station string     `json:"station"`
	Phase   Phase      `json:"phase"`
	Batch   *BatchView `json:"batch"`
	Feeds   int        `json:"feeds"`   // how many feeds have ended: the page sounds when it grows
	Speed   float64    `json:"speed"`   // sheets a minute; 0 when not known
	Backlog int        `json:"backlog"` // sheets on their way to the service, of all batches
	Server  *Notice    `json:"server"`  // why nothing is handed in; null when all is well
	Away    bool       `json:"away"`    // the service does not answer
	Clock   int        `json:"clock"`   // minutes that this computer's clock is ahead of the service's; 0 within tolerance
	Open    []OpenView `json:"open"`    // other batches to go on with, newest first
	Next    string     `json:"next"`    // a name for the next batch
	// Practice is the virtual scanner and the operator's hands; null in real work.
	Practice *practice.View `json:"practice,omitempty"`
}

// snapshot returns what the page shows now, and the tiles that changed after a
// revision.
func (p *Panel) snapshot(after int) (now Snapshot, tiles []tile, revision int) {
	accounts := p.station.Batches()
	trouble, backlog := p.station.Trouble(), p.station.Waiting()
	p.mu.Lock()
	defer p.mu.Unlock()
	now = Snapshot{Station: p.config.Name, Phase: PhaseNew, Feeds: p.feeds, Backlog: backlog, Open: []OpenView{}, Next: nextName(accounts, p.config.Now())}
	if p.config.Practice != nil {
		seen := p.config.Practice.View(accounts)
		now.Practice = &seen
	}
	now.Server, now.Away = p.serverNotice(trouble)
	if off := p.service.off; off.Abs() > clockTolerance {
		now.Clock = int(off.Minutes())
	}
	for _, account := range slices.Backward(accounts) {
		if account.Name == p.shown {
			now.Phase = p.phase(account)
			now.Batch = p.batchView(account, now.Phase)
			tiles = p.sheets[account.Name].since(after)
			continue
		}
		if stuck := account.Stuck != nil && account.Discarded == nil; stuck || account.Open() {
			now.Open = append(now.Open, OpenView{Name: account.Name, Declared: account.Declared, Fed: account.Safe, Stuck: stuck, Disputed: account.Disagreement != nil})
		}
	}
	if p.feeding {
		now.Speed = p.pace.perMinute()
	}
	return now, tiles, p.revision
}

// serverNotice says why nothing is handed in. The station knows when it has
// something to hand in; otherwise the last question for the time does. p.mu is
// held.
func (p *Panel) serverNotice(trouble error) (notice *Notice, away bool) {
	if trouble == nil {
		trouble = p.service.err
	}
	if trouble == nil {
		return nil, false
	}
	title, steps := station.TroubleWords(trouble)
	return &Notice{Title: title, Steps: steps}, station.Away(trouble)
}

// phase says what the operator is asked to do with the shown batch. p.mu is held.
func (p *Panel) phase(account station.Batch) Phase {
	switch {
	case p.feeding:
		return PhaseFeeding
	case account.Discarded != nil:
		return PhaseDiscarded
	case account.ClosedAt != nil:
		return PhaseClosed
	case account.Stuck != nil:
		return PhaseStuck
	case account.Closing != nil:
		return PhaseClosing
	case p.report == nil || p.report.Fault != nil:
		return PhaseStopped
	case !account.Agrees() || len(account.Repeats) > 0 || account.Disagreement != nil:
		return PhaseDisagree
	case account.Held:
		return PhaseHeld
	}
	return PhaseComplete
}

// batchView is the account of the shown batch. p.mu is held.
func (p *Panel) batchView(account station.Batch, phase Phase) *BatchView {
	view := &BatchView{Name: account.Name, Path: url.PathEscape(account.Name), Declared: account.Declared, Fed: account.Safe,
		HandedIn: account.HandedIn, Description: account.Description, Held: account.Held, Agrees: account.Agrees() && account.Disagreement == nil,
		Undecided: account.Undecided() && account.Disagreement == nil, ByHeader: account.DeclaredByHeader, Control: account.Control, Repeats: account.Repeats,
		Refused: account.DescriptionRefused, Counts: map[string]int{}}
	for _, t := range p.sheetsOf(account).tiles {
		view.Counts[t.State]++
		if t.Duplicate {
			view.Counts["duplicate"]++
		}
	}
	switch phase {
	case PhaseStuck:
		title, steps := station.TroubleWords(account.Stuck)
		view.Problem = &Problem{Notice: Notice{title, steps}, Kind: "stuck", Last: account.Safe}
	case PhaseStopped, PhaseDisagree:
		if p.report == nil {
			break
		}
		view.Problem = &Problem{Notice: Notice{p.report.Title, p.report.Steps}, Kind: kind(*p.report, account), Last: account.Safe, Half: p.half != nil}
		for _, number := range account.Repeats {
			view.Problem.Doubtful = append(view.Problem.Doubtful, number-1, number)
		}
		slices.Sort(view.Problem.Doubtful)
		view.Problem.Doubtful = slices.Compact(view.Problem.Doubtful)
		switch {
		case phase == PhaseDisagree && account.Disagreement != nil:
			view.Problem.Title, view.Problem.Steps = words(station.ErrCountsDisagree), *account.Disagreement
		case phase == PhaseDisagree && account.Agrees():
			view.Problem.Title, view.Problem.Steps = station.Words(station.ErrRepeats, account.Safe)
		case phase == PhaseDisagree: // what the service has read since the feed ended counts
			view.Problem.Kind = "counts disagree"
			view.Problem.Title, view.Problem.Steps = station.CountWords(account)
		}
	case PhaseNew, PhaseFeeding, PhaseHeld, PhaseComplete, PhaseClosing, PhaseClosed, PhaseDiscarded:
	}
	return view
}

// words returns the title of an error of the station.
func words(err error) scanner.Words {
	title, _ := station.Words(err, 0)
	return title
}

// kind names a problem for the page's look.
func kind(report station.Report, account station.Batch) string {
	switch {
	case errors.Is(report.Fault, station.ErrInterrupted):
		return "interrupted"
	case report.Fault != nil:
		return scanner.ConditionOf(report.Fault).Error()
	case report.Missing != 0:
		return "counts disagree"
	case len(account.Repeats) > 0:
		return "repeats"
	}
	return ""
}

// nextName proposes a name: the date and a running number. Two stations that
// were given one name by mistake are found by their first batches for it.
func nextName(accounts []station.Batch, now time.Time) string {
	for number := 1; ; number++ {
		name := fmt.Sprintf("%s-%02d", now.Format("20060102"), number)
		if !slices.ContainsFunc(accounts, func(account station.Batch) bool { return account.Name == name }) {
			return name
		}
	}
}
