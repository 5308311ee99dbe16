package bench

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
)

// WriteTable writes the report for people. It names files and fields of wrong
// acceptances; with verbose also the files that were asked. No value of a slip
// is ever in it.
func (r Report) WriteTable(w io.Writer, verbose bool) error {
	var text strings.Builder
	fmt.Fprintf(&text, "pages %d, slips in order %d, accepted whole %d: straight through %.2f %%\n",
		r.Pages, r.Slips, r.Accepted, 100*r.StraightThrough)
	fmt.Fprintf(&text, "wrong: %d slips, %d values accepted; calibration error of accepted values %.6f\n",
		r.WrongAcceptedSlips, r.WrongAcceptedFields, r.ECE)
	fmt.Fprintf(&text, "CPU %.1f ms a page, %.1f pages a second and core\n\n", r.CPUMillis, r.PagesPerSecond)

	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "value\tn\texact\taccepted\twrong\tupper 95 %\t")
	for _, value := range slices.Sorted(maps.Keys(r.Fields)) {
		field := r.Fields[value]
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d\t%.2e\t\n", value, field.N, field.Exact, field.Accepted, field.WrongAccepted, field.Upper95)
	}
	fmt.Fprintln(table, "\t\t\t\t\t\t")
	fmt.Fprintln(table, "step\tms a page\t\t\t\t\t")
	for _, step := range slices.Sorted(maps.Keys(r.StepMillis)) {
		fmt.Fprintf(table, "%s\t%.2f\t\t\t\t\t\n", step, r.StepMillis[step])
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	for _, fault := range r.Wrong {
		what := "the slip had to be asked"
		if fault.Value != "" {
			what = string(fault.Value)
		}
		fmt.Fprintf(&text, "WRONG  %s page %d: %s\n", fault.File, fault.Page, what)
	}
	if len(r.Asked) > 0 {
		fmt.Fprintln(&text, "\nasked, of the slips in order:")
	}
	for _, ask := range r.Asked {
		value := string(ask.Value)
		if value == "" {
			value = "slip"
		}
		fmt.Fprintf(&text, "%6d  %s: %s\n", len(ask.Files), value, ask.Reason)
		if verbose {
			fmt.Fprintf(&text, "        %s\n", strings.Join(ask.Files, " "))
		}
	}
	_, err := io.WriteString(w, text.String())
	return err
}
