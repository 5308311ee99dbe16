package fiction

import (
	"fmt"
	"math/rand/v2"
	"time"

	"sesshu/ledger/slip"
)

// Holder is a person with the ticket that was issued to them. A person who was
// issued several tickets appears once for each.
type Holder struct {
	slip.Ticket
	Name    string
	Man     bool
	Birth   time.Time
	Address string
	Phone   string
}

// newHolder makes up a person of the city, from 18 to 95 years old in 2021.
func newHolder(random *rand.Rand, city City) Holder {
	surname := surnames[random.IntN(len(surnames))]
	man := random.IntN(2) == 0
	given := womensNames[random.IntN(len(womensNames))]
	if man {
		given = mensNames[random.IntN(len(mensNames))]
	}
	born := time.Date(1926, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, random.IntN(77*365))
	return Holder{
		Ticket: slip.Ticket{
			MunicipalityCode: city.Code,
			BirthDate:        born.Format(time.DateOnly),
			NameKana:         surname.kana + " " + given.kana,
			Status:           slip.TicketIssued,
		},
		Name:  surname.written + "　" + given.written,
		Man:   man,
		Birth: born,
		Address: fmt.Sprintf("%s%s%s%d丁目%d番%d号", city.Prefecture, city.Name,
			quarters[random.IntN(len(quarters))], 1+random.IntN(9), 1+random.IntN(30), 1+random.IntN(20)),
		Phone: fmt.Sprintf("0%d0-%04d-%04d", 7+random.IntN(3), random.IntN(10000), random.IntN(10000)),
	}
}

// Age returns the person's age in full years on a day.
func (h Holder) Age(on time.Time) int {
	age := on.Year() - h.Birth.Year()
	if on.YearDay() < h.Birth.YearDay() {
		age--
	}
	return age
}
