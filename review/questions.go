package review

import (
	"context"
	"slices"

	"sesshu/ledger/slip"
)

// questionView is a reason of the slip as a whole that still stands when every
// field is answered. No value that ENTER could accept settles it: a person looks
// at the paper and decides.
type questionView struct {
	Code    slip.Reason `json:"code"`
	Title   string      `json:"title"`   // what is wrong
	Remedy  string      `json:"remedy"`  // what to do next
	Value   slip.Value  `json:"value"`   // where to look on the paper; empty for everywhere
	Blocked bool        `json:"blocked"` // cannot be entered at all as it stands
}

// unseen is what the page asks beside the slip's own reasons when it can show no
// picture: that the person looked at the paper elsewhere.
const unseen slip.Reason = "unseen"

// questions puts the standing reasons of an item into words.
func (s *Server) questions(words string, item slip.ReviewItem, standing []slip.Reason) []questionView {
	views := make([]questionView, 0, len(standing))
	for _, reason := range standing {
		remedy := "ask." + string(reason)
		if s.texts[remedy] == nil {
			remedy = "ask.other"
		}
		views = append(views, questionView{
			Code: reason, Title: s.texts.get(words, "reason."+string(reason)), Remedy: s.texts.get(words, remedy),
			Value: lookAt(item, reason), Blocked: reason == slip.ReasonDuplicate,
		})
	}
	return views
}

// lookAt is the value that a reason speaks of; empty when it is the whole sheet.
func lookAt(item slip.ReviewItem, reason slip.Reason) slip.Value {
	switch reason {
	case slip.ReasonDuplicate:
		if item.Current[slip.TicketNumber] == "" {
			return slip.ReferenceNumber
		}
		return slip.TicketNumber
	case slip.ReasonTicketUsed, slip.ReasonTicketInvalid, slip.ReasonTicketUnknown:
		return slip.TicketNumber
	case slip.ReasonOtherMunicipality:
		return slip.MunicipalityCode
	case slip.ReasonPersonMismatch:
		return slip.BirthDate
	case slip.ReasonNoVaccination:
		return slip.TicketType
	case slip.ReasonNoConsent:
		return slip.Consent
	default:
		return ""
	}
}

// standing lists the reasons of the slip as a whole that hold for the values as
// they are now, in the order of slip.Reasons. Those that rest on the register
// are asked of it anew once a person has changed what it was asked about.
func (s *Server) standing(ctx context.Context, item slip.ReviewItem) ([]slip.Reason, error) {
	own := slipReasons(item.Decision)
	registered, asked, err := s.registered(ctx, item)
	if err != nil {
		return nil, err
	}
	stands := func(reason slip.Reason) bool {
		there, ofSlip := slices.Contains(item.Decision.Reasons, reason), slices.Contains(own, reason)
		switch reason {
		case slip.ReasonDuplicate:
			return item.First != nil
		case slip.ReasonTicketUsed, slip.ReasonTicketInvalid, slip.ReasonTicketUnknown, slip.ReasonPersonMismatch:
			if asked {
				return slices.Contains(registered, reason)
			}
			return ofSlip || there && !changed(item, identities...)
		case slip.ReasonOtherMunicipality:
			return slices.Contains(registered, reason) || ofSlip && !asked || there && !changed(item, slip.MunicipalityCode)
		case slip.ReasonNoVaccination:
			return there && !changed(item, slip.TicketType)
		case slip.ReasonNoConsent:
			return item.Current[slip.Consent] == "no" || ofSlip && item.Current[slip.Consent] != "yes"
		case slip.ReasonPersonalNumber, slip.ReasonSamePaper:
			return there
		default:
			return ofSlip
		}
	}
	return slices.DeleteFunc(slip.Reasons(), func(reason slip.Reason) bool { return !stands(reason) }), nil
}

// identities are the values that the register is asked with.
var identities = []slip.Value{slip.MunicipalityCode, slip.TicketNumber, slip.Dose, slip.BirthDate}

// changed reports whether a person gave one of the values another text than the
// one the machine decided on.
func changed(item slip.ReviewItem, values ...slip.Value) bool {
	return slices.ContainsFunc(values, func(value slip.Value) bool {
		return item.Current[value] != "" && item.Current[value] != item.Decision.Fields[value].Value
	})
}

// registered asks the register about a ticket that a person typed. It reports
// false when there is nothing new to ask, or no register to ask.
func (s *Server) registered(ctx context.Context, item slip.ReviewItem) ([]slip.Reason, bool, error) {
	municipality, number := item.Current[slip.MunicipalityCode], item.Current[slip.TicketNumber]
	if !changed(item, identities...) || municipality == "" || number == "" {
		return nil, false, nil
	}
	own, err := s.store.Municipalities(ctx)
	if err != nil || len(own) == 0 {
		return nil, false, err
	}
	if !slices.Contains(own, municipality) {
		return []slip.Reason{slip.ReasonOtherMunicipality}, true, nil
	}
	rows, err := s.store.Tickets(ctx, municipality, []string{number})
	if err != nil {
		return nil, false, err
	}
	if len(rows) == 0 {
		return []slip.Reason{slip.ReasonTicketUnknown}, true, nil
	}
	row := rows[max(0, slices.IndexFunc(rows, func(row slip.Ticket) bool { return row.Dose == item.Current[slip.Dose] }))]
	var reasons []slip.Reason
	switch row.Status {
	case slip.TicketIssued:
	case slip.TicketUsed:
		reasons = append(reasons, slip.ReasonTicketUsed)
	default:
		reasons = append(reasons, slip.ReasonTicketInvalid)
	}
	if born := item.Current[slip.BirthDate]; born != "" && row.BirthDate != "" && born != row.BirthDate {
		reasons = append(reasons, slip.ReasonPersonMismatch)
	}
	return reasons, true, nil
}

// checked reports an error unless every standing reason of the item is among
// those that the person says to have checked, and notes each of them for ever
// beside the entry that follows. An item that has changed meanwhile, or of which
// a value is still to be said, is left to the store to refuse.
func (s *Server) checked(ctx context.Context, id int64, account string, done deed) error {
	item, err := s.store.ReviewItem(ctx, id)
	if err != nil || item.Version != done.Version || item.State != slip.ReviewWaiting || item.First != nil || len(item.Open) > 0 {
		return err
	}
	standing, err := s.standing(ctx, item)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(standing, func(reason slip.Reason) bool { return !slices.Contains(done.Checked, reason) }) {
		return errUnchecked
	}
	if slices.Contains(done.Checked, unseen) {
		standing = append(standing, unseen)
	}
	for _, reason := range standing {
		if err := s.store.LogAccess(ctx, account, "checked", itemObject(id)+"/"+string(reason)); err != nil {
			return err
		}
	}
	return nil
}
