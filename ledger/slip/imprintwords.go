package slip

import (
	"fmt"
	"strings"
)

// imprintsNamed bounds the findings that a message names one by one.
const imprintsNamed = 6

// DescribeImprints says, in both languages, which of a batch's sheets bear which
// other sheet's imprint, which imprint is on no sheet and which is on several.
// The sheets come by sequence. Nothing is said when none bears another's.
func DescribeImprints(sheets []SheetImprint) (japanese, english string) {
	var ja, en []string
	say := func(japanese, english string) { ja, en = append(ja, japanese), append(en, english) }
	for i := 0; i < len(sheets); i++ {
		if sheets[i].Verdict != ImprintOther {
			continue
		}
		first := i
		for i+1 < len(sheets) && sheets[i+1].goesOn(sheets[i]) {
			i++
		}
		say(bears(sheets[first], sheets[i]))
	}
	if len(ja) == 0 {
		return "", ""
	}
	on := map[SheetID][]int{} // the sheets that bear a sheet's imprint
	for _, sheet := range sheets {
		switch {
		case sheet.Verdict == ImprintSame:
			on[sheet.Sheet] = append(on[sheet.Sheet], sheet.Sheet.Sequence)
		case sheet.Of != nil:
			on[*sheet.Of] = append(on[*sheet.Of], sheet.Sheet.Sequence)
		}
	}
	for _, sheet := range sheets {
		number := sheet.Sheet.Sequence
		switch bearers := on[sheet.Sheet]; {
		case len(bearers) == 0 && sheet.Verdict == ImprintOther:
			say(fmt.Sprintf("%d枚目の印字はどの紙にも見つかりません。その紙を探してください。", number),
				fmt.Sprintf("The imprint of sheet %d was found on no sheet: look for that paper.", number))
		case len(bearers) > 1:
			say(fmt.Sprintf("%d枚目の印字が%s枚目の紙にあります。", number, joined(bearers, "・")),
				fmt.Sprintf("The imprint of sheet %d is on the sheets %s.", number, joined(bearers, ", ")))
		}
	}
	if more := len(ja) - imprintsNamed; more > 0 {
		ja, en = ja[:imprintsNamed], en[:imprintsNamed]
		say(fmt.Sprintf("ほかに%d件あります。", more), fmt.Sprintf("There are %d more such findings.", more))
	}
	return strings.Join(ja, "") + "紙が入れ替わったか、抜けたか、重なった恐れがあります。紙と画像を見比べてください。",
		" " + strings.Join(en, " ") + " Sheets may have been swapped, lost or doubled: compare the paper with the pictures."
}

// away is how many places on in its own batch the sheet comes whose imprint this
// one bears; 0 when that is of another batch or not known.
func (s SheetImprint) away() int {
	if s.Of == nil || s.Of.Station != s.Sheet.Station || s.Of.Batch != s.Sheet.Batch {
		return 0
	}
	return s.Of.Sequence - s.Sheet.Sequence
}

// goesOn reports whether a sheet goes on with the same displacement.
func (s SheetImprint) goesOn(before SheetImprint) bool {
	return s.Verdict == ImprintOther && s.away() != 0 && s.away() == before.away() && s.Sheet.Sequence == before.Sheet.Sequence+1
}

// bears says what the sheets from first to last bear, which are displaced alike.
func bears(first, last SheetImprint) (japanese, english string) {
	from, to, away := first.Sheet.Sequence, last.Sheet.Sequence, first.away()
	switch {
	case from != to && away > 0:
		return fmt.Sprintf("%d枚目から%d枚目までの紙に、それぞれ%d枚後の紙の印字があります。", from, to, away),
			fmt.Sprintf("The sheets %d to %d bear the imprint of the sheet %d further on each.", from, to, away)
	case from != to:
		return fmt.Sprintf("%d枚目から%d枚目までの紙に、それぞれ%d枚前の紙の印字があります。", from, to, -away),
			fmt.Sprintf("The sheets %d to %d bear the imprint of the sheet %d before each.", from, to, -away)
	case away != 0:
		return fmt.Sprintf("%d枚目の紙に%d枚目の印字があります。", from, first.Of.Sequence),
			fmt.Sprintf("Sheet %d bears the imprint of sheet %d.", from, first.Of.Sequence)
	case first.Of != nil:
		return fmt.Sprintf("%d枚目の紙に、束%sの%d枚目の印字「%s」があります。", from, first.Of.Batch, first.Of.Sequence, first.Text),
			fmt.Sprintf("Sheet %d bears the imprint “%s” of sheet %d of batch %s.", from, first.Text, first.Of.Sequence, first.Of.Batch)
	}
	return fmt.Sprintf("%d枚目の紙に、届いたどの紙のものでもない印字「%s」があります。", from, first.Text),
		fmt.Sprintf("Sheet %d bears the imprint “%s”, which no sheet has that came in.", from, first.Text)
}

func joined(numbers []int, by string) string {
	texts := make([]string, len(numbers))
	for i, number := range numbers {
		texts[i] = fmt.Sprint(number)
	}
	return strings.Join(texts, by)
}
