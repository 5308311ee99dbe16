package page

import (
	"fmt"

	"sesshu/ledger/slip/form"
	"sesshu/samples/hand"
)

// reiwa is the western year before the first of the era 令和.
const reiwa = 2018

// routine fills a slip of routine vaccinations: a city prints the head, a
// parent and a clinic write the rest.
func (j *job) routine() {
	holder := j.slip.Holder
	face := j.japaneseFace(holder.Name + holder.Address)
	digits := j.anyFace("0123456789")
	j.print(j.canvas, digits, 150.5, 13.2, j.between(9.5, 11.5), 50, j.slip.Reference)
	j.barcode(j.canvas, 138, 17.5, j.between(50, 58), 8, j.slip.Reference)
	j.print(j.canvas, digits, 150.5, 32.4, 9.5, 18, holder.MunicipalityCode)
	j.print(j.canvas, face, 171, 32.4, 7.5, 29, cityOf(holder.Address))

	j.print(j.canvas, face, 32, 27.2, 9, 94, holder.Address)
	j.print(j.canvas, face, 32, 33.6, 7, 94, holder.NameKana)
	j.print(j.canvas, face, 32, 41.4, 14, 58, holder.Name)
	j.print(j.canvas, face, 32, 48.8, 10, 36, japaneseDate(holder.Birth.Year(), int(holder.Birth.Month()), holder.Birth.Day()))
	age := holder.Age(j.slip.Visit.Day)
	j.print(j.canvas, face, 72, 48.8, 8, 19, fmt.Sprintf("（満%d歳）", age))
	x := 120.0
	if holder.Man {
		x = 109
	}
	j.recipient.Tick(j.canvas, hand.Box{X: x, Y: 38.2, Width: 2.6, Height: 2.6})
	j.written(j.recipient, 109, 45.2, 2.7, 4, "36")
	j.written(j.recipient, 122.5, 45.2, 2.7, 4, fmt.Sprint(j.random.IntN(9)))
	j.recipient.Words(j.canvas, 154, 45, 4.6, 45, j.slip.Parent)

	j.vaccine()
	j.answers(80.5, []bool{true, false, false, false, false, false, false, false, false, false, false})
	j.judgement()
	j.wish(j.slip.Visit.Day.Year()-reiwa, j.slip.Parent)
	j.clinic()
}

// japaneseDate writes a birth date in its era.
func japaneseDate(year, month, day int) string {
	era, first := "平成", 1988
	if year > 2019 || year == 2019 && month >= 5 {
		era, first = "令和", reiwa
	}
	if year-first == 1 {
		return fmt.Sprintf("%s元年%d月%d日", era, month, day)
	}
	return fmt.Sprintf("%s%d年%d月%d日", era, year-first, month, day)
}

// vaccine ticks the kind of vaccine and the number of the dose.
func (j *job) vaccine() {
	for _, said := range [...]struct{ field, value string }{{"vaccine", j.slip.Visit.Lot.Vaccine()}, {"dose", j.slip.Holder.Dose}} {
		for _, choice := range j.field(said.field).Choices {
			if choice.Value == said.value {
				j.clerk.Tick(j.canvas, hand.Box(choice.Box))
			}
		}
	}
}

// firstYear writes a date of an era's first year with 元 for the year.
func (j *job) firstYear(field form.Field, digits string) {
	second := field.Cells[1]
	j.clerk.Words(j.canvas, second.X+0.7, second.Y+6.2, 4.8, 5, "元")
	for i, cell := range field.Cells[2:] {
		j.clerk.Digit(j.canvas, hand.Box(cell), digits[i+2])
	}
}
