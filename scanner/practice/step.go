package practice

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"sesshu/scanner"
	"sesshu/scanner/station"
)

// Step is one thing that happened or was done.
type Step struct {
	At    time.Time
	Words scanner.Words
	Stop  bool           // the scanner stopped
	Wrong *scanner.Words // why the step was a mistake; nil when it was none
}

// note remembers a step. p.mu is held.
func (p *Practice) note(step Step) {
	step.At = p.config.Now()
	p.steps = append(p.steps, step)
}

func opened(event station.Event) Step {
	words := scanner.Words{
		Japanese: fmt.Sprintf("束 %s を始めた(枚数は不明)。", event.Sheet.Batch),
		English:  fmt.Sprintf("Began batch %s, count unknown.", event.Sheet.Batch)}
	if event.Declared != nil {
		words = scanner.Words{
			Japanese: fmt.Sprintf("束 %s を始めた(申告%d枚)。", event.Sheet.Batch, *event.Declared),
			English:  fmt.Sprintf("Began batch %s, %d sheets declared.", event.Sheet.Batch, *event.Declared)}
	}
	return Step{Words: words}
}

// judge is the step of putting papers into the feeder, and whether it was a
// mistake: papers that are in already are doubled by it, and a paper that stays
// in hand before others of the stack is left out. p.mu is held.
func (p *Practice) judge(loaded []Paper) Step {
	step := Step{Words: scanner.Words{
		Japanese: fmt.Sprintf("「%s」の用紙だけを給紙口に置いた。", loaded[0].Name),
		English:  fmt.Sprintf("Put the sheet of %s alone into the feeder.", loaded[0].Name)}}
	if len(loaded) > 1 {
		step.Words = scanner.Words{
			Japanese: fmt.Sprintf("「%s」から後ろの%d枚を給紙口に置いた。", loaded[0].Name, len(loaded)),
			English:  fmt.Sprintf("Put %d sheets into the feeder, from that of %s on.", len(loaded), loaded[0].Name)}
	}
	in := p.timesIn()
	doubled := pick(loaded, func(paper Paper) bool { return in[paper.Number] > 0 })
	left := pick(p.hand, func(paper Paper) bool { return in[paper.Number] == 0 && paper.Number < loaded[0].Number })
	switch {
	case len(doubled) > 0:
		step.Wrong = &scanner.Words{
			Japanese: "もう取り込み済みの用紙が混ざっていました: " + names(doubled),
			English:  "Some of them were in already: " + names(doubled)}
	case len(left) > 0:
		step.Wrong = &scanner.Words{
			Japanese: "取り込んでいない用紙を手元に残しました: " + names(left),
			English:  "Sheets that were not in stayed in hand: " + names(left)}
	}
	return step
}

// timesIn returns how often each paper is in, by number. p.mu is held.
func (p *Practice) timesIn() map[int]int {
	in := map[int]int{}
	for _, b := range p.batches {
		if b.discarded {
			continue
		}
		for _, number := range b.papers {
			in[number]++
		}
	}
	return in
}

func pick(papers []Paper, wanted func(Paper) bool) []Paper {
	return slices.DeleteFunc(slices.Clone(papers), func(paper Paper) bool { return !wanted(paper) })
}

func names(papers []Paper) string {
	all := make([]string, len(papers))
	for i, paper := range papers {
		all[i] = paper.Name
	}
	return strings.Join(all, ", ")
}
