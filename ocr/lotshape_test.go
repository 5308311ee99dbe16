package ocr

import (
	"math"
	"testing"

	"sesshu/ledger/slip"
)

func TestAsLots(t *testing.T) {
	for text, want := range map[string]string{
		"EY5422": "EY5422", "NOO4A": "N004A", "EYS422": "EY5422", "000021A": "000021A", "O00021A": "000021A",
		"2022": "", "20220930": "", "20214": "", "L0T": "", "2022.09.30": "",
		"E05422": "EO5422", // a letter's place: the manufacturer may use an O
		// With its caption.
		"L0T400082A": "400082A", "L0T.EY5422": "EY5422", "L0TN0.3004667": "3004667", "N0.EY5422": "EY5422", "L0TY302": "Y302",
		"N0Y302": "",      // an N0 that was read into a lot must not leave another lot
		"N004A":  "N004A", // a lot, and no caption before one
	} {
		got := slip.Reading{Candidates: asLots([]slip.Candidate{{Text: text, P: 0.9}})}.Best()
		if got.Text != want {
			t.Errorf("%q is read as lot %q, want %q", text, got.Text, want)
		}
		if got.P > 0.9+1e-12 {
			t.Errorf("%q is read as lot %q with %.4f: surer than the text", text, got.Text, got.P)
		}
	}
}

// Two characters lost from 200042A leave what could be a lot with two letters O:
// such a lot is hardly believed.
func TestDigitsHardlyBecomeLetters(t *testing.T) {
	got := slip.Reading{Candidates: asLots([]slip.Candidate{{Text: "00042A", P: 0.9999}})}.Best()
	if got.P > 0.1 {
		t.Errorf("00042A is lot %q with %.3f", got.Text, got.P)
	}
}

func TestHoldsLot(t *testing.T) {
	for text, want := range map[string]bool{
		"日94FE9787": true, "L0T3005239": true, "0K004C1": true, "2022年3月3日": false, "2022.07.30": false, "年月日": false, "": false,
	} {
		if got := holdsLot([]slip.Candidate{{Text: text, P: 0.1}}); got != want {
			t.Errorf("%q holds a lot: %v, want %v", text, got, want)
		}
	}
}

func TestEndsInDigits(t *testing.T) {
	for text, want := range map[string]bool{
		"2018": true, "-2018": true, "9/87": true, "2022/07": true, "L0T": false, "22": false, "2022.07.30": false, "2022年7月30": false,
	} {
		if got := endsInDigits([]slip.Candidate{{Text: text, P: 0.1}}); got != want {
			t.Errorf("%q ends in a lot's digits: %v, want %v", text, got, want)
		}
	}
	if endsInDigits(nil) {
		t.Error("nothing ends in digits")
	}
}

func TestAgree(t *testing.T) {
	sure := []slip.Candidate{{Text: "N004A", P: 0.997}}
	for name, test := range map[string]struct {
		first, second []slip.Candidate
		want          string
		least, most   float64
	}{
		"both, the second unsure": {sure, []slip.Candidate{{Text: "N004A", P: 0.2}, {Text: "N0044", P: 0.1}}, "N004A", 0.998, 0.999},
		"both, the second surer":  {[]slip.Candidate{{Text: "N004A", P: 0.9}}, []slip.Candidate{{Text: "N004A", P: 0.99}}, "N004A", 0.95, 0.9999},
		"the second is silent":    {sure, nil, "N004A", 0.997, 0.997},
		"the first is silent":     {nil, sure, "N004A", 0.997, 0.997},
		"they differ":             {sure, []slip.Candidate{{Text: "N005A", P: 0.9}}, "N004A", 0, 0.98},
	} {
		got := agree(test.first, test.second)
		best := slip.Reading{Candidates: got}.Best()
		if best.Text != test.want || best.P < test.least-1e-12 || best.P > test.most+1e-12 {
			t.Errorf("%s: %v, want %s with %.4f to %.4f", name, got, test.want, test.least, test.most)
		}
		if sum := mass(got); math.IsNaN(sum) || sum > 1+1e-9 {
			t.Errorf("%s: the candidates sum to %g", name, sum)
		}
	}
}

func TestStumbles(t *testing.T) {
	lots := []slip.Candidate{{Text: "N004A", P: 0.92}, {Text: "N0044", P: 0.01}}
	texts := []slip.Candidate{{Text: "N004A", P: 0.9}, {Text: "N04A", P: 0.07}, {Text: "N005A", P: 0.01}, {Text: "M04A", P: 0.01}}
	got := stumbles(lots, texts)
	if len(got) != 1 || got[0].Text != "N04A" {
		t.Fatalf("stumbles are %v, want N04A", got)
	}
	if got[0].P > 0.07 || mass(lots)+mass(got) > 1 {
		t.Errorf("N04A has %.4f beside %v", got[0].P, lots)
	}
	for _, texts := range [][]slip.Candidate{nil, {{Text: "N004A", P: 0.9}}, {{Text: "N00A", P: 0.05}}, {{Text: "004A", P: 0.05}}} {
		if got := stumbles(lots, texts); len(got) != 0 {
			t.Errorf("%v stumbles as %v", texts, got)
		}
	}
}
