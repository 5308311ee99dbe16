package ocr

import (
	"testing"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
)

func TestNameIn(t *testing.T) {
	for text, want := range map[string]string{
		"コミナティ筋注":                 slip.Pfizer,
		"コミ十テイ筋注":                 slip.Pfizer,
		"COMIRNATV intramuscular": slip.Pfizer,
		"スパイクバツクス筋注":              slip.Moderna,
		"スハイクハックス筋注":              slip.Moderna,
		"ヌバキソビッド筋注":               slip.Novavax,
		"使用期限 2021.09.30":         "",
		"ロット番号":                   "",
		"":                        "",
	} {
		name, likeness := nameIn(text)
		if name != want {
			t.Errorf("%q names %q (%.2f), want %q", text, name, likeness, want)
		}
	}
}

func TestShapeText(t *testing.T) {
	for _, test := range []struct {
		field      form.Field
		text, want string
		ok         bool
	}{
		{form.Field{Type: form.Date}, "1965年 4月12日", "1965-04-12", true},
		{form.Field{Type: form.Date}, "昭和40年4月12日", "1965-04-12", true},
		{form.Field{Type: form.Date}, "1965年13月12日", "", false},
		{form.Field{Type: form.OCRLine, Length: 18}, "22 132012 0000291824", "221320120000291824", true},
		{form.Field{Type: form.OCRLine, Length: 18}, "22132012000029182", "", false},
		{form.Field{Type: form.Barcode, Length: 10}, "221320120000291824", "0000291824", true},
		{form.Field{Type: form.PrintedDigits}, "１３２０１２", "132012", true},
		{form.Field{Type: form.PrintedDigits}, " ", "", false},
	} {
		got, ok := shapeText(test.field, test.text)
		if ok != test.ok || ok && got != test.want {
			t.Errorf("%s %q becomes %q %v, want %q %v", test.field.Type, test.text, got, ok, test.want, test.ok)
		}
	}
}
