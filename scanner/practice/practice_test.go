package practice

import (
	"errors"
	"fmt"
	"testing"

	"sesshu/ledger/slip"
	"sesshu/scanner/station"
	"sesshu/scanner/virtual"
)

// feed stands for the station: it takes papers in as sheets of a batch.
func (p *Practice) feed(batch string, numbers ...int) {
	for _, number := range numbers {
		p.Notice(station.Event{Kind: station.Spooled, Sheet: slip.SheetID{Batch: batch, Sequence: 1},
			Image: append([]byte{0xff, 0xd8, 0xff, 0xfe, 0, 4, 1, byte(number)}, p.papers[number-1].image[2:]...)})
	}
}

func upTo(first, last int) (numbers []int) {
	for number := first; number <= last; number++ {
		numbers = append(numbers, number)
	}
	return numbers
}

// closed is the station's account of a batch that is closed, with a reason or
// without.
func closed(name, reason string) station.Batch {
	return station.Batch{Name: name, Closing: &station.Closing{Reason: reason}}
}

// The verdict is about the paper, whatever the station says of it.
func TestVerdict(t *testing.T) {
	for name, c := range map[string]struct {
		feeds    map[string][]int
		accounts []station.Batch
		discard  string
		want     Tone
	}{
		"nothing fed":             {nil, nil, "", Unfinished},
		"open":                    {map[string][]int{"a": upTo(1, 16)}, []station.Batch{{Name: "a"}}, "", Unfinished},
		"all in once":             {map[string][]int{"a": upTo(1, 16)}, []station.Batch{closed("a", "")}, "", Home},
		"in two batches":          {map[string][]int{"a": upTo(1, 15), "b": {16}}, []station.Batch{closed("a", "one left"), closed("b", "")}, "", Home},
		"one missing":             {map[string][]int{"a": upTo(1, 15)}, []station.Batch{closed("a", "one is gone")}, "", Lost},
		"one twice":               {map[string][]int{"a": append(upTo(1, 16), 3)}, []station.Batch{closed("a", "")}, "", Lost},
		"one twice, with reason":  {map[string][]int{"a": append(upTo(1, 16), 3)}, []station.Batch{closed("a", "3 came twice")}, "", Answered},
		"one twice, one missing":  {map[string][]int{"a": append(upTo(1, 15), 3)}, []station.Batch{closed("a", "why")}, "", Lost},
		"discarded and fed again": {map[string][]int{"a": upTo(1, 4), "b": upTo(1, 16)}, []station.Batch{{Name: "a", Discarded: &station.Discard{}}, closed("b", "")}, "a", Home},
		"discarded alone":         {map[string][]int{"a": upTo(1, 16)}, []station.Batch{{Name: "a", Discarded: &station.Discard{}}}, "a", Lost},
		"another exercise's":      {map[string][]int{"a": upTo(1, 16)}, []station.Batch{closed("a", ""), {Name: "old"}}, "", Home},
	} {
		p, err := New(Config{})
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Choose("jam"); err != nil {
			t.Fatal(err)
		}
		for batch, numbers := range c.feeds {
			p.feed(batch, numbers...)
		}
		if c.discard != "" {
			p.Notice(station.Event{Kind: station.Discarded, Sheet: slip.SheetID{Batch: c.discard}})
		}
		report, begun := p.Report(c.accounts)
		if view := p.View(c.accounts); !begun || report.Tone != c.want || view.Tone != c.want || view.Verdict.Japanese == "" || view.Verdict.English == "" {
			t.Errorf("%s: %s (%s), want %s", name, report.Tone, report.Verdict.English, c.want)
		}
	}
}

// Putting back too many or too few is a mistake, and the report names the sheets.
func TestPuttingBack(t *testing.T) {
	for name, c := range map[string]struct {
		in    []int
		first int
		only  bool
		wrong string
	}{
		"the whole stack":        {nil, 1, false, ""},
		"behind the last one in": {upTo(1, 5), 6, false, ""},
		"one too many":           {upTo(1, 5), 5, false, "前田 直樹"},
		"one too few":            {upTo(1, 5), 7, false, "山田 拓也"},
		"the missing one alone":  {append(upTo(1, 7), upTo(9, 16)...), 8, true, ""},
		"more than that":         {append(upTo(1, 7), upTo(9, 10)...), 8, false, "伊藤 洋子, 渡辺 明美"},
	} {
		p, err := New(Config{})
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(p.Choose("smooth"), p.TakeOut()); err != nil {
			t.Fatal(err)
		}
		p.feed("a", c.in...)
		if err := p.Load(c.first, c.only); err != nil {
			t.Fatal(err)
		}
		report, _ := p.Report(nil)
		step := report.Steps[len(report.Steps)-1]
		if (step.Wrong == nil) != (c.wrong == "") || step.Wrong != nil && step.Wrong.English[len(step.Wrong.English)-len(c.wrong):] != c.wrong {
			t.Errorf("%s: %+v, wrong %+v", name, step, step.Wrong)
		}
		if err := p.Load(c.first, c.only); !errors.Is(err, ErrNotInHand) {
			t.Errorf("%s: a sheet is in two places: %v", name, err)
		}
		if err := p.TakeOut(); err != nil || len(p.hand) != Sheets {
			t.Errorf("%s: %d sheets in hand: %v", name, len(p.hand), err)
		}
		for i, paper := range p.hand {
			if paper.Number != i+1 {
				t.Errorf("%s: the stack is out of order: %+v", name, p.hand)
				break
			}
		}
	}
}

// Every exercise has words in both languages, for itself and for what goes wrong,
// and what it scripts happens to sheets that are there.
func TestExercises(t *testing.T) {
	ids := map[string]bool{}
	for _, exercise := range Exercises() {
		found, known := exerciseOf(exercise.ID)
		if !known || ids[exercise.ID] || found.Title.Japanese == "" || found.Title.English == "" || found.Task.Japanese == "" || found.Task.English == "" {
			t.Errorf("exercise %+v", found)
		}
		ids[exercise.ID] = true
		for _, fault := range exercise.script {
			if words := faultWords[fault.Kind]; words.Japanese == "" || words.English == "" || fault.Sheet < 1 {
				t.Errorf("%s: %v has no words", exercise.ID, fault)
			}
		}
	}
	for _, kind := range []virtual.Kind{virtual.Jam, virtual.DoubleFeed, virtual.DoubleFeedUnseen, virtual.CoverOpen, virtual.EmptyTooEarly} {
		if faultWords[kind].English == "" {
			t.Errorf("%s cannot be practised", kind)
		}
	}
	p, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	for name, act := range map[string]func() error{"choose": func() error { return p.Choose("none") }, "load": func() error { return p.Load(1, false) }, "take out": p.TakeOut} {
		if err := act(); !errors.Is(err, ErrNoExercise) {
			t.Errorf("%s before an exercise: %v", name, err)
		}
	}
	if _, begun := p.Report(nil); begun || fmt.Sprint(p.View(nil).Tone) != "" {
		t.Error("something is reported before an exercise")
	}
}
