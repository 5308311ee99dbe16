package blank

import (
	"sesshu/ledger/slip/form"
	"sesshu/samples/ink"
)

// covid19 draws the slip's print below and beside the ticket.
func (s *sheet) covid19(definition *form.Form) {
	s.heading(8, 14.2, 15, "新型コロナワクチン接種の予診票")
	s.text(8, 19.8, 7.5, "※太枠内にご記入、または □ にチェック（✓）を入れてください。")
	s.person()
	s.questions(58, covid19Questions)
	s.covid19Frame(58 + questionHeader + questionRow*float64(len(covid19Questions)))
	s.physician()
	s.wish(definition, wishWords{
		title:  "新型コロナワクチン接種希望書",
		text:   "医師の診察・説明を受け、接種の効果や副反応などについて理解した上で、接種を希望しますか。（□ にチェックを入れてください。）",
		yes:    "接種を希望します",
		no:     "接種を希望しません",
		year:   "西暦",
		signer: [2]string{"被接種者又は", "保護者自署"},
	})
	s.clinic(definition)
	s.westernDate(definition)
	s.footer("新型コロナワクチン予診票 (A4)")
}

// person draws the block with the recipient's particulars.
func (s *sheet) person() {
	c := s.canvas
	s.label(8, 22, 22, 7, 6.2, "住民票に記載", "されている住所")
	s.label(8, 29, 22, 4.5, 6.5, "フリガナ")
	s.label(8, 33.5, 22, 8.5, 8, "氏　名")
	s.label(8, 42, 22, 7, 6.5, "生年月日", "（西暦）")
	s.label(8, 49, 22, 7, 6.5, "接種の記録")
	s.label(92, 29, 14, 4.5, 6.5, "性　別")
	s.label(92, 33.5, 14, 8.5, 6.5, "電話番号")
	s.label(92, 42, 14, 7, 6.2, "診察前の", "体　温")
	for _, y := range [...]float64{29, 33.5, 42} {
		c.Line(8, y, 134, y, thin, ink.Black)
	}
	c.Line(8, 49, 202, 49, thin, ink.Black)
	c.Line(30, 22, 30, 56, thin, ink.Black)
	c.Line(92, 29, 92, 49, thin, ink.Black)
	c.Line(106, 29, 106, 49, thin, ink.Black)
	c.Line(134, 22, 134, 49, medium, ink.Black)
	s.box(109, 30.2, 2.4, 7, "男")
	s.box(120, 30.2, 2.4, 7, "女")
	s.text(116, 46.7, 7, "度")
	s.text(127, 46.7, 7, "分")
	s.text(138.5, 47, 5.8, "※住所・氏名等に誤りがある場合は二重線で訂正してください。")
}

// covid19Questions are asked of whoever is vaccinated against COVID-19.
var covid19Questions = [][]string{
	{"新型コロナワクチンの接種を受けたことがありますか。", "（接種を受けた回数：　　　回、　前回の接種日：　　　　年　　　月　　　日）"},
	{"現時点で住民票のある市町村と、接種券に記載されている市町村は同じですか。"},
	{"「新型コロナワクチンの説明書」を読んで、効果や副反応などについて理解しましたか。"},
	{"現在、何らかの病気にかかって、治療（投薬など）を受けていますか。", "□心臓病　□腎臓病　□肝臓病　□血液疾患　□血が止まりにくい病気　□免疫不全　□その他（　　　　　　　　　）"},
	{"その病気を診てもらっている医師に、今日の予防接種を受けてよいと言われましたか。"},
	{"最近１か月以内に熱が出たり、病気にかかったりしましたか。", "病名（　　　　　　　　　　　　　　　　　　）"},
	{"今日、体に具合が悪いところがありますか。", "症状（　　　　　　　　　　　　　　　　　　）"},
	{"けいれん（ひきつけ）を起こしたことがありますか。"},
	{"薬や食品などで、重いアレルギー症状（アナフィラキシーなど）を起こしたことがありますか。", "薬・食品など原因になったもの（　　　　　　　　　　　　　　　　　）"},
	{"これまでに予防接種を受けて具合が悪くなったことがありますか。", "種類（　　　　　　　　　　　　）　症状（　　　　　　　　　　　　　　）"},
	{"現在妊娠している可能性（生理が予定より遅れているなど）がありますか。または、授乳中ですか。"},
	{"２週間以内に予防接種を受けましたか。", "種類（　　　　　　　　　　　　）　受けた日（　　　　　　　　　　　　）"},
	{"今日の予防接種について質問がありますか。"},
}

// physician draws the physician's judgement and signature.
func (s *sheet) physician() {
	c := s.canvas
	s.label(8, 181, 18, 16, 7, "医　師", "記入欄")
	s.text(28, 185.6, 7.2, "以上の問診及び診察の結果、今日の接種は")
	end := s.text(82, 185.6, 7.2, "（ ")
	end = s.box(end, 183.1, 2.8, 7.2, "可能　・　")
	end = s.box(end, 183.1, 2.8, 7.2, "見合わせる")
	s.text(end, 185.6, 7.2, " ）")
	s.text(28, 190.4, 7.2, "本人に対して、接種の効果、副反応及び予防接種健康被害救済制度について、")
	s.text(28, 195, 7.2, "説明した。")
	s.text(149.5, 184.4, 6.2, "医師署名又は記名押印")
	c.Line(26, 181, 26, 197, thin, ink.Black)
	c.Line(148, 181, 148, 197, thin, ink.Black)
	c.Frame(8, 181, 194, 16, medium, ink.Black)
}

// wishWords are the words of the consent block.
type wishWords struct {
	title, text, yes, no, year string
	signer                     [2]string
}

// wish draws the consent of the recipient or a parent.
func (s *sheet) wish(definition *form.Form, with wishWords) {
	c := s.canvas
	s.label(8, 199, 194, 4.6, 7.5, with.title)
	s.set(s.plain.Points(7.2).Fit(with.text, 188), 10, 207.6, with.text)
	words := map[string]string{"yes": with.yes, "no": with.no}
	consent, _ := definition.Field("consent")
	for _, choice := range consent.Choices {
		c.Frame(choice.Box.X, choice.Box.Y, choice.Box.Width, choice.Box.Height, medium, ink.Black)
		s.heading(choice.Box.X+choice.Box.Width+1.2, choice.Box.Y+3.2, 10, words[choice.Value])
	}
	s.text(104, 215, 9, "・")
	s.text(16, 222.8, 7.2, with.year+"　　　　　　　年　　　　月　　　　日")
	s.text(84, 220.6, 6.4, with.signer[0])
	s.text(84, 223.6, 6.4, with.signer[1])
	c.Line(121, 224.4, 200, 224.4, thin, ink.Black)
	s.text(103, 222.8, 5.2, "（代筆者氏名）")
	c.Line(8, 203.6, 202, 203.6, thin, ink.Black)
	c.Frame(8, 199, 194, 27, thick, ink.Black)
}

// clinic draws the strip that the clinic fills: vaccine, dose, place, codes.
func (s *sheet) clinic(definition *form.Form) {
	c := s.canvas
	columns := [...]struct {
		x, width float64
		title    string
	}{{8, 64, "ワクチン名・ロット番号"}, {72, 24, "接種量"}, {96, 42, "実施場所・医師名"}, {138, 64, "医療機関等コード・接種年月日"}}
	for _, column := range columns {
		s.label(column.x, 228, column.width, 4.6, 7, column.title)
		c.Line(column.x, 228, column.x, 267, thin, ink.Black)
	}
	c.Line(8, 232.6, 202, 232.6, thin, ink.Black)
	c.Frame(8, 228, 194, 39, medium, ink.Black)

	sticker, _ := definition.Field("sticker")
	place := sticker.Box
	light := ink.Ink{Shade: 120}
	for _, edge := range [...][4]float64{
		{place.X, place.Y, place.X + place.Width, place.Y}, {place.X, place.Y + place.Height, place.X + place.Width, place.Y + place.Height},
		{place.X, place.Y, place.X, place.Y + place.Height}, {place.X + place.Width, place.Y, place.X + place.Width, place.Y + place.Height},
	} {
		c.Dashes(edge[0], edge[1], edge[2], edge[3], 0.14, 1.0, 0.8, light)
	}
	s.centred(place.X, place.Y+7, place.Width, 8, 9, "シール貼付位置")
	s.text(10, 263.6, 5.2, "※枠に合わせてまっすぐに貼り付けてください。")
	s.text(10, 266, 5.2, "（注）有効期限が切れていないか確認してください。")

	amount, _ := definition.Field("amount")
	s.cells(amount)
	s.text(amount.Cells[0].X-5.2, 247.4, 13, "0.")
	last := amount.Cells[len(amount.Cells)-1]
	s.text(last.X+last.Width+0.7, 247.4, 8, "ml")

	s.text(97, 236.4, 6.2, "実施場所")
	c.Line(96, 249.6, 138, 249.6, thin, ink.Black)
	s.text(97, 252.8, 6.2, "医師名")

	facility, _ := definition.Field("facility_code")
	s.cells(facility)
}

// westernDate draws the boxes of a western date with the preprinted 202.
func (s *sheet) westernDate(definition *form.Form) {
	s.text(140, 246.4, 6, "接種年月日（西暦）　※記入例　４月１日→０４月０１日")
	date, _ := definition.Field("vaccination_date")
	year := date.Cells[0]
	for i, digit := range [...]string{"2", "0", "2"} {
		x := year.X - year.Width*float64(3-i)
		s.canvas.Frame(x, year.Y, year.Width, year.Height, medium, ink.Black)
		s.centred(x, year.Y, year.Width, year.Height, 13, digit)
	}
	s.cells(date)
	for i, word := range [...]string{"年", "月", "日"} {
		cell := date.Cells[2*i]
		s.text(cell.X+cell.Width+0.6, cell.Y+5.2, 8, word)
	}
}

func (s *sheet) footer(name string) {
	notes := [...]string{
		"（注）この予診票は、接種の安全性の確保を目的としています。記載された内容は、予防接種の記録及び費用の請求のために市町村等に提出されます。",
		"　　　医療機関の方へ：医療機関等コード及び接種年月日は、枠内に数字を一文字ずつはっきりと記入してください。",
	}
	for i, note := range notes {
		s.text(8, 271.5+3.4*float64(i), 5.8, note)
	}
	s.text(166, 283, 6, name)
}
