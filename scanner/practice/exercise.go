package practice

import (
	"slices"

	"sesshu/scanner"
	"sesshu/scanner/virtual"
)

// Exercise is one thing to practise: a stack, and what goes wrong with it.
type Exercise struct {
	ID    string        `json:"id"`
	Title scanner.Words `json:"title"`
	Task  scanner.Words `json:"task"` // what the operator is to do
	// script counts sheets as they are pulled in, so a sheet that is put back
	// counts again.
	script []virtual.Fault
}

// bringHome is what every exercise asks for.
var bringHome = scanner.Words{
	Japanese: "16枚の束を、画面の指示どおりに最後まで取り込み、束を閉じてください。",
	English:  "Feed the stack of 16 sheets to its end as the page tells you, and close the batch.",
}

// Exercises lists what can be practised, the simple things first.
func Exercises() []Exercise {
	return []Exercise{
		{ID: "smooth", Title: scanner.Words{Japanese: "何も起きない束", English: "Nothing goes wrong"}},
		{ID: "jam", Title: scanner.Words{Japanese: "紙づまり", English: "A jam"},
			script: []virtual.Fault{{Kind: virtual.Jam, Sheet: 6}}},
		{ID: "double-feed", Title: scanner.Words{Japanese: "重送(機械が気づく)", English: "A double feed that the scanner notices"},
			script: []virtual.Fault{{Kind: virtual.DoubleFeed, Sheet: 9}}},
		{ID: "cover-open", Title: scanner.Words{Japanese: "カバーが開く", English: "The cover comes open"},
			script: []virtual.Fault{{Kind: virtual.CoverOpen, Sheet: 5}}},
		{ID: "empty-too-early", Title: scanner.Words{Japanese: "用紙があるのに「用紙なし」", English: "“Empty” with paper left"},
			script: []virtual.Fault{{Kind: virtual.EmptyTooEarly, Sheet: 8}, {Kind: virtual.EmptyTooEarly, Sheet: 8}}},
		{ID: "missing", Title: scanner.Words{Japanese: "重送(機械が気づかない)", English: "A double feed that nobody notices"},
			script: []virtual.Fault{{Kind: virtual.DoubleFeedUnseen, Sheet: 7}}},
		{ID: "repeat", Title: scanner.Words{Japanese: "1枚が2回届く", English: "One sheet comes twice"},
			script: []virtual.Fault{{Kind: virtual.RepeatPage, Sheet: 5}}},
		{ID: "bad-day", Title: scanner.Words{Japanese: "全部まとめて", English: "All in one stack"},
			script: []virtual.Fault{{Kind: virtual.Jam, Sheet: 4}, {Kind: virtual.DoubleFeed, Sheet: 9}, {Kind: virtual.CoverOpen, Sheet: 15},
				{Kind: virtual.EmptyTooEarly, Sheet: 18}, {Kind: virtual.EmptyTooEarly, Sheet: 18}}},
	}
}

// exerciseOf returns the exercise with an id.
func exerciseOf(id string) (Exercise, bool) {
	all := Exercises()
	at := slices.IndexFunc(all, func(e Exercise) bool { return e.ID == id })
	if at < 0 {
		return Exercise{}, false
	}
	found := all[at]
	found.Task = bringHome
	return found, true
}

// faultWords say what the script did. Only kinds that exercises use have words.
var faultWords = map[virtual.Kind]scanner.Words{
	virtual.Jam:              {Japanese: "用紙が搬送路でつまりました。", English: "A sheet was jammed in the paper path."},
	virtual.DoubleFeed:       {Japanese: "2枚が重なって送られ、スキャナーが気づいて止まりました。", English: "Two sheets were pulled in together, and the scanner noticed and stopped."},
	virtual.DoubleFeedUnseen: {Japanese: "2枚が重なって送られ、スキャナーは気づきませんでした。下の1枚は画像になっていません。", English: "Two sheets went through together, and the scanner did not notice. The lower one was never imaged."},
	virtual.CoverOpen:        {Japanese: "取り込みの途中でカバーが開きました。", English: "The cover came open while paper moved."},
	virtual.EmptyTooEarly:    {Japanese: "給紙口に用紙が残っているのに、スキャナーが「用紙なし」と答えました。", English: "The scanner said that its feeder was empty, with paper left in it."},
	virtual.RepeatPage:       {Japanese: "スキャナーが1枚の画像を2回送りました。", English: "The scanner delivered one sheet twice."},
}
