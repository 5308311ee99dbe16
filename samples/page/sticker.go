package page

import (
	"fmt"
	"image"
	"math"

	"sesshu/ledger/slip/form"
	"sesshu/samples/fiction"
	"sesshu/samples/ink"
	"sesshu/samples/typeface"
)

// sticker prints a vaccine's sticker and pastes it into a place, turned and off
// a little.
func (j *job) sticker(place form.Rectangle) {
	piece := j.stickerPiece(j.slip.Visit.Lot)
	width := float64(piece.Image.Rect.Dx()) / piece.Scale
	height := float64(piece.Image.Rect.Dy()) / piece.Scale
	turn := 5 * j.slip.Askew * j.between(-1, 1)
	// Room to move, after the turn.
	bow := math.Abs(turn) * math.Pi / 180
	roomX := max(0, place.Width-width-height*bow) / 2
	roomY := max(0, place.Height-height-width*bow) / 2
	x := place.X + place.Width/2 + roomX*j.between(-1, 1)
	y := place.Y + place.Height/2 + roomY*j.between(-1, 1)
	j.canvas.Paste(piece.Image, piece.Scale, ink.Moved(x, y).After(ink.Turned(turn)).After(ink.Moved(-width/2, -height/2)))
}

// stickerPiece prints a sticker in one of the layouts of the makers.
func (j *job) stickerPiece(lot fiction.Lot) *ink.Canvas {
	width, height := j.between(40, 52), j.between(17, 22)
	piece := ink.NewCanvas(width, height, 300)
	tint := uint8(j.between(228, 252))
	for i := range piece.Image.Pix {
		piece.Image.Pix[i] = tint
	}
	j.cutEdge(piece.Image)
	face := j.japaneseFace(lot.Product + lot.Manufacturer)
	code := face
	if j.chance(0.6) {
		code = j.pick(j.fonts.Faces(typeface.Latin), lot.LotNumber)
	}
	word := [...]string{"Lot No.", "製造番号", "ロット番号", "ロット", "LOT", "製造番号："}[j.random.IntN(6)]
	expiry := j.expiry(lot)
	left := j.between(1.5, 4)
	room := width - left - 1.5
	switch j.random.IntN(4) {
	case 0: // product, lot, expiry below each other
		j.print(piece, face, left, height*0.27, 10, room, lot.Product)
		end := j.print(piece, face, left, height*0.58, 9, room*0.45, word) + 1.5
		j.print(piece, code, end, height*0.58, 11, width-end-1.5, lot.LotNumber)
		j.print(piece, face, left, height*0.88, 7.5, room, "最終有効年月日 "+expiry)
	case 1: // Latin name above
		j.print(piece, face, left, height*0.22, 7.5, room, lot.Label)
		j.print(piece, face, left, height*0.45, 9, room, lot.Product)
		end := j.print(piece, face, left, height*0.7, 8, room*0.45, word) + 1.2
		j.print(piece, code, end, height*0.7, 9.5, width-end-1.5, lot.LotNumber)
		j.print(piece, face, left, height*0.92, 7, room, "使用期限 "+expiry+"　"+lot.Manufacturer)
	case 2: // ruled
		line := ink.Ink{Shade: 200}
		const word0 = 14.0
		piece.Frame(1, 1, width-2, height-2, 0.15, line)
		for i := 1; i < 3; i++ {
			piece.Line(1, 1+(height-2)*float64(i)/3, width-1, 1+(height-2)*float64(i)/3, 0.12, line)
		}
		piece.Line(1+word0, 1, 1+word0, height-1, 0.12, line)
		row := func(i float64) float64 { return 1 + (height-2)*(i+0.5)/3 + 1.1 }
		for i, label := range [...]string{"販売名", "製造番号", "有効期限"} {
			j.print(piece, face, 1.8, row(float64(i)), 7, word0-1.4, label)
		}
		j.print(piece, face, word0+2, row(0), 8.5, width-word0-4, lot.Product)
		j.print(piece, code, word0+2, row(1), 9.5, width-word0-4, lot.LotNumber)
		j.print(piece, face, word0+2, row(2), 8, width-word0-4, expiry)
	default: // maker first, lot large
		j.print(piece, face, left, height*0.24, 7.5, room, lot.Manufacturer+"　"+lot.Product)
		end := j.print(piece, face, left, height*0.6, 8.5, room*0.4, word) + 1.5
		j.print(piece, code, end, height*0.62, 13, width-end-1.5, lot.LotNumber)
		j.print(piece, face, left, height*0.88, 7.5, room, "最終有効年月日："+expiry)
	}
	return piece
}

// expiry is the lot's last day as stickers print it.
func (j *job) expiry(lot fiction.Lot) string {
	day := lot.To.AddDate(0, 1, 0)
	switch j.random.IntN(3) {
	case 0:
		return day.Format("2006.01.02")
	case 1:
		return day.Format("2006/01/02")
	default:
		return fmt.Sprintf("%d年%d月%d日", day.Year(), int(day.Month()), day.Day())
	}
}

// cutEdge draws the thin dark line that shows where a sticker was cut askew.
func (j *job) cutEdge(piece *image.Gray) {
	if !j.chance(0.35) {
		return
	}
	rows := 2 + j.random.IntN(4)
	for x := range piece.Rect.Dx() {
		depth := rows * x / piece.Rect.Dx()
		for y := range depth {
			piece.Pix[y*piece.Stride+x] = 206
		}
	}
}
