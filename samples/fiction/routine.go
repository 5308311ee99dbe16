package fiction

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"
)

// Child is a child who is vaccinated as routine. The reference number stands
// for the city's encrypted 整理番号: 13 digits without a visible rule.
type Child struct {
	Holder
	Reference string
	Parent    string
}

// Child makes up a child of the city, born after 2013.
func (w *World) Child(random *rand.Rand) Child {
	holder := newHolder(random, w.Home)
	born := time.Date(2013, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, random.IntN(6*365))
	holder.Birth, holder.BirthDate = born, born.Format(time.DateOnly)
	holder.Dose = strconv.Itoa(1 + random.IntN(4))
	surname := surnames[random.IntN(len(surnames))]
	for _, candidate := range surnames { // the parent's name is the child's
		if len(holder.Name) > len(candidate.written) && holder.Name[:len(candidate.written)+len("　")] == candidate.written+"　" {
			surname = candidate
		}
	}
	return Child{
		Holder:    holder,
		Reference: fmt.Sprintf("%013d", random.Uint64N(10_000_000_000_000)),
		Parent:    surname.written + "　" + womensNames[random.IntN(len(womensNames))].written,
	}
}

// Vaccine names the routine vaccination that the lot is for; empty for others.
func (l Lot) Vaccine() string {
	switch l.Label {
	case "MR":
		return "麻しん風しん混合"
	case "TETRABIK":
		return "四種混合"
	}
	return ""
}

// RoutineVisit makes up a child's vaccination in the era 令和, some in its
// first year.
func (w *World) RoutineVisit(random *rand.Rand) Visit {
	first, last := time.Date(2019, 5, 1, 0, 0, 0, 0, time.UTC), time.Date(2024, 3, 31, 0, 0, 0, 0, time.UTC)
	return w.visit(random, first, last, func(lot Lot) bool { return !lot.Covid() })
}
