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
	// One group would be ten; all probabilities are equal, so the wrong ones come first.
	if !strings.Contains(draw(40), `cy="44.0"`) { // all of the first group: at the top
		t.Errorf("a group that is all wrong is not at the top:\n%s", draw(40))
	}
	if strings.Contains(draw(0), `cy="44.0"`) || !strings.Contains(draw(0), `cy="414.0"`) {
		t.Error("groups without an error are not at the bottom")
	}
}
