package decide

import (
	"context"
	"math"
	"slices"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
)

// repaired is what is left of a reading's probability when a lot number has to
// be repaired to fit any manufacturer's pattern: enough to propose it to a
// person, too little to count as agreement.
const repaired = 0.4

// lot decides the lot number and, with it, the manufacturer: the sticker's two
// lines against the lot master, whose row joins them.
func (j *judge) lot(ctx context.Context) error {
	value, hasLot := j.in.Form.Value(slip.LotNumber)
	_, hasMaker := j.in.Form.Value(slip.Manufacturer)
	if !hasLot && !hasMaker {
		return nil
	}
	master, err := j.in.Masters.Lots(ctx)
	if err != nil {
		return err
	}
	makers := j.makerPrints(master)
	var row *slip.Lot
	if hasLot {
		row = j.lotNumber(master, slices.Contains(value.Checks, form.CheckLot), makers)
	}
	if hasMaker {
		j.manufacturer(makers, row)
	}
	return nil
}

// lotNumber decides the lot number and returns its row of the master, nil when
// it has none.
func (j *judge) lotNumber(master []slip.Lot, mustBeKnown bool, makers []print) *slip.Lot {
	prints := j.prints(slip.LotNumber)
	for i := range prints {
		prints[i].texts = repairLots(prints[i].texts)
	}
	rows := map[string][]slip.Lot{}
	numbers := make([]string, 0, len(master))
	for _, lot := range master {
		if rows[lot.LotNumber] == nil {
			numbers = append(numbers, lot.LotNumber)
		}
		rows[lot.LotNumber] = append(rows[lot.LotNumber], lot)
	}
	known := rivals{}
	if mustBeKnown {
		known = rivals{
			possible: func(lot string) bool { return rows[lot] != nil },
			share:    j.in.Policy.Shares.UnknownLot,
			room:     neighbourRoom(numbers, lotRoom),
		}
	}
	f := j.weigh(slip.LotNumber, prints, j.inBatch(slip.LotNumber, known), nearLots(prints, numbers)...)
	if f.value == "" {
		return nil
	}
	candidates := rows[f.value]
	if len(candidates) == 0 {
		if mustBeKnown {
			f.fault(slip.ReasonLotUnknown)
		} else if len(slip.LotMakers(f.value)) == 0 {
			f.fault(slip.ReasonFormat)
		}
		return nil
	}
	row := candidates[0]
	for _, candidate := range candidates[1:] {
		if makerScore(makers, candidate.Manufacturer) > makerScore(makers, row.Manufacturer) {
			row = candidate
		}
	}
	if j.certain(slip.LotNumber) {
		j.product = &row
	}
	return &row
}

// manufacturer decides whose vaccine it is: what the sticker says, with the
// lot's row of the master as one more witness. Where the sticker names nobody
// legibly the row alone says it, no surer than the lot.
func (j *judge) manufacturer(makers []print, row *slip.Lot) {
	if row != nil {
		for i := range makers {
			var fitting []text
			for _, t := range makers[i].texts {
				switch {
				case slip.SameManufacturer(t.value, row.Manufacturer):
					fitting = add(fitting, row.Manufacturer, t.p) // as the master spells it
				case sellsFor(t.value, row.Manufacturer):
					makers[i].other = true // a sticker names the seller too: neither agreement nor contradiction
				default:
					fitting = add(fitting, t.value, t.p)
				}
			}
			sortTexts(fitting)
			makers[i].texts = fitting
		}
	}
	known := row != nil && j.certain(slip.LotNumber)
	if known {
		lot := min(probability(j.fields[slip.LotNumber].logOdds), j.in.Policy.ConfidenceCap)
		makers = append(makers, print{source: slip.SourceMaster, read: true, texts: []text{{row.Manufacturer, lot}}})
	}
	f := j.weigh(slip.Manufacturer, makers, rivals{})
	value, _ := j.in.Form.Value(slip.Manufacturer)
	switch {
	case known && (len(f.against) > 0 || f.value != row.Manufacturer):
		f.against = nil
		f.ask(slip.ReasonLotManufacturer)
		j.fields[slip.LotNumber].ask(slip.ReasonLotManufacturer)
		j.product = nil
	case !known && slices.Contains(value.Checks, form.CheckManufacturer):
		f.ask(slip.ReasonUncertain) // it must belong to the lot, and the lot is not known
	}
}

// makerPrints gathers what the form's fields show of the manufacturer. Text that
// names no manufacturer we or the lot master know is no reading of one: a
// sticker has other lines.
func (j *judge) makerPrints(master []slip.Lot) []print {
	prints := j.prints(slip.Manufacturer)
	for i := range prints {
		var known []text
		for _, t := range prints[i].texts {
			name, ok := slip.NormaliseManufacturer(t.value)
			for _, lot := range master {
				if ok {
					break
				}
				ok = slip.SameManufacturer(lot.Manufacturer, t.value)
			}
			if ok {
				known = add(known, name, t.p)
			} else {
				prints[i].other = true
			}
		}
		sortTexts(known)
		prints[i].texts = known
	}
	return prints
}

// sellsFor reports whether the first company sells the second one's vaccine in
// Japan under its own name.
func sellsFor(seller, maker string) bool {
	name, _ := slip.NormaliseManufacturer(maker)
	return slip.SameManufacturer(seller, slip.Takeda) && (name == slip.Moderna || name == slip.Novavax)
}

func makerScore(makers []print, manufacturer string) float64 {
	score := 0.0
	for _, p := range makers {
		for _, t := range p.texts {
			if slip.SameManufacturer(t.value, manufacturer) {
				score = max(score, t.p)
			}
		}
	}
	return score
}

// repairLots turns texts that no manufacturer writes into the one lot number
// they must have been, when there is only one.
func repairLots(texts []text) []text {
	var result []text
	for _, t := range texts {
		if len(slip.LotMakers(t.value)) == 0 {
			if lots := slip.RepairLot("", t.value); len(lots) == 1 {
				result = add(result, lots[0], t.p*repaired)
				continue
			}
		}
		result = add(result, t.value, t.p)
	}
	sortTexts(result)
	return result
}

// nearLots are the master's lots one step away from what a print shows best:
// what a person may want to choose.
func nearLots(prints []print, numbers []string) []string {
	var near []string
	for _, p := range prints {
		if p.silent() {
			continue
		}
		for _, number := range numbers {
			if steps(number, p.texts[0].value) == 1 {
				near = append(near, number)
			}
		}
	}
	return near
}

// Shares of a reader's errors on a text that end on one given neighbour. A lot
// number of six characters has some 20 neighbours that look alike and, among the
// characters its places may hold, 60 that do not; many errors are no single change.
//
// lotRoom is what is left for lots that are no neighbours, and for lots unknown
// to the master that were misread into one that is in it.
const (
	lotRoom     = 0.0002
	alikeShare  = 0.1
	unlikeShare = 0.02
)

// neighbourRoom says how much room a list leaves for rivals of one of its texts:
// a little for everything, and the share of a reader's errors that would end on
// each neighbour one step away. A reader errs on any of a text's places and
// mostly between characters that look alike.
func neighbourRoom(list []string, little float64) func(string) float64 {
	return func(text string) float64 {
		room := little
		for _, other := range list {
			if steps(text, other) != 1 {
				continue
			}
			alike := true
			for i := range min(len(text), len(other)) {
				if text[i] != other[i] && (len(text) != len(other) || !confusable(text[i], other[i])) {
					alike = false
				}
			}
			if alike {
				room += alikeShare
			} else {
				room += unlikeShare
			}
		}
		return math.Min(room, 1)
	}
}
