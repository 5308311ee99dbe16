package practice

import (
	"slices"

	"sesshu/scanner"
	"sesshu/scanner/station"
	"sesshu/scanner/virtual"
)

// View is what the page shows of the practice.
type View struct {
	Exercises []Exercise `json:"exercises"`
	Exercise  *Exercise  `json:"exercise"` // null until one is chosen
	Hand      []Paper    `json:"hand"`
	Feeder    []Paper    `json:"feeder"`
	Path      []Paper    `json:"path"` // stuck
	Tray      []Paper    `json:"tray"`
	Over      bool       `json:"over"` // nothing is open any more
	Tone      Tone       `json:"tone"`
	Verdict   Words      `json:"verdict"`
}

// Words are one message for a person.
type Words = scanner.Words

// Tone is how a practice went.
type Tone string

// The tones.
const (
	Unfinished Tone = "unfinished" // a batch is open, or nothing was fed
	Home       Tone = "home"       // every sheet is in once
	Answered   Tone = "answered"   // a sheet is in twice, and a person gave the reason
	Lost       Tone = "lost"       // a sheet is not in, or twice without a reason
)

// Fault is something that the script had in store.
type Fault struct {
	Words    Words
	Happened bool
}

// PaperCount is how often one paper is in.
type PaperCount struct {
	Paper

	Times int
}

// Report is what a practice came to.
type Report struct {
	Exercise Exercise
	Faults   []Fault
	Steps    []Step
	Batches  []station.Batch
	Papers   []PaperCount
	Tone     Tone
	Verdict  Words
}

// View returns what the page shows. accounts are all batches of the station.
func (p *Practice) View(accounts []station.Batch) View {
	p.mu.Lock()
	defer p.mu.Unlock()
	view := View{Exercises: Exercises(), Exercise: p.exercise, Hand: slices.Clone(p.hand)}
	if p.exercise == nil {
		return view
	}
	places := p.device.Places()
	view.Feeder, view.Path, view.Tray = p.identify(places.Feeder), p.identify(places.Path), p.identify(places.Tray)
	view.Tone, view.Verdict = p.verdict(p.own(accounts))
	view.Over = view.Tone != Unfinished
	return view
}

// Report returns what the practice came to so far; false when none was begun.
// accounts are all batches of the station.
func (p *Practice) Report(accounts []station.Batch) (Report, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.exercise == nil {
		return Report{}, false
	}
	report := Report{Exercise: *p.exercise, Steps: p.withClosings(accounts), Batches: p.own(accounts)}
	pending := p.device.Pending()
	for _, fault := range p.exercise.script {
		happened := count(pending, fault) < count(p.exercise.script, fault)
		report.Faults = append(report.Faults, Fault{Words: faultWords[fault.Kind], Happened: happened})
	}
	// "Empty" is said as often as it takes for the operator to see it.
	report.Faults = slices.CompactFunc(report.Faults, func(a, b Fault) bool { return a.Words == b.Words })
	in := p.timesIn()
	for _, paper := range p.papers {
		report.Papers = append(report.Papers, PaperCount{paper, in[paper.Number]})
	}
	report.Tone, report.Verdict = p.verdict(report.Batches)
	return report, true
}

func count(faults []virtual.Fault, wanted virtual.Fault) (times int) {
	for _, fault := range faults {
		if fault == wanted {
			times++
		}
	}
	return times
}

// own returns the accounts of the exercise's batches. p.mu is held.
func (p *Practice) own(accounts []station.Batch) []station.Batch {
	return slices.DeleteFunc(slices.Clone(accounts), func(account station.Batch) bool {
		return !slices.ContainsFunc(p.batches, func(b batch) bool { return b.name == account.Name })
	})
}

// withClosings returns the steps with the closing of batches, of which only the
// station knows. p.mu is held.
func (p *Practice) withClosings(accounts []station.Batch) []Step {
	steps := slices.Clone(p.steps)
	for _, account := range p.own(accounts) {
		if account.Closing == nil {
			continue
		}
		words := Words{Japanese: "束 " + account.Name + " を閉じた。", English: "Closed batch " + account.Name + "."}
		if account.Closing.Reason != "" {
			words.Japanese += "理由(" + account.Closing.Person + "): " + account.Closing.Reason
			words.English += " Reason (" + account.Closing.Person + "): " + account.Closing.Reason
		}
		steps = append(steps, Step{At: account.Closing.At, Words: words})
	}
	slices.SortStableFunc(steps, func(a, b Step) int { return a.At.Compare(b.At) })
	return steps
}

// verdict says whether every sheet is accounted for. p.mu is held.
func (p *Practice) verdict(own []station.Batch) (Tone, Words) {
	open := len(own) == 0
	reason := ""
	for _, account := range own {
		open = open || account.Open()
		if account.Closing != nil && account.Closing.Reason != "" {
			reason = account.Closing.Reason
		}
	}
	in := p.timesIn()
	missing := pick(p.papers, func(paper Paper) bool { return in[paper.Number] == 0 })
	doubled := pick(p.papers, func(paper Paper) bool { return in[paper.Number] > 1 })
	switch {
	case open:
		return Unfinished, Words{Japanese: "練習の途中です。", English: "The practice is not finished."}
	case len(missing) > 0:
		return Lost, Words{
			Japanese: "取り込まれていない用紙があります: " + names(missing) + "。新しい束として取り込んでください。",
			English:  "These sheets are not in: " + names(missing) + ". Feed them as a new batch."}
	case len(doubled) > 0 && reason == "":
		return Lost, Words{
			Japanese: "2回取り込まれた用紙があります: " + names(doubled) + "。理由は記録されていません。",
			English:  "These sheets are in twice: " + names(doubled) + ". No reason is on record."}
	case len(doubled) > 0:
		return Answered, Words{
			Japanese: "すべての用紙が入っています。2回入っている用紙: " + names(doubled) + "。閉じたときの理由が記録に残っています。",
			English:  "Every sheet is in. In twice: " + names(doubled) + ". The reason given at closing is on record."}
	}
	return Home, Words{
		Japanese: "16枚すべてが1回ずつ取り込まれ、束は閉じられました。",
		English:  "All 16 sheets are in, once each, and the batch is closed."}
}
