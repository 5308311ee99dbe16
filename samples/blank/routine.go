package blank

import (
	"cmp"

	"sesshu/ledger/slip/form"
	"sesshu/samples/ink"
)

// routine draws the slip of children's routine vaccinations.
func (s *sheet) routine(definition *form.Form) {
	s.heading(8, 14.2, 15, "定期予防接種予診票（個人票）")
	s.text(8, 19.8, 7.5, "※太枠内を保護者が記入し、□ には ✓ を入れてください。")
	s.reference()
	s.child()
	s.vaccine(definition)
	s.questions(76, routineQuestions)
	s.routineFrame(76 + questionHeader + questionRow*float64(len(routineQuestions)))
	s.physician()
	s.wish(definition, wishWords{
		title:  "保護者の同意",
		text:   "医師の診察・説明を受け、予防接種の効果や目的、重篤な副反応の可能性などについて理解した上で、接種することに（□ に ✓ を入れてください。）",
		yes:    "同意します",
		no:     "同意しません",
		year:   "令和",
		signer: [2]string{"保護者", "自　署"},
	})
	s.clinic(definition)
	s.eraDate(definition)
	s.footer("定期予防接種予診票 (A4)")
}

// reference draws the block for the city's encrypted number.
func (s *sheet) reference() {
	c := s.canvas
	s.label(132, 8, 17, 7, 7, "整理番号")
	s.label(132, 28, 17, 6, 6.2, "市町村コード")
	c.Line(132, 15, 202, 15, thin, ink.Black)
	c.Line(132, 28, 202, 28, thin, ink.Black)
	c.Line(149, 8, 149, 15, thin, ink.Black)
	c.Line(149, 28, 149, 34, thin, ink.Black)
	c.Frame(132, 8, 70, 26, medium, ink.Black)
}

// child draws the block with the child's particulars.
func (s *sheet) child() {
	c := s.canvas
	s.label(8, 22, 22, 8, 6.5, "住　所")
	s.label(8, 30, 22, 5, 6.5, "フリガナ")
	s.label(8, 35, 22, 9, 6.5, "予防接種を", "受ける人の氏名")
	s.label(8, 44, 22, 7, 6.5, "生年月日")
	s.label(92, 35, 14, 9, 6.5, "性　別")
	s.label(92, 44, 14, 7, 6.2, "診察前の", "体　温")
	s.label(134, 35, 18, 16, 6.5, "保護者の氏名")
	for _, y := range [...]float64{30, 35, 44, 51} {
		right := 134.0
		switch y {
		case 30:
			right = 129
		case 35, 51:
			right = rightEdge
		}
		c.Line(8, y, right, y, thin, ink.Black)
	}
	for _, x := range [...]float64{92, 106, 134, 152} {
		c.Line(x, 35, x, 51, thin, ink.Black)
	}
	c.Line(30, 22, 30, 51, thin, ink.Black)
	s.box(109, 38.2, 2.6, 7, "男")
	s.box(120, 38.2, 2.6, 7, "女")
	s.text(116, 48.6, 7, "度")
	s.text(127, 48.6, 7, "分")
}

// vaccine draws the rows for the vaccine and the number of the dose.
func (s *sheet) vaccine(definition *form.Form) {
	c := s.canvas
	s.label(8, 54, 24, 10, 6.5, "予防接種の種類")
	s.label(8, 64, 24, 10, 6.5, "期・回数")
	words := map[string]string{
		"麻しん風しん混合": "麻しん風しん混合（MR）", "水痘": "水　痘",
		"1": "１回目", "2": "２回目", "3": "３回目", "4": "追　加",
	}
	kind, _ := definition.Field("vaccine")
	for _, choice := range kind.Choices {
		s.box(choice.Box.X, choice.Box.Y, choice.Box.Width, 8, cmp.Or(words[choice.Value], choice.Value))
	}
	s.box(170, 57.6, 2.8, 8, "その他")
	dose, _ := definition.Field("dose")
	for _, choice := range dose.Choices {
		c.Frame(choice.Box.X, choice.Box.Y, choice.Box.Width, choice.Box.Height, 0.16, ink.Black)
		s.text(choice.Box.X+4, choice.Box.Y+2.6, 8, words[choice.Value])
	}
	c.Line(8, 64, rightEdge, 64, thin, ink.Black)
	c.Line(32, 54, 32, 74, thin, ink.Black)
	c.Frame(8, 54, 194, 20, medium, ink.Black)
}

var routineQuestions = [][]string{
	{"今日受ける予防接種について、市町村から配られている説明書を読みましたか。"},
	{"あなたのお子さんの発育歴についておたずねします。", "出生体重（　　　　　　　ｇ）　分娩時に異常がありましたか　　出生後に異常がありましたか"},
	{"今日、体に具合の悪いところがありますか。", "具体的な症状（　　　　　　　　　　　　　　　　　　）"},
	{"最近１か月以内に病気にかかりましたか。", "病名（　　　　　　　　　　　　　　　　　　）"},
	{"１か月以内に、家族や遊び仲間に麻しん、風しん、水痘、おたふくかぜなどの病気の人がいましたか。"},
	{"１か月以内に予防接種を受けましたか。", "予防接種の種類（　　　　　　　　　　　　　　）"},
	{"生まれてから今までに、先天性異常、心臓・腎臓・肝臓・脳神経・免疫不全その他の病気にかかったことがありますか。"},
	{"ひきつけ（けいれん）を起こしたことがありますか。　　　（　　　　歳頃）"},
	{"薬や食品で皮膚に発しんやじんましんが出たり、体の具合が悪くなったことがありますか。"},
	{"近親者に、先天性免疫不全と診断された方、予防接種を受けて具合が悪くなった方がいますか。"},
	{"今日の予防接種について質問がありますか。"},
}

// routineFrame frames thickly what the parent fills, down to bottom.
func (s *sheet) routineFrame(bottom float64) {
	c := s.canvas
	c.Line(rightEdge, 76, rightEdge, bottom, thin, ink.Black)
	for _, edge := range [...][4]float64{
		{leftEdge, 22, 129, 22}, {129, 22, 129, 35}, {129, 35, rightEdge, 35}, {rightEdge, 35, rightEdge, 51}, {leftEdge, 51, rightEdge, 51}, {leftEdge, 22, leftEdge, 51},
		{leftEdge, 76, doctorColumn, 76}, {doctorColumn, 76, doctorColumn, bottom}, {leftEdge, bottom, doctorColumn, bottom}, {leftEdge, 76, leftEdge, bottom},
	} {
		c.Line(edge[0], edge[1], edge[2], edge[3], thick, ink.Black)
	}
}

// eraDate draws the boxes of a date in the era 令和.
func (s *sheet) eraDate(definition *form.Form) {
	s.text(140, 246.4, 6, "接種年月日　※記入例　令和３年４月１日→０３年０４月０１日")
	date, _ := definition.Field("vaccination_date")
	s.cells(date)
	s.text(139.6, 255.2, 8, "令和")
	for i, word := range [...]string{"年", "月", "日"} {
		cell := date.Cells[2*i+1]
		s.text(cell.X+cell.Width+0.6, cell.Y+5.2, 8, word)
	}
}
