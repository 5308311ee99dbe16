package page

import (
	"fmt"
	"image"
	"math/rand/v2"
	"strings"

	"sesshu/samples/ink"
	"sesshu/samples/typeface"
)

// Foreign draws a sheet that is no slip: a letter or an invoice such as gets
// between slips on a desk.
func (p *Printer) Foreign(random *rand.Rand) *image.Gray {
	canvas := ink.NewCanvas(210, 297, 300)
	j := &job{Printer: p, random: random, canvas: canvas, toner: ink.Ink{Shade: 230}}
	if random.IntN(2) == 0 {
		j.letter()
	} else {
		j.invoice()
	}
	return canvas.Image
}

// Blank returns an empty sheet.
func Blank() *image.Gray { return ink.NewCanvas(210, 297, 300).Image }

// Cover lays a foreign or an empty sheet over the upper or the lower half of a
// page, as happens when two are fed at once.
func (p *Printer) Cover(random *rand.Rand, page *image.Gray) {
	other := Blank()
	if random.IntN(2) == 0 {
		other = p.Foreign(random)
	}
	height := 297 * (0.45 + 0.2*random.Float64())
	if random.IntN(2) == 0 {
		height = -height
	}
	ink.On(page, 300/ink.MillimetresPerInch).Paste(other, 300/ink.MillimetresPerInch,
		ink.Moved(8*random.NormFloat64(), height).After(ink.Turned(2*random.NormFloat64())))
}

// Back draws the explanations that some slips carry on their back.
func (p *Printer) Back() *image.Gray {
	canvas := ink.NewCanvas(210, 297, 300)
	j := &job{Printer: p, random: rand.New(rand.NewPCG(3, 5)), canvas: canvas, toner: ink.Ink{Shade: 230}}
	face := p.fonts.Face(typeface.Form)
	j.print(canvas, p.fonts.Face(typeface.FormBold), 20, 24, 14, 170, "接種を受けられる方へ")
	for i := range 42 {
		j.print(canvas, face, 20, 36+float64(i)*5.8, 9, 170, j.sentences(46))
	}
	return canvas.Image
}

func (j *job) letter() {
	face := j.japaneseFace("予防接種")
	c := j.canvas
	j.print(c, face, 140, 24, 10, 55, fmt.Sprintf("令和%d年%d月%d日", 3+j.random.IntN(3), 1+j.random.IntN(12), 1+j.random.IntN(28)))
	j.print(c, face, 22, 36, 11, 80, "各医療機関　御中")
	j.print(c, face, 130, 48, 10, 60, "保健福祉部　健康推進課")
	j.print(c, face, 60, 66, 14, 110, [...]string{"予診票の送付について（依頼）", "説明会の開催について", "書類送付のご案内"}[j.random.IntN(3)])
	for i := range 11 + j.random.IntN(8) {
		j.print(c, face, 22, 82+float64(i)*7, 10.5, 168, j.sentences(36))
	}
	j.print(c, face, 100, 228, 11, 20, "記")
	for i := range 4 {
		j.print(c, face, 34, 238+float64(i)*7, 10.5, 150, fmt.Sprintf("%d　%s", i+1, j.sentences(20)))
	}
}

func (j *job) invoice() {
	face := j.japaneseFace("請求書")
	c := j.canvas
	j.print(c, face, 80, 28, 22, 80, "請　求　書")
	j.print(c, face, 20, 46, 11, 80, "株式会社　さくら商事　御中")
	j.print(c, face, 140, 46, 10, 55, fmt.Sprintf("No. %06d", j.random.IntN(1_000_000)))
	j.print(c, face, 20, 60, 10, 150, "下記のとおりご請求申し上げます。")
	const rows, top, row = 14, 72.0, 11.0
	for i := range rows + 1 {
		c.Line(20, top+float64(i)*row, 190, top+float64(i)*row, 0.2, ink.Black)
	}
	for _, x := range [...]float64{20, 100, 125, 155, 190} {
		c.Line(x, top, x, top+rows*row, 0.2, ink.Black)
	}
	for i, title := range [...]string{"品　名", "数量", "単価", "金額"} {
		j.print(c, face, [...]float64{50, 107, 133, 166}[i], top+7, 10, 30, title)
	}
	for i := 1; i < rows-2; i++ {
		y := top + float64(i)*row + 7
		count, price := 1+j.random.IntN(30), 10*(1+j.random.IntN(900))
		j.print(c, face, 23, y, 10, 75, [...]string{"消毒用アルコール", "注射針　２５Ｇ", "医療用手袋", "コピー用紙Ａ４", "事務用封筒", "脱脂綿"}[j.random.IntN(6)])
		j.print(c, face, 108, y, 10, 15, fmt.Sprint(count))
		j.print(c, face, 132, y, 10, 20, fmt.Sprint(price))
		j.print(c, face, 163, y, 10, 25, fmt.Sprint(count*price))
	}
	j.print(c, face, 20, 240, 10, 170, "お振込先：さくら銀行　本店　普通　"+fmt.Sprintf("%07d", j.random.IntN(10_000_000)))
}

// sentences returns about so many letters of official prose.
func (j *job) sentences(letters int) string {
	phrases := [...]string{
		"平素より格別のご協力を賜り、", "厚く御礼申し上げます。", "標記の件につきまして、", "下記のとおり実施いたしますので、", "ご確認のうえ、",
		"期日までにご提出くださいますよう", "お願いいたします。", "なお、詳細については", "担当までお問い合わせください。", "添付の資料を参照し、", "必要事項を記入して", "返送してください。",
	}
	var line strings.Builder
	for length := 0; length < letters; {
		phrase := phrases[j.random.IntN(len(phrases))]
		line.WriteString(phrase)
		length += len([]rune(phrase))
	}
	return string([]rune(line.String())[:letters])
}
