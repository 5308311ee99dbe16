package slip

import "strings"

// The manufacturers whose spellings we know, by the short names that VRS and
// city lists use.
const (
	Pfizer        = "ファイザー"
	Moderna       = "モデルナ"
	AstraZeneca   = "アストラゼネカ"
	Novavax       = "ノババックス"
	Biken         = "阪大微生物病研究会"
	Kitasato      = "北里第一三共ワクチン"
	Takeda        = "武田薬品工業"
	DaiichiSankyo = "第一三共"
	MeijiSeika    = "Meiji Seika ファルマ"
	Shionogi      = "塩野義製薬"
	KMBiologics   = "KMバイオロジクス"
	Denka         = "デンカ"
)

// spellings are the words that give a manufacturer away, in order: the more
// telling word first, because 武田 sells the vaccines of Moderna and Novavax
// too, and 第一三共 is part of 北里第一三共. They are compared without blanks, in
// half width and lower case.
var spellings = [...]struct{ word, manufacturer string }{
	{"モデルナ", Moderna}, {"moderna", Moderna}, {"スパイクバックス", Moderna}, {"spikevax", Moderna},
	{"ノババックス", Novavax}, {"novavax", Novavax}, {"ヌバキソビッド", Novavax}, {"nuvaxovid", Novavax},
	{"ファイザー", Pfizer}, {"pfizer", Pfizer}, {"コミナティ", Pfizer}, {"comirnaty", Pfizer}, {"biontech", Pfizer}, {"ビオンテック", Pfizer},
	{"アストラゼネカ", AstraZeneca}, {"astrazeneca", AstraZeneca}, {"バキスゼブリア", AstraZeneca}, {"vaxzevria", AstraZeneca},
	{"北里", Kitasato}, {"ダイチロナ", DaiichiSankyo}, {"第一三共", DaiichiSankyo}, {"コスタイベ", MeijiSeika}, {"meijiseika", MeijiSeika},
	{"阪大微生物病", Biken}, {"biken", Biken}, {"ビケン", Biken}, {"テトラビック", Biken},
	{"塩野義", Shionogi}, {"コブゴーズ", Shionogi}, {"kmバイオ", KMBiologics}, {"化血研", KMBiologics},
	{"デンカ", Denka}, {"武田", Takeda}, {"takeda", Takeda}, {"タケダ", Takeda},
}

// NormaliseManufacturer returns the short name of the manufacturer that a text
// speaks of: its name in any common spelling (武田/モデルナ and モデルナ are one)
// or the name of its product. It returns false, and the text without outer
// blanks, when it knows none.
func NormaliseManufacturer(text string) (string, bool) {
	folded := strings.ToLower(strings.Join(strings.Fields(HalfWidth(text)), ""))
	for _, spelling := range spellings {
		if strings.Contains(folded, spelling.word) {
			return spelling.manufacturer, true
		}
	}
	return strings.TrimSpace(text), false
}

// SameManufacturer reports whether two texts speak of one manufacturer.
func SameManufacturer(a, b string) bool {
	nameA, _ := NormaliseManufacturer(a)
	nameB, _ := NormaliseManufacturer(b)
	return nameA != "" && nameA == nameB
}
