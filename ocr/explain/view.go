package explain

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
	"sesshu/ocr/decide"
)

// view is the sheet as the template shows it.
type view struct {
	Name, Hash string
	Policy     policyView
	Pages      []pageView
}

type policyView struct {
	Hash, Base string // Base is set when the policy was tightened by itself
	Sheets     int    // that it was calibrated on
}

type pageView struct {
	Number             int
	Form               words
	HasForm            bool
	Outcome            string
	Reasons            []words
	Residual, Coverage string
	Turn               int
	Hidden             bool // pictures are withheld
	Imprint            *imprintView
	Sheet              *sheetView
	Values             []valueView
	Others             []readingView
}

// imprintView is what the scanner was told to print on the sheet, and what it
// says on this page.
type imprintView struct {
	Expected, Text, Version string
	Verdict                 words
}

type valueView struct {
	Number    int
	Name      string
	Title     words
	Value     string
	Outcome   string
	Required  bool
	Why       words
	Reasons   []words
	P, Error  string
	Needed    string // the threshold
	Allowed   string // the error that the threshold leaves
	Bound     string
	Scale     scale
	Readings  []readingView
	Witnesses []witnessView
	Rules     []ruleView
	Others    []barView
}

type readingView struct {
	Field, Source, Reader words
	Name, Version         string
	Picture               template.URL
	Bars                  []barView
	Empty                 string
}

type barView struct {
	Text  string
	Words words // instead of Text
	P     string
	Width string // per cent
	Best  bool
}

type witnessView struct {
	Source words
	Text   string
	P      string
	Agrees bool
}

type ruleView struct {
	Words  words
	State  string // pass, fail or open
	Detail string
}

// scale places an error and the one that is allowed on a line of orders of
// magnitude, in per cent from certain doubt (0) to one in a million (100).
type scale struct{ Error, Allowed string }

func newView(sheet Sheet) view {
	v := view{Name: mask(sheet.Name), Policy: policyView{Hash: sheet.Policy.Hash.String()}}
	if !sheet.Policy.Base.IsZero() && sheet.Policy.Base != sheet.Policy.Hash {
		v.Policy.Base = sheet.Policy.Base.String()
	}
	if sheet.Policy.Calibrated != nil {
		for _, data := range sheet.Policy.Calibrated.Data {
			v.Policy.Sheets += data.Sheets
		}
	}
	for _, page := range sheet.Pages {
		v.Hash = page.Reading.SHA256.String()
		v.Pages = append(v.Pages, newPage(page, sheet.Policy))
	}
	return v
}

func newPage(page Page, policy decide.Policy) pageView {
	place := page.Reading.Registration
	v := pageView{
		Number: page.Reading.Page, Form: say("word.noform"), Outcome: page.Decision.Outcome.String(), Turn: place.Turn,
		Residual: fmt.Sprintf("%.2f mm", place.Residual), Coverage: fmt.Sprintf("%.0f %%", 100*place.Coverage),
		Hidden: slices.Contains(page.Reading.Faults, slip.ReasonPersonalNumber),
	}
	if read := page.Reading.Imprint; read != nil {
		v.Imprint = &imprintView{mask(read.Expected), mask(read.Text), read.Version, say("imprint." + string(read.Verdict))}
	}
	for _, reason := range page.Decision.Reasons {
		v.Reasons = append(v.Reasons, say("reason."+string(reason)))
	}
	if page.Form == nil {
		return v
	}
	v.HasForm = true
	v.Form = titled(page.Form.Title, page.Form.Name)
	pictures := newPictures(page, v.Hidden)
	v.Sheet = pictures.sheet(page)
	for _, value := range page.Form.Values {
		decided, has := page.Decision.Fields[value.Name]
		if !has {
			continue
		}
		shown := newValue(page, policy, value, decided, pictures)
		shown.Number = len(v.Values) + 1
		v.Values = append(v.Values, shown)
	}
	for _, reading := range page.Reading.Readings {
		if !gives(page.Form, reading.Field, "") {
			v.Others = append(v.Others, newReading(reading, pictures))
		}
	}
	return v
}

func newValue(page Page, policy decide.Policy, value form.Value, decided slip.FieldDecision, pictures *pictures) valueView {
	threshold := policy.Threshold(value.Name)
	v := valueView{
		Name: string(value.Name), Title: titled(value.Title, string(value.Name)), Value: mask(decided.Value),
		Outcome: decided.Outcome.String(), Required: value.Required,
		P: probability(decided.P), Error: oneIn(1 - decided.P), Needed: probability(threshold), Allowed: oneIn(1 - threshold), Bound: oneIn(policy.Bound(value.Name)),
		Scale: scale{orders(1 - decided.P), orders(1 - threshold)},
		Rules: rules(page, policy, value, decided),
	}
	switch {
	case decided.Outcome == slip.Accepted:
		v.Why = say("why.accept")
	case len(decided.Reasons) == 0:
		v.Why = say("why.page")
	default:
		v.Why = say("why.ask")
	}
	for _, reason := range decided.Reasons {
		v.Reasons = append(v.Reasons, say("reason."+string(reason)))
	}
	for _, reading := range page.Reading.Readings {
		if gives(page.Form, reading.Field, value.Name) {
			v.Readings = append(v.Readings, newReading(reading, pictures))
		}
	}
	for _, witness := range decided.Witnesses {
		v.Witnesses = append(v.Witnesses, witnessView{
			Source: say("source." + string(witness.Source)), Text: mask(witness.Text), P: probability(witness.P),
			Agrees: witness.Text == decided.Value,
		})
	}
	for _, candidate := range decided.Candidates {
		if candidate.Text != decided.Value {
			v.Others = append(v.Others, barView{Text: mask(candidate.Text), P: probability(candidate.P), Width: width(candidate.P)})
		}
	}
	return v
}

func newReading(reading slip.Reading, pictures *pictures) readingView {
	v := readingView{
		Source: say("source." + string(reading.Source)), Name: reading.Field, Version: reading.Version,
		Reader: readers(reading.Reader), Picture: pictures.crop(reading),
	}
	rest := 1.0
	for i, candidate := range reading.Candidates {
		rest -= candidate.P
		v.Bars = append(v.Bars, barView{Text: mask(candidate.Text), P: probability(candidate.P), Width: width(candidate.P), Best: i == 0})
	}
	if reading.Empty > 0 {
		v.Empty = probability(reading.Empty)
		rest -= reading.Empty
	}
	if len(reading.Candidates) > 0 && rest > 0 {
		v.Bars = append(v.Bars, barView{Words: say("word.else"), P: probability(rest), Width: width(rest)})
	}
	return v
}

// readers puts a reader's name into words; several joined by plus signs each.
func readers(name string) words {
	var all words
	for i, part := range strings.Split(name, "+") {
		text := say("reader." + part)
		if i > 0 {
			all.JA += "＋"
			all.EN += " + "
		}
		all.JA += text.JA
		all.EN += text.EN
	}
	return all
}

// gives reports whether a reading's place shows a value, or any when the value
// is empty. A sticker's readings are named FIELD/VALUE.
func gives(known *form.Form, reading string, value slip.Value) bool {
	name, part, parted := strings.Cut(reading, "/")
	field, has := known.Field(name)
	return has && slices.ContainsFunc(field.Gives, func(g form.Gives) bool {
		return (value == "" || g.Value == value) && (!parted || part == string(g.Value))
	})
}

func titled(title map[string]string, name string) words {
	text := words{title["ja"], title["en"]}
	if text.JA == "" {
		text.JA = name
	}
	if text.EN == "" {
		text.EN = name
	}
	return text
}

// mask takes every 個人番号 out of a text.
func mask(text string) string {
	masked, _ := slip.MaskPersonalNumbers(text)
	return masked
}

// probability writes a probability with as many digits as it is near to 1.
func probability(p float64) string {
	switch {
	case p >= 0.9999995:
		return "> 99.9999 %"
	case p > 0.99:
		return fmt.Sprintf("%.4f %%", 100*p)
	case p < 0.001:
		return "< 0.1 %"
	default:
		return fmt.Sprintf("%.1f %%", 100*p)
	}
}

// oneIn writes a share as one in so many.
func oneIn(share float64) string {
	switch {
	case share < 1e-9:
		return "< 1 : 1,000,000,000"
	case share >= 0.1:
		return fmt.Sprintf("%.0f %%", 100*share)
	}
	text := fmt.Sprintf("%.0f", 1/share)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return "1 : " + text
}

func width(p float64) string { return fmt.Sprintf("%.1f", 100*max(0, min(1, p))) }

// orders places an error on the scale.
func orders(share float64) string {
	return fmt.Sprintf("%.1f", 100*max(0, min(1, -math.Log10(max(share, 1e-6))/6)))
}
