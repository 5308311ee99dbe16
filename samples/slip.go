package samples

import (
	"math/rand/v2"
	"slices"
	"strings"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
	"sesshu/samples/fiction"
	"sesshu/samples/page"
	"sesshu/samples/scan"
)

// slip makes up what a slip holds.
func (m *maker) slip(random *rand.Rand, order order) (*form.Form, page.Slip) {
	definition, filled := m.visit(random, order)
	filled.Consent = "yes"
	filled.DateBy = m.dateBy(random)
	filled.FacilityBy = pickWay(random, 0.15, 0.45)
	filled.AmountBy = pickWay(random, 0.6, 0.1)
	m.print(random, order, &filled)
	m.spoil(random, order.kind, &filled)
	return definition, filled
}

// visit makes up who was vaccinated where and with what.
func (m *maker) visit(random *rand.Rand, order order) (*form.Form, page.Slip) {
	at := slices.IndexFunc(m.forms, func(f *form.Form) bool { return f.Kind == "routine" })
	if at >= 0 && order.index%len(m.forms) == at && !order.kind.ofTicket() {
		child, visit := m.world.Child(random), m.world.RoutineVisit(random)
		return m.forms[at], page.Slip{
			Holder: child.Holder, Visit: visit, Reference: child.Reference, Parent: child.Parent,
			LotByHand:     random.Float64() < 0.15,
			FirstYearWord: visit.Day.Year() == 2019 && random.Float64() < 0.5,
		}
	}
	holder := m.holder(random, order)
	definition := m.form(random, holder.Dose)
	amount, _ := definition.Field("amount")
	visit := m.world.Visit(random, holder.Dose, func(lot fiction.Lot) bool {
		_, digits, _ := strings.Cut(lot.AmountML, ".")
		return lot.Covid() && len(digits) <= len(amount.Cells)
	})
	return definition, page.Slip{
		Holder: holder, Visit: visit,
		WithoutQR: holder.Dose <= "2" && len(definition.Inserts) > 0 && random.Float64() < 0.6,
	}
}

// print says how well it was printed, written and pasted.
func (m *maker) print(random *rand.Rand, order order, filled *page.Slip) {
	filled.Neat = 0.4 + 0.6*random.Float64()
	switch order.tier {
	case scan.Clean:
		filled.Toner, filled.Gain, filled.Askew = 0.9+0.1*random.Float64(), 0.3*random.Float64(), 0.45
	case scan.Poor:
		filled.Toner, filled.Gain, filled.Askew = 0.5+0.5*random.Float64(), random.Float64(), 1
		filled.PlainLine = random.Float64() < 0.08
	default:
		filled.Toner, filled.Gain, filled.Askew = 0.72+0.28*random.Float64(), 0.6*random.Float64(), 0.75
		filled.PlainLine = random.Float64() < 0.03
	}
	if order.faint {
		filled.Toner = 0.42 + 0.12*random.Float64()
	}
}

// spoil plays the trick of a kind of sheet.
func (m *maker) spoil(random *rand.Rand, kind Kind, filled *page.Slip) {
	switch kind {
	case OtherPersonsCode:
		own := filled.Holder.TicketNumber
		other, _ := m.world.With(random, func(h fiction.Holder) bool { return h.TicketNumber != own })
		filled.OtherLine, filled.WithoutQR = page.Line(other), false
	case CrossedDate:
		filled.CrossedDate, filled.DateBy = true, page.ByHand
	case DoubleDigit:
		filled.DoubleDigit, filled.DateBy = true, page.ByHand
	case NoConsent:
		filled.Consent = ""
		if random.IntN(2) == 0 {
			filled.Consent = "no"
		}
	default: // nothing to spoil in what is written
	}
}

// holder picks the person whose slip this is.
func (m *maker) holder(random *rand.Rand, order order) fiction.Holder {
	with := func(fits func(fiction.Holder) bool) fiction.Holder {
		holder, _ := m.world.With(random, fits) // a register of thousands holds every kind
		return holder
	}
	switch order.kind {
	case UsedTicket:
		return with(func(h fiction.Holder) bool { return h.Status == slip.TicketUsed })
	case InvalidTicket:
		return with(func(h fiction.Holder) bool { return h.Status == slip.TicketInvalid })
	case InterviewOnly:
		return with(func(h fiction.Holder) bool { return h.TicketType == fiction.TypeInterview })
	case OtherMunicipality:
		return m.world.Stranger(random)
	default:
		return m.world.Holder(order.index)
	}
}

// form picks the form. First and second doses came with stickers; from the
// third on most tickets were printed on the slip.
func (m *maker) form(random *rand.Rand, dose string) *form.Form {
	share := 0.25
	if dose <= "2" {
		share = 0.9
	}
	pasted := random.Float64() < share
	first := -1
	for i, f := range m.forms {
		if f.Kind != "covid19" {
			continue
		}
		if len(f.Inserts) > 0 == pasted {
			return f
		}
		first = i
	}
	return m.forms[max(first, 0)]
}

func (m *maker) dateBy(random *rand.Rand) page.Way {
	switch m.dates {
	case DatesHand:
		return page.ByHand
	case DatesPrint:
		return page.ByPrint
	case DatesStamp:
		return page.ByStamp
	default:
		return pickWay(random, 0.25, 0.5)
	}
}

// pickWay draws a way by the chances of hand and stamp; the rest is printed.
func pickWay(random *rand.Rand, byHand, byStamp float64) page.Way {
	switch at := random.Float64(); {
	case at < byHand:
		return page.ByHand
	case at < byHand+byStamp:
		return page.ByStamp
	default:
		return page.ByPrint
	}
}

// fields is what the slip says, as far as the form asks for it.
func fields(definition *form.Form, filled page.Slip) map[slip.Value]string {
	holder, visit := filled.Holder, filled.Visit
	all := map[slip.Value]string{
		slip.TicketType: holder.TicketType, slip.Dose: holder.Dose,
		slip.MunicipalityCode: holder.MunicipalityCode, slip.TicketNumber: holder.TicketNumber,
		slip.VaccinationDate: visit.Day.Format("2006-01-02"),
		slip.LotNumber:       visit.Lot.LotNumber, slip.Manufacturer: visit.Lot.Manufacturer,
		slip.FacilityCode: visit.Facility.FacilityCode, slip.BirthDate: holder.BirthDate,
		slip.AmountML: visit.AmountML, slip.Consent: filled.Consent,
		slip.ReferenceNumber: filled.Reference, slip.Vaccine: visit.Lot.Vaccine(),
	}
	said := map[slip.Value]string{}
	for _, value := range definition.Values {
		if text := all[value.Name]; text != "" {
			said[value.Name] = text
		}
	}
	return said
}
