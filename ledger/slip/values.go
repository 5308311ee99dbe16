package slip

// Values lists every value, in the order in which a person is asked when
// nothing else says so.
func Values() []Value {
	return []Value{
		TicketType, Dose, MunicipalityCode, TicketNumber, VaccinationDate, LotNumber,
		Manufacturer, FacilityCode, BirthDate, AmountML, Consent, ReferenceNumber, Vaccine,
	}
}
