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
	// Missing is how many declared sheets are not in; negative when more were
	// fed than declared, 0 when nothing was declared.
	Missing int
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
	if r.Declared != nil {
		r.Missing = *r.Declared - r.Safe
	}
	switch {
	case r.Fault != nil:
		r.Title, r.Steps = wordsFor(r.Fault, r.Safe)
	case r.Missing > 0:
		r.Title = scanner.Words{
			Japanese: fmt.Sprintf("%d枚足りません(申告%d枚、取り込み%d枚)。", r.Missing, *r.Declared, r.Safe),
			English:  fmt.Sprintf("%d sheets are missing: %d declared, %d in.", r.Missing, *r.Declared, r.Safe),
		}
		r.Steps = scanner.Words{
			Japanese: "給紙口・搬送路に用紙が残っていないか、2枚重なって通った用紙がないか確認してください。残っていた用紙は給紙口に置いて続けてください。数え直しても合わない場合は、理由を記入して閉じ、抜けた用紙を新しい束として取り込んでください。",
			English:  "Look for sheets left in the feeder or the paper path, and for two that went through together. Put what was left into the feeder and go on. If the count still does not agree, close the batch with a reason and feed the missing sheet as a new batch.",
		}
	case r.Missing < 0:
		r.Title = scanner.Words{
			Japanese: fmt.Sprintf("%d枚多く取り込まれました(申告%d枚、取り込み%d枚)。", -r.Missing, *r.Declared, r.Safe),
			English:  fmt.Sprintf("%d sheets too many: %d declared, %d in.", -r.Missing, *r.Declared, r.Safe),
		}
		r.Steps = scanner.Words{
			Japanese: "用紙を数え直してください。同じ画像が続いた番号: " + list(r.Repeats) + "。束の見出し紙・仕切り紙は、サーバーが読み取ると枚数から除かれます。合わない場合は理由を記入して閉じてください。",
			English:  "Count the sheets again. Images that repeat the one before: " + list(r.Repeats) + ". Batch headers and separators are taken out of the count once the server has read them. If it still does not agree, close the batch with a reason.",
		}
	default:
		r.Title = scanner.Words{Japanese: "取り込みが終わりました。", English: "Feeding is complete."}
		r.Steps = scanner.Words{
			Japanese: fmt.Sprintf("%d枚を取り込みました。", r.Safe),
			English:  fmt.Sprintf("%d sheets are safely in.", r.Safe),
		}
	}
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
