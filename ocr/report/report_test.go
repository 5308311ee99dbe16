package report_test

import (
	"encoding/json"
	"testing"
	"time"

	"sesshu/ledger/slip"
	"sesshu/ocr/report"
)

func TestLayout(t *testing.T) {
	page := slip.PageDecision{
		Reading: slip.PageReading{Page: 1, Registration: slip.Registration{Form: "covid19-preprinted"}},
		Decision: slip.Decision{
			Outcome: slip.NeedsReview, Reasons: []slip.Reason{slip.ReasonUncertain},
			Fields: map[slip.Value]slip.FieldDecision{slip.Dose: {
				Value: "1", P: 0.5, Box: slip.Box{1, 2, 3, 4},
				Witnesses: []slip.Witness{{Source: slip.SourceQR, Text: "1", P: 0.5}},
			}},
		},
	}
	zeros := "0000000000000000000000000000000000000000000000000000000000000000"
	for want, page := range map[string]slip.PageDecision{
		`{"file":"a.jpg","sha256":"` + zeros + `","page":1,"form":"covid19-preprinted","outcome":"review","reasons":["uncertain"],` +
			`"fields":{"dose":{"value":"1","p":0.5,"outcome":"review","box":[1,2,3,4],"witnesses":[{"source":"qr","text":"1","p":0.5}]}},"ms":12.5}`: page,
		`{"file":"a.jpg","sha256":"` + zeros + `","page":2,"form":null,"outcome":"reject","reasons":[],"fields":{},"ms":12.5}`: {
			Reading: slip.PageReading{Page: 2}, Decision: slip.Decision{Outcome: slip.Rejected},
		},
	} {
		got, err := json.Marshal(report.Of("a.jpg", page, 12500*time.Microsecond))
		if err != nil || string(got) != want {
			t.Errorf("the object is\n%s (%v), want\n%s", got, err, want)
		}
	}
}
