package chart_test

import (
	"encoding/xml"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"sesshu/ocr/chart"
)

func series() []chart.Series {
	random := rand.New(rand.NewPCG(1, 2))
	var careful, wild chart.Series
	careful.Name, wild.Name = "careful <&>", "wild"
	for range 3000 {
		p := 1 - 0.1*random.Float64()*random.Float64()
		careful.Values = append(careful.Values, chart.Judged{P: p, Right: random.Float64() < 1-(1-p)/3})
		wild.Values = append(wild.Values, chart.Judged{P: p, Right: random.Float64() < 0.8})
	}
	return []chart.Series{careful, wild, {Name: "nothing"}, {Name: "one", Values: []chart.Judged{{P: 1, Right: true}}}}
}

// Both plots are well-formed, hold every name, escape it, and are the same every
// time.
func TestPlots(t *testing.T) {
	for name, draw := range map[string]func(string, []chart.Series) string{"reliability": chart.Reliability, "risk": chart.RiskCoverage} {
		text := draw("a title", series())
		decoder, texts := xml.NewDecoder(strings.NewReader(text)), ""
		for {
			token, err := decoder.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if words, ok := token.(xml.CharData); ok {
				texts += string(words)
			}
		}
		for _, want := range []string{"a title", "careful <&>", "wild", "nothing", "one"} {
			if !strings.Contains(texts, want) {
				t.Errorf("%s does not say %q", name, want)
			}
		}
		if strings.Contains(text, "NaN") || strings.Contains(text, "Inf") {
			t.Errorf("%s holds no numbers", name)
		}
		if again := draw("a title", series()); again != text {
			t.Errorf("%s differs the second time", name)
		}
	}
}

// Where values are wrong more often the points lie higher.
func TestWrongLiesHigher(t *testing.T) {
	draw := func(wrong int) string {
		values := make([]chart.Judged, 400)
		for i := range values {
			values[i] = chart.Judged{P: 0.99, Right: i >= wrong}
		}
		return chart.Reliability("", []chart.Series{{Values: values}})
	}
	if !strings.Contains(draw(400), `cy="44.0"`) {
		t.Errorf("a group that is all wrong is not at the top:\n%s", draw(400))
	}
	// 0 of 400 is at most 0.92 %, 40 of 400 are 10 %: two and one decades below the top of six.
	if text := draw(0); !strings.Contains(text, `cy="169.6" r="3.4" fill="#fff"`) {
		t.Errorf("a group without an error is not hollow at its bound:\n%s", text)
	}
	if text := draw(40); !strings.Contains(text, `cy="105.7" r="3.4" fill="#0b6e99"`) {
		t.Errorf("a group with errors is not at their share:\n%s", text)
	}
}
