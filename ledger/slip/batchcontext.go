package slip

// BatchContext is what is known of the batch that a slip came in: what its
// operator or header sheet says, and what the slips in front of it showed. A
// decision that used it keeps it, so that it can be made again.
type BatchContext struct {
	BatchDescription
	// Slips is how many of the batch's last slips in front of this one the
	// machine accepted; what they say is counted in Shown.
	Slips int `json:"slips,omitempty"`
	// Shown counts, for the values that neighbours share (the day, the lot, the
	// institution), how many of these slips show each text.
	Shown map[Value]map[string]int `json:"shown,omitempty"`
}

// IsZero reports whether nothing is known.
func (c BatchContext) IsZero() bool { return c.BatchDescription == BatchDescription{} && c.Slips == 0 }

// NeighbourValues are the values that slips of one batch have in common: one
// institution, a few days, a few lots.
func NeighbourValues() []Value { return []Value{VaccinationDate, LotNumber, FacilityCode} }
