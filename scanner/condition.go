package scanner

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Condition is the named reason why a feed ended or could not start. Every
// device code becomes a condition once, at the device's edge; nothing else in
// the station looks at raw codes. A Condition is an error, so that
// errors.Is(err, scanner.Jam) asks the question directly.
type Condition uint8

// The conditions. Unknown is the zero value: a code that no table names is
// unknown, and keeps its raw value in the Fault.
const (
	Unknown Condition = iota
	FeederEmpty
	Jam
	DoubleFeed
	Mispick
	CoverOpen
	Busy
	Unplugged
	OperatorStop
	PowerSave
	WarmingUp
	OutOfMemory
	Stalled
	BrokenTransfer
	TooLarge
	OddSides
	Unsupported
	Denied
	Untrusted
	SpoolFull
	SpoolReadOnly
	SpoolFailed
	conditionCount
)

// Words are one message for a person.
type Words struct {
	Japanese string `json:"ja"`
	English  string `json:"en"`
}

// conditionRow is one row of the one table of conditions.
type conditionRow struct {
	name string
	// What happened, and what to do. In the second pair {last} stands for the
	// sequence number of the last sheet that is safely in.
	title Words
	steps Words
}

// putBack is the heart of recovery: the sheets that are safely in are always
// the first ones of the stack, so what to feed again is everything behind the
// last of them, wherever it lies now. Words that tell the operator to pick one
// sheet out of the output tray were rejected: slips look alike.
//
// The last safe sheet is found by its picture, not by counting: had a sheet
// been lost unnoticed before, counting would put one back that is in already,
// and the doubled sheet would hide the lost one in the final count.
var putBack = Words{
	Japanese: "取り込み済みは{last}枚目までです。画面の画像で{last}枚目の用紙を確かめ、それより後の用紙(排紙トレイ・搬送路にあるものも含む)を元の順で給紙口に戻し、再開してください。",
	English:  "Sheets up to number {last} are safely in. Find the sheet shown as number {last}, put every sheet behind it back into the feeder in its old order, also those in the output tray and in the paper path, and continue.",
}

// keepStack is for conditions in which no sheet has left the feeder.
var keepStack = Words{
	Japanese: "取り込み済みは{last}枚目までです。用紙はそのままで構いません。",
	English:  "Sheets up to number {last} are safely in. The stack can stay where it is.",
}

func steps(first, then Words) Words {
	return Words{Japanese: first.Japanese + then.Japanese, English: first.English + " " + then.English}
}

var conditions = [conditionCount]conditionRow{
	Unknown: {"unknown device condition",
		Words{"スキャナーが不明な状態を返しました。", "The scanner reported a state that is not known."},
		steps(Words{"スキャナーの表示を確認してください。", "Look at the scanner's own display."}, putBack)},
	FeederEmpty: {"feeder empty",
		Words{"給紙口に用紙がありません。", "The feeder is empty."},
		Words{"取り込み済みは{last}枚目までです。続きの用紙を給紙口に置いてください。", "Sheets up to number {last} are safely in. Put the next sheets into the feeder."}},
	Jam: {"paper jam",
		Words{"紙づまりです。", "Paper is jammed."},
		steps(Words{"カバーを開け、つまった用紙を静かに取り除いてください。", "Open the cover and take the jammed sheet out gently."}, putBack)},
	DoubleFeed: {"double feed",
		Words{"用紙が重なって送られました。", "Two or more sheets were pulled in together."},
		steps(Words{"重なった用紙を取り出し、1枚ずつにさばいてください。", "Take the sheets out and separate them."}, putBack)},
	Mispick: {"paper not picked",
		Words{"用紙を送れませんでした。", "The feeder could not pick a sheet."},
		steps(Words{"用紙をさばき、そろえて置き直してください。", "Fan the stack, align it and place it again."}, putBack)},
	CoverOpen: {"cover open",
		Words{"スキャナーのカバーが開いています。", "The scanner's cover is open."},
		steps(Words{"搬送路の用紙を取り除き、カバーを閉じてください。", "Remove any sheet from the paper path and close the cover."}, putBack)},
	Busy: {"device busy",
		Words{"スキャナーは使用中です。", "The scanner is busy."},
		steps(Words{"ほかの人が使っていないか確認し、終わってから再開してください。続く場合はスキャナーの電源を入れ直してください。", "Check whether somebody else is using it and continue afterwards. If it stays busy, switch the scanner off and on."}, keepStack)},
	Unplugged: {"device unreachable",
		Words{"スキャナーに接続できません。", "The scanner cannot be reached."},
		steps(Words{"電源とケーブル(ネットワーク)を確認してください。", "Check its power and its cable or network."}, putBack)},
	OperatorStop: {"stopped by the operator",
		Words{"停止ボタンで中断されました。", "The feed was stopped by hand."},
		steps(Words{"準備ができたら再開してください。", "Continue when you are ready."}, putBack)},
	PowerSave: {"device asleep",
		Words{"スキャナーは節電状態です。", "The scanner is asleep."},
		steps(Words{"スキャナーのボタンを押して起こしてください。", "Wake it with its button."}, keepStack)},
	WarmingUp: {"device warming up",
		Words{"スキャナーは準備中です。", "The scanner is warming up."},
		steps(Words{"しばらく待ってから再開してください。", "Wait a little and continue."}, keepStack)},
	OutOfMemory: {"device out of memory",
		Words{"スキャナーのメモリーが足りません。", "The scanner has run out of memory."},
		steps(Words{"解像度を下げるか、スキャナーの電源を入れ直してください。", "Lower the resolution, or switch the scanner off and on."}, putBack)},
	Stalled: {"device stopped answering",
		Words{"スキャナーが応答しなくなりました。", "The scanner has stopped answering."},
		steps(Words{"スキャナーの電源を入れ直し、搬送路の用紙を取り除いてください。", "Switch the scanner off and on and remove any sheet from the paper path."}, putBack)},
	BrokenTransfer: {"image arrived damaged",
		Words{"画像が途中で切れて届きました。", "An image arrived incomplete."},
		steps(Words{"不完全な画像は捨てました。", "The incomplete image was thrown away."}, putBack)},
	TooLarge: {"image too large",
		Words{"画像が大きすぎます。サーバーは1枚につき64MBまでしか受け取れません。", "An image is too large: the service takes at most 64 MB a sheet."},
		steps(Words{"その用紙は取り込んでいません。解像度を下げて読み取り直すか、監視フォルダーの場合は大きなファイルをフォルダーから取り出してください。", "That sheet was not taken in. Scan it at a lower resolution, or take the large file out of the watched folder, where it still lies."}, putBack)},
	OddSides: {"back side missing",
		Words{"裏面の画像が届きませんでした。", "The back side of a sheet did not arrive."},
		steps(Words{"その用紙は取り込んでいません。", "That sheet was not taken in."}, putBack)},
	Unsupported: {"setting not supported",
		Words{"このスキャナーでは使えない設定です。", "The scanner cannot do what the settings ask."},
		steps(Words{"設定を変更してください。", "Change the settings."}, keepStack)},
	Denied: {"access denied",
		Words{"スキャナーの使用が許可されていません。", "The scanner refused access."},
		steps(Words{"管理者に連絡してください。", "Tell the administrator."}, keepStack)},
	Untrusted: {"device not trusted",
		Words{"スキャナーの証明書が登録されたものと違います。", "The scanner shows another certificate than the one on record."},
		steps(Words{"管理者に連絡してください。", "Tell the administrator."}, keepStack)},
	SpoolFull: {"spool disk full",
		Words{"この端末のディスクがいっぱいです。", "This station's disk is full."},
		steps(Words{"サーバーへの送信が進むのを待つか、管理者に連絡してください。", "Wait until the backlog has been handed in, or tell the administrator."}, putBack)},
	SpoolReadOnly: {"spool disk read-only",
		Words{"この端末のディスクに書き込めません。", "This station's disk cannot be written to."},
		steps(Words{"管理者に連絡してください。", "Tell the administrator."}, putBack)},
	SpoolFailed: {"spool failed",
		Words{"この端末のディスクで障害が起きました。", "This station's disk has failed."},
		steps(Words{"管理者に連絡してください。", "Tell the administrator."}, putBack)},
}

func (c Condition) row() conditionRow {
	if c >= conditionCount {
		c = Unknown
	}
	return conditions[c]
}

// Error returns the condition's short English name.
func (c Condition) Error() string { return c.row().name }

// Title says to the operator what happened.
func (c Condition) Title() Words { return c.row().title }

// Steps says to the operator what to do with which sheet. The sheets 1 to last
// of the batch are safely in.
func (c Condition) Steps(last int) Words {
	number := strconv.Itoa(last)
	row := c.row()
	return Words{
		Japanese: strings.ReplaceAll(row.steps.Japanese, "{last}", number),
		English:  strings.ReplaceAll(row.steps.English, "{last}", number),
	}
}

// Conditions lists every condition, for tables and tests.
func Conditions() []Condition {
	all := make([]Condition, conditionCount)
	for i := range all {
		all[i] = Condition(i)
	}
	return all
}

// Fault is a condition with the device's own words for it.
type Fault struct {
	Condition Condition
	Protocol  string // "eSCL", "SANE", "folder", "spool"
	Raw       string // the device's codes, unchanged, for the log and the vendor
	Cause     error  // may be nil
}

// Error joins the condition, the raw code and the cause.
func (f *Fault) Error() string {
	text := f.Condition.Error()
	if f.Raw != "" {
		text += fmt.Sprintf(" (%s %s)", f.Protocol, f.Raw)
	} else if f.Protocol != "" {
		text += fmt.Sprintf(" (%s)", f.Protocol)
	}
	if f.Cause != nil {
		text += ": " + f.Cause.Error()
	}
	return text
}

// Unwrap makes both the condition and the cause visible to errors.Is, but for a
// cause that is an io.EOF: a connection that broke off must never look like the
// end of a feed.
func (f *Fault) Unwrap() []error {
	if f.Cause == nil || errors.Is(f.Cause, io.EOF) {
		return []error{f.Condition}
	}
	return []error{f.Condition, f.Cause}
}

// ConditionOf returns the condition that an error carries, Unknown when it
// carries none.
func ConditionOf(err error) Condition {
	var fault *Fault
	if errors.As(err, &fault) {
		return fault.Condition
	}
	var condition Condition
	if errors.As(err, &condition) {
		return condition
	}
	return Unknown
}
