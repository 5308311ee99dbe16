package truth_test

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/truth"
)

func TestReadRefuses(t *testing.T) {
	good := `{"file":"1.jpg","form":"f","expect":"accept","fields":{"dose":"3"}}`
	if _, err := truth.Read(strings.NewReader(good)); err != nil {
		t.Fatalf("refused a good line: %v", err)
	}
	for name, text := range map[string]string{
		"unknown key":         `{"file":"1.jpg","form":"f","expect":"accept","fields":{},"note":"x"}`,
		"key in capitals":     `{"File":"1.jpg","form":"f","expect":"accept","fields":{}}`,
		"unknown field":       `{"file":"1.jpg","form":"f","expect":"accept","fields":{"name":"x"}}`,
		"unknown expectation": `{"file":"1.jpg","form":"f","expect":"maybe","fields":{}}`,
		"empty value":         `{"file":"1.jpg","form":"f","expect":"accept","fields":{"dose":""}}`,
		"missing key":         `{"file":"1.jpg","form":"f","expect":"accept"}`,
		"key twice":           `{"file":"1.jpg","file":"2.jpg","form":"f","expect":"accept","fields":{}}`,
		"field twice":         `{"file":"1.jpg","form":"f","expect":"accept","fields":{"dose":"1","dose":"2"}}`,
		"text after":          good + ` x`,
		"second object":       good + good,
		"file twice":          good + "\n" + good,
		"path":                `{"file":"../1.jpg","form":"f","expect":"accept","fields":{}}`,
		"number for text":     `{"file":"1.jpg","form":"f","expect":"accept","fields":{"dose":3}}`,
		"not UTF-8":           "{\"file\":\"\xff.jpg\",\"form\":\"f\",\"expect\":\"accept\",\"fields\":{}}",
		"empty line":          good + "\n\n",
		"array":               `[]`,
		"unfinished":          `{"file":"1.jpg"`,
	} {
		t.Run(name, func(t *testing.T) {
			if sheets, err := truth.Read(strings.NewReader(text)); err == nil {
				t.Fatalf("accepted: %v", sheets)
			}
		})
	}
}

func TestWrittenReadsBackEqual(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`[a-z0-9<&日本]{1,12}\.jpg`)
		names := rapid.SliceOfNDistinct(name, 0, 6, rapid.ID).Draw(t, "files")
		sheets := []truth.Sheet{}
		for _, file := range names {
			sheets = append(sheets, truth.Sheet{
				File:   file,
				Form:   rapid.SampledFrom([]string{"", "covid19-preprinted", "x"}).Draw(t, "form"),
				Expect: rapid.SampledFrom([]truth.Expect{truth.Accept, truth.Review, truth.Reject, truth.Any}).Draw(t, "expect"),
				Fields: rapid.MapOf(
					rapid.SampledFrom([]slip.Value{slip.Dose, slip.TicketNumber, slip.Manufacturer, slip.ReferenceNumber}),
					rapid.StringN(1, 12, -1),
				).Draw(t, "fields"),
			})
		}
		var text bytes.Buffer
		if err := truth.Write(&text, sheets); err != nil {
			t.Fatal(err)
		}
		back, err := truth.Read(&text)
		if err != nil {
			t.Fatal(err)
		}
		if len(back) != len(sheets) || len(sheets) > 0 && !reflect.DeepEqual(back, sheets) {
			t.Fatalf("wrote %v\nread %v", sheets, back)
		}
	})
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"file":"1.jpg","form":"f","expect":"accept","fields":{"dose":"3"}}`))
	f.Add([]byte(`{"file":"2.jpg","form":"","expect":"reject","fields":{}}` + "\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		sheets, err := truth.Read(bytes.NewReader(text))
		if err != nil {
			return
		}
		var again bytes.Buffer
		if err := truth.Write(&again, sheets); err != nil {
			t.Fatalf("read but not writable: %v", err)
		}
		back, err := truth.Read(&again)
		if err != nil || len(sheets) > 0 && !reflect.DeepEqual(back, sheets) {
			t.Fatalf("read %v, wrote and read %v: %v", sheets, back, err)
		}
	})
}
