package review

import (
	"cmp"
	"fmt"
	"slices"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
)

// fieldView puts one value into words. makers are the manufacturers of the lot
// master, for choosing.
func (s *Server) fieldView(words string, item slip.ReviewItem, known *form.Form, value slip.Value, makers []string) fieldView {
	decision, decided := item.Decision.Fields[value]
	shown := fieldView{
		Value: value, Title: s.title(words, known, value), Hint: s.texts.get(words, "hint."+string(value)),
		Required: decision.Required || !decided && shownRequired(known, value), Open: slices.Contains(item.Open, value),
		Current: item.Current[value], Shown: s.forPeople(words, value, item.Current[value]),
		Reasons: s.texts.reasons(words, decision.Reasons),
	}
	shown.Kind, shown.Length = kindOf(value)
	shown.Asked = !decided || decision.Outcome != slip.Accepted || shown.Open
	for _, answer := range item.Answers {
		if answer.Value == value && !answer.Undone {
			shown.ByPerson = true
		}
	}
	identity := isIdentity(known, value)
	if shown.Asked && !identity && decision.P >= 0.5 {
		shown.Prefill = decision.Value
	}
	places := placesOf(item.Page, known, value)
	shown.Crops = s.crops(words, decision, places)
	shown.Candidates = s.candidates(words, value, decision, places, identity)
	for _, maker := range choicesOf(value, makers) {
		if !slices.ContainsFunc(shown.Candidates, func(c candidateView) bool { return c.Text == maker }) {
			shown.Candidates = append(shown.Candidates, candidateView{
				Text: maker, Shown: s.forPeople(words, value, maker), Sources: []string{}, Quads: []slip.Quad{},
			})
		}
	}
	return shown
}

// shownRequired reports whether the form, where there is one, requires a value
// that the machine did not decide on.
func shownRequired(known *form.Form, value slip.Value) bool {
	if known == nil {
		return true
	}
	block, ok := known.Value(value)
	return ok && block.Required
}

// title is the form's word for a value, else ours.
func (s *Server) title(words string, known *form.Form, value slip.Value) string {
	if known != nil {
		if block, ok := known.Value(value); ok && block.Title[words] != "" {
			return block.Title[words]
		}
	}
	return s.texts.get(words, "value."+string(value))
}

// forPeople writes a value as people read it.
func (s *Server) forPeople(words string, value slip.Value, text string) string {
	switch value {
	case slip.Consent:
		if text == "yes" || text == "no" {
			return s.texts.get(words, "consent."+text)
		}
	case slip.VaccinationDate, slip.BirthDate:
		era, year, ok := slip.EraOf(text)
		if ok && words == japanese {
			return fmt.Sprintf("%s (%s%d年)", text, era.Name, year)
		}
	case slip.AmountML:
		if text != "" {
			return text + " mL"
		}
	default:
	}
	return text
}

// kindOf says how the page checks and shows what is typed, and the number of
// characters when it is fixed.
func kindOf(value slip.Value) (kind string, length int) {
	switch value {
	case slip.TicketType, slip.Dose:
		return "digits", 1
	case slip.MunicipalityCode:
		return "digits", 6
	case slip.TicketNumber, slip.FacilityCode:
		return "digits", 10
	case slip.VaccinationDate, slip.BirthDate:
		return "date", 0
	case slip.LotNumber:
		return "lot", 0
	case slip.AmountML:
		return "amount", 0
	case slip.Consent:
		return "choice", 0
	default:
		return "text", 0
	}
}

func choicesOf(value slip.Value, makers []string) []string {
	switch value {
	case slip.Consent:
		return []string{"yes", "no"}
	case slip.Manufacturer:
		return makers
	default:
		return nil
	}
}

// isIdentity reports whether a value says whose slip it is. Such a value is
// never put before a person as typed already: people nod at what stands there.
func isIdentity(known *form.Form, value slip.Value) bool {
	if value == slip.TicketNumber {
		return true
	}
	if known != nil {
		if block, ok := known.Value(value); ok {
			return block.Witnesses >= 2
		}
	}
	return false
}

// place is one print of a value on the page, and what was read there.
type place struct {
	source slip.Source
	quad   slip.Quad
	texts  []string
}

// placesOf finds the prints of a value among the page's readings.
func placesOf(page slip.PageReading, known *form.Form, value slip.Value) []place {
	if known == nil {
		return nil
	}
	var places []place
	for _, reading := range page.Readings {
		field, ok := known.Field(reading.Field)
		if !ok || reading.Quad == (slip.Quad{}) {
			continue
		}
		for _, gives := range field.Gives {
			if gives.Value != value {
				continue
			}
			i := slices.IndexFunc(places, func(p place) bool { return p.quad == reading.Quad })
			if i < 0 {
				places = append(places, place{source: reading.Source, quad: reading.Quad})
				i = len(places) - 1
			}
			for _, candidate := range reading.Candidates {
				if text, ok := gives.Part(candidate.Text); ok {
					places[i].texts = append(places[i].texts, text)
				}
			}
		}
	}
	return places
}

// cropsShown bounds the crops of one field: more than these do not fit on a
// screen beside the candidates.
const cropsShown = 3

// crops are the prints that a person can read, the decision's own first.
// Barcodes are left out: nobody reads them.
func (s *Server) crops(words string, decision slip.FieldDecision, places []place) []cropView {
	crops := []cropView{}
	add := func(source slip.Source, quad slip.Quad) {
		same := slices.ContainsFunc(crops, func(c cropView) bool { return c.Quad == quad })
		if quad != (slip.Quad{}) && !same && len(crops) < cropsShown {
			label := ""
			if source != "" {
				label = s.texts.get(words, "source."+string(source))
			}
			crops = append(crops, cropView{label, quad})
		}
	}
	legible := func(source slip.Source) bool { return source != slip.SourceBarcode && source != slip.SourceQR }
	for _, found := range places {
		if found.quad == decision.Quad && legible(found.source) {
			add(found.source, found.quad)
		}
	}
	for _, found := range places {
		if legible(found.source) {
			add(found.source, found.quad)
		}
	}
	if len(crops) == 0 {
		add("", decision.Quad)
	}
	return crops
}

// candidatesShown bounds the list that a person chooses from.
const candidatesShown = 5

// candidates lists what was read, with the kinds of print that said so, best
// first; for identities in the order of their digits, so that the first place
// says nothing.
func (s *Server) candidates(words string, value slip.Value, decision slip.FieldDecision, places []place, identity bool) []candidateView {
	type found struct {
		text    string
		p       float64
		sources []slip.Source
		quads   []slip.Quad
	}
	var all []found
	add := func(text string, p float64, source slip.Source) {
		if text == "" {
			return
		}
		i := slices.IndexFunc(all, func(f found) bool { return f.text == text })
		if i < 0 {
			all = append(all, found{text: text})
			i = len(all) - 1
		}
		all[i].p = max(all[i].p, p)
		if source != "" && !slices.Contains(all[i].sources, source) {
			all[i].sources = append(all[i].sources, source)
		}
	}
	for _, witness := range decision.Witnesses {
		add(witness.Text, witness.P, witness.Source)
	}
	for _, candidate := range decision.Candidates {
		add(candidate.Text, candidate.P, "")
	}
	add(decision.Value, decision.P, "")
	for i := range all {
		for _, spot := range places {
			if len(spot.texts) > 0 && spot.texts[0] == all[i].text {
				all[i].quads = append(all[i].quads, spot.quad)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b found) int {
		// What a print says outright stands before what it might say.
		return cmp.Or(cmp.Compare(min(1, len(b.sources)), min(1, len(a.sources))), cmp.Compare(b.p, a.p))
	})
	all = all[:min(len(all), candidatesShown)]
	if identity {
		slices.SortStableFunc(all, func(a, b found) int { return cmp.Compare(a.text, b.text) })
	}
	shown := make([]candidateView, len(all))
	for i, one := range all {
		shown[i] = candidateView{Text: one.text, Read: true, Shown: s.forPeople(words, value, one.text), Sources: []string{}, Quads: []slip.Quad{}}
		for _, source := range one.sources {
			shown[i].Sources = append(shown[i].Sources, s.texts.get(words, "source."+string(source)))
		}
		shown[i].Quads = append(shown[i].Quads, one.quads...)
	}
	return shown
}

// leaseSeconds tells the page how often to renew its lease, which lasts two
// minutes: three renewals may fail.
const leaseSeconds = 30
