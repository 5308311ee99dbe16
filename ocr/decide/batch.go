package decide

import (
	"time"

	"sesshu/ledger/slip"
)

// sharedBy is how many slips of the batch must have been accepted before what
// they have in common says anything of the next one.
const sharedBy = 5

// inBatch adds to what is known of a value what the batch says of it: its
// description, and the slips in front. It is weak evidence: when texts are ranked,
// one that differs weighs less against one that does not, by the policy's share. It
// makes no reading readable, is no witness, and makes nothing surer: where it turns
// the ranking, the text it prefers is not the one that the prints show, and is asked.
//
// Letting it make a text surer was taken out. It accepted from a lower probability of
// the prints than calibration had shown to be safe, and how much lower depended on
// the stack a slip lay in. It may come back when slips are calibrated in their real
// batches: then the context is a part of what was measured.
func (j *judge) inBatch(name slip.Value, known rivals) rivals {
	batch := j.in.Batch
	var said []func(text string) bool
	if name == slip.FacilityCode && batch.FacilityCode != "" {
		said = append(said, func(text string) bool { return text == batch.FacilityCode })
	}
	if name == slip.VaccinationDate && batch.Month != "" {
		before := monthBefore(batch.Month)
		said = append(said, func(text string) bool { return inMonth(text, batch.Month) || inMonth(text, before) })
	}
	if shown := batch.Shown[name]; batch.Slips >= sharedBy && shared(shown) {
		said = append(said, func(text string) bool { return shown[text] > 0 })
	}
	if len(said) == 0 {
		return known
	}
	known.unlikeShare = j.in.Policy.Shares.UnlikeBatch
	known.unlike = func(text string) bool {
		for _, like := range said {
			if !like(text) {
				return true
			}
		}
		return false
	}
	return known
}

// shared reports whether most of the slips in front show what another one shows
// too. Those that all differ say nothing of the next one: it will differ as well.
func shared(shown map[string]int) bool {
	slips, alike := 0, 0
	for _, count := range shown {
		slips += count
		if count > 1 {
			alike += count
		}
	}
	return 2*alike > slips
}

// inMonth reports whether an ISO date lies in a month such as 2026-11.
func inMonth(date, month string) bool { return len(date) > len(month) && date[:len(month)] == month }

// monthBefore returns the month before one: slips are often claimed in the month
// after the vaccination. Empty when the text is no month.
func monthBefore(month string) string {
	first, err := time.Parse("2006-01", month)
	if err != nil {
		return ""
	}
	return first.AddDate(0, -1, 0).Format("2006-01")
}
