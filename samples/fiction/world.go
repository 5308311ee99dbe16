// Package fiction makes up the world that sample slips come from: a city with
// its register of issued tickets, its clinics, the vaccine's lots, and visits of
// people to clinics. Nobody in it exists; lot numbers and city codes are real.
package fiction

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"sesshu/ledger/slip"
)

// World is one city's fiction. It never changes after New and is safe for
// concurrent use.
type World struct {
	Home       City
	Elsewhere  City // another city, whose tickets the register does not hold
	Holders    []Holder
	Facilities []slip.Facility
	Lots       []Lot

	order []int // holders whose ticket may be used, shuffled
}

const (
	leastTickets   = 3000 // issued numbers lie densely: a misread one is another one
	facilityCount  = 80
	shareUsed      = 0.02
	shareInvalid   = 0.02
	shareInterview = 0.01 // tickets for an interview without vaccination (予診のみ)
)

// TicketTypes of the first digit of an OCR line, as issued by our cities.
const (
	TypeInterview   = "1" // 予診のみ
	TypeVaccination = "2" // 接種
)

// New makes the world for so many slips. The same seed and size give the same
// world.
func New(seed uint64, slips int) (*World, error) {
	random := rand.New(rand.NewPCG(seed, 0x776f726c64))
	lots, err := loadLots()
	if err != nil {
		return nil, err
	}
	home := random.IntN(len(cities))
	world := &World{
		Home:      cities[home],
		Elsewhere: cities[(home+1+random.IntN(len(cities)-1))%len(cities)],
		Lots:      lots,
	}
	world.issue(random, max(leastTickets, 2*slips))
	world.build(random)
	return world, nil
}

// issue fills the register: numbers run in sequence with a gap here and there.
func (w *World) issue(random *rand.Rand, count int) {
	number := 1000 + random.Uint64N(900_000)
	if random.IntN(3) == 0 { // some cities start high
		number += (1 + random.Uint64N(9)) * 1_000_000_000
	}
	for i := range count {
		holder := newHolder(random, w.Home)
		number++
		if random.IntN(50) == 0 {
			number += random.Uint64N(5)
		}
		holder.TicketNumber = fmt.Sprintf("%010d", number)
		holder.TicketType = TypeVaccination
		holder.Dose = strconv.Itoa(1 + random.IntN(6))
		switch chance := random.Float64(); {
		case chance < shareUsed:
			holder.Status = slip.TicketUsed
		case chance < shareUsed+shareInvalid:
			holder.Status = slip.TicketInvalid
		case chance < shareUsed+shareInvalid+shareInterview:
			holder.TicketType = TypeInterview
		default:
			w.order = append(w.order, i)
		}
		w.Holders = append(w.Holders, holder)
	}
	random.Shuffle(len(w.order), func(i, j int) { w.order[i], w.order[j] = w.order[j], w.order[i] })
}

// build opens the clinics, some with neighbouring codes, as one doctors' office
// after the other is given the next number.
func (w *World) build(random *rand.Rand) {
	number := 100000 + random.IntN(800000)
	used := map[string]bool{}
	for len(w.Facilities) < facilityCount {
		number += 1 + random.IntN(3)*random.IntN(40)
		body := w.Home.Code[:2] + "1" + fmt.Sprintf("%06d", number%1_000_000)
		digit, ok := slip.FacilityCheckDigit(body)
		name := clinicFirst[random.IntN(len(clinicFirst))] + clinicLast[random.IntN(len(clinicLast))]
		if !ok || used[name] {
			continue
		}
		used[name] = true
		w.Facilities = append(w.Facilities, slip.Facility{FacilityCode: body + string(rune(digit)), Name: name})
	}
}

// Holder returns the holder for the slip with this index, whose ticket is
// issued and for a vaccination. No two indices below the number of slips that
// the world was made for share one.
func (w *World) Holder(index int) Holder { return w.Holders[w.order[index%len(w.order)]] }

// With returns a chance holder that fits, false when there is none.
func (w *World) With(random *rand.Rand, fits func(Holder) bool) (Holder, bool) {
	start := random.IntN(len(w.Holders))
	for i := range w.Holders {
		if holder := w.Holders[(start+i)%len(w.Holders)]; fits(holder) {
			return holder, true
		}
	}
	return Holder{}, false
}

// Visit is one vaccination at a clinic.
type Visit struct {
	Day      time.Time
	Lot      Lot
	Facility slip.Facility
	Doctor   string
	AmountML string
}

// season is when a dose was given, in general.
func season(dose string) (first, last time.Time) {
	day := func(year int, month time.Month, day int) time.Time {
		return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	}
	switch dose {
	case "1":
		return day(2021, 4, 12), day(2021, 11, 30)
	case "2":
		return day(2021, 5, 3), day(2021, 12, 31)
	case "3":
		return day(2021, 12, 1), day(2022, 9, 30)
	case "4":
		return day(2022, 5, 25), day(2022, 12, 31)
	case "5":
		return day(2022, 10, 21), day(2023, 9, 30)
	default:
		return day(2023, 5, 8), day(2024, 2, 29)
	}
}

// Visit makes up the vaccination for a dose. Only lots that fits accepts are
// used; it must accept at least one lot of every season.
func (w *World) Visit(random *rand.Rand, dose string, fits func(Lot) bool) Visit {
	first, last := season(dose)
	return w.visit(random, first, last, fits)
}

func (w *World) visit(random *rand.Rand, first, last time.Time, fits func(Lot) bool) Visit {
	var lots []Lot
	for _, lot := range w.Lots {
		if lot.Usable() && lot.From.Before(last) && lot.To.After(first) && fits(lot) {
			lots = append(lots, lot)
		}
	}
	lot := lots[random.IntN(len(lots))]
	if lot.From.After(first) {
		first = lot.From
	}
	if lot.To.Before(last) {
		last = lot.To
	}
	days := int(last.Sub(first).Hours()/24) + 1
	return Visit{
		Day:      first.AddDate(0, 0, random.IntN(days)),
		Lot:      lot,
		Facility: w.Facilities[random.IntN(len(w.Facilities))],
		Doctor:   surnames[random.IntN(len(surnames))].written + "　" + mensNames[random.IntN(len(mensNames))].written,
		AmountML: lot.AmountML,
	}
}

// Stranger returns a person of another city, whose ticket no register of ours
// holds.
func (w *World) Stranger(random *rand.Rand) Holder {
	holder := newHolder(random, w.Elsewhere)
	holder.TicketNumber = fmt.Sprintf("%010d", 1000+random.Uint64N(900_000))
	holder.TicketType, holder.Dose = TypeVaccination, strconv.Itoa(1+random.IntN(6))
	return holder
}
