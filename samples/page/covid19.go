package page

import (
	"fmt"
	"strings"
	"time"

	"sesshu/ledger/slip/form"
	"sesshu/samples/hand"
	"sesshu/samples/ink"
	"sesshu/samples/typeface"
)

// covid19 fills a COVID-19 slip.
func (j *job) covid19() {
	if len(j.stock.definition.Inserts) > 0 {
		j.pasteTicket()
	} else {
		j.ticket(j.canvas, 138, 8)
	}
	j.person()
	j.answers(62.5, []bool{true, true, true, false, false, false, false, false, false, false, false, false, false})
	j.judgement()
	j.wish(j.slip.Visit.Day.Year(), j.slip.Holder.Name)
	j.clinic()
}

// cityOf returns the part of an address that names the prefecture and city.
func cityOf(address string) string {
	if before, _, found := strings.Cut(address, "市"); found {
		return before + "市"
	}
	return address
}

// person prints the particulars and lets the recipient add the rest.
func (j *job) person() {
	holder := j.slip.Holder
	face := j.japaneseFace(holder.Name + holder.Address)
	j.print(j.canvas, face, 32, 26.6, 9, 100, holder.Address)
	j.print(j.canvas, face, 32, 32.3, 7, 58, holder.NameKana)
	j.print(j.canvas, face, 32, 39.4, 14, 58, holder.Name)
	birth := holder.Birth
	line := fmt.Sprintf("%d年%02d月%02d日", birth.Year(), int(birth.Month()), birth.Day())
	switch j.random.IntN(3) {
	case 0:
		line = fmt.Sprintf("%d年%d月%d日", birth.Year(), int(birth.Month()), birth.Day())
	case 1:
		line = fmt.Sprintf("%d年%2d月%2d日", birth.Year(), int(birth.Month()), birth.Day())
	}
	j.print(j.canvas, face, 32, 46.9, 10, 34, line)
	j.print(j.canvas, face, 69, 46.8, 8, 20, fmt.Sprintf("（満%d歳）", holder.Age(j.slip.Visit.Day)))
	x := 120.0
	if holder.Man {
		x = 109
	}
	j.recipient.Tick(j.canvas, hand.Box{X: x, Y: 30.2, Width: 2.4, Height: 2.4})
	j.recipient.Words(j.canvas, 107, 39.2, 2.9, 26, holder.Phone)
	j.written(j.recipient, 109, 43.2, 2.7, 4, fmt.Sprint(36))
	j.written(j.recipient, 122.5, 43.2, 2.7, 4, fmt.Sprint(j.random.IntN(9)))
}

// written writes digits by hand without boxes, pitch apart.
func (j *job) written(writer *hand.Writer, x, y, pitch, height float64, digits string) {
	for i := range len(digits) {
		writer.Digit(j.canvas, hand.Box{X: x + float64(i)*pitch, Y: y, Width: pitch, Height: height}, digits[i])
	}
}

// answers ticks the interview, whose first row begins at top: most people are
// well.
func (j *job) answers(top float64, usuallyYes []bool) {
	const row, edge, yes, no = 9.0, 2.6, 143.0, 159.0
	for i, usual := range usuallyYes {
		if usual != j.chance(0.93) && j.chance(0.3) {
			continue // some are left out
		}
		x := no
		if usual == j.chance(0.93) {
			x = yes
		}
		j.recipient.Tick(j.canvas, hand.Box{X: x, Y: top + row*float64(i) + row/2 - edge/2, Width: edge, Height: edge})
	}
	if j.chance(0.25) {
		j.recipient.Words(j.canvas, 34+j.between(0, 20), top+row*5+7.4, 3.4, 40, [...]string{"かぜ", "頭痛", "腰痛", "ぜんそく"}[j.random.IntN(4)])
	}
	if j.chance(0.3) {
		j.doctor.Scrawl(j.canvas, hand.Box{X: 180, Y: top + row*float64(j.random.IntN(len(usuallyYes))), Width: 16, Height: 8})
	}
}

// judgement is the doctor's part.
func (j *job) judgement() {
	j.doctor.Tick(j.canvas, hand.Box{X: 84.5, Y: 183.1, Width: 2.8, Height: 2.8})
	box := j.field("doctor_signature").Box
	surname, _, _ := strings.Cut(j.slip.Visit.Doctor, "　")
	j.doctor.Sign(j.canvas, hand.Box(box), j.slip.Visit.Doctor)
	if j.chance(0.65) {
		seal := j.kit.NewStamp(j.random, true)
		seal.Seal(j.canvas, j.fonts.Faces(typeface.Japanese)[0], box.X+box.Width-j.between(5, 22), box.Y+box.Height/2+j.between(-1.5, 1.5), j.between(9, 11.5), surname)
	}
}

// wish is the consent of whoever signs, with the day in the era or western year
// given.
func (j *job) wish(year int, signer string) {
	consent := j.field("consent")
	for _, choice := range consent.Choices {
		if choice.Value == j.slip.Consent {
			j.recipient.Tick(j.canvas, hand.Box(choice.Box))
		}
	}
	day := j.slip.Visit.Day
	j.written(j.recipient, 25, 218.8, 3.2, 5, fmt.Sprint(year))
	j.written(j.recipient, 43.5, 218.8, 3.2, 5, fmt.Sprint(int(day.Month())))
	j.written(j.recipient, 55.5, 218.8, 3.2, 5, fmt.Sprint(day.Day()))
	j.recipient.Sign(j.canvas, hand.Box{X: 122, Y: 218, Width: 78, Height: 7.2}, signer)
}

// clinic is the strip at the bottom.
func (j *job) clinic() {
	visit := j.slip.Visit
	if place := j.field("sticker").Box; j.slip.LotByHand {
		j.clerk.Words(j.canvas, place.X+4, place.Y+10, 4.6, place.Width-8, visit.Lot.Manufacturer)
		j.clerk.Words(j.canvas, place.X+4, place.Y+21, 5.2, place.Width-8, "Lot "+visit.Lot.LotNumber)
	} else {
		j.sticker(place)
	}
	j.digits(j.field("amount"), j.slip.AmountBy, j.clerk, amountDigits(visit.AmountML, len(j.field("amount").Cells)))
	j.place()
	j.digits(j.field("facility_code"), j.slip.FacilityBy, j.clerk, visit.Facility.FacilityCode)
	j.date(j.field("vaccination_date"))
}

// amountDigits returns the digits after "0.", filled up with zeros.
func amountDigits(amount string, cells int) string {
	_, digits, _ := strings.Cut(amount, ".")
	return (digits + "0000")[:cells]
}

// place stamps or writes the clinic's name and the doctor's.
func (j *job) place() {
	visit := j.slip.Visit
	if j.chance(0.7) {
		stamp := j.kit.NewStamp(j.random, false)
		city := cityOf(j.slip.Holder.Address)
		if _, after, found := strings.Cut(city, "県"); found {
			city = after
		}
		face := j.japaneseFace(visit.Facility.Name + city)
		stamp.Lines(j.canvas, face, 98.5, 241.2, 3.0, 37, city+"中央１－２－３", visit.Facility.Name)
		stamp.Lines(j.canvas, face, 100, 259.5, 3.6, 30, visit.Doctor)
		return
	}
	j.clerk.Words(j.canvas, 98.5, 244, 4, 37, visit.Facility.Name)
	j.clerk.Words(j.canvas, 99, 260, 4.4, 33, visit.Doctor)
}

// date fills the boxes of the vaccination date and plays the tricks asked for.
func (j *job) date(field form.Field) {
	digits := dateDigits(field, j.slip.Visit.Day)
	if j.slip.CrossedDate {
		j.digits(field, ByHand, j.clerk, dateDigits(field, j.slip.Visit.Day.AddDate(0, 1, 3)))
		j.clerk.CrossOut(j.canvas, hand.Box(field.Box))
		j.written(j.clerk, 150, 243.2, 3.2, 5, j.slip.Visit.Day.Format("20060102"))
		return
	}
	if j.slip.FirstYearWord {
		j.firstYear(field, digits)
		return
	}
	j.digits(field, j.slip.DateBy, j.clerk, digits)
	if j.slip.DoubleDigit {
		cell := field.Cells[1+j.random.IntN(len(field.Cells)-1)]
		j.clerk.Digit(j.canvas, hand.Box(cell), byte('0'+j.random.IntN(10)))
	}
}

// dateDigits returns what stands in the cells of a date: the last digit of a
// western year with 202 preprinted, or two digits of the year of the era, then
// month and day.
func dateDigits(field form.Field, day time.Time) string {
	if field.Era == "令和" {
		return fmt.Sprintf("%02d%02d%02d", day.Year()-reiwa, int(day.Month()), day.Day())
	}
	return day.Format("20060102")[3:]
}

// digits brings one digit into each cell of a field.
func (j *job) digits(field form.Field, by Way, writer *hand.Writer, digits string) {
	boxes := make([]hand.Box, len(field.Cells))
	for i, cell := range field.Cells {
		boxes[i] = hand.Box(cell)
	}
	switch by {
	case ByHand:
		for i, box := range boxes {
			writer.Digit(j.canvas, box, digits[i])
		}
	case ByStamp:
		face := j.anyFace(digits)
		stamp := j.kit.NewStamp(j.random, j.chance(0.15))
		stamp.Row(j.canvas, face, boxes, digits)
	default:
		style := j.anyFace(digits).Points(j.between(11, 15))
		offX, offY := j.between(-0.5, 0.5), j.between(-0.6, 0.6)
		for i, box := range boxes {
			outline, width := style.Outline(digits[i : i+1])
			j.canvas.Fill(outline, ink.Moved(box.X+(box.Width-width)/2+offX, box.Y+box.Height/2+style.Size*0.36+offY), j.toner)
		}
	}
}
