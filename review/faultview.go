package review

import (
	"slices"

	"sesshu/ledger/slip"
)

// faultView says why nothing could be read from a page, and what to do next.
type faultView struct {
	Code   slip.Fault `json:"code"`
	Title  string     `json:"title"`
	Remedy string     `json:"remedy"`
}

// faultView puts the fault of a page into words; nil when it has none. Readings
// stored before faults had codes say only that nothing could be read.
func (s *Server) faultView(words string, page slip.PageReading) *faultView {
	code := page.Fault
	if code == "" && slices.Contains(page.Faults, slip.ReasonUnreadable) {
		code = slip.FaultReader
	}
	if code == "" {
		return nil
	}
	return &faultView{code, s.texts.get(words, "unreadable."+string(code)), s.texts.get(words, "remedy."+string(code))}
}

// pageWords are the reasons of a page in words, what exactly is wrong with its
// file in place of "unreadable".
func (s *Server) pageWords(words string, page slip.PageReading, reasons []slip.Reason) []string {
	shown := s.texts.reasons(words, reasons)
	if fault := s.faultView(words, page); fault != nil {
		if i := slices.Index(reasons, slip.ReasonUnreadable); i >= 0 {
			shown[i] = fault.Title
		}
	}
	return shown
}
