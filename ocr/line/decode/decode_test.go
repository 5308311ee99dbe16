package decode_test

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sesshu/ocr/line/decode"
)

// answers builds logits: one column for each rune of columns, "_" for blank,
// with the given weights of further symbols.
func answers(columns string, further map[int]map[rune]float32) ([]float32, int) {
	runes := []rune(columns)
	logits := make([]float32, decode.Outputs*len(runes))
	for i := range logits {
		logits[i] = -20
	}
	put := func(column int, name rune, value float32) {
		output := decode.Outputs - 1
		if name == '_' {
			output = 0
		} else if at := strings.IndexRune(decode.Alphabet, name); at >= 0 {
			output = len([]rune(decode.Alphabet[:at])) + 1
		}
		logits[output*len(runes)+column] = value
	}
	for column, name := range runes {
		put(column, name, 0)
		for other, value := range further[column] {
			put(column, other, value)
		}
	}
	return logits, len(runes)
}

func TestReadsRunsAndBlanks(t *testing.T) {
	logits, columns := answers("__22_2__00__1_", nil)
	answer, err := decode.Decode(logits, columns, "0123456789", 0)
	if err != nil {
		t.Fatal(err)
	}
	if best := answer.Texts[0]; best.Text != "2201" || best.P < 0.999 {
		t.Errorf("best text is %q with %.4f, want 2201", best.Text, best.P)
	}
}

func TestKeepsTheAlternative(t *testing.T) {
	logits, columns := answers("_1_4_", map[int]map[rune]float32{3: {'1': -2}})
	answer, err := decode.Decode(logits, columns, "0123456789", 2)
	if err != nil {
		t.Fatal(err)
	}
	if len(answer.Texts) < 2 || answer.Texts[0].Text != "14" || answer.Texts[1].Text != "11" {
		t.Fatalf("texts are %v, want 14 and 11", answer.Texts)
	}
	if want := math.Exp(-2) / (1 + math.Exp(-2)); math.Abs(answer.Texts[1].P-want) > 0.01 {
		t.Errorf("alternative has %.4f, want %.4f", answer.Texts[1].P, want)
	}
}

func TestWrongLengthStaysImprobable(t *testing.T) {
	logits, columns := answers("_1_2_3_", nil)
	answer, err := decode.Decode(logits, columns, "0123456789", 4)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range answer.Texts {
		if len(text.Text) != 4 || text.P > 0.01 {
			t.Errorf("three characters read as %q with %.4f", text.Text, text.P)
		}
	}
}

func TestForeignCharactersKeepTheirMass(t *testing.T) {
	logits, columns := answers("_1_ん_3_X_", nil)
	answer, err := decode.Decode(logits, columns, "0123456789", 0)
	if err != nil {
		t.Fatal(err)
	}
	if answer.Foreign != 2 {
		t.Errorf("%v foreign characters, want 2", answer.Foreign)
	}
	for _, text := range answer.Texts {
		if text.P > 0.01 {
			t.Errorf("foreign line read as %q with %.4f", text.Text, text.P)
		}
	}
}

func TestTwinsSpeakForDigitsOnlyWithoutLetters(t *testing.T) {
	logits, columns := answers("_O_B_", nil)
	digits, err := decode.Decode(logits, columns, "0123456789", 2)
	if err != nil {
		t.Fatal(err)
	}
	if best := digits.Texts[0]; best.Text != "08" || best.P < 0.85 {
		t.Errorf("as digits: %q with %.3f, want 08", best.Text, best.P)
	}
	lot, err := decode.Decode(logits, columns, "0123456789OB", 2)
	if err != nil {
		t.Fatal(err)
	}
	if best := lot.Texts[0]; best.Text != "OB" {
		t.Errorf("as a lot: %q, want OB", best.Text)
	}
}

func TestProbabilitiesNeverExceedOneTogether(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		columns := rapid.IntRange(1, 12).Draw(t, "columns")
		logits := rapid.SliceOfN(rapid.Float32Range(-12, 12), columns*decode.Outputs, columns*decode.Outputs).Draw(t, "logits")
		charset := rapid.SampledFrom([]string{"", "0123456789", "01", "年月日0123456789"}).Draw(t, "charset")
		length := rapid.IntRange(0, 6).Draw(t, "length")
		answer, err := decode.Decode(logits, columns, charset, length)
		if err != nil {
			t.Fatal(err)
		}
		sum, last := 0.0, math.Inf(1)
		for _, text := range answer.Texts {
			if text.P > last {
				t.Fatal("texts are not best first")
			}
			last = text.P
			sum += text.P
			if length > 0 && len([]rune(text.Text)) != length {
				t.Fatalf("%q is not %d characters", text.Text, length)
			}
			if charset != "" && strings.Trim(text.Text, charset) != "" {
				t.Fatalf("%q holds characters outside the charset", text.Text)
			}
		}
		if sum > 1+1e-9 {
			t.Fatalf("probabilities sum to %v", sum)
		}
		again, err := decode.Decode(logits, columns, charset, length)
		if err != nil || len(again.Texts) != len(answer.Texts) {
			t.Fatal("a second decoding differs")
		}
		for i := range again.Texts {
			if again.Texts[i] != answer.Texts[i] {
				t.Fatal("a second decoding differs")
			}
		}
	})
}

func TestBadShapesAreRefused(t *testing.T) {
	if _, err := decode.Decode(make([]float32, 10), 3, "", 0); err == nil {
		t.Error("logits of the wrong size were decoded")
	}
}
