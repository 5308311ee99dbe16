package slip

// DoseName is what a slip calls a dose by: in its municipality, the number that
// it bears, and what makes the dose one of that number's. Two slips with one
// name speak of one dose.
//
// A ticket is printed for one vaccine, so its number and the dose say all. A
// reference number is the person's on every slip of every routine vaccination
// (団体内宛名番号); the ledger tells those apart by vaccination and dose (接種名称区分,
// 期回数区分), and so does the name. Names of the two kinds are never equal, also
// where the numbers are.
type DoseName struct {
	MunicipalityCode string
	TicketNumber     string // or a reference number, never both
	ReferenceNumber  string
	Vaccine          string // with a reference number; empty when the form has none
	Dose             string
}

// DoseNames returns every name by which these values call their dose: one as a
// rule, two for a slip that bears both numbers, none while a part is missing.
func DoseNames(values map[Value]string) []DoseName {
	municipality, dose := values[MunicipalityCode], values[Dose]
	if municipality == "" || dose == "" {
		return nil
	}
	var names []DoseName
	if ticket := values[TicketNumber]; ticket != "" {
		names = append(names, DoseName{MunicipalityCode: municipality, TicketNumber: ticket, Dose: dose})
	}
	if reference := values[ReferenceNumber]; reference != "" {
		names = append(names, DoseName{MunicipalityCode: municipality, ReferenceNumber: reference, Vaccine: values[Vaccine], Dose: dose})
	}
	return names
}
