package review

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
)

// somebodysItem is any review item a store could hold, sensible or not.
func somebodysItem() *rapid.Generator[slip.ReviewItem] {
	value := rapid.SampledFrom(slip.Values())
	probability := rapid.Float64Range(0, 1)
	text := rapid.StringMatching(`[0-9A-Z]{0,10}`)
	quad := rapid.Custom(func(t *rapid.T) slip.Quad {
		x, y := rapid.Float64Range(0, 2000).Draw(t, "x"), rapid.Float64Range(0, 3000).Draw(t, "y")
		return slip.Quad{{X: x, Y: y}, {X: x + 100, Y: y}, {X: x + 100, Y: y + 30}, {X: x, Y: y + 30}}
	})
	candidate := rapid.Custom(func(t *rapid.T) slip.Candidate {
		return slip.Candidate{Text: text.Draw(t, "candidate"), P: probability.Draw(t, "candidate p")}
	})
	source := rapid.SampledFrom([]slip.Source{slip.SourceOCRLine, slip.SourceBarcode, slip.SourceQR, slip.SourcePrinted, slip.SourceHandwritten})
	decision := rapid.Custom(func(t *rapid.T) slip.FieldDecision {
		return slip.FieldDecision{
			Value: text.Draw(t, "text"), P: probability.Draw(t, "p"), Outcome: rapid.SampledFrom([]slip.Outcome{slip.NeedsReview, slip.Accepted}).Draw(t, "outcome"),
			Reasons: rapid.SliceOfN(rapid.SampledFrom(slip.Reasons()), 0, 3).Draw(t, "reasons"), Quad: quad.Draw(t, "quad"), Required: rapid.Bool().Draw(t, "required"),
			Candidates: rapid.SliceOfN(candidate, 0, 8).Draw(t, "candidates"),
			Witnesses: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) slip.Witness {
				return slip.Witness{Source: source.Draw(t, "source"), Text: text.Draw(t, "witness"), P: probability.Draw(t, "witness p")}
			}), 0, 4).Draw(t, "witnesses"),
		}
	})
	reading := rapid.Custom(func(t *rapid.T) slip.Reading {
		return slip.Reading{
			Field: rapid.SampledFrom([]string{"line", "number", "nowhere"}).Draw(t, "field"), Source: source.Draw(t, "reading source"),
			Quad: quad.Draw(t, "reading quad"), Candidates: rapid.SliceOfN(candidate, 0, 3).Draw(t, "reading candidates"),
		}
	})
	return rapid.Custom(func(t *rapid.T) slip.ReviewItem {
		fields := rapid.MapOfN(value, decision, 0, 12).Draw(t, "fields")
		return slip.ReviewItem{
			Decision: slip.Decision{Fields: fields, Reasons: rapid.SliceOfN(rapid.SampledFrom(slip.Reasons()), 0, 4).Draw(t, "slip reasons")},
			Page:     slip.PageReading{Readings: rapid.SliceOfN(reading, 0, 4).Draw(t, "readings")},
			Current:  slip.Current(slip.Decision{Fields: fields}, nil),
			Open:     rapid.SliceOfNDistinct(value, 0, 5, func(v slip.Value) slip.Value { return v }).Draw(t, "open"),
		}
	})
}

func knownForm() *form.Form {
	return &form.Form{
		Fields: []form.Field{
			{Name: "line", Type: form.OCRLine, Gives: []form.Gives{{Value: slip.Dose, From: 2, To: 2}, {Value: slip.TicketNumber, From: 1, To: 5}}},
			{Name: "number", Type: form.PrintedDigits, Gives: []form.Gives{{Value: slip.TicketNumber}}},
		},
		Values: []form.Value{{Name: slip.TicketNumber, Required: true, Witnesses: 2}, {Name: slip.Dose, Required: true, Witnesses: 1}},
	}
}

func TestWhatAPersonIsShown(t *testing.T) {
	words, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{texts: words}
	rapid.Check(t, func(t *rapid.T) {
		item := somebodysItem().Draw(t, "item")
		var known *form.Form
		if rapid.Bool().Draw(t, "form known") {
			known = knownForm()
		}
		values := valuesOf(item, known)
		for _, open := range item.Open {
			if !slices.Contains(values, open) {
				t.Fatalf("%s is open, but not shown", open)
			}
		}
		if known == nil && (!slices.Contains(values, slip.ReferenceNumber) || !slices.Contains(values, slip.Vaccine)) {
			t.Fatalf("a slip of no known form cannot be given a reference number: %v", values)
		}
		for value := range item.Decision.Fields {
			if !slices.Contains(values, value) {
				t.Fatalf("%s was decided on, but is not shown", value)
			}
		}
		for _, value := range values {
			field := s.fieldView(japanese, item, known, value, []string{"maker"})
			decision := item.Decision.Fields[value]
			if field.Prefill != "" && (isIdentity(known, value) || decision.P < 0.5 || decision.Outcome == slip.Accepted && !field.Open) {
				t.Fatalf("%s is put before the person: p %g", value, decision.P)
			}
			if field.Open && !field.Asked {
				t.Fatalf("%s is open, but not asked", value)
			}
			if len(field.Crops) > cropsShown {
				t.Fatalf("%d crops", len(field.Crops))
			}
			seen := map[string]bool{}
			for _, candidate := range field.Candidates {
				if candidate.Text == "" || seen[candidate.Text] {
					t.Fatalf("candidate %q is empty or stands twice", candidate.Text)
				}
				seen[candidate.Text] = true
			}
			// Up to the bound, everything that a print says can be chosen.
			for _, witness := range decision.Witnesses {
				if len(decision.Witnesses) <= candidatesShown && witness.Text != "" && !seen[witness.Text] {
					t.Fatalf("what %s says is not among the candidates", witness.Source)
				}
			}
		}
	})
}

func FuzzBackToOurOwnPages(f *testing.F) {
	for _, address := range []string{"/", "/items/1", "/sign-in", "//elsewhere", "/items/1/../..", "https://elsewhere", "/\\elsewhere", "/items/1\n"} {
		f.Add(address)
	}
	f.Fuzz(func(t *testing.T, address string) {
		if !backTo.MatchString(address) {
			return
		}
		parsed, err := url.Parse(address)
		if err != nil || parsed.Host != "" || parsed.Scheme != "" || !strings.HasPrefix(parsed.Path, "/") || strings.Contains(parsed.Path, "..") {
			t.Errorf("%q leads elsewhere", address)
		}
	})
}

func TestAttemptsKeepTheirBound(t *testing.T) {
	now := time.Date(2021, 6, 30, 9, 0, 0, 0, time.UTC)
	limit := newAttempts(func() time.Time { return now }, time.Minute, 3)
	for i := range 5 {
		if got := limit.allow("a"); got != (i < 3) {
			t.Errorf("attempt %d: %v", i, got)
		}
	}
	now = now.Add(time.Minute)
	if !limit.allow("a") || limit.allow("a") {
		t.Error("a minute must earn exactly one attempt")
	}
	limit.forget("a")
	if !limit.allow("a") {
		t.Error("not forgotten")
	}
	for range 10 { // what is given back is not more than was taken
		limit.giveBack("a")
	}
	limit.giveBack("never seen")
	for i := range 4 {
		if got := limit.allow("a"); got != (i < 3) {
			t.Errorf("after giving back, attempt %d: %v", i, got)
		}
	}
	limit.giveBack("a")
	if !limit.allow("a") || limit.allow("a") {
		t.Error("one given back must be exactly one attempt")
	}
	for i := range 3 * attemptsKept {
		limit.allow(string(rune('b' + i)))
	}
	if len(limit.buckets) > attemptsKept {
		t.Errorf("%d names kept", len(limit.buckets))
	}
}

// The slip page names every script that it will need, so that none waits for
// another to be read.
func TestSlipPageNamesItsScripts(t *testing.T) {
	found := map[string]bool{}
	var follow func(name string)
	follow = func(name string) {
		if found[name] {
			return
		}
		found[name] = true
		source, err := assetFiles.ReadFile("assets/" + name)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range regexp.MustCompile(`from "\./([a-z]+\.js)"`).FindAllSubmatch(source, -1) {
			follow(string(match[1]))
		}
	}
	follow("slip.js")
	if want := slices.Sorted(maps.Keys(found)); !slices.Equal(slices.Sorted(slices.Values(slipModules)), want) {
		t.Errorf("named %v, needed %v", slipModules, want)
	}
}
