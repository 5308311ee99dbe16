package review

import (
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
		Required: decision.Required || !decided && shownRequired(item, known, value), Open: slices.Contains(item.Open, value),
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
// that the machine did not decide on. Without a form it is what the store asks
// for, or was told.
func shownRequired(item slip.ReviewItem, known *form.Form, value slip.Value) bool {
	if known == nil {
		return slices.Contains(item.Open, value) || item.Current[value] != ""
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
	case slip.Vaccine:
		return slip.Vaccines()
	default:
		return nil
	}
}

// isIdentity reports whether a value says whose slip it is. Such a value is
// never put before a person as typed already: people nod at what stands there.
func isIdentity(known *form.Form, value slip.Value) bool {
	if value == slip.TicketNumber || value == slip.ReferenceNumber {
		return true
	}
	if known != nil {
		if block, ok := known.Value(value); ok {
			return block.Witnesses >= 2
		}
	}
	return false
}

// leaseSeconds tells the page how often to renew its lease, which lasts two
// minutes: three renewals may fail.
const leaseSeconds = 30
