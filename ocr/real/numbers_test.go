package real_test

import (
	"testing"
	"testing/fstest"

	"sesshu/ocr/real"
)

func TestLots(t *testing.T) {
	dir := fstest.MapFS{
		"vaccine-lots/japan.csv": text("\ufeffmanufacturer,product,lot\nファイザー,x,EY5420\nファイザー,x,EY5422\nファイザー,x,EY5422\nファイザー,x,YE5422\nファイザー,x,FA57\n武田/モデルナ,x,300-4733\n"),
		"vaccine-lots/us.csv":    text("lot,manufacturer\n042A21A,JANSSEN\n"),
	}
	lists, missing, err := real.Lots(dir)
	if err != nil || len(missing) > 0 || len(lists) != 3 {
		t.Fatalf("%d lists, missing %v, error %v", len(lists), missing, err)
	}
	for i, want := range []real.LotList{
		{File: "japan.csv", Manufacturer: "ファイザー", N: 4, Known: true, Fit: 3, Valid: 4, Near: 3, Pairs: 2},
		{File: "japan.csv", Manufacturer: "モデルナ", N: 1, Known: true},
		{File: "us.csv", Manufacturer: "JANSSEN", N: 1, Valid: 1},
	} {
		if lists[i] != want {
			t.Errorf("the list is %+v, want %+v", lists[i], want)
		}
	}
	if _, _, err := real.Lots(fstest.MapFS{"vaccine-lots/a.csv": text("a,b\n1,2\n")}); err == nil {
		t.Error("a list without its columns is no error")
	}
}

func TestNumbers(t *testing.T) {
	municipalities := text("\ufeffpid,lgcode\n1,011002\n1,011011\n1,011012\n")
	// The third code is of table 3, the fourth has a wrong digit.
	facilities := "010112489,0112489,a\n010112745,0112745,b\n%s,x,c\n010112488,x,d\n"
	dir := fstest.MapFS{
		"jp-municipalities/localgovjp-utf8.csv": municipalities,
		"jp-medical-institutions/codes.zip":     zipped(t, "codes.csv", sprintf(facilities, dental(t))),
	}
	lists, missing, err := real.Numbers(t.Context(), dir)
	if err != nil || len(missing) > 0 || len(lists) != 2 {
		t.Fatalf("%d lists, missing %v, error %v", len(lists), missing, err)
	}
	if list := lists[0]; list.N != 3 || list.Confirmed != 2 {
		t.Errorf("municipalities: %+v", list)
	}
	if list := lists[1]; list.N != 4 || list.Confirmed != 2 || list.Otherwise != 1 {
		t.Errorf("medical institutions: %+v", list)
	}
	for name, damaged := range map[string]fstest.MapFS{
		"no archive":         {"jp-medical-institutions/NOTE.md": text("a note")},
		"archive of nothing": {"jp-medical-institutions/codes.zip": text("no zip")},
		"code of 8 digits":   {"jp-medical-institutions/codes.zip": zipped(t, "codes.csv", "01011248,a\n")},
		"no table":           {"jp-municipalities/NOTE.md": text("a note")},
	} {
		if _, _, err := real.Numbers(t.Context(), damaged); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
