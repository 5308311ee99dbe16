package page

import (
	"fmt"
	"image"

	"github.com/boombuler/barcode/codabar"
	"github.com/boombuler/barcode/qr"

	"sesshu/samples/fiction"
	"sesshu/samples/ink"
	"sesshu/samples/typeface"
)

// Line returns the 18 digits of a ticket's OCR line.
func Line(holder fiction.Holder) string {
	return holder.TicketType + holder.Dose + holder.MunicipalityCode + holder.TicketNumber
}

// ticket prints the variable part of a ticket whose top left corner lies at
// (x, y) of the canvas.
func (j *job) ticket(canvas *ink.Canvas, x, y float64) {
	holder := j.slip.Holder
	face := j.japaneseFace(holder.Name + holder.Address)
	digits := j.anyFace("0123456789")
	word := "接種"
	if holder.TicketType == fiction.TypeInterview {
		word = "予診のみ"
	}
	city := cityOf(holder.Address)
	size := j.between(7.5, 9)
	j.print(canvas, digits, x+10.4, y+4.4, size, 4, holder.TicketType)
	j.print(canvas, face, x+15.4, y+4.3, 6.5, 8, word)
	j.print(canvas, digits, x+33.6, y+4.4, size, 3.6, holder.Dose)
	j.print(canvas, face, x+9.8, y+9, 7.5, 22.6, city)
	j.print(canvas, digits, x+34.2, y+9, size, 13.8, holder.MunicipalityCode)
	spaced := typeface.Style{Face: digits, Size: size * typeface.MillimetresPerPoint, Spacing: j.between(0, 1.1)}.Fit(holder.TicketNumber, 37.5)
	outline, _ := spaced.Outline(holder.TicketNumber)
	canvas.Fill(outline, ink.Moved(x+10, y+13.6), j.toner)
	j.print(canvas, face, x+9.8, y+18.1, 8.5, 38.5, holder.Name)
	j.barcode(canvas, x+3, y+20.4, 37.21, 5.6, holder.TicketNumber)
	j.ocrLine(canvas, x+3, y+31.6, Line(holder))
	if !j.slip.WithoutQR {
		line := Line(holder)
		if j.slip.OtherLine != "" {
			line = j.slip.OtherLine
		}
		j.qr(canvas, x+51.5, y+1.5, 10, line)
	}
}

// ocrLine sets the line in OCR-B of 9 points. Cities spaced it from 35 to
// 45 mm, began it further left or right, and some took another typeface.
func (j *job) ocrLine(canvas *ink.Canvas, x, base float64, line string) {
	style := j.fonts.Face(typeface.OCRB).Points(9)
	if j.slip.PlainLine {
		style = j.pick(j.fonts.Faces(typeface.Latin), line).Points(9)
	}
	natural := style.Width(line)
	wanted := natural
	if j.chance(0.5) || j.slip.PlainLine {
		wanted = j.between(max(36, natural*0.86), 43)
	}
	style.Spacing = (wanted - natural) / float64(len(line)-1)
	outline, _ := style.Outline(line)
	canvas.Fill(outline, ink.Moved(x+j.between(-0.6, 1), base), j.toner)
}

// barcode prints a number in NW-7.
func (j *job) barcode(canvas *ink.Canvas, x, y, width, height float64, number string) {
	const ends = "ABCD"
	start, stop := ends[j.random.IntN(4)], ends[j.random.IntN(4)]
	if j.chance(0.7) {
		start, stop = 'A', 'A'
	}
	code, err := codabar.Encode(fmt.Sprintf("%c%s%c", start, number, stop))
	if err != nil { // such numbers are digits only
		panic(fmt.Sprintf("encode NW-7: %v", err))
	}
	j.modules(canvas, x, y, width, height, code)
}

// qr prints a QR code.
func (j *job) qr(canvas *ink.Canvas, x, y, edge float64, text string) {
	level := qr.M
	if j.chance(0.3) {
		level = qr.L
	}
	code, err := qr.Encode(text, level, qr.Numeric)
	if err != nil { // 18 digits always fit
		panic(fmt.Sprintf("encode QR: %v", err))
	}
	j.modules(canvas, x, y, edge, edge, code)
}

// modules prints the dark modules of a code as one outline, so that no seams
// show between them.
func (j *job) modules(canvas *ink.Canvas, x, y, width, height float64, code image.Image) {
	columns, rows := code.Bounds().Dx(), code.Bounds().Dy()
	stepX, stepY := width/float64(columns), height/float64(rows)
	var dark ink.Path
	for row := range rows {
		for column := 0; column < columns; column++ {
			first := column
			for column < columns && isDark(code, column, row) {
				column++
			}
			if column > first {
				dark.Rectangle(x+float64(first)*stepX, y+float64(row)*stepY, float64(column-first)*stepX, stepY)
			}
		}
	}
	canvas.Fill(&dark, ink.Identity, j.toner)
}

func isDark(code image.Image, x, y int) bool {
	r, _, _, _ := code.At(code.Bounds().Min.X+x, code.Bounds().Min.Y+y).RGBA()
	return r < 0x8000
}

// pasteTicket prints a ticket sticker and pastes it, more or less into its
// frame.
func (j *job) pasteTicket() {
	insert := j.stock.definition.Inserts[0]
	blank := j.stock.inserts[insert.Name]
	sticker := ink.On(blank.print(j.slip.Toner, j.slip.Gain), blank.scale)
	for i, value := range sticker.Image.Pix { // sticker paper is a little darker
		sticker.Image.Pix[i] = uint8(int(value) * 250 / 255)
	}
	j.ticket(sticker, 0, 0)
	middleX, middleY := insert.X+insert.Width/2, insert.Y+insert.Height/2
	turn := insert.Turn * j.slip.Askew * j.between(-1, 1)
	shiftX := insert.Shift * j.slip.Askew * j.between(-1, 1)
	shiftY := insert.Shift * j.slip.Askew * j.between(-1, 1)
	// It never hangs over the sheet's edge.
	middleX = min(middleX+shiftX, j.stock.definition.Width-insert.Width/2-2.5)
	middleY = max(middleY+shiftY, insert.Height/2+4.5)
	place := ink.Moved(middleX, middleY).After(ink.Turned(turn)).After(ink.Moved(-insert.Width/2, -insert.Height/2))
	j.canvas.Paste(sticker.Image, sticker.Scale, place)
}
