package station

import (
	"context"
	"errors"
	"fmt"

	"sesshu/scanner"
)

// Report is what a feed came to, with the words for the operator.
type Report struct {
	Station  string
	Batch    string
	Declared *int // nil when the operator declared nothing
	Fed      int  // sheets that this feed brought safely in
	Safe     int  // sheets 1 to Safe of the batch are safely in
	// Missing is how many declared slips are not in; negative when more were
	// fed than declared, 0 when nothing was declared. Headers and separators are
	// no slips.
	Missing int
	// Control is how many of the sheets are no slips of their own, as far as the
	// service has read them.
	Control int
	// Undecided: there are too many, which may be headers or separators.
	Undecided bool
	// Repeats are the sheets of this feed whose image equals the one before to
	// the last bit: a device that delivered one page twice, or the same picture
	// fed twice. They are sheets like any other; a person decides.
	Repeats []int
	// Fault is why feeding ended; nil when the feeder ran empty.
	Fault error
	// LastImage is the image of sheet Safe, to show to the operator, who finds the
	// paper by it; nil when the batch has no sheet yet.
	LastImage []byte
	// HalfImage is the front of a sheet whose back never arrived, or that could
	// not be stored: that sheet is not in. Nil otherwise.
	HalfImage []byte
	// Title says what happened, Steps what to do with which sheet.
	Title, Steps scanner.Words
}

// Complete reports a feed after which the batch can be closed: the feeder ran
// empty, and the counts agree or nothing was declared.
func (r Report) Complete() bool { return r.Fault == nil && r.Missing == 0 }

// explain fills in the words.
func (r *Report) explain() {
	slips := r.Safe - r.Control
	switch {
	case r.Fault != nil:
		r.Title, r.Steps = wordsFor(r.Fault, r.Safe)
	case r.Missing > 0:
		r.Title = scanner.Words{
			Japanese: fmt.Sprintf("%d枚足りません(申告%d枚、取り込み%d枚)。", r.Missing, *r.Declared, slips),
			English:  fmt.Sprintf("%d sheets are missing: %d declared, %d in.", r.Missing, *r.Declared, slips),
		}
		r.Steps = scanner.Words{
			Japanese: "給紙口・搬送路に用紙が残っていないか、2枚重なって通った用紙がないか確認してください。残っていた用紙は給紙口に置いて続けてください。数え直しても合わない場合は、理由を記入して閉じ、抜けた用紙を新しい束として取り込んでください。",
			English:  "Look for sheets left in the feeder or the paper path, and for two that went through together. Put what was left into the feeder and go on. If the count still does not agree, close the batch with a reason and feed the missing sheet as a new batch.",
		}
	case r.Missing < 0:
		r.Title = scanner.Words{
			Japanese: fmt.Sprintf("%d枚多く取り込まれました(申告%d枚、取り込み%d枚)。", -r.Missing, *r.Declared, slips),
			English:  fmt.Sprintf("%d sheets too many: %d declared, %d in.", -r.Missing, *r.Declared, slips),
		}
		r.Steps = scanner.Words{
			Japanese: "用紙を数え直してください。同じ画像が続いた番号: " + list(r.Repeats) + "。合わない場合は理由を記入して閉じてください。",
			English:  "Count the sheets again. Images that repeat the one before: " + list(r.Repeats) + ". If it still does not agree, close the batch with a reason.",
		}
		if r.Undecided {
			r.Steps = scanner.Words{
				Japanese: "束の見出し紙・仕切り紙が入っていれば、そのまま閉じてください。サーバーが読み取り、枚数から除きます。入っていなければ、用紙を数え直してください。",
				English:  "If there are a batch header or separators among them, close the batch: the server reads them and takes them out of the count. If there are none, count the sheets again.",
			}
		}
	default:
		r.Title = scanner.Words{Japanese: "取り込みが終わりました。", English: "Feeding is complete."}
		r.Steps = scanner.Words{
			Japanese: fmt.Sprintf("%d枚を取り込みました。", r.Safe),
			English:  fmt.Sprintf("%d sheets are safely in.", r.Safe),
		}
	}
	if r.Fault == nil && r.Missing != 0 && r.Control > 0 {
		r.Steps.Japanese += fmt.Sprintf("見出し紙・仕切り紙・二度取り込んだ紙%d枚は除いてあります。", r.Control)
		r.Steps.English += fmt.Sprintf(" Headers, separators and sheets fed twice are taken out: %d.", r.Control)
	}
}

// CountWords says to the operator in what the counts of a batch disagree, as far
// as is known now.
func CountWords(account Batch) (title, steps scanner.Words) {
	report := Report{Declared: account.Declared, Safe: account.Safe, Missing: account.Missing(), Control: account.Control,
		Undecided: account.Undecided(), Repeats: account.Repeats}
	report.explain()
	return report.Title, report.Steps
}

// wordsFor returns what to tell the operator of an error that stopped a feed.
func wordsFor(err error, safe int) (title, steps scanner.Words) {
	condition := scanner.ConditionOf(err)
	if condition == scanner.Unknown {
		if title, steps, known := refusalWords(err, safe); known {
			return title, steps
		}
		if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
			condition = scanner.OperatorStop
		}
	}
	return condition.Title(), condition.Steps(safe)
}

// list writes sequence numbers, a dash for none.
func list(numbers []int) string {
	if len(numbers) == 0 {
		return "-"
	}
	text := ""
	for i, number := range numbers {
		if i > 0 {
			text += ", "
		}
		text += fmt.Sprint(number)
	}
	return text
}
