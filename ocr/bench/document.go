package bench

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sesshu/ledger/slip"
	"sesshu/ocr/chart"
	"sesshu/ocr/decide"
)

// Measured is a whole evaluation, ready to be written down.
type Measured struct {
	Command string // that made it
	Day     string // on which it was made
	Machine string
	Readers map[string]string
	Policy  decide.Policy
	Digits  string // whose handwriting the digits by hand are
	Cells   []Cell
}

// Document writes the evaluation as Markdown, and its plots as SVG by file name.
// Plots are named with prefix before their file name.
func (m Measured) Document(prefix string) (text []byte, plots map[string]string, err error) {
	if len(m.Cells) == 0 {
		return nil, nil, errors.New("nothing was measured")
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "## Evaluation sets, %s\n\n", m.Day)
	fmt.Fprintf(&b, "Made by `%s` on %s. %s Policy `%.12s`; readers: %s.\n\n", m.Command, m.Machine, m.Digits, m.Policy.Hash, m.readers())
	b.WriteString("\"Right\": the best text is what the paper says. \"Wrong\": accepted and not what the paper says; \"at most\" is the bound of Clopper and Pearson, one-sided, 95 %. " +
		"Calibration error: expected difference between probability and truth, over the accepted values and over all that were read (where decisions understate their certainty on purpose).\n\n")
	m.slips(&b)
	m.bars(&b)
	m.gains(&b)
	plots = map[string]string{}
	for _, tier := range m.tiers() {
		m.tier(&b, tier, prefix, plots)
	}
	return b.Bytes(), plots, nil
}

func (m Measured) readers() string {
	versions := make([]string, 0, len(m.Readers))
	for _, name := range slices.Sorted(maps.Keys(m.Readers)) {
		versions = append(versions, "`"+m.Readers[name]+"`")
	}
	return strings.Join(versions, ", ")
}

// tiers in the order of the cells.
func (m Measured) tiers() []string {
	var tiers []string
	for _, cell := range m.Cells {
		if !slices.Contains(tiers, cell.Tier) {
			tiers = append(tiers, cell.Tier)
		}
	}
	return tiers
}

// sum merges one account over the cells that fit.
func (m Measured) sum(of func(*Cell) *Account, fits func(Cell) bool) *Account {
	total := &Account{}
	for i := range m.Cells {
		if fits(m.Cells[i]) {
			total.Merge(of(&m.Cells[i]))
		}
	}
	return total
}

func joint(c *Cell) *Account    { return &c.Joint }
func alone(c *Cell) *Account    { return &c.Alone }
func nameless(c *Cell) *Account { return &c.Nameless }
func plainly(c *Cell) *Account  { return &c.Plain }
func sameOnes(c *Cell) *Account { return &c.Same }

// slips is the table of slips accepted whole.
func (m Measured) slips(b *bytes.Buffer) {
	b.WriteString("### Slips accepted whole\n\n| tier | dates | slips | accepted whole | wrong slips | values one by one | the same without the manufacturer | plain Tesseract | CPU a page |\n|---|---|---|---|---|---|---|---|---|\n")
	for _, cell := range m.Cells {
		cpu := 0.0
		if cell.Pages > 0 {
			cpu = float64(cell.CPU.Milliseconds()) / float64(cell.Pages)
		}
		fmt.Fprintf(b, "| %s | %s | %d | %d (%s) | %d | %s | %s | %s | %.0f ms |\n", cell.Tier, cell.Dates, cell.Joint.Slips, cell.Joint.Whole,
			percent(cell.Joint.Whole, cell.Joint.Slips), cell.Joint.WrongWhole, percent(cell.Alone.Whole, cell.Alone.Slips), percent(cell.Nameless.Whole, cell.Nameless.Slips), percent(cell.Plain.Whole, cell.Plain.Slips), cpu)
	}
	b.WriteString("\n")
}

// bars says how the goals stand.
func (m Measured) bars(b *bytes.Buffer) {
	b.WriteString("### The goals\n\n| goal | measured | |\n|---|---|---|\n")
	row := func(name string, tier string, dates []string, share float64) {
		account := m.sum(joint, func(c Cell) bool { return c.Tier == tier && slices.Contains(dates, c.Dates) })
		if account.Slips > 0 {
			fmt.Fprintf(b, "| %s: at least %.0f %% accepted whole | %s of %d | %s |\n", name, 100*share,
				percent(account.Whole, account.Slips), account.Slips, met(account.StraightThrough() >= share))
		}
	}
	row("office, dates printed or stamped", "office", []string{"print", "stamp"}, 0.97)
	row("office, dates by hand", "office", []string{"hand"}, 0.80)
	row("poor, dates printed", "poor", []string{"print"}, 0.70)
	for _, tier := range m.tiers() {
		all := m.sum(joint, func(c Cell) bool { return c.Tier == tier }).All()
		fmt.Fprintf(b, "| %s: no wrong value, at most 1 in 10,000 | %d of %d wrong, at most %s | %s |\n", tier, all.Wrong, all.Accepted, tenThousand(all.Upper()),
			met(all.Wrong == 0 && all.Upper() <= 1e-4))
	}
	b.WriteString("\n")
}

func met(is bool) string {
	if is {
		return "met"
	}
	return "**not met**"
}

// gains compares the ways of deciding.
func (m Measured) gains(b *bytes.Buffer) {
	b.WriteString("### What each idea gains\n\n" +
		"Over all values. One by one: the same decision with what the slip's other values say of each taken away; a slip is accepted whole only when every required value is, so a value that is weak alone keeps it back. " + m.manufacturer() + "Plain Tesseract is the command line on the same crops (line mode, digits only where nothing else can stand), accepted from a confidence of 0.9 when the text has the value's form; " +
		"it reads neither codes nor marks and runs on the first slips of each set, so the joint decision is given for those too.\n\n" +
		"| tier | way | slips | accepted whole | values | right | accepted | wrong | at most |\n|---|---|---|---|---|---|---|---|---|\n")
	for _, tier := range m.tiers() {
		for _, way := range []struct {
			name string
			of   func(*Cell) *Account
		}{{"joint decision", joint}, {"values one by one", alone}, {"one by one, without the manufacturer", nameless}, {"joint, where Tesseract was asked", sameOnes}, {"plain Tesseract", plainly}} {
			account := m.sum(way.of, func(c Cell) bool { return c.Tier == tier })
			if account.Slips == 0 {
				continue
			}
			all := account.All()
			fmt.Fprintf(b, "| %s | %s | %d | %s | %d | %s | %s | %d | %s |\n", tier, way.name, account.Slips, percent(account.Whole, account.Slips),
				all.N, percent(all.Right, all.N), percent(all.Accepted, all.N), all.Wrong, tenThousand(all.Upper()))
		}
	}
	b.WriteString("\n")
}

// manufacturer says why the slips of the values one by one are counted without it,
// too: how sure it ever is by itself, against what it is accepted from.
func (m Measured) manufacturer() string {
	account := m.sum(alone, func(Cell) bool { return true }).Values[slip.Manufacturer]
	if account == nil || account.Accepted > 0 {
		return ""
	}
	surest := 0.0
	for _, judged := range account.Read {
		surest = max(surest, judged.P)
	}
	return fmt.Sprintf("By itself the manufacturer is at most %.4g sure here and accepted from %g: it alone keeps back every slip, "+
		"and that column says nothing of the other values. The next leaves the manufacturer out of the slip. ", surest, m.Policy.Threshold(slip.Manufacturer))
}

// tier is the table of one tier's values, and its plots.
func (m Measured) tier(b *bytes.Buffer, tier, prefix string, plots map[string]string) {
	fmt.Fprintf(b, "### Values, %s\n\n| value | slips | right | accepted | wrong | at most | calibration error: accepted | read |\n|---|---|---|---|---|---|---|---|\n", tier)
	row := func(name string, account *ValueAccount) {
		fmt.Fprintf(b, "| %s | %d | %d (%s) | %d (%s) | %d | %s | %.6f | %.4f |\n", name, account.N, account.Right, percent(account.Right, account.N),
			account.Accepted, percent(account.Accepted, account.N), account.Wrong, tenThousand(account.Upper()), CalibrationError(account.Sure), CalibrationError(account.Read))
	}
	whole := m.sum(joint, func(c Cell) bool { return c.Tier == tier })
	var series []chart.Series
	for _, value := range slip.Values() {
		account := whole.Values[value]
		if account == nil {
			continue
		}
		series = append(series, chart.Series{Name: string(value), Values: account.Read})
		if value != slip.VaccinationDate {
			row(string(value), account)
			continue
		}
		for i := range m.Cells { // how dates were written is what makes them hard
			if cell := &m.Cells[i]; cell.Tier == tier && cell.Joint.Values[value] != nil {
				row(string(value)+", "+cell.Dates, cell.Joint.Values[value])
			}
		}
	}
	all := whole.All()
	row("**all**", &all)
	for _, plot := range []struct {
		name, title string
		draw        func(string, []chart.Series) string
	}{
		{"reliability", "Reliability, " + tier, chart.Reliability},
		{"risk", "Risk and coverage, " + tier, chart.RiskCoverage},
	} {
		file := plot.name + "-" + tier + ".svg"
		plots[file] = plot.draw(plot.title, series)
		fmt.Fprintf(b, "\n![%s](%s%s)\n", plot.title, prefix, file)
	}
	b.WriteString("\n")
}

func percent(part, whole int) string {
	if whole == 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(part)/float64(whole))
}

// tenThousand writes a share as so many in 10,000, or in per cent where it is
// large.
func tenThousand(share float64) string {
	if share >= 0.01 {
		return fmt.Sprintf("%.1f %%", 100*share)
	}
	return fmt.Sprintf("%.3g in 10,000", 1e4*share)
}

// Splice puts the measured part between the markers of a document, or at its end
// where it has none yet. The rest is written by people and stays.
func Splice(document, measured []byte) ([]byte, error) {
	return SplicePart(document, "accuracy", measured)
}

// SplicePart does the same for the part that another command of the program
// writes.
func SplicePart(document []byte, command string, measured []byte) ([]byte, error) {
	begin, end := "<!-- "+command+": written by sesshu "+command+", do not edit -->", "<!-- /"+command+" -->"
	part := slices.Concat([]byte(begin+"\n\n"), bytes.TrimSpace(measured), []byte("\n\n"+end))
	from, to := bytes.Index(document, []byte(begin)), bytes.Index(document, []byte(end))
	switch {
	case from < 0 && to < 0:
		if len(document) > 0 {
			document = append(bytes.TrimRight(slices.Clone(document), "\n"), "\n\n"...)
		}
		return slices.Concat(document, part, []byte("\n")), nil
	case from < 0 || to < from:
		return nil, fmt.Errorf("the document has one of the markers %q and %q only, or in the wrong order", begin, end)
	}
	return slices.Concat(document[:from], part, document[to+len(end):]), nil
}
