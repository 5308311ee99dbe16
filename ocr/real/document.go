package real

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sesshu/ocr/bench"
)

// Document writes what was counted as Markdown.
func (m Measured) Document() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "## Real things that nobody here drew, %s\n\nMade by `%s`. Readers: %s. ", m.Day, m.Command, versions(m.Readers))
	b.WriteString("Bounds are those of Clopper and Pearson, one-sided, 95 %. None of these pictures is a slip.\n\n")
	if len(m.Missing) > 0 {
		fmt.Fprintf(&b, "Not there, so not measured: %s.\n\n", strings.Join(m.Missing, ", "))
	}
	m.digits(&b)
	m.codes(&b)
	m.marks(&b)
	m.papers(&b)
	m.texts(&b)
	m.numbers(&b)
	return b.Bytes()
}

func (m Measured) digits(b *bytes.Buffer) {
	if len(m.Digits) == 0 {
		return
	}
	b.WriteString("### Single digits by hand\n\nEach digit stands alone, without the calendar that helps a date. It is laid into a printed cell as the forms have it " +
		"(6 × 8 mm, frame 0.25 mm, 1 mm of margin, 300 dpi); how large the writing is there is assumed, for the collections do not say:\n\n")
	for _, set := range m.Digits {
		fmt.Fprintf(b, "- %s: %s\n", set.Name, set.How)
	}
	b.WriteString("\nMNIST's and NSYSU's other writers trained the networks; Semeion never did, but stands in the mix that networks are compared on. " +
		"\"Doubted\": no digit, or nothing, is likelier than any digit.\n\n" +
		"| collection | digits | right | doubted | calibration error |")
	for _, level := range DigitLevels {
		fmt.Fprintf(b, " accepted from %g | wrong |", level)
	}
	b.WriteString("\n|---|---|---|---|---|" + strings.Repeat("---|---|", len(DigitLevels)) + "\n")
	for _, set := range m.Digits {
		fmt.Fprintf(b, "| %s | %d | %s | %d | %.4f |", set.Name, set.N, share(set.Right, set.N), set.Doubted, bench.CalibrationError(set.Judged))
		for _, level := range DigitLevels {
			accepted, wrong := set.From(level)
			fmt.Fprintf(b, " %d (%s) | %d (at most %s) |", accepted, percent(accepted, set.N), wrong, percentOf(set.Upper(level)))
		}
		b.WriteString("\n")
	}
	b.WriteString("\nMost frequent errors, label→reading:")
	for i, set := range m.Digits {
		fmt.Fprintf(b, "%s %s %s", map[bool]string{true: ";"}[i > 0], set.Name, set.mistakes())
	}
	b.WriteString(".\n\n")
}

// mistakes lists the most frequent mistakes.
func (s DigitSet) mistakes() string {
	keys := slices.SortedFunc(maps.Keys(s.Mistook), func(a, b string) int {
		return cmp.Or(cmp.Compare(s.Mistook[b], s.Mistook[a]), cmp.Compare(a, b))
	})
	var text []string
	for _, key := range keys[:min(5, len(keys))] {
		text = append(text, fmt.Sprintf("%c→%c %d", key[0], key[1], s.Mistook[key]))
	}
	if len(text) == 0 {
		return "none"
	}
	return strings.Join(text, ", ")
}

func (m Measured) codes(b *bytes.Buffer) {
	if len(m.Codes) == 0 {
		return
	}
	b.WriteString("### Codes\n\nZXing's test pictures, whole: many are photographs, some made to be at the edge of what can be read. On a slip the code is cut out by the form and lies upright.\n\n" +
		"| pictures | decoder | pictures with a text | right | wrong text | not read |\n|---|---|---|---|---|---|\n")
	for _, set := range m.Codes {
		if set.Decoder == "" {
			fmt.Fprintf(b, "| %s | none | %d | – | – | %[2]d |\n", set.Folder, set.N)
			continue
		}
		wrong := faults(set.Wrong, set.Right+set.Wrong)
		if set.Wrong > 0 {
			wrong += fmt.Sprintf(", probability up to %.4f", set.Highest)
		}
		fmt.Fprintf(b, "| %s | %s | %d | %s | %s | %d |\n", set.Folder, set.Decoder, set.N, share(set.Right, set.N), wrong, set.N-set.Right-set.Wrong)
	}
	b.WriteString("\nPictures without a code of the kind (ZXing's false positives and all other kinds of codes):\n\n| decoder | pictures | read something | in |\n|---|---|---|---|\n")
	for _, stranger := range m.Strange {
		in := strings.Join(stranger.Read, ", ")
		if in != "" {
			in += fmt.Sprintf(" (probability up to %.4f)", stranger.Highest)
		}
		fmt.Fprintf(b, "| %s | %d | %s | %s |\n", stranger.Decoder, stranger.N, faults(len(stranger.Read), stranger.N), cmp.Or(in, "–"))
	}
	numbers, valid, none := 0, 0, []string{}
	for _, set := range m.Codes {
		numbers, valid = numbers+set.GTINs, valid+set.Valid
		if set.Decoder == "" {
			none = append(none, set.Folder)
		}
	}
	if len(none) > 0 {
		fmt.Fprintf(b, "\nThere is no decoder for GS1 DataBar (%s): no form has such a code, and nothing reads it. Of the %d article numbers (GTIN) in the texts beside these pictures our check digit confirms %d.\n",
			strings.Join(none, ", "), numbers, valid)
	}
	b.WriteString("\n")
}

func (m Measured) marks(b *bytes.Buffer) {
	if len(m.Marks) == 0 {
		return
	}
	b.WriteString("### Marks\n\nThe bubbles of OMRChecker's sheets, each with a little margin, against its blank, by the reader of tick squares. It was made for squares of 3 to 4 mm on forms that are registered; " +
		"these are small circles placed by the collection's template alone, and no sheet is registered to its blank: what is said wrongly against a blank sheet shows what registration spares the reader. What is right here is what OMRChecker's own program reads. \"Agree\" and \"against\" count from a probability of 0.9; the rest is in doubt and would be asked.\n\n" +
		"| sheets | blank | marked | agree | against | unmarked | agree | against |\n|---|---|---|---|---|---|---|---|\n")
	var left []string
	for _, set := range m.Marks {
		if set.Left != "" {
			left = append(left, fmt.Sprintf("%s (%d)", set.Folder, set.Sheets))
			continue
		}
		fmt.Fprintf(b, "| %s, %d | %s |", set.Folder, set.Sheets, set.Blank)
		for _, count := range []MarkCount{set.Marked, set.Unmarked} {
			fmt.Fprintf(b, " %d | %d (%s) | %s |", count.N, count.Agree, percent(count.Agree, count.N), faults(count.Against, count.N))
		}
		b.WriteString("\n")
	}
	if len(left) > 0 {
		fmt.Fprintf(b, "\nLeft out, with the number of sheets: %s. Their sheets have to be found in the picture first, which is what registration does for our own forms and for no others.\n", strings.Join(left, ", "))
	}
	b.WriteString("\n")
}

func (m Measured) papers(b *bytes.Buffer) {
	if len(m.Papers) == 0 {
		return
	}
	b.WriteString("### Foreign papers\n\nEvery picture as a page, read and decided as `sesshu read` does, with registers of fictional people, so that nothing is kept from being accepted for want of one.\n\n" +
		"| collection | pages | none of our forms | like one, not read | blank | refused as no page | taken for ours | accepted |\n|---|---|---|---|---|---|---|---|\n")
	total := PaperSet{Collection: "**all**"}
	row := func(set PaperSet) {
		fmt.Fprintf(b, "| %s | %d | %s | %d | %d | %d | %s | %s |\n", set.Collection, set.Pages, share(set.NoForm, set.Pages), set.PoorFit, set.Blank, set.Unreadable,
			faults(len(set.Ours)+len(set.Control), set.Pages), faults(len(set.Accepted), set.Pages))
	}
	for _, set := range m.Papers {
		row(set)
		total.Pages += set.Pages
		total.NoForm += set.NoForm
		total.PoorFit += set.PoorFit
		total.Blank += set.Blank
		total.Unreadable += set.Unreadable
		total.Ours = append(total.Ours, set.Ours...)
		total.Control = append(total.Control, set.Control...)
		total.Accepted = append(total.Accepted, set.Accepted...)
	}
	row(total)
	for _, list := range []struct {
		what  string
		names []string
	}{{"Taken for a form of ours", total.Ours}, {"Taken for a batch sheet", total.Control}, {"Accepted", total.Accepted}} {
		if len(list.names) > 0 {
			fmt.Fprintf(b, "\n%s: %s.\n", list.what, strings.Join(list.names, ", "))
		}
	}
	b.WriteString("\n")
}

func (m Measured) texts(b *bytes.Buffer) {
	if len(m.Texts) == 0 {
		return
	}
	b.WriteString("### Printed pages\n\nTesseract as it is used here, one line at a time and without a dictionary, on the English pages of tesseract-testing. Lines are cut between white rows, which no part of the reading does, " +
		"so errors of the cutting count as errors of the text. eurotext is left out: it is in languages that the models here were not made for.\n\n" +
		"| page | lines cut | lines of the truth | characters | wrong characters |\n|---|---|---|---|---|\n")
	for _, text := range m.Texts {
		fmt.Fprintf(b, "| %s | %d | %d | %d | %d (%s, at most %s) |\n", text.File, text.Lines, text.TrueLines, text.Characters, text.Wrong, percent(text.Wrong, text.Characters), text.upper())
	}
	b.WriteString("\n")
}

func (m Measured) numbers(b *bytes.Buffer) {
	if len(m.Lots) > 0 {
		b.WriteString("### Real lot numbers\n\nThe patterns were derived from published lots, most of these among them: this shows that they hold, not what they do to lots still unseen. " +
			"\"One step\": one character differs, or two neighbours changed places; a lot master alone cannot tell such lots apart.\n\n" +
			"| list | manufacturer | lots | can be a lot | fit its patterns | lots with another one step away | such pairs |\n|---|---|---|---|---|---|---|\n")
		for _, list := range m.Lots {
			fit := "no pattern is known"
			if list.Known {
				fit = share(list.Fit, list.N)
			}
			fmt.Fprintf(b, "| %s | %s | %d | %d | %s | %d | %d |\n", list.File, list.Manufacturer, list.N, list.Valid, fit, list.Near, list.Pairs)
		}
		b.WriteString("\n")
	}
	if len(m.Numbers) > 0 {
		b.WriteString("### Check digits\n\nThe rule for medical institutions was found on these very codes, so this shows that the program keeps it, not that it is the law.\n\n" +
			"| codes | rule | codes | confirmed | not confirmed |\n|---|---|---|---|---|\n")
		for _, list := range m.Numbers {
			rest := faults(list.N-list.Confirmed, list.N)
			if list.Otherwise > 0 {
				rest += fmt.Sprintf(", %d of them %s", list.Otherwise, list.Note)
			}
			fmt.Fprintf(b, "| %s | %s | %d | %s | %s |\n", list.Name, list.Rule, list.N, share(list.Confirmed, list.N), rest)
		}
		b.WriteString("\n")
	}
}
