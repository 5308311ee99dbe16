package review

import (
	"cmp"
	"slices"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
)

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
