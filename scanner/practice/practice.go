// Package practice is the station's training mode: a virtual scanner with a stack
// of practice sheets, in which things go wrong by script, so that operators learn
// to bring a batch home before they do it with people's slips.
//
// The station, its spool, its page and the scanner's protocol are the real ones.
// What is not real is the paper: the page shows it, and the operator's hands are
// buttons that take sheets out of the scanner and put them back. Nothing is
// handed in to anybody, so nothing is read either, and no outcome is shown: an
// outcome that was made up would teach operators to trust colours.
//
// Package practice keeps count of the paper on its own, by what is printed on it
// and not by what the station says. That is why its report can tell a sheet that
// was lost from one that was put in twice.
package practice

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"sesshu/scanner"
	"sesshu/scanner/station"
	"sesshu/scanner/virtual"
)

// Errors of the operator's hands.
var (
	ErrNoExercise = errors.New("no exercise was chosen")
	ErrNotInHand  = errors.New("that sheet is not in hand")
)

// Config describes a practice. All of it may be empty.
type Config struct {
	Pace   time.Duration // the time that one sheet takes; zero feeds as fast as asked
	Now    func() time.Time
	Logger *slog.Logger
}

// Practice is the scanner, the stack and what was done with them. It is an
// http.Handler: the virtual scanner's. All methods may be called at any time.
type Practice struct {
	config Config
	papers []Paper // the whole stack

	mu       sync.Mutex
	exercise *Exercise // nil until one is chosen
	device   *virtual.Device
	hand     []Paper // out of the scanner, in their old order
	batches  []batch // of this exercise, oldest first
	steps    []Step
}

// batch is which papers are in a batch, in the order of its sheets.
type batch struct {
	name      string
	papers    []int
	discarded bool
}

// New returns a practice in which nothing is chosen yet.
func New(config Config) (*Practice, error) {
	if config.Now == nil {
		config.Now = time.Now
	}
	papers, err := stack()
	if err != nil {
		return nil, err
	}
	return &Practice{config: config, papers: papers}, nil
}

// ServeHTTP answers as the scanner of the exercise in hand.
func (p *Practice) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	device := p.device
	p.mu.Unlock()
	if device == nil {
		device = virtual.New(virtual.Config{Resolution: Resolution}) // an empty feeder
	}
	device.ServeHTTP(w, r)
}

// Choose begins an exercise: the whole stack is in the operator's hands, and
// what was done before is forgotten.
func (p *Practice) Choose(id string) error {
	chosen, found := exerciseOf(id)
	if !found {
		return fmt.Errorf("choose exercise %q: %w", id, ErrNoExercise)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.device != nil {
		p.device.Clear() // frees whoever still waits for it
	}
	p.exercise, p.batches, p.steps = &chosen, nil, nil
	p.hand = slices.Clone(p.papers)
	p.device = virtual.New(virtual.Config{Model: "Sesshu Practice Feeder", Resolution: Resolution, Pace: p.config.Pace,
		Script: chosen.script, Stamp: true, Logger: p.config.Logger})
	return nil
}

// Load puts a sheet that is in hand into the feeder, and unless only is set all
// sheets in hand that lie behind it.
func (p *Practice) Load(first int, only bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.exercise == nil {
		return fmt.Errorf("load: %w", ErrNoExercise)
	}
	at := slices.IndexFunc(p.hand, func(paper Paper) bool { return paper.Number == first })
	if at < 0 {
		return fmt.Errorf("load sheet %d: %w", first, ErrNotInHand)
	}
	end := len(p.hand)
	if only {
		end = at + 1
	}
	loaded := slices.Clone(p.hand[at:end])
	p.hand = slices.Delete(slices.Clone(p.hand), at, end)
	p.note(p.judge(loaded))
	p.device.Load(load(loaded)...)
	return nil
}

// TakeOut opens the scanner, takes all sheets out of feeder, paper path and
// output tray, and closes it. They are in hand then, in their old order.
func (p *Practice) TakeOut() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.exercise == nil {
		return fmt.Errorf("take out: %w", ErrNoExercise)
	}
	p.hand = append(slices.Clone(p.hand), p.identify(p.device.Clear())...)
	slices.SortFunc(p.hand, func(a, b Paper) int { return a.Number - b.Number })
	p.note(Step{Words: scanner.Words{
		Japanese: "カバーを開け、用紙をすべて取り出して閉じた。",
		English:  "Opened the scanner, took all sheets out and closed it."}})
	return nil
}

// Picture returns the image file of a paper.
func (p *Practice) Picture(number int) ([]byte, bool) {
	if number < 1 || number > len(p.papers) {
		return nil, false
	}
	return p.papers[number-1].image, true
}

// Notice takes the station's progress in. The station's Progress must call it.
func (p *Practice) Notice(event station.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.exercise == nil {
		return
	}
	at := slices.IndexFunc(p.batches, func(b batch) bool { return b.name == event.Sheet.Batch })
	if at < 0 {
		p.batches = append(p.batches, batch{name: event.Sheet.Batch})
		at = len(p.batches) - 1
		p.note(opened(event))
	}
	switch event.Kind {
	case station.Spooled:
		p.batches[at].papers = append(p.batches[at].papers, p.numberOf(event.Image))
	case station.Stopped:
		title, _ := station.Words(event.Err, event.Safe)
		p.note(Step{Stop: true, Words: scanner.Words{
			Japanese: fmt.Sprintf("%s %d枚目まで取り込み済み。", title.Japanese, event.Safe),
			English:  fmt.Sprintf("%s %d sheets were in.", title.English, event.Safe)}})
	case station.Discarded:
		p.batches[at].discarded = true
		p.note(Step{Words: scanner.Words{
			Japanese: fmt.Sprintf("束 %s を破棄した。", event.Sheet.Batch),
			English:  fmt.Sprintf("Discarded batch %s.", event.Sheet.Batch)}})
	case station.HandedIn, station.Trouble, station.Recovered, station.BatchClosed, station.BatchOpened:
		// The first notice of a batch is noted above, and nothing is handed in.
	}
}

// numberOf returns which paper an image is of: the scanner writes a number of its
// own behind the first two bytes, and the rest is the paper's. 0 is none of ours.
func (p *Practice) numberOf(image []byte) int {
	for _, paper := range p.papers {
		if bytes.HasSuffix(image, paper.image[2:]) {
			return paper.Number
		}
	}
	return 0
}

// identify returns the papers that sheets of the scanner are.
func (p *Practice) identify(sheets []virtual.Sheet) []Paper {
	papers := make([]Paper, 0, len(sheets))
	for _, sheet := range sheets {
		if number := p.numberOf(sheet.Front); number > 0 {
			papers = append(papers, p.papers[number-1])
		}
	}
	return papers
}
