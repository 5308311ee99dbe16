package fiction_test

import (
	"math/rand/v2"
	"testing"

	"sesshu/ledger/slip"
	"sesshu/samples/fiction"
)

func TestWorldObeysTheRules(t *testing.T) {
	for seed := range uint64(12) {
		world, err := fiction.New(seed, 100)
		if err != nil {
			t.Fatal(err)
		}
		if !slip.ValidMunicipalityCode(world.Home.Code) || !slip.ValidMunicipalityCode(world.Elsewhere.Code) || world.Home == world.Elsewhere {
			t.Errorf("seed %d: cities %v and %v", seed, world.Home, world.Elsewhere)
		}
		numbers, neighbours := map[string]bool{}, 0
		previous := ""
		for _, holder := range world.Holders {
			if numbers[holder.TicketNumber] || len(holder.TicketNumber) != 10 {
				t.Fatalf("seed %d: ticket number %s", seed, holder.TicketNumber)
			}
			numbers[holder.TicketNumber] = true
			if previous != "" && holder.TicketNumber[:9] == previous[:9] {
				neighbours++
			}
			previous = holder.TicketNumber
		}
		if neighbours < len(world.Holders)*3/4 {
			t.Errorf("seed %d: issued numbers do not lie densely", seed)
		}
		for _, facility := range world.Facilities {
			if !slip.ValidFacilityCode(facility.FacilityCode) || facility.FacilityCode[:2] != world.Home.Code[:2] {
				t.Errorf("seed %d: facility %s", seed, facility.FacilityCode)
			}
		}
	}
}

func TestLotsFitTheirMakers(t *testing.T) {
	world, err := fiction.New(1, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, lot := range world.Lots {
		if fits, known := slip.LotFits(lot.Manufacturer, lot.LotNumber); !fits || !known {
			t.Errorf("lot %s is none of %s", lot.LotNumber, lot.Manufacturer)
		}
		if lot.Usable() && (!lot.To.After(lot.From) || lot.FirstShipped > lot.From.Format("2006-01-02")) {
			t.Errorf("lot %s is used from %v to %v, shipped %s", lot.LotNumber, lot.From, lot.To, lot.FirstShipped)
		}
	}
}

func TestVisitsCanHaveHappened(t *testing.T) {
	world, err := fiction.New(2, 300)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 1))
	seen := map[string]bool{}
	for i := range 300 {
		holder := world.Holder(i)
		if seen[holder.TicketNumber] || holder.Status != slip.TicketIssued || holder.TicketType != fiction.TypeVaccination {
			t.Fatalf("slip %d uses ticket %s, %s", i, holder.TicketNumber, holder.Status)
		}
		seen[holder.TicketNumber] = true
		visit := world.Visit(random, holder.Dose, fiction.Lot.Covid)
		day := visit.Day.Format("2006-01-02")
		if day < visit.Lot.FirstShipped || visit.Day.After(visit.Lot.To) || day < "2021-02-17" || day > "2024-03-31" || day <= holder.BirthDate {
			t.Errorf("dose %s on %s with lot %s", holder.Dose, day, visit.Lot.LotNumber)
		}
	}
}
