package review

import (
	"fmt"
	"slices"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
)

// uploadView is what became of an upload, in one language.
type uploadView struct {
	ID      string           `json:"id"`
	File    string           `json:"file"`
	Sheet   string           `json:"sheet"` // for people
	State   string           `json:"state"` // waiting, accepted, review or rejected
	Outcome string           `json:"outcome"`
	Again   string           `json:"again"` // that the very same file, or its dose, was there before; may be empty
	Pages   []uploadPageView `json:"pages"`
}

type uploadPageView struct {
	Page    int               `json:"page"`
	State   string            `json:"state"`
	Outcome string            `json:"outcome"`
	Reasons []string          `json:"reasons"`
	Fault   *faultView        `json:"fault,omitempty"`
	Retake  bool              `json:"retake"` // the picture is to blame, so that another one may help
	Item    int64             `json:"item"`   // to be reviewed at /items/ITEM; 0 when nobody is asked
	Form    string            `json:"form"`
	Fields  []uploadFieldView `json:"fields,omitempty"`
}

// uploadFieldView is one value as it was read.
type uploadFieldView struct {
	Value   slip.Value `json:"value"`
	Title   string     `json:"title"`
	Shown   string     `json:"shown"` // empty when nothing was read that may be shown
	Doubt   bool       `json:"doubt"`
	Reasons []string   `json:"reasons"`
}

// uploadView puts an upload into words; with values, also what was read.
func (s *Server) uploadView(words string, state slip.UploadState, values bool) uploadView {
	shown := uploadView{
		ID: state.ID, File: state.FileName, Sheet: sheetWords(state.Sheet.SheetID), State: state.State,
		Outcome: s.texts.get(words, "outcome."+state.State), Pages: []uploadPageView{},
	}
	if first := state.SameFile; first != nil {
		shown.Again = s.texts.get(words, "upload.same_file") + " (" + sheetWords(*first) + ")"
	} else if state.Duplicate {
		shown.Again = s.texts.get(words, "upload.duplicate")
	}
	for _, page := range state.Pages {
		shown.Pages = append(shown.Pages, s.uploadPageView(words, page, values))
	}
	return shown
}

func sheetWords(id slip.SheetID) string {
	return fmt.Sprintf("%s / %s / %d", id.Station, id.Batch, id.Sequence)
}

func (s *Server) uploadPageView(words string, page slip.UploadPage, values bool) uploadPageView {
	known := s.forms[page.Reading.Registration.Form]
	shown := uploadPageView{
		Page: page.Reading.Page, State: pageState(page), Reasons: []string{}, Fault: s.faultView(words, page.Reading),
	}
	shown.Outcome = s.texts.get(words, "outcome."+shown.State)
	if shown.State == slip.SheetReview {
		shown.Item = page.Item
	}
	if shown.State != slip.SheetAccepted {
		shown.Reasons = s.pageWords(words, page.Reading, firstReasons(page.Decision))
		shown.Retake = page.Reading.Fault != "" || slices.ContainsFunc(page.Decision.Reasons, func(reason slip.Reason) bool {
			return slices.Contains([]slip.Reason{slip.ReasonUnreadable, slip.ReasonBlankPage, slip.ReasonFormUnknown, slip.ReasonRegistration}, reason)
		})
	}
	if known == nil {
		return shown
	}
	shown.Form = known.Title[words]
	if values && !shown.Retake {
		shown.Fields = s.uploadFields(words, page, known)
	}
	return shown
}

// pageState is what became of one page.
func pageState(page slip.UploadPage) string {
	switch {
	case page.Entry != 0:
		return slip.SheetAccepted
	case page.ItemState == slip.ReviewWaiting:
		return slip.SheetReview
	}
	return slip.SheetRejected
}

// uploadFields lists what was read, in the form's order. A doubtful identity is
// not shown: whoever sees a number in print takes it to be right.
func (s *Server) uploadFields(words string, page slip.UploadPage, known *form.Form) []uploadFieldView {
	var fields []uploadFieldView
	for _, value := range known.Values {
		decision, read := page.Decision.Fields[value.Name]
		if !read {
			continue
		}
		field := uploadFieldView{
			Value: value.Name, Title: s.title(words, known, value.Name), Doubt: decision.Outcome != slip.Accepted,
			Reasons: s.texts.reasons(words, decision.Reasons),
		}
		if !field.Doubt || !isIdentity(known, value.Name) {
			field.Shown = s.forPeople(words, value.Name, decision.Value)
		}
		fields = append(fields, field)
	}
	return fields
}
